// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.ASID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.EXEC;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IPA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OFFSET;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PAGE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PRIV;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.RA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.VMID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.WRITE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.assertRecord;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.context;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The upper range, EL2, and what a context and an entry change of permissions. */
final class StageOneRegimeTest {
    private static final long S1 = TranslatorBench.s1(StreamTableEntry.CONFIG_S1, CONTEXTS);
    private static final long EL2 = (long) StreamTableEntry.STRW_EL2 << StreamTableEntry.STRW_SHIFT;

    /** An address at the very top, and one in the middle of the upper range. */
    private static final long HIGH = -0x1000;

    private static final long UPPER = 0xffff_8000_0000_0000L | IOVA;

    private TranslatorBench bench = TranslatorBench.stageOne();

    // ---- The upper range ------------------------------------------------------------------------

    private static long upper(final int t1sz, final int tg1, final long bits) {
        return context(RA | bits | (long) tg1 << 22 | (long) t1sz << 16) & ~ContextDescriptor.EPD1;
    }

    @ParameterizedTest
    @CsvSource({"2, 12, 0", "1, 14, 0", "3, 16, 1"})
    void shouldFindAPageAboveOfEachGranule(final int tg1, final int granule, final int start) {
        bench.cd(SSID, upper(16, tg1, ContextDescriptor.EPD0), 0, TABLES);
        bench.map(TABLES, granule, start, 3, HIGH & 0xffff_ffff_ffffL, PAGE | LEAF);
        bench.assertReads(PAGE + (HIGH & ((1L << granule) - 1)), HIGH);
        bench.assertReads(PAGE + (HIGH & ((1L << granule) - 1)), HIGH);
    }

    @Test
    void shouldTellTheRangesApart() {
        bench.cd(SSID, upper(16, 2, 0), TABLES, TABLES + 0x1000);
        bench.map(IOVA, PAGE | LEAF);
        bench.map(TABLES + 0x1000, 12, 0, 3, UPPER & 0xffff_ffff_ffffL, PAGE + 0x1000 | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.assertReads(PAGE + 0x1000 + OFFSET, UPPER);
        bench.assertReads(PAGE + OFFSET, IOVA);
    }

    @ParameterizedTest
    @CsvSource({
        "25, 0xffffff8000000000, true", "25, 0xffffff7fffffffff, false",
        "16, 0xfffe000000000000, false", "16, 0x0001000000000000, false",
        "16, 0x7fff800000000000, false"
    })
    void shouldFaultBetweenTheRanges(final int t1sz, final String address, final boolean isWalked) {
        bench.cd(SSID, upper(t1sz, 2, 0), TABLES, TABLES);
        final long iova = Long.parseUnsignedLong(address.substring(2), 16);
        if (isWalked) {
            bench.map(TABLES, 12, 1, 3, iova & ((1L << (64 - t1sz)) - 1), PAGE | LEAF);
            bench.assertReads(PAGE + (iova & 0xfff), iova);
        } else {
            bench.assertAborts(Events.F_TRANSLATION, iova);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldIgnoreTheTopByteOfEachRangeAlone(final boolean ofUpper) {
        bench.cd(
                SSID,
                upper(16, 2, ofUpper ? ContextDescriptor.TBI1 : ContextDescriptor.TBI0),
                TABLES,
                TABLES);
        bench.map(IOVA, PAGE | LEAF);
        bench.map(UPPER & 0xffff_ffff_ffffL, PAGE | LEAF);
        final long tagged = 0xab00_0000_0000_0000L;
        final long taggedUpper = (UPPER & (-1L >>> 8)) | tagged;
        if (ofUpper) {
            bench.assertReads(PAGE + OFFSET, taggedUpper);
            bench.assertAborts(Events.F_TRANSLATION, IOVA | tagged);
        } else {
            bench.assertReads(PAGE + OFFSET, IOVA | tagged);
            bench.assertAborts(Events.F_TRANSLATION, taggedUpper);
        }
    }

    @Test
    void shouldNotTakeATaggedAddressFromTheCacheWhereTheTopByteCounts() {
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.assertAborts(Events.F_TRANSLATION, IOVA | 0xab00_0000_0000_0000L);
    }

    @Test
    void shouldFaultInARangeWithoutTables() {
        bench.cd(SSID, upper(16, 2, ContextDescriptor.EPD0), TABLES, TABLES);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertAborts(Events.F_TRANSLATION, IOVA);
    }

    @Test
    void shouldAlignTheTableByItsSize() {
        // 33 bits: 8 entries of level 1, 64 bytes.
        bench.cd(SSID, ContextDescriptor.word0(33, 5, ASID, false), TABLES + 0x20, 0);
        bench.map(TABLES, 12, 1, 3, 0x1_c000_5000L, PAGE | LEAF);
        bench.assertReads(PAGE, 0x1_c000_5000L);
    }

    @Test
    void shouldTakeContiguousForAHintThatItDoesNotTake() {
        bench.map(IOVA, PAGE | LEAF | PageDescriptor.CONTIGUOUS);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.assertAborts(Events.F_TRANSLATION, IOVA + 0x1000);
    }

    // ---- Permissions ----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // The context's bits, the leaf's bits, and who may: R W X privileged, then without.
        "0, 0x40, rwx rwx",
        "0, 0x00, rwx --x",
        "0, 0xc0, r-x r-x",
        "0, 0x80, r-x --x",
        "0, 0x20000000000040, rw- rwx",
        "0, 0x40000000000040, rwx rw-",
        "0x1000000000, 0x40, rw- rw-", // WXN.
        "0x1000000000, 0xc0, r-x r-x",
        "0x1000000000, 0x00, rw- ---",
        "0x2000000000, 0x40, rw- rwx", // UWXN.
        "0x2000000000, 0xc0, r-x r-x",
        "0x2000000000, 0x00, rwx --x",
        "0x10000000000, 0x40, --x rwx", // PAN.
        "0x10000000000, 0x00, rwx --x"
    })
    void shouldAllow(final String bits, final String leaf, final String allowed) {
        bench.cd(SSID, context(RA | Long.decode(bits)), TABLES, 0);
        final long plain = LEAF & ~PageDescriptor.AP_UNPRIVILEGED;
        bench.map(IOVA, PAGE | plain | Long.decode(leaf));
        assertAllowed(allowed);
    }

    @Test
    void shouldIgnoreTablesWhenToldAndBuiltIn() {
        final long taken =
                PageDescriptor.APTABLE_READ_ONLY
                        | PageDescriptor.APTABLE_NO_UNPRIVILEGED
                        | PageDescriptor.PXN_TABLE
                        | PageDescriptor.UXN_TABLE;
        for (final boolean isBuiltIn : new boolean[] {true, false}) {
            bench =
                    TranslatorBench.stageOne(
                            isBuiltIn
                                    ? CONFIG
                                    : CONFIG.without(SmmuFeature.HIERARCHICAL_ATTRIBUTE_DISABLE));
            bench.cd(SSID, context(RA), TABLES | ContextDescriptor.HAD, 0);
            bench.map(IOVA, PAGE | LEAF);
            final long slot = bench.slot(TABLES, 12, 0, 1, IOVA);
            bench.memory.writeLong(slot, bench.memory.readLong(slot) | taken);
            assertAllowed(isBuiltIn ? "rwx rwx" : "r-- ---");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // PRIVCFG, INSTCFG, what the access is, what is recorded of it.
        "2, 0, 9, 8", // A privileged read is unprivileged.
        "3, 0, 1, 10",
        "1, 0, 9, 10",
        "0, 2, 5, 8", // A fetch is a data read.
        "0, 3, 1, 12",
        "0, 3, 2, 0", // A write is never a fetch.
        "3, 3, 2, 2"
    })
    void shouldOverrideWhatComesInIfBuiltIn(
            final int privCfg, final int instCfg, final int perm, final long recorded) {
        final long word1 =
                2
                        | (long) privCfg << StreamTableEntry.PRIVCFG_SHIFT
                        | (long) instCfg << StreamTableEntry.INSTCFG_SHIFT;
        bench.ste(SID, S1, word1, VMID, 0);
        assertEquals(
                recorded << 32 | Events.classBits(Events.CLASS_IN),
                bench.translate(SID, SSID, IOVA, perm).eventWord1);
        bench =
                TranslatorBench.stageOne(
                        CONFIG.without(SmmuFeature.ATTRIBUTE_PERMISSIONS_OVERRIDE));
        bench.ste(SID, S1, word1, VMID, 0);
        final long asItCame =
                ((perm & WRITE) == 0 ? Events.RNW : 0)
                        | ((perm & EXEC) != 0 ? Events.IND : 0)
                        | ((perm & PRIV) != 0 ? Events.PNU : 0);
        assertEquals(
                asItCame | Events.classBits(Events.CLASS_IN),
                bench.translate(SID, SSID, IOVA, perm).eventWord1);
    }

    private void assertAllowed(final String allowed) {
        final StringBuilder found = new StringBuilder();
        for (final int who : new int[] {PRIV, 0}) {
            found.append(may(who | READ) ? 'r' : '-');
            found.append(may(who | WRITE) ? 'w' : '-');
            found.append(may(who | READ | EXEC) ? 'x' : '-');
            found.append(who == 0 ? "" : " ");
        }
        assertEquals(allowed, found.toString());
    }

    private boolean may(final int perm) {
        final Translation found = bench.translate(SID, SSID, IOVA, perm);
        if (found.outcome != Translation.Outcome.TRANSLATED) {
            assertEquals(Events.F_PERMISSION, found.eventNumber);
        }
        return found.outcome == Translation.Outcome.TRANSLATED;
    }

    // ---- EL2 ------------------------------------------------------------------------------------

    @Test
    void shouldHaveOneRangeAtEl2ThatCannotBeDisabled() {
        bench.ste(SID, S1, 2 | EL2, VMID, 0);
        // Whatever is said of the upper range does not count.
        bench.cd(
                SSID,
                context(RA | ContextDescriptor.EPD0 | 63 << 16) & ~ContextDescriptor.EPD1,
                TABLES,
                -1);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.assertAborts(Events.F_TRANSLATION, HIGH);
    }

    @Test
    void shouldNotTellPrivilegesApartAtEl2() {
        bench.ste(SID, S1, 2 | EL2, VMID, 0);
        bench.map(IOVA, PAGE | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED) | PageDescriptor.PXN);
        assertAllowed("rwx rwx");
        bench.map(IOVA + 0x1000, PAGE | LEAF | PageDescriptor.UXN);
        bench.assertAborts(Events.F_PERMISSION, SID, SSID, IOVA + 0x1000, READ | EXEC | PRIV);
        bench.assertAborts(Events.F_PERMISSION, SID, SSID, IOVA + 0x1000, READ | EXEC);
    }

    @Test
    void shouldHaveTwoRangesAndPrivilegesAtEl2WithE2h() {
        bench.translator.setE2h(true);
        bench.ste(SID, S1, 2 | EL2, VMID, 0);
        bench.cd(SSID, upper(16, 2, 0), TABLES, TABLES);
        bench.map(UPPER & 0xffff_ffff_ffffL, PAGE | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED));
        bench.assertAborts(Events.F_PERMISSION, SID, SSID, UPPER, READ);
        bench.assertTranslates(PAGE + OFFSET, SID, SSID, UPPER, READ | PRIV);
    }

    @Test
    void shouldIgnoreTheWorldWithoutEl2AndWithStageTwo() {
        bench = TranslatorBench.stageOne(CONFIG.without(SmmuFeature.HYP));
        bench.ste(SID, S1, 2 | EL2, VMID, 0);
        bench.map(IOVA, PAGE | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED));
        bench.assertAborts(Events.F_PERMISSION, IOVA);

        bench = TranslatorBench.nested();
        bench.ste(
                SID,
                TranslatorBench.s1(StreamTableEntry.CONFIG_NESTED, IPA + CONTEXTS),
                2 | EL2,
                TranslatorBench.STAGE_2,
                TranslatorBench.STAGE_2_TABLES);
        bench.mapNested(IOVA, IPA + PAGE | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED));
        bench.assertAborts(Events.F_PERMISSION, IOVA);
    }

    // ---- Streams whose numbers are large --------------------------------------------------------

    @Test
    void shouldFindTheLastOfAllStreams() {
        bench = new TranslatorBench(CONFIG.withSidBits(32));
        // The table would need 2^38 bytes; its base is 0, its end far outside memory.
        bench.translator.setStreamTable(TranslatorBench.STREAM_TABLE, 32, true);
        assertRecord(
                bench.translate(-1, NO_SSID, IOVA, READ),
                Events.F_STE_FETCH,
                0,
                0,
                0xffff_ffffL * StreamTableEntry.BYTES);
        // In two levels it is within reach: 2^22 descriptors of 8 bytes.
        bench.translator.setStreamTable(TranslatorBench.MEMORY, 1 << 16 | 10 << 6 | 32, true);
        bench.memory.writeLong(TranslatorBench.MEMORY + 8L * 0x3f_ffff, PAGE | 11);
        bench.memory.writeLong(
                PAGE + 64 * 1023, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS));
        bench.assertTranslates(IOVA, -1, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldTakeATwoLevelTableAsLinearWhereItIsNotBuiltIn() {
        bench =
                new TranslatorBench(
                        CONFIG.withSidBits(6).without(SmmuFeature.TWO_LEVEL_STREAM_TABLE));
        bench.translator.setStreamTable(TranslatorBench.STREAM_TABLE, 1 << 16 | 6 << 6 | 6, true);
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 0, 0, 0);
        bench.assertTranslates(IOVA, SID, NO_SSID, IOVA, READ);
    }
}
