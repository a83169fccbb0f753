// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.List;

/**
 * An SMMUv3 behind a socket: the little of a driver that a test needs, with all of it going over
 * the wire. Tables and queues have places of their own in memory; {@link #page} gives pages beyond.
 */
final class SmmuClient implements AutoCloseable {
    static final long REGISTERS = SmmuV3Machine.REGISTERS_BASE;
    static final long MEMORY = SmmuV3Machine.MEMORY_BASE;
    static final long STREAM_TABLE = MEMORY;
    static final long COMMANDS = MEMORY + 0x1_0000;
    static final long EVENTS = MEMORY + 0x2_0000;
    static final long PAGE_REQUESTS = MEMORY + 0x3_0000;
    static final int STREAMS_LOG2 = 8;
    static final int COMMANDS_LOG2 = 6;

    /** A page that anybody may read and write. */
    static final long READ_WRITE =
            PageDescriptor.TABLE_OR_PAGE
                    | PageDescriptor.AF
                    | PageDescriptor.SH_INNER
                    | PageDescriptor.AP_UNPRIVILEGED;

    static final int ALL_ENABLED =
            SmmuRegisters.CR0_SMMUEN
                    | SmmuRegisters.CR0_EVENTQEN
                    | SmmuRegisters.CR0_CMDQEN
                    | SmmuRegisters.CR0_PRIQEN;

    final QtestClient client;
    final EndpointClient endpoint;
    private final SmmuV3Config config;
    private int eventsLog2 = 5;
    private int pageRequestsLog2 = 5;
    private int commandProd;
    private int eventCons;
    private int pageRequestCons;
    private long nextPage = MEMORY + 0x10_0000;

    /** An SMMU out of reset. */
    SmmuClient() {
        this(SmmuV3Config.roomy());
    }

    SmmuClient(final SmmuV3Config config) {
        this.config = config;
        this.client = QtestClient.of(new SmmuV3Machine(config));
        this.endpoint = new EndpointClient(client, SmmuV3Machine.ENDPOINT_BASE);
    }

    /** Other queues than of 32 entries; before {@link #reset}. */
    SmmuClient withQueues(final int eventLog2, final int pageRequestLog2) {
        eventsLog2 = eventLog2;
        pageRequestsLog2 = pageRequestLog2;
        return this;
    }

    /** Brings it up as a driver does: tables, queues, interrupts, and all of it enabled. */
    SmmuClient reset() {
        client.intercept();
        set64(SmmuRegisters.STRTAB_BASE, STREAM_TABLE | SmmuRegisters.BASE_ALLOCATE);
        set(SmmuRegisters.STRTAB_BASE_CFG, STREAMS_LOG2);
        set64(SmmuRegisters.CMDQ_BASE, COMMANDS | COMMANDS_LOG2);
        set64(SmmuRegisters.EVENTQ_BASE, EVENTS | eventsLog2);
        set64(SmmuRegisters.PRIQ_BASE, PAGE_REQUESTS | pageRequestsLog2);
        set(SmmuRegisters.CR2, SmmuRegisters.CR2_RECINVSID);
        set(SmmuRegisters.IRQ_CTRL, 7);
        final int enabled =
                config.has(SmmuFeature.PRI) ? ALL_ENABLED : ALL_ENABLED & ~SmmuRegisters.CR0_PRIQEN;
        set(SmmuRegisters.CR0, enabled);
        assertEquals(enabled, get(SmmuRegisters.CR0ACK));
        return this;
    }

    @Override
    public void close() {
        client.close();
    }

    // ---- Registers ------------------------------------------------------------------------------

    int get(final int register) {
        return client.readl(REGISTERS + register);
    }

    void set(final int register, final int value) {
        client.writel(REGISTERS + register, value);
    }

    void set64(final int register, final long value) {
        client.writeq(REGISTERS + register, value);
    }

    // ---- Configuration and tables ---------------------------------------------------------------

    /** A page of zeros that nobody else has. */
    long page() {
        final long page = nextPage;
        nextPage += 4096;
        return page;
    }

    /** Writes words 0 to 3 of a stream's entry, word 0 last; the rest stays. */
    void ste(final int sid, final long... words) {
        words(STREAM_TABLE + (long) sid * StreamTableEntry.BYTES, words);
        command(Commands.cfgiSte(sid), 1);
    }

    /** A stream of stage 1 whose contexts lie in a linear table; SubstreamID 0 is for none. */
    Stage1 stageOne(final int sid, final int contextsLog2, final boolean isStalling) {
        final long contexts = page();
        assertTrue(contextsLog2 <= 6, "one page of contexts");
        final Stage1 stage = new Stage1(sid, contexts);
        for (int ssid = 0; ssid < 1 << contextsLog2; ssid++) {
            stage.context(ssid, isStalling);
        }
        ste(
                sid,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, contexts, contextsLog2),
                StreamTableEntry.S1DSS_SSID0
                        | (long) StreamTableEntry.EATS_FULL << StreamTableEntry.EATS_SHIFT
                        | (long) StreamTableEntry.SHCFG_INCOMING << StreamTableEntry.SHCFG_SHIFT);
        return stage;
    }

    /** A stream's stage 1: every context has tables of its own, of 4 KiB and four levels. */
    final class Stage1 {
        final int sid;
        final long contexts;
        private final List<Long> roots = new ArrayList<>();

        private Stage1(final int sid, final long contexts) {
            this.sid = sid;
            this.contexts = contexts;
        }

        private void context(final int ssid, final boolean isStalling) {
            roots.add(page());
            final int oas = config.oas();
            rawContext(
                    ssid, ContextDescriptor.word0(48, oas, ssid + 1, isStalling), roots.get(ssid));
        }

        /** Writes words of a context descriptor as they are, word 0 last. */
        void rawContext(final int ssid, final long... words) {
            words(contexts + (long) ssid * ContextDescriptor.BYTES, words);
            command(Commands.cfgiCd(sid, ssid), 1);
        }

        /** Where a context's tables begin. */
        long root(final int ssid) {
            return roots.get(ssid);
        }

        /** Maps a page in the context of a SubstreamID, and gives the page. */
        long map(final int ssid, final long iova) {
            final long page = page();
            map(ssid, iova, page | READ_WRITE);
            return page;
        }

        /** Puts a page's descriptor into the tables of a SubstreamID. */
        void map(final int ssid, final long iova, final long descriptor) {
            SmmuClient.this.map(root(ssid), iova, descriptor);
            command(Commands.tlbiNhVa(0, ssid + 1), Commands.tlbiAddress(iova, true));
        }
    }

    /** Puts a descriptor into level 3 of tables of 4 KiB, and makes the levels above it. */
    void map(final long root, final long iova, final long descriptor) {
        long table = root;
        for (int shift = 39; shift > 12; shift -= 9) {
            final long at = table + (iova >>> shift & 0x1ff) * 8;
            long next = client.readq(at);
            if ((next & PageDescriptor.VALID) == 0) {
                next = page() | PageDescriptor.TABLE_OR_PAGE;
                client.writeq(at, next);
            }
            table = next & PageDescriptor.ADDRESS_MASK;
        }
        client.writeq(table + (iova >>> 12 & 0x1ff) * 8, descriptor);
    }

    private void words(final long address, final long... words) {
        for (int i = words.length - 1; i >= 0; i--) {
            client.writeq(address + 8L * i, words[i]);
        }
    }

    // ---- Commands -------------------------------------------------------------------------------

    /** Issues a command, which must be consumed. */
    void command(final long word0, final long word1) {
        issue(word0, word1);
        assertEquals(
                commandProd,
                get(SmmuRegisters.CMDQ_CONS) & mask(COMMANDS_LOG2 + 1),
                "opcode " + Commands.opcode(word0) + " was not consumed");
        assertEquals(CmdqOp.CERROR_NONE, commandError());
    }

    /** Issues a command, whatever becomes of it. */
    void issue(final long word0, final long word1) {
        final long slot = COMMANDS + (commandProd & mask(COMMANDS_LOG2)) * (long) Commands.BYTES;
        client.writeq(slot, word0);
        client.writeq(slot + 8, word1);
        commandProd = commandProd + 1 & mask(COMMANDS_LOG2 + 1);
        set(SmmuRegisters.CMDQ_PROD, commandProd);
    }

    void resume(final int sid, final int tag, final int action) {
        command(Commands.resume(sid, action), tag);
    }

    void sync() {
        command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
    }

    void priResponse(final int sid, final int ssid, final int group, final int response) {
        command(Commands.priResp(sid, ssid), Commands.priRespCode(group, response));
    }

    /** The error code of the command that stopped the queue; CERROR_NONE if none did. */
    int commandError() {
        final boolean isActive =
                ((get(SmmuRegisters.GERROR) ^ get(SmmuRegisters.GERRORN))
                                & SmmuRegisters.GERROR_CMDQ_ERR)
                        != 0;
        return isActive
                ? get(SmmuRegisters.CMDQ_CONS) >>> SmmuRegisters.CMDQ_CONS_ERR_SHIFT
                        & SmmuRegisters.CMDQ_CONS_ERR_MASK
                : CmdqOp.CERROR_NONE;
    }

    /** Replaces the command in error by a SYNC and acknowledges: the queue goes on. */
    void recoverCommands() {
        final int cons = get(SmmuRegisters.CMDQ_CONS) & mask(COMMANDS_LOG2);
        client.writeq(COMMANDS + cons * (long) Commands.BYTES, Commands.sync(0, 0));
        set(SmmuRegisters.GERRORN, get(SmmuRegisters.GERROR));
    }

    // ---- Events and page requests ---------------------------------------------------------------

    /** Takes the oldest event, or null if there is none. Four words. */
    long[] event() {
        if (get(SmmuRegisters.EVENTQ_PROD) << 1 == eventCons << 1) {
            return null;
        }
        final long[] record = entry(EVENTS + (eventCons & mask(eventsLog2)) * 32L, 4);
        eventCons = next(eventCons, eventsLog2);
        set(SmmuRegisters.EVENTQ_CONS, eventCons);
        return record;
    }

    /** Takes the oldest page request, or null if there is none. Two words. */
    long[] pageRequest() {
        if (get(SmmuRegisters.PRIQ_PROD) << 1 == pageRequestCons << 1) {
            return null;
        }
        final long[] entry =
                entry(PAGE_REQUESTS + (pageRequestCons & mask(pageRequestsLog2)) * 16L, 2);
        pageRequestCons = next(pageRequestCons, pageRequestsLog2);
        set(SmmuRegisters.PRIQ_CONS, pageRequestCons);
        return entry;
    }

    private long[] entry(final long address, final int words) {
        final long[] entry = new long[words];
        for (int i = 0; i < words; i++) {
            entry[i] = client.readq(address + 8L * i);
        }
        return entry;
    }

    /** Wraps at twice the queue's size; the overflow flag is not ours. */
    private static int next(final int pointer, final int log2) {
        return (pointer + 1) & mask(log2 + 1);
    }

    private static int mask(final int log2) {
        return (1 << log2) - 1;
    }
}
