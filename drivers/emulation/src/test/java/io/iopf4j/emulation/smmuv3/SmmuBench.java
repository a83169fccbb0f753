// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An SMMU that a test programs by hand, through registers and memory alone: no driver. */
final class SmmuBench implements Requester {
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final int EXEC = IommuFault.PERM_EXEC;
    static final int PRIV = IommuFault.PERM_PRIV;
    static final int NO_SSID = -1;
    static final int SID = 0x10;
    static final int SSID = 7;
    static final int ASID = 0x21;
    static final int S1CDMAX = 4;

    static final long MEMORY = 0x8000_0000L;
    static final long MEMORY_BYTES = 0x200_0000L;
    static final long STREAM_TABLE = MEMORY;
    static final long CONTEXTS = MEMORY + 0x10_0000;
    static final long COMMANDS = MEMORY + 0x20_0000;
    static final long EVENTS = MEMORY + 0x30_0000;
    static final long TABLES = MEMORY + 0x40_0000;
    static final long PAGE = MEMORY + 0x100_0000;
    static final long IOVA = 0x1234_5678L;
    static final long LEAF =
            PageDescriptor.TABLE_OR_PAGE | PageDescriptor.AF | PageDescriptor.AP_UNPRIVILEGED;

    static final int COMMAND_LOG2 = 4;
    static final int EVENT_LOG2 = 3;
    static final int STALL_MAX = 16;
    static final SmmuV3Config CONFIG =
            SmmuV3Config.roomy()
                    .withSidBits(8)
                    .withSsidBits(8)
                    .withCommandQueueLog2Max(COMMAND_LOG2)
                    .withEventQueueLog2Max(EVENT_LOG2)
                    .withStallMax(STALL_MAX);

    static final int ALL_ENABLED =
            SmmuRegisters.CR0_SMMUEN | SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_CMDQEN;

    final PhysicalMemory memory = new PhysicalMemory(MEMORY, MEMORY_BYTES);
    final SmmuV3 smmu;
    final SmmuRegisterPages regs;

    /** Ids of ended accesses, in the order in which they ended. */
    final List<Integer> endedOrder = new ArrayList<>();

    private final Map<Integer, AccessResult> ended = new HashMap<>();
    private int lastId;
    private int commandProd;
    private int eventCons;
    private long nextTable = TABLES;

    SmmuBench() {
        this(CONFIG);
    }

    SmmuBench(final SmmuV3Config config) {
        this(config, SmmuObserver.NONE);
    }

    SmmuBench(final SmmuV3Config config, final SmmuObserver observer) {
        smmu = new SmmuV3(memory, config, observer);
        regs = smmu.registerPages();
        regs.writeq(STREAM_TABLE, SmmuRegisters.STRTAB_BASE);
        regs.writel(8, SmmuRegisters.STRTAB_BASE_CFG);
        regs.writel(SmmuRegisters.CR2_RECINVSID, SmmuRegisters.CR2);
        regs.writeq(COMMANDS | COMMAND_LOG2, SmmuRegisters.CMDQ_BASE);
        regs.writeq(EVENTS | EVENT_LOG2, SmmuRegisters.EVENTQ_BASE);
        nextTable += 0x1_0000;
    }

    /** A bench whose stream {@link #SID} has contexts 0 and {@link #SSID} over empty tables. */
    static SmmuBench enabled(final long contextBits) {
        return enabled(CONFIG, contextBits);
    }

    static SmmuBench enabled(final SmmuV3Config config, final long contextBits) {
        final SmmuBench bench = new SmmuBench(config);
        bench.useStageOne(SID, contextBits);
        bench.regs.writel(5, SmmuRegisters.IRQ_CTRL);
        bench.regs.writel(ALL_ENABLED, SmmuRegisters.CR0);
        return bench;
    }

    /** A bench whose faults stall. */
    static SmmuBench stalling() {
        return enabled(ContextDescriptor.S | ContextDescriptor.R | ContextDescriptor.A);
    }

    void useStageOne(final int sid, final long contextBits) {
        ste(
                sid,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, CONTEXTS, S1CDMAX),
                StreamTableEntry.S1DSS_SSID0);
        context(0, contextBits, TABLES);
        context(SSID, contextBits, TABLES);
    }

    /** Word 0 of a valid context over 48-bit addresses and 4 KiB tables, without S, R and A. */
    static long plainContext() {
        return ContextDescriptor.word0(48, 5, ASID, false)
                & ~(ContextDescriptor.S | ContextDescriptor.R | ContextDescriptor.A);
    }

    void context(final int index, final long extraBits, final long ttb) {
        rawContext(index, plainContext() | extraBits, ttb);
    }

    void rawContext(final int index, final long word0, final long word1) {
        final long address = CONTEXTS + (long) index * ContextDescriptor.BYTES;
        memory.writeLong(address, word0);
        memory.writeLong(address + 8, word1);
    }

    void ste(final int sid, final long word0, final long word1) {
        final long address = STREAM_TABLE + (long) sid * StreamTableEntry.BYTES;
        memory.writeLong(address, word0);
        memory.writeLong(address + 8, word1);
    }

    // ---- Translation tables ---------------------------------------------------------------------

    /** Maps the 4 KiB page around an address to {@link #PAGE}. */
    void mapPage(final long iova) {
        map(12, 3, iova, PAGE | LEAF);
    }

    void map(final int granule, final int leafLevel, final long iova, final long leaf) {
        memory.writeLong(slot(granule, leafLevel, iova), leaf);
    }

    /** Address of the descriptor for an address at a level; makes the tables that lead there. */
    long slot(final int granule, final int atLevel, final long iova) {
        final int stride = granule - 3;
        long table = TABLES;
        for (int level = 4 - 44 / stride; ; level++) {
            final int shift = granule + stride * (3 - level);
            final long slot = table + 8 * (iova >>> shift & ((1L << stride) - 1));
            if (level == atLevel) {
                return slot;
            }
            if (memory.readLong(slot) == 0) {
                memory.writeLong(slot, nextTable | PageDescriptor.TABLE_OR_PAGE);
                nextTable += 0x1_0000;
            }
            table = memory.readLong(slot) & PageDescriptor.ADDRESS_MASK;
        }
    }

    // ---- Accesses -------------------------------------------------------------------------------

    int access(final int sid, final int ssid, final long iova, final int perm) {
        final int id = ++lastId;
        smmu.access(this, id, sid, ssid, iova, perm);
        return id;
    }

    /** An unprivileged read by {@link #SID} with {@link #SSID}. */
    int read(final long iova) {
        return access(SID, SSID, iova, READ);
    }

    AccessResult resultOf(final int sid, final int ssid, final long iova, final int perm) {
        return result(access(sid, ssid, iova, perm));
    }

    /** How an access ended, or null while it has not. */
    AccessResult result(final int id) {
        return ended.get(id);
    }

    @Override
    public void ended(final int id, final AccessResult result) {
        if (ended.put(id, result) != null) {
            throw new AssertionError("access ended twice: id=" + id);
        }
        endedOrder.add(id);
    }

    // ---- Queues ---------------------------------------------------------------------------------

    void command(final long word0, final long word1) {
        prepareCommand(word0, word1);
        regs.writel(commandProd, SmmuRegisters.CMDQ_PROD);
    }

    /** Writes a command into memory without telling the SMMU; the next doorbell covers it. */
    void prepareCommand(final long word0, final long word1) {
        final long at =
                COMMANDS + (long) QueueIndex.index(commandProd, COMMAND_LOG2) * Commands.BYTES;
        memory.writeLong(at, word0);
        memory.writeLong(at + 8, word1);
        commandProd = QueueIndex.advance(commandProd, 1, COMMAND_LOG2);
    }

    void resume(final int sid, final int stag, final int action) {
        command(Commands.resume(sid, action), stag);
    }

    int commandProd() {
        return commandProd;
    }

    int commandCons() {
        return regs.readl(SmmuRegisters.CMDQ_CONS) & 0xfffff;
    }

    int commandErrorCode() {
        return regs.readl(SmmuRegisters.CMDQ_CONS) >>> SmmuRegisters.CMDQ_CONS_ERR_SHIFT;
    }

    boolean isErrorActive(final int bit) {
        return ((regs.readl(SmmuRegisters.GERROR) ^ regs.readl(SmmuRegisters.GERRORN)) & bit) != 0;
    }

    void acknowledgeErrors() {
        regs.writel(regs.readl(SmmuRegisters.GERROR), SmmuRegisters.GERRORN);
    }

    int pendingEvents() {
        return QueueIndex.used(
                regs.readl(SmmuRegisters.EVENTQ_PROD),
                regs.readl(SmmuRegisters.EVENTQ_CONS),
                EVENT_LOG2);
    }

    /** Takes the oldest record and tells the SMMU that its slot is free. */
    long[] takeEvent() {
        if (pendingEvents() == 0) {
            throw new AssertionError("no event is queued");
        }
        final long[] record = peekEvent(QueueIndex.index(eventCons, EVENT_LOG2));
        eventCons = QueueIndex.advance(eventCons, 1, EVENT_LOG2);
        regs.writel(eventCons, SmmuRegisters.EVENTQ_CONS);
        return record;
    }

    long[] peekEvent(final int slot) {
        final long[] record = new long[4];
        for (int word = 0; word < record.length; word++) {
            record[word] = memory.readLong(EVENTS + (long) slot * Events.BYTES + word * 8L);
        }
        return record;
    }

    void acknowledgeOverflow() {
        eventCons =
                (eventCons & ~QueueIndex.OVERFLOW)
                        | (regs.readl(SmmuRegisters.EVENTQ_PROD) & QueueIndex.OVERFLOW);
        regs.writel(eventCons, SmmuRegisters.EVENTQ_CONS);
    }
}
