// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.FuzzOracle.require;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.FuzzInput;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;

/**
 * A small SMMU with everything enabled, four streams of each kind and tables that translate, for
 * fuzzers to spoil. After each {@link #step} it checks what no input may break, and at the {@link
 * #end} that nothing is left over.
 */
final class FuzzBench implements Requester, PcieBus, SmmuObserver {
    static final long MEMORY = 0x8000_0000L;
    static final int MEMORY_BYTES = 0x2_0000;
    static final long STREAM_TABLE = MEMORY;
    static final long STREAMS = MEMORY + 0x1000;
    static final long CONTEXTS = MEMORY + 0x2000;
    static final long TABLES = MEMORY + 0x3000;
    static final long STAGE_2_TABLES = MEMORY + 0xa000;
    static final long QUEUES = MEMORY + 0x1_0000;
    static final long COMMANDS = QUEUES + 0x100;
    static final long EVENTS = QUEUES + 0x400;
    static final long PAGE_REQUESTS = QUEUES + 0x800;
    static final long MESSAGES = QUEUES + 0xe00;
    static final long PAGES = MEMORY + 0x1_8000;
    static final long PAGE = 0x1000;

    /** Pages from {@link #TABLES} on that hold tables of either stage, or may. */
    static final int TABLE_PAGES = 13;

    private static final int COMMAND_LOG2 = 4;
    private static final int EVENT_LOG2 = 3;
    private static final int PRI_LOG2 = 2;
    private static final int S1CDMAX = 4;
    private static final int SPLIT = 6;
    private static final long CANARY = 0x5afe_5afe_5afe_5afeL;
    private static final int ACCESSES_MAX = 1 << 12;
    private static final int CALLS_MAX = 20_000;
    private static final int ACTS_WITHIN = 32;
    private static final int DEPTH_MAX = 4;

    private static final SmmuV3Config PLAIN =
            SmmuV3Config.roomy()
                    .withSidBits(8)
                    .withSsidBits(8)
                    .withCommandQueueLog2Max(COMMAND_LOG2)
                    .withEventQueueLog2Max(EVENT_LOG2)
                    .withPriQueueLog2Max(PRI_LOG2)
                    .withStallMax(6);
    private static final SmmuV3Config[] CONFIGS = {
        PLAIN,
        PLAIN.with(SmmuFeature.TERMINATE_ABORTS).without(SmmuFeature.PRI_OVERFLOW_PASID),
        PLAIN.withStallModel(SmmuV3Config.TERMINATE_ONLY).without(SmmuFeature.VMID16),
        PLAIN.withStallModel(SmmuV3Config.STALL_FORCED).without(SmmuFeature.ASID16),
        PLAIN.withOas(0).without(SmmuFeature.RANGE_INVALIDATION).withStallMax(1),
        PLAIN.withSsidBits(0).withSidBits(4).without(SmmuFeature.MSI).without(SmmuFeature.HYP),
        PLAIN.without(SmmuFeature.PRI).without(SmmuFeature.STAGE_2).without(SmmuFeature.SEV),
        PLAIN.without(SmmuFeature.ATS_RECORDS_ERRORS)
                .without(SmmuFeature.STAGE_1)
                .without(SmmuFeature.ATTRIBUTE_PERMISSIONS_OVERRIDE),
    };
    private static final int[] STAGES = {
        StreamTableEntry.CONFIG_S1,
        StreamTableEntry.CONFIG_NESTED,
        StreamTableEntry.CONFIG_S2,
        StreamTableEntry.CONFIG_BYPASS
    };

    // What whoever hears from the SMMU does from within, one bit each.
    private static final int AGAIN = 1;
    private static final int TAKES_EVENTS = 2;
    private static final int ACKNOWLEDGES = 4;
    private static final int INVALIDATION_FAILS = 8;
    private static final int ASKS_AGAIN = 0x10;
    private static final int SYNCS_AGAIN = 0x20;
    private static final int DISABLES = 0x40;
    private static final int WITHIN = ~INVALIDATION_FAILS;

    final PhysicalMemory memory = new PhysicalMemory(MEMORY, MEMORY_BYTES);
    final SmmuV3 smmu;
    final SmmuRegisterPages regs;
    private final FuzzOracle oracle;
    private int manners;
    private final byte[] reached = new byte[ACCESSES_MAX];
    private final byte[] ended = new byte[ACCESSES_MAX];
    private final byte[] stream = new byte[ACCESSES_MAX];
    private int started;
    private int endedCount;
    private int calls;
    private int acts;
    private int depth;
    private long digest;

    /** Takes the first bytes of an input for what is built, enabled and listening. */
    FuzzBench(final FuzzInput in) {
        smmu = new SmmuV3(memory, CONFIGS[in.below(CONFIGS.length)], this);
        regs = smmu.registerPages();
        oracle = new FuzzOracle(memory, smmu);
        manners = in.u8();
        oracle.setReentrant((manners & WITHIN) != 0);
        smmu.connect(this);
        connect();
        fillTables();
        final int features = in.u8();
        program(features);
        oracle.begin();
        oracle.check();
    }

    private void connect() {
        smmu.interrupt("eventq").connect(() -> act(TAKES_EVENTS, this::answerEvent));
        smmu.interrupt("gerror").connect(() -> act(ACKNOWLEDGES, this::acknowledge));
        smmu.interrupt("priq").connect(() -> act(TAKES_EVENTS, this::takePageRequest));
        smmu.interrupt("cmdq-sync")
                .connect(
                        () ->
                                act(
                                        SYNCS_AGAIN,
                                        () ->
                                                command(
                                                        Commands.sync(Commands.SYNC_CS_IRQ, 0),
                                                        MESSAGES)));
    }

    private void program(final int features) {
        regs.writeq(STREAM_TABLE, SmmuRegisters.STRTAB_BASE);
        regs.writel(
                1 << SmmuRegisters.STRTAB_BASE_CFG_FMT_SHIFT
                        | SPLIT << SmmuRegisters.STRTAB_BASE_CFG_SPLIT_SHIFT
                        | 8,
                SmmuRegisters.STRTAB_BASE_CFG);
        regs.writel(features & 0xf, SmmuRegisters.CR2);
        regs.writeq(COMMANDS | COMMAND_LOG2, SmmuRegisters.CMDQ_BASE);
        regs.writeq(EVENTS | EVENT_LOG2, SmmuRegisters.EVENTQ_BASE);
        regs.writeq(PAGE_REQUESTS | PRI_LOG2, SmmuRegisters.PRIQ_BASE);
        if ((features & 0x10) != 0) {
            regs.writeq(MESSAGES + 0x10, SmmuRegisters.EVENTQ_IRQ_CFG0);
            regs.writeq(MESSAGES + 0x24, SmmuRegisters.PRIQ_IRQ_CFG0);
            regs.writeq(MESSAGES + 0x30, SmmuRegisters.GERROR_IRQ_CFG0);
        }
        regs.writel(7, SmmuRegisters.IRQ_CTRL);
        if ((features & 0x20) == 0) {
            regs.writel(-1, SmmuRegisters.CR0);
        }
    }

    /**
     * Stage 1: four tables of 4 KiB, entries 0 of each leading down to four pages; stage 2: the
     * first GiBs by tables, that of memory as one block.
     */
    private void fillTables() {
        for (long at = QUEUES; at < QUEUES + PAGE; at += Long.BYTES) {
            store(at, CANARY);
        }
        store(STREAM_TABLE, STREAMS | SPLIT + 1);
        for (int sid = 0; sid < 8; sid++) {
            final long at = STREAMS + (long) sid * StreamTableEntry.BYTES;
            store(at, StreamTableEntry.word0(STAGES[sid & 3], CONTEXTS, S1CDMAX));
            store(
                    at + 8,
                    StreamTableEntry.S1DSS_SSID0
                            | (long) StreamTableEntry.EATS_FULL << StreamTableEntry.EATS_SHIFT
                            | (sid < 4 ? 0 : StreamTableEntry.MEV));
            store(
                    at + 16,
                    24L << StreamTableEntry.S2T0SZ_SHIFT
                            | 1L << StreamTableEntry.S2SL0_SHIFT
                            | 5L << StreamTableEntry.S2PS_SHIFT
                            | StreamTableEntry.S2AA64
                            | StreamTableEntry.S2R
                            | (sid < 4 ? StreamTableEntry.S2S : 0)
                            | sid);
            store(at + 24, STAGE_2_TABLES);
        }
        for (int ssid = 0; ssid < 1 << S1CDMAX; ssid++) {
            final long at = CONTEXTS + (long) ssid * ContextDescriptor.BYTES;
            store(at, ContextDescriptor.word0(48, 5, ssid, ssid < 8));
            store(at + 8, TABLES);
        }
        final long leaf = PageDescriptor.TABLE_OR_PAGE | PageDescriptor.AF;
        for (int level = 0; level < 3; level++) {
            store(TABLES + level * PAGE, TABLES + (level + 1) * PAGE | 3);
        }
        for (int page = 0; page < 4; page++) {
            store(
                    TABLES + 3 * PAGE + page * 8L,
                    PAGES + page * PAGE
                            | leaf
                            | (long) page << 6
                            | (page == 1 ? PageDescriptor.NG : 0));
        }
        final long leaf2 = leaf | PageDescriptor.S2_MEMATTR_WRITE_BACK;
        store(STAGE_2_TABLES, STAGE_2_TABLES + 2 * PAGE | 3);
        store(STAGE_2_TABLES + 2 * PAGE, STAGE_2_TABLES + 3 * PAGE | 3);
        for (int page = 0; page < 4; page++) {
            store(
                    STAGE_2_TABLES + 3 * PAGE + page * 8L,
                    MEMORY + page * PAGE | leaf2 | (long) page << 6);
        }
        store(STAGE_2_TABLES + 16, MEMORY | (leaf2 & ~2L) | 3L << 6);
    }

    void store(final long address, final long value) {
        oracle.store(address, value);
    }

    long load(final long address) {
        final long aligned = address & -Long.BYTES;
        return memory.contains(aligned, Long.BYTES) ? memory.readLong(aligned) : 0;
    }

    // ---- Steps ----------------------------------------------------------------------------------

    /** Does one thing and checks what it came to. */
    void step(final Runnable what) {
        oracle.begin();
        calls = 0;
        acts = 0;
        what.run();
        oracle.check();
        require(
                started - endedCount == smmu.recordedStalls() + smmu.heldStalls(),
                "an access is lost: " + (started - endedCount));
    }

    /**
     * Disables the SMMU, which ends all accesses.
     *
     * @return what has happened and what memory holds, in one number
     */
    long end() {
        // Whoever enables it again would be right.
        manners &= ~DISABLES;
        step(() -> regs.writel(0, SmmuRegisters.CR0));
        require(started == endedCount, "accesses outlive SMMUEN");
        return digest * 31 + oracle.checkMemory();
    }

    /** A STALL_TERM that is consumed leaves nothing of its stream. */
    void terminateStream(final int sid) {
        final boolean canTell =
                (manners & WITHIN) == 0
                        && regs.readl(SmmuRegisters.CMDQ_PROD)
                                == regs.readl(SmmuRegisters.CMDQ_CONS);
        final long errors = smmu.counters().commandErrors();
        command(Commands.stallTerm(sid), 0);
        if (canTell
                && errors == smmu.counters().commandErrors()
                && regs.readl(SmmuRegisters.CMDQ_PROD) == regs.readl(SmmuRegisters.CMDQ_CONS)) {
            for (int id = 0; id < started; id++) {
                require(ended[id] != 0 || stream[id] != (byte) sid, "outlives its STALL_TERM");
            }
        }
    }

    void access(final int sid, final int ssid, final long iova, final int perm) {
        if (started < ACCESSES_MAX) {
            stream[started] = (byte) sid;
            smmu.access(this, started++, sid, ssid, iova, perm);
        }
    }

    void translatedAccess(final int sid, final int ssid, final long address, final int perm) {
        if (started < ACCESSES_MAX) {
            smmu.translatedAccess(this, started++, sid, ssid, address, perm);
        }
    }

    void unsupportedAccess(final int sid, final int ssid, final long address, final int perm) {
        if (started < ACCESSES_MAX) {
            smmu.unsupportedAccess(this, started++, sid, ssid, address, perm);
        }
    }

    void translationRequest(final int sid, final int ssid, final long iova, final int perm) {
        final AtsCompletion answer = smmu.translationRequest(sid, ssid, iova, perm);
        if (answer.status() == AtsCompletion.Status.SUCCESS) {
            require(answer.log2Bytes() >= 12 && answer.log2Bytes() < 64, "span of a translation");
            require(
                    (answer.address() & (1L << answer.log2Bytes()) - 1) == 0
                            && answer.address() >>> 48 == 0,
                    "address of a translation");
        }
        digest = digest * 31 + answer.address() + answer.perm();
    }

    /** Writes a command where PROD points to and rings. */
    void command(final long word0, final long word1) {
        final long base = regs.readq(SmmuRegisters.CMDQ_BASE);
        final int log2 = FuzzOracle.log2Size(base, COMMAND_LOG2);
        final int prod = regs.readl(SmmuRegisters.CMDQ_PROD);
        final long at =
                FuzzOracle.start(base, Commands.BYTES, log2)
                        + (long) QueueIndex.index(prod, log2) * Commands.BYTES;
        store(at, word0);
        store(at + 8, word1);
        oracle.admitCommand(word0, word1);
        regs.writel(QueueIndex.advance(prod, 1, log2), SmmuRegisters.CMDQ_PROD);
    }

    void acknowledge() {
        regs.writel(regs.readl(SmmuRegisters.GERROR), SmmuRegisters.GERRORN);
    }

    /** Takes the oldest record and the overflow, and answers a stall by a RESUME. */
    void answerEvent() {
        final long base = regs.readq(SmmuRegisters.EVENTQ_BASE);
        final int log2 = FuzzOracle.log2Size(base, EVENT_LOG2);
        final int cons = regs.readl(SmmuRegisters.EVENTQ_CONS);
        final long at =
                FuzzOracle.start(base, Events.BYTES, log2)
                        + (long) QueueIndex.index(cons, log2) * Events.BYTES;
        final long word0 = load(at);
        final long word1 = load(at + 8);
        take(SmmuRegisters.EVENTQ_PROD, SmmuRegisters.EVENTQ_CONS, log2);
        if ((word1 & Events.STALL) != 0) {
            command(
                    Commands.resume(Events.streamId(word0), (int) (word1 >>> 35) & 3),
                    Events.stag(word1));
        }
    }

    void takePageRequest() {
        take(
                SmmuRegisters.PRIQ_PROD,
                SmmuRegisters.PRIQ_CONS,
                FuzzOracle.log2Size(regs.readq(SmmuRegisters.PRIQ_BASE), PRI_LOG2));
    }

    private void take(final int prodRegister, final int consRegister, final int log2) {
        final int prod = regs.readl(prodRegister);
        final int cons = regs.readl(consRegister);
        final int next =
                QueueIndex.isEmpty(prod, cons, log2) ? cons : QueueIndex.advance(cons, 1, log2);
        regs.writel((next & ~QueueIndex.OVERFLOW) | (prod & QueueIndex.OVERFLOW), consRegister);
    }

    // ---- What the SMMU says ---------------------------------------------------------------------

    /** Does something from within, if that is the manner here, but not for ever. */
    private void act(final int manner, final Runnable what) {
        called();
        if ((manners & manner) != 0 && acts < ACTS_WITHIN && depth < DEPTH_MAX) {
            acts++;
            depth++;
            what.run();
            depth--;
        }
    }

    private void called() {
        require(++calls < CALLS_MAX, "it does not come to an end");
    }

    @Override
    public void reached(final int id, final long address) {
        called();
        require(ended[id] == 0 && reached[id]++ == 0, "reached twice or after its end");
        require(memory.contains(address, 1), "reached what is no memory");
        digest = digest * 31 + address;
    }

    @Override
    public void ended(final int id, final AccessResult result) {
        require(ended[id]++ == 0, "ended twice");
        require((result == AccessResult.DONE) == (reached[id] == 1), "done, but not reached");
        endedCount++;
        digest = digest * 31 + result.name().hashCode();
        final int sid = stream[id];
        act(AGAIN, () -> access(sid, id & 7, (long) id << 12 & 0x3000, 1 + (id & 1)));
        if ((manners & DISABLES) != 0 && (id & 0x1f) == 0x1f) {
            act(DISABLES, () -> regs.writel(id >>> 5, SmmuRegisters.CR0));
        }
    }

    @Override
    public void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {
        require(
                code == SUCCESS || code == INVALID_REQUEST || code == RESPONSE_FAILURE,
                "response code");
        require(group >= 0 && group < 512, "group");
        require(substreamId >= IommuModel.NO_SUBSTREAM && substreamId < 1 << 20, "PASID");
        digest = digest * 31 + code;
        act(ASKS_AGAIN, () -> smmu.pageRequest(streamId, substreamId, 0, 1, group, true));
    }

    @Override
    public boolean invalidateTranslations(
            final int streamId,
            final int substreamId,
            final boolean isGlobal,
            final long address,
            final int log2Bytes) {
        called();
        require(log2Bytes >= 12 && log2Bytes <= 64, "span of an invalidation");
        require(
                log2Bytes == 64 ? address == 0 : (address & (1L << log2Bytes) - 1) == 0,
                "alignment of an invalidation");
        require(!isGlobal || substreamId >= 0, "global without PASID");
        return (manners & INVALIDATION_FAILS) == 0;
    }

    @Override
    public void stallRecorded(
            final Requester requester, final int id, final int streamId, final int stag) {
        called();
        require(stag >= 0 && stag < smmu.config().stallMax(), "tag");
    }

    @Override
    public void stallHeld(final Requester requester, final int id) {
        called();
    }

    @Override
    public void terminateEvent(final int number, final boolean recorded) {
        called();
        digest = digest * 31 + number;
    }
}
