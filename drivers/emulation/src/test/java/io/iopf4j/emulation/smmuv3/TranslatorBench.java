// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.NotModelledUses;
import java.util.ArrayList;
import java.util.List;

/**
 * A translator over tables that a test writes by hand, without queues and registers. Intermediate
 * addresses are physical ones plus {@link #IPA}, so that one taken for the other does not go
 * unnoticed.
 */
final class TranslatorBench {
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final int EXEC = IommuFault.PERM_EXEC;
    static final int PRIV = IommuFault.PERM_PRIV;
    static final int NO_SSID = -1;
    static final int SID = 0x10;
    static final int SSID = 7;
    static final int ASID = 0x21;
    static final int VMID = 0x35;
    static final int S1CDMAX = 4;

    static final long MEMORY = 0x8000_0000L;
    static final long MEMORY_BYTES = 0x400_0000L;
    static final long STREAM_TABLE = MEMORY;
    static final long CONTEXTS = MEMORY + 0x10_0000;
    static final long TABLES = MEMORY + 0x20_0000;
    static final long STAGE_2_TABLES = MEMORY + 0x40_0000;
    static final long PAGE = MEMORY + 0x300_0000;
    static final long OUTSIDE = 0x1_0000_0000L;
    static final long IPA = 0x10_0000_0000L;
    static final long IOVA = 0x1234_5678L;
    static final long OFFSET = IOVA & 0xfff;

    static final long RA = ContextDescriptor.R | ContextDescriptor.A;
    static final long LEAF =
            PageDescriptor.TABLE_OR_PAGE
                    | PageDescriptor.AF
                    | PageDescriptor.NG
                    | PageDescriptor.AP_UNPRIVILEGED;
    static final long LEAF_2 =
            PageDescriptor.TABLE_OR_PAGE
                    | PageDescriptor.AF
                    | PageDescriptor.S2AP_READ
                    | PageDescriptor.S2AP_WRITE
                    | PageDescriptor.S2_MEMATTR_WRITE_BACK;

    /** Stage 2 over 40 bits and 4 KiB: two tables of level 1 side by side; faults are recorded. */
    static final long STAGE_2 = stageTwo(24, 1, 0) | StreamTableEntry.S2R;

    static final SmmuV3Config CONFIG = SmmuV3Config.roomy().withSidBits(8).withSsidBits(8);

    final PhysicalMemory memory = new PhysicalMemory(MEMORY, MEMORY_BYTES);
    final List<NotModelled> notModelled = new ArrayList<>();
    final Translator translator;
    private long nextTable = MEMORY + 0x80_0000;

    TranslatorBench() {
        this(CONFIG);
    }

    TranslatorBench(final SmmuV3Config config) {
        translator =
                new Translator(
                        memory, config, new NotModelledUses<>(NotModelled.class, notModelled::add));
        translator.setStreamTable(STREAM_TABLE, config.sidBits(), true);
    }

    /** Stream {@link #SID} with context {@link #SSID} over empty tables. */
    static TranslatorBench stageOne(final SmmuV3Config config) {
        final TranslatorBench bench = new TranslatorBench(config);
        bench.ste(SID, s1(StreamTableEntry.CONFIG_S1, CONTEXTS), 2, VMID, 0);
        bench.cd(SSID, context(RA), TABLES, 0);
        return bench;
    }

    static TranslatorBench stageOne() {
        return stageOne(CONFIG);
    }

    /** Stream {@link #SID} with stage 2 over empty tables. */
    static TranslatorBench stageTwo() {
        final TranslatorBench bench = new TranslatorBench();
        bench.ste(
                SID,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S2),
                0,
                STAGE_2,
                STAGE_2_TABLES);
        return bench;
    }

    /**
     * Stream {@link #SID} with both stages: its context, tables of stage 1 and {@link #PAGE} are
     * mapped at stage 2, and {@link #IOVA} at stage 1.
     */
    static TranslatorBench nested(final SmmuV3Config config) {
        final TranslatorBench bench = new TranslatorBench(config);
        bench.nestedSte(STAGE_2);
        bench.cd(SSID, context(RA), IPA + TABLES, 0);
        bench.mapStageTwo(CONTEXTS);
        bench.mapStageTwo(PAGE);
        bench.mapNested(IOVA, IPA + PAGE | LEAF);
        return bench;
    }

    static TranslatorBench nested() {
        return nested(CONFIG);
    }

    void nestedSte(final long word2) {
        ste(SID, s1(StreamTableEntry.CONFIG_NESTED, IPA + CONTEXTS), 2, word2, STAGE_2_TABLES);
    }

    // ---- Entries --------------------------------------------------------------------------------

    static long s1(final int config, final long contexts) {
        return StreamTableEntry.word0(config, contexts, S1CDMAX);
    }

    static long stageTwo(final int t0sz, final int sl0, final int tg) {
        return VMID
                | (long) t0sz << StreamTableEntry.S2T0SZ_SHIFT
                | (long) sl0 << StreamTableEntry.S2SL0_SHIFT
                | (long) tg << StreamTableEntry.S2TG_SHIFT
                | 5L << StreamTableEntry.S2PS_SHIFT
                | StreamTableEntry.S2AA64;
    }

    /** Word 0 of a context over 48-bit addresses and 4 KiB tables below alone. */
    static long context(final long bits) {
        final long faults = ContextDescriptor.S | ContextDescriptor.R | ContextDescriptor.A;
        return (ContextDescriptor.word0(48, 5, ASID, false) & ~faults) | bits;
    }

    void ste(
            final int sid, final long word0, final long word1, final long word2, final long word3) {
        final long at = STREAM_TABLE + (long) sid * StreamTableEntry.BYTES;
        memory.writeLong(at, word0);
        memory.writeLong(at + 8, word1);
        memory.writeLong(at + 16, word2);
        memory.writeLong(at + 24, word3);
    }

    void cd(final int number, final long word0, final long word1, final long word2) {
        cdAt(CONTEXTS + (long) number * ContextDescriptor.BYTES, word0, word1, word2);
    }

    void cdAt(final long at, final long word0, final long word1, final long word2) {
        memory.writeLong(at, word0);
        memory.writeLong(at + 8, word1);
        memory.writeLong(at + 16, word2);
    }

    // ---- Tables ---------------------------------------------------------------------------------

    long newTable() {
        nextTable += 0x10_000;
        return nextTable - 0x10_000;
    }

    /** Maps at stage 1 below {@link #TABLES}, 48 bits, physical. */
    void map(final long iova, final long leaf) {
        map(TABLES, 12, 0, 3, iova, leaf);
    }

    void map(
            final long root,
            final int granule,
            final int startLevel,
            final int leafLevel,
            final long address,
            final long leaf) {
        memory.writeLong(slot(root, granule, startLevel, leafLevel, address), leaf);
    }

    /** Where the descriptor of a level is; makes the tables that lead there. */
    long slot(
            final long root,
            final int granule,
            final int startLevel,
            final int atLevel,
            final long address) {
        final int stride = granule - 3;
        long table = root;
        // The start level takes all bits above, so that tables side by side are reached.
        long mask = (1L << (stride + 4)) - 1;
        for (int level = startLevel; ; level++) {
            final long at = table + 8 * ((address >>> (granule + stride * (3 - level))) & mask);
            if (level == atLevel) {
                return at;
            }
            if (memory.readLong(at) == 0) {
                memory.writeLong(at, newTable() | PageDescriptor.TABLE_OR_PAGE);
            }
            table = memory.readLong(at) & PageDescriptor.ADDRESS_MASK;
            mask = (1L << stride) - 1;
        }
    }

    /** Maps a page at stage 2 to where it is, at its intermediate address. */
    void mapStageTwo(final long physical) {
        mapStageTwo(IPA + physical, physical | LEAF_2);
    }

    void mapStageTwo(final long ipa, final long leaf) {
        map(STAGE_2_TABLES, 12, 1, 3, ipa, leaf);
    }

    /** Maps at stage 1 with tables at intermediate addresses, which stage 2 gets to know. */
    void mapNested(final long iova, final long leaf) {
        memory.writeLong(nestedSlot(3, iova), leaf);
    }

    long nestedSlot(final int atLevel, final long iova) {
        long table = TABLES;
        for (int level = 0; ; level++) {
            mapStageTwo(table);
            final long at = table + 8 * ((iova >>> (12 + 9 * (3 - level))) & 0x1ff);
            if (level == atLevel) {
                return at;
            }
            if (memory.readLong(at) == 0) {
                memory.writeLong(at, IPA + newTable() | PageDescriptor.TABLE_OR_PAGE);
            }
            table = (memory.readLong(at) & PageDescriptor.ADDRESS_MASK) - IPA;
        }
    }

    // ---- Lookups --------------------------------------------------------------------------------

    Translation translate(final int sid, final int ssid, final long iova, final int perm) {
        return translator.translate(sid, ssid, iova, perm);
    }

    Translation read(final long iova) {
        return translate(SID, SSID, iova, READ);
    }

    /** An unprivileged read comes out somewhere. */
    void assertReads(final long expected, final long iova) {
        assertTranslates(expected, SID, SSID, iova, READ);
    }

    void assertTranslates(
            final long expected, final int sid, final int ssid, final long iova, final int perm) {
        final Translation found = translate(sid, ssid, iova, perm);
        assertEquals(
                Translation.Outcome.TRANSLATED, found.outcome, () -> "event " + found.eventNumber);
        assertEquals(expected, found.outputAddress);
        assertFalse(found.isRecorded);
    }

    void assertAborts(
            final int event, final int sid, final int ssid, final long iova, final int perm) {
        final Translation found = translate(sid, ssid, iova, perm);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertTrue(found.isRecorded);
        assertEquals(event, found.eventNumber);
    }

    void assertAborts(final int event, final long iova) {
        assertAborts(event, SID, SSID, iova, READ);
    }

    static void assertRecord(
            final Translation found,
            final int event,
            final long word1,
            final long word2,
            final long word3) {
        assertTrue(found.isRecorded);
        assertEquals(event, found.eventNumber);
        assertEquals(word1, found.eventWord1, "word 1");
        assertEquals(word2, found.eventWord2, "word 2");
        assertEquals(word3, found.eventWord3, "word 3");
    }

    /** Word 1 of a fault of stage 2 on a data access without privilege. */
    static long stageTwoWord1(final boolean isRead, final int eventClass) {
        return (isRead ? Events.RNW : 0) | Events.S2 | Events.classBits(eventClass);
    }

    void command(final long word0, final long word1) {
        translator.invalidate(word0, word1);
    }
}
