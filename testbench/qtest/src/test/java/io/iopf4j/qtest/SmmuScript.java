// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a stranger's script would do, by numbers out of IHI 0070 alone: entries, descriptors and
 * tables are stored as they are and no invalidation is sent but where a test sends it.
 */
final class SmmuScript implements AutoCloseable {
    /** Register offsets of IHI 0070, 6.2. */
    static final int CR0 = 0x20;

    static final int CR2 = 0x2c;
    static final int GBPA = 0x44;
    static final int IRQ_CTRL = 0x50;
    static final int GERROR = 0x60;
    static final int GERRORN = 0x64;
    static final int STRTAB_BASE = 0x80;
    static final int STRTAB_BASE_CFG = 0x88;
    static final int CMDQ_BASE = 0x90;
    static final int CMDQ_PROD = 0x98;
    static final int CMDQ_CONS = 0x9c;
    static final int EVENTQ_BASE = 0xa0;
    static final int PRIQ_BASE = 0xc0;
    static final int EVENTQ_PROD = 0x100a8;
    static final int EVENTQ_CONS = 0x100ac;
    static final int PRIQ_PROD = 0x100c8;
    static final int PRIQ_CONS = 0x100cc;

    /** CD fault bits. */
    static final long S = 1L << 44;

    static final long R = 1L << 45;
    static final long A = 1L << 46;

    /** STE word 2 fault bits. */
    static final long S2S = 1L << 57;

    static final long S2R = 1L << 58;

    /** STE word 1. */
    static final long S1DSS_CONTEXT_0 = 2;

    static final long EATS = 1L << 28;

    /** Stage 1 leaf: any privilege may read, write and execute, not global. */
    static final long LEAF = 0xf43;

    static final long GLOBAL_LEAF = 0x743;

    /** Stage 2 leaf: read, write, execute; normal memory. */
    static final long LEAF_2 = 0x7ff;

    static final int DONE = 1;
    static final int ABORTED = 2;
    static final int ZEROED = 3;

    /** Beyond memory, within the address size. */
    static final long OUTSIDE = 0x6000_0000L;

    final SmmuClient smmu;
    final QtestClient client;
    final EndpointClient endpoint;

    /** With room for all, enabled. */
    SmmuScript() {
        this(SmmuV3Config.roomy(), 5, 5);
    }

    SmmuScript(final SmmuV3Config config) {
        this(config, 5, 5);
    }

    SmmuScript(final SmmuV3Config config, final int eventsLog2, final int pageRequestsLog2) {
        smmu = new SmmuClient(config).withQueues(eventsLog2, pageRequestsLog2).reset();
        client = smmu.client;
        endpoint = smmu.endpoint;
    }

    @Override
    public void close() {
        smmu.close();
    }

    int get(final int register) {
        return smmu.get(register);
    }

    void set(final int register, final int value) {
        smmu.set(register, value);
    }

    void set64(final int register, final long value) {
        smmu.set64(register, value);
    }

    // ---- Memory ---------------------------------------------------------------------------------

    /** Stores words, the first one last. */
    void store(final long address, final long... words) {
        for (int i = words.length - 1; i >= 0; i--) {
            client.writeq(address + 8L * i, words[i]);
        }
    }

    /** A page of zeros, the first of some that lie side by side. */
    long pages(final int count) {
        final long first = smmu.page();
        for (int i = 1; i < count; i++) {
            assertEquals(first + 4096L * i, smmu.page());
        }
        return first;
    }

    /** A page of zeros whose address is a multiple of a power of two. */
    long alignedPages(final int log2Bytes) {
        long page = smmu.page();
        while ((page & (1L << log2Bytes) - 1) != 0) {
            page = smmu.page();
        }
        for (int i = 1; i < 1 << (log2Bytes - 12); i++) {
            smmu.page();
        }
        return page;
    }

    /** A page whose words at the page's start and at 8 are a number. */
    long pageOf(final long number) {
        final long page = smmu.page();
        store(page, number, number);
        return page;
    }

    /** Where SmmuClient's linear table has the entry. */
    static long steAt(final int sid) {
        return SmmuClient.STREAM_TABLE + 64L * sid;
    }

    void ste(final int sid, final long... words) {
        store(steAt(sid), words);
    }

    // ---- Entries --------------------------------------------------------------------------------

    /** Word 0 of a stage 1 entry (config 5) or of one with both stages (7). */
    static long ste0(final int config, final long contexts, final int s1Fmt, final int s1CdMax) {
        return 1 | (long) config << 1 | (long) s1Fmt << 4 | contexts | (long) s1CdMax << 59;
    }

    /** Word 2 of an entry with stage 2: 48 bits of 4 KiB, four levels, 48 bits out. */
    static long ste2(final int vmid, final long faultBits) {
        return vmid | 16L << 32 | 2L << 38 | 5L << 48 | 1L << 51 | faultBits;
    }

    /** Word 0 of a context: 48 bits of 4 KiB below, nothing above. */
    static long cd0(final int asid, final long faultBits) {
        return (long) asid << 48
                | faultBits
                | 1L << 47
                | 1L << 41
                | 5L << 32
                | 1L << 31
                | 1L << 30
                | 16;
    }

    /** A stream with a table of 8 contexts, context 0 for who has no PASID; all invalid as yet. */
    long stageOne(final int sid, final int vmid, final long word1) {
        final long contexts = smmu.page();
        ste(sid, ste0(5, contexts, 0, 3), S1DSS_CONTEXT_0 | word1, vmid, 0);
        return contexts;
    }

    /** Fills a context in, and gives the root of its tables. */
    long context(final long contexts, final int ssid, final int asid, final long faultBits) {
        final long root = smmu.page();
        store(contexts + 64L * ssid, cd0(asid, faultBits), root, 0, 0xff);
        return root;
    }

    /** A stream with one context with number 3 and no other; gives the root of its tables. */
    long oneContext(final int sid, final int asid, final long faultBits) {
        return context(stageOne(sid, 0, 0), 3, asid, faultBits);
    }

    /** A stream of stage 2 alone; gives the root of its tables. */
    long stageTwo(final int sid, final int vmid, final long faultBits) {
        final long root = smmu.page();
        ste(sid, 1 | 6 << 1, 0, ste2(vmid, faultBits), root);
        return root;
    }

    /**
     * A stream of both stages with 8 contexts; at stage 2 memory's first 1 GiB is where it is, and
     * nothing else is. Gives the contexts and stage 2's root.
     */
    long[] nested(final int sid, final int vmid, final long faultBits2) {
        final long contexts = smmu.page();
        final long root = smmu.page();
        final long level1 = smmu.page();
        store(root, level1 | 3);
        store(level1 + 8, 0x4000_0000L | (LEAF_2 & ~2));
        ste(sid, ste0(7, contexts, 0, 3), S1DSS_CONTEXT_0, ste2(vmid, faultBits2), root);
        return new long[] {contexts, root};
    }

    /** Puts a descriptor into level 3; no command is sent. */
    void map(final long root, final long address, final long descriptor) {
        smmu.map(root, address, descriptor);
    }

    /** Gives the SMMU a stream table of two levels, and gives the first level's address. */
    long twoLevelStreams(final int split, final int log2Size) {
        final long levelOne = alignedPages(14);
        reconfigure(STRTAB_BASE_CFG, 1 << 16 | split << 6 | log2Size);
        final int cr0 = get(CR0);
        set(CR0, cr0 & ~1);
        set64(STRTAB_BASE, levelOne);
        set(CR0, cr0);
        forgetConfiguration();
        return levelOne;
    }

    /** Stores to a register that SMMUEN guards. */
    void reconfigure(final int register, final int value) {
        final int cr0 = get(CR0);
        set(CR0, cr0 & ~1);
        set(register, value);
        set(CR0, cr0);
        forgetConfiguration();
    }

    // ---- Accesses -------------------------------------------------------------------------------

    /** A DMA access that must end at once, and how. */
    void assertEnds(
            final int how, final int sid, final int pasid, final long address, final int access) {
        final int id = endpoint.request(sid, pasid, address, access).go(1);
        endpoint.assertEnded(id, how);
    }

    /** A read that must find a number. */
    void assertReads(final long number, final int sid, final int pasid, final long address) {
        endpoint.setData(~number);
        assertEnds(DONE, sid, pasid, address, EndpointClient.READ);
        assertEquals("%x".formatted(number), "%x".formatted(endpoint.data()));
    }

    /** A read that must not end yet; gives its id. */
    int assertWaits(final int sid, final int pasid, final long address) {
        final int before = endpoint.outstanding();
        final int id = endpoint.read(sid, pasid, address);
        endpoint.assertNothingEnded();
        assertEquals(before + 1, endpoint.outstanding());
        return id;
    }

    // ---- Events ---------------------------------------------------------------------------------

    /** Takes the oldest event, which must be this one in all words. */
    void assertEvent(final long word0, final long word1, final long word2, final long word3) {
        assertWords(smmu.event(), word0, word1, word2, word3);
    }

    /** Takes the oldest event, which must be a stall with these words; gives its STAG. */
    int assertStall(final long word0, final long word1, final long word2, final long word3) {
        final long[] record = smmu.event();
        assertNotNull(record, "no event");
        final int tag = (int) record[1] & 0xffff;
        assertWords(record, word0, word1 | EventWords.STALL | tag, word2, word3);
        return tag;
    }

    /** Takes the oldest event, which must be the stall of a read; gives its STAG. */
    int assertReadStall(final int sid, final int ssid, final long address) {
        return assertStall(
                EventWords.word0(EventWords.F_TRANSLATION, sid, ssid),
                EventWords.RNW | EventWords.CLASS_IN,
                address,
                0);
    }

    void assertNoEvent() {
        final long[] record = smmu.event();
        assertNull(record, () -> hex(record));
    }

    private static void assertWords(final long[] found, final long... expected) {
        assertNotNull(found, "no event");
        assertEquals(hex(expected), hex(found));
    }

    private static String hex(final long[] words) {
        return Arrays.stream(words).mapToObj(HexFormat.of()::toHexDigits).toList().toString();
    }

    // ---- Commands -------------------------------------------------------------------------------

    void resume(final int sid, final int tag, final int acAndAb) {
        smmu.command(0x44 | (long) acAndAb << 12 | (long) sid << 32, tag);
    }

    void stallTerm(final int sid) {
        smmu.command(0x45 | (long) sid << 32, 0);
    }

    /** CFGI_STE_RANGE of everything. */
    void forgetConfiguration() {
        smmu.command(0x04, 0x1f);
    }

    /** Issues a command that must stop the queue with an error, and mends it. */
    void assertError(final int code, final long word0, final long word1) {
        smmu.issue(word0, word1);
        assertEquals(code, smmu.commandError(), () -> hex(new long[] {word0, word1}));
        smmu.recoverCommands();
        assertEquals(0, smmu.commandError());
        assertEquals(get(CMDQ_PROD), get(CMDQ_CONS) & 0xfffff);
    }
}
