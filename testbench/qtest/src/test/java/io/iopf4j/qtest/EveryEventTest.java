// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.EventWords.CLASS_CD;
import static io.iopf4j.qtest.EventWords.CLASS_IN;
import static io.iopf4j.qtest.EventWords.CLASS_TTD;
import static io.iopf4j.qtest.EventWords.C_BAD_CD;
import static io.iopf4j.qtest.EventWords.C_BAD_STE;
import static io.iopf4j.qtest.EventWords.C_BAD_STREAMID;
import static io.iopf4j.qtest.EventWords.C_BAD_SUBSTREAMID;
import static io.iopf4j.qtest.EventWords.E_PAGE_REQUEST;
import static io.iopf4j.qtest.EventWords.F_ACCESS;
import static io.iopf4j.qtest.EventWords.F_ADDR_SIZE;
import static io.iopf4j.qtest.EventWords.F_CD_FETCH;
import static io.iopf4j.qtest.EventWords.F_CFG_CONFLICT;
import static io.iopf4j.qtest.EventWords.F_PERMISSION;
import static io.iopf4j.qtest.EventWords.F_STE_FETCH;
import static io.iopf4j.qtest.EventWords.F_STREAM_DISABLED;
import static io.iopf4j.qtest.EventWords.F_TLB_CONFLICT;
import static io.iopf4j.qtest.EventWords.F_TRANSLATION;
import static io.iopf4j.qtest.EventWords.F_TRANSL_FORBIDDEN;
import static io.iopf4j.qtest.EventWords.F_UUT;
import static io.iopf4j.qtest.EventWords.F_WALK_EABT;
import static io.iopf4j.qtest.EventWords.PNU;
import static io.iopf4j.qtest.EventWords.RNW;
import static io.iopf4j.qtest.EventWords.S2;
import static io.iopf4j.qtest.EventWords.TTRNW;
import static io.iopf4j.qtest.EventWords.attributes;
import static io.iopf4j.qtest.EventWords.word0;
import static io.iopf4j.qtest.SmmuScript.A;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.DONE;
import static io.iopf4j.qtest.SmmuScript.LEAF;
import static io.iopf4j.qtest.SmmuScript.LEAF_2;
import static io.iopf4j.qtest.SmmuScript.OUTSIDE;
import static io.iopf4j.qtest.SmmuScript.R;
import static io.iopf4j.qtest.SmmuScript.S;
import static io.iopf4j.qtest.SmmuScript.S2R;
import static io.iopf4j.qtest.SmmuScript.S2S;
import static io.iopf4j.qtest.SmmuScript.STRTAB_BASE;
import static io.iopf4j.qtest.SmmuScript.ZEROED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every event that there is, in all of its words, and which one comes where several could. */
class EveryEventTest {
    private static final int SID = 0x10;
    private static final int SSID = 5;
    private static final long IOVA = 0x1234_5678L;
    private static final long PAGE = IOVA & ~0xfffL;

    /** An intermediate address that stage 2 does not have. */
    private static final long NOWHERE = 0x9000_0000L;

    private final SmmuScript script = new SmmuScript();

    @AfterEach
    void leave() {
        script.close();
    }

    /** A read that is aborted with an event which says no more than that. */
    private void assertConfigurationError(final int number, final int sid, final int ssid) {
        script.assertEnds(ABORTED, sid, ssid, IOVA, READ);
        script.assertEvent(word0(number, sid, ssid), 0, 0, 0);
        script.assertNoEvent();
    }

    private void assertBadSubstream(final int ssid) {
        script.assertEnds(ABORTED, SID, ssid, IOVA, WRITE);
        // It has no SSV.
        script.assertEvent(word0(C_BAD_SUBSTREAMID, SID, ssid) & ~(1L << 11), 0, 0, 0);
        script.assertNoEvent();
    }

    // ---- What needs no translation --------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 5", "2, 5", "5, 5", "9, 5", "13, 5", "10, 5", "1, -1", "2, -1"})
    void shouldRecordAnUnsupportedTransaction(final int access, final int pasid) {
        final int id = script.endpoint.request(SID, pasid, IOVA, access).go(6);
        script.endpoint.assertEnded(id, ABORTED);
        script.assertEvent(word0(F_UUT, SID, pasid), attributes(access, pasid >= 0), IOVA, 0);
        // Also while nothing is translated, and as it came in.
        script.ste(SID, 0x9, 3L << 48 | 3L << 50, 0, 0);
        script.set(CR0, 0xe);
        script.endpoint.request(SID, pasid, IOVA, access).go(6);
        script.assertEvent(word0(F_UUT, SID, pasid), attributes(access, pasid >= 0), IOVA, 0);
        script.assertNoEvent();
    }

    @ParameterizedTest
    @CsvSource({"1, 5", "2, 5", "3, -1", "15, 5", "7, 5"})
    void shouldRecordAHint(final int access, final int pasid) {
        script.endpoint.request(SID, pasid, IOVA, access).go(7);
        final long[] record = script.smmu.event();
        assertEquals(word0(E_PAGE_REQUEST, SID, pasid), record[0]);
        assertEquals(1, record[1] >>> 44 & 0xff, "one page");
        final int read = (access & PRIV) != 0 ? 39 : 35;
        final int write = (access & PRIV) != 0 ? 38 : 34;
        final int exec = (access & PRIV) != 0 ? 37 : 33;
        assertEquals(access & 1, record[1] >>> read & 1);
        assertEquals(access >> 1 & 1, record[1] >>> write & 1);
        assertEquals(access >> 2 & 1, record[1] >>> exec & 1);
        assertEquals(PAGE, record[2]);
        assertEquals(0, record[3]);
        script.set(CR0, 0xe);
        script.endpoint.request(SID, pasid, IOVA, access).go(7);
        script.assertNoEvent();
        assertEquals(0, script.endpoint.outstanding());
    }

    // ---- Streams --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0x100, 0xfff, 0x1000, 0x7fff_ffff, 0x8000_0000, -1})
    void shouldRecordAStreamBeyondTheTable(final int sid) {
        final long word0 = C_BAD_STREAMID | (long) sid << 32;
        script.assertEnds(ABORTED, sid, NO_PASID, IOVA, READ);
        script.assertEvent(word0, 0, 0, 0);
        script.assertEnds(ABORTED, sid, 0xfffff, IOVA, WRITE);
        script.assertEvent(word0 | 1 << 11 | 0xffff_f000L, 0, 0, 0);
        script.reconfigure(SmmuScript.CR2, 0);
        script.assertEnds(ABORTED, sid, NO_PASID, IOVA, READ);
        script.assertNoEvent();
    }

    @Test
    void shouldRecordWhereAnEntryCouldNotBeFetched() {
        script.set(CR0, 0xe);
        script.set64(STRTAB_BASE, OUTSIDE);
        script.set(CR0, 0xf);
        script.assertEnds(ABORTED, SID, SSID, IOVA, READ);
        script.assertEvent(word0(F_STE_FETCH, SID, SSID), 0, 0, OUTSIDE + 64L * SID);
        script.assertEnds(ABORTED, SID, NO_PASID, IOVA, WRITE);
        script.assertEvent(word0(F_STE_FETCH, SID, -1), 0, 0, OUTSIDE + 64L * SID);
        // A failed fetch is not cached.
        script.set(CR0, 0xe);
        script.set64(STRTAB_BASE, SmmuClient.STREAM_TABLE);
        script.set(CR0, 0xf);
        script.ste(SID, 0x9, 0, 0, 0);
        script.assertReads(0, SID, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
    }

    @Test
    void shouldRecordWhereAFirstLevelCouldNotBeFetched() {
        final long levelOne = script.twoLevelStreams(8, 12);
        script.store(levelOne + 8, OUTSIDE | 9);
        script.assertEnds(ABORTED, 0x105, NO_PASID, IOVA, READ);
        script.assertEvent(word0(F_STE_FETCH, 0x105, -1), 0, 0, OUTSIDE + 64 * 5);
        script.set(CR0, 0xe);
        script.set64(STRTAB_BASE, OUTSIDE);
        script.set(CR0, 0xf);
        script.assertEnds(ABORTED, 0x305, NO_PASID, IOVA, READ);
        script.assertEvent(word0(F_STE_FETCH, 0x305, -1), 0, 0, OUTSIDE + 8 * 3);
    }

    /** Word 0, 1 and 2 of entries that are as good as not valid. */
    static Stream<Arguments> badEntries() {
        final long s1 = SmmuScript.ste0(5, SmmuClient.MEMORY, 0, 3);
        final long s2 = 1 | 6 << 1;
        final long both = SmmuScript.ste0(7, SmmuClient.MEMORY, 0, 3);
        final long vtcr = SmmuScript.ste2(1, 0);
        return Stream.of(
                Arguments.of("V", s1 & ~1, 2, 0, 0),
                Arguments.of("all zero", 0, 0, 0, 0),
                Arguments.of("split ATS without stage 2", s1, 2L << 28, 0, 0),
                Arguments.of("ATS of a stage 2 that stalls", s2, 1L << 28, vtcr | S2S, 0),
                Arguments.of("both, ATS, stalls", both, 1L << 28, vtcr | S2S, 0),
                Arguments.of("STRW 1", s1, 1L << 30, 0, 0),
                Arguments.of("STRW 3", s1, 3L << 30, 0, 0),
                Arguments.of("S1CDMax", SmmuScript.ste0(5, SmmuClient.MEMORY, 0, 21), 0, 0, 0),
                Arguments.of("context pointer", s1 | 1L << 49, 0, 0, 0),
                Arguments.of("AArch32", s2, 0, vtcr & ~(1L << 51), 0),
                Arguments.of("big-endian", s2, 0, vtcr | 1L << 52, 0),
                Arguments.of("S2HA", s2, 0, vtcr | 1L << 56, 0),
                Arguments.of("S2HD", s2, 0, vtcr | 1L << 55, 0),
                Arguments.of("S2T0SZ too small", s2, 0, (vtcr & ~(31L << 32)) | 15L << 32, 0),
                Arguments.of("S2T0SZ too large", s2, 0, (vtcr & ~(63L << 32)) | 40L << 32, 0),
                Arguments.of("S2SL0 that does not fit", s2, 0, vtcr & ~(3L << 38), 0),
                Arguments.of("S2SL0 reserved", s2, 0, vtcr | 3L << 38, 0),
                Arguments.of("S2TG reserved", s2, 0, vtcr | 3L << 46, 0),
                Arguments.of("S2TTB", s2, 0, vtcr, 1L << 49));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badEntries")
    void shouldRecordABadEntry(
            final String what,
            final long word0,
            final long word1,
            final long word2,
            final long word3) {
        script.ste(SID, word0, word1, word2, word3);
        assertConfigurationError(C_BAD_STE, SID, NO_PASID);
        assertConfigurationError(C_BAD_STE, SID, SSID);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldAbortInSilenceWhatTheEntryAborts(final int config) {
        script.ste(SID, 1 | config << 1, 0, 0, 0);
        script.assertEnds(ABORTED, SID, SSID, IOVA, READ);
        script.assertEnds(ABORTED, SID, NO_PASID, IOVA, WRITE);
        script.assertNoEvent();
    }

    @Test
    void shouldRecordAConflictOfEntries() {
        // CONT says that 16 entries are alike; they are not, and both kinds get cached.
        script.ste(0x21, 0x9, 0, 0, 0);
        script.ste(0x22, 0x9, 4L << 13, 0, 0);
        script.assertReads(0, 0x21, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
        script.assertReads(0, 0x22, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
        assertConfigurationError(F_CFG_CONFLICT, 0x21, NO_PASID);
        script.forgetConfiguration();
        script.assertReads(0, 0x21, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
    }

    // ---- Substreams and contexts ----------------------------------------------------------------

    @Test
    void shouldRecordABadSubstream() {
        script.stageOne(SID, 0, 0);
        assertBadSubstream(8);
        assertBadSubstream(0xfffff);
        script.ste(SID, 0x9, 0, 0, 0);
        script.forgetConfiguration();
        assertBadSubstream(SSID);
        script.stageTwo(SID, 1, 0);
        script.forgetConfiguration();
        assertBadSubstream(0);
        script.ste(SID, SmmuScript.ste0(5, script.smmu.page(), 0, 0), 2, 0, 0);
        script.forgetConfiguration();
        assertBadSubstream(0);
    }

    @ParameterizedTest
    @CsvSource({"0, -1", "2, 0", "3, -1"})
    void shouldRecordADisabledStream(final int s1Dss, final int ssid) {
        script.ste(SID, SmmuScript.ste0(5, script.smmu.page(), 0, 3), s1Dss, 0, 0);
        script.assertEnds(ABORTED, SID, ssid, IOVA, READ);
        script.assertEvent(word0(F_STREAM_DISABLED, SID, -1), 0, 0, 0);
        script.assertNoEvent();
    }

    @Test
    void shouldRecordWhereAContextCouldNotBeFetched() {
        script.ste(SID, SmmuScript.ste0(5, OUTSIDE, 0, 3), 2, 0, 0);
        script.assertEnds(ABORTED, SID, SSID, IOVA, READ);
        script.assertEvent(word0(F_CD_FETCH, SID, SSID), 0, 0, OUTSIDE + 64 * SSID);
        script.assertEnds(ABORTED, SID, NO_PASID, IOVA, READ);
        script.assertEvent(word0(F_CD_FETCH, SID, -1), 0, 0, OUTSIDE);
        script.ste(SID, SmmuScript.ste0(5, OUTSIDE, 2, 12), 2, 0, 0);
        script.forgetConfiguration();
        script.assertEnds(ABORTED, SID, 0x405, IOVA, READ);
        script.assertEvent(word0(F_CD_FETCH, SID, 0x405), 0, 0, OUTSIDE + 8);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                1L << 31, // V
                1L << 41, // AA64
                1L << 15, // ENDI
                1L << 43, // HA
                1L << 42, // HD
                1L << 4, // T0SZ 0
                1L << 5, // T0SZ 48
                3L << 6, // TG0
                1L << 30 // EPD1, where the upper range is not laid out
            })
    void shouldRecordABadContext(final long flipped) {
        final long contexts = script.stageOne(SID, 0, 0);
        script.store(
                contexts + 64 * SSID,
                SmmuScript.cd0(1, A | R) ^ flipped,
                script.smmu.page(),
                0,
                0xff);
        script.store(contexts, SmmuScript.cd0(1, A | R) ^ flipped, script.smmu.page(), 0, 0xff);
        assertConfigurationError(C_BAD_CD, SID, SSID);
        assertConfigurationError(C_BAD_CD, SID, NO_PASID);
    }

    @Test
    void shouldRecordAContextThatMayNotStall() {
        script.oneContext(SID, 1, S);
        script.ste(SID, script.client.readq(SmmuScript.steAt(SID)), 2 | 1L << 27, 0, 0);
        assertConfigurationError(C_BAD_CD, SID, 3);
    }

    // ---- Faults of stage 1 ----------------------------------------------------------------------

    /** A fault's number, and the descriptor of the page that makes it. */
    static List<Arguments> stageOneFaults() {
        final List<Arguments> all = new ArrayList<>();
        for (final int access : new int[] {READ, WRITE, READ | EXEC, READ | PRIV, WRITE | PRIV}) {
            for (final int ssid : new int[] {SSID, NO_PASID}) {
                all.add(Arguments.of(F_TRANSLATION, 0L, access, ssid));
                all.add(Arguments.of(F_TRANSLATION, LEAF & ~2, access, ssid));
                all.add(Arguments.of(F_ADDR_SIZE, LEAF | 1L << 44, access, ssid));
                all.add(Arguments.of(F_ACCESS, LEAF & ~0x400, access, ssid));
            }
        }
        for (final int ssid : new int[] {SSID, NO_PASID}) {
            all.add(Arguments.of(F_PERMISSION, LEAF | 0x80, WRITE, ssid));
            all.add(Arguments.of(F_PERMISSION, LEAF & ~0x40, READ, ssid));
            all.add(Arguments.of(F_PERMISSION, LEAF & ~0x40, WRITE, ssid));
        }
        all.add(Arguments.of(F_PERMISSION, LEAF | 1L << 54, READ | EXEC, SSID));
        all.add(Arguments.of(F_PERMISSION, LEAF | 1L << 53, READ | EXEC | PRIV, SSID));
        all.add(Arguments.of(F_PERMISSION, LEAF | 0x80, WRITE | PRIV, SSID));
        return all;
    }

    @ParameterizedTest
    @MethodSource("stageOneFaults")
    void shouldRecordAFaultOfStageOne(
            final int number, final long leaf, final int access, final int ssid) {
        final long word1 = attributes(access, ssid >= 0) | CLASS_IN;
        final long contexts = script.stageOne(SID, 0, 0);
        final long root = script.smmu.page();
        script.map(root, IOVA, leaf);
        // IPS 44 bits, so that an output can be too large.
        final long small = ~(7L << 32);
        int asid = 1;
        for (final long bits : new long[] {0, R, A, A | R, S, S | R | A}) {
            script.store(
                    contexts + 64L * Math.max(ssid, 0),
                    (SmmuScript.cd0(asid++, bits) & small) | 4L << 32,
                    root,
                    0,
                    0xff);
            script.forgetConfiguration();
            if ((bits & S) != 0) {
                final int id = script.endpoint.request(SID, ssid, IOVA, access).go(1);
                script.endpoint.assertNothingEnded();
                final int tag = script.assertStall(word0(number, SID, ssid), word1, IOVA, 0);
                script.resume(SID, tag, 2);
                script.endpoint.assertEnded(id, ABORTED);
                continue;
            }
            script.assertEnds((bits & A) != 0 ? ABORTED : ZEROED, SID, ssid, IOVA, access);
            if ((bits & R) != 0) {
                script.assertEvent(word0(number, SID, ssid), word1, IOVA, 0);
            }
            script.assertNoEvent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0x0001_0000_0000_0123L,
                0x8000_0000_0000_0001L,
                0xffff_0000_0000_0000L,
                0xffff_ffff_ffff_fff7L
            })
    void shouldRecordAnInputThatIsOutOfRange(final long iova) {
        script.oneContext(SID, 1, A | R);
        script.assertEnds(ABORTED, SID, 3, iova, READ);
        script.assertEvent(word0(F_TRANSLATION, SID, 3), RNW | CLASS_IN, iova, 0);
    }

    @Test
    void shouldRecordWhereATableCouldNotBeFetched() {
        final long contexts = script.stageOne(SID, 0, 0);
        script.store(contexts + 64 * SSID, SmmuScript.cd0(1, S), OUTSIDE, 0, 0xff);
        script.assertEnds(ABORTED, SID, SSID, IOVA, READ | PRIV);
        script.assertEvent(word0(F_WALK_EABT, SID, SSID), RNW | PNU | CLASS_TTD, IOVA, OUTSIDE);
        final long root = script.context(contexts, 0, 2, S);
        script.map(root, IOVA, 0);
        final long levelOne = script.client.readq(root) & ~0xfffL;
        script.store(levelOne, OUTSIDE | 3);
        script.assertEnds(ABORTED, SID, NO_PASID, IOVA, WRITE);
        script.assertEvent(
                word0(F_WALK_EABT, SID, -1), CLASS_TTD, IOVA, OUTSIDE + (IOVA >> 21) * 8);
    }

    @Test
    void shouldRecordTwoCachedTranslationsOfOneAddress() {
        final long root = script.oneContext(SID, 1, S);
        final long in = 0x2000_0000L;
        script.map(root, in, script.pageOf(7) | LEAF);
        script.assertReads(7, SID, 3, in);
        final long levelTwo = script.client.readq(script.client.readq(root) & ~0xfffL) & ~0xfffL;
        script.store(levelTwo + (in >> 21) * 8, 0x4020_0000L | (LEAF & ~2));
        script.assertReads(0, SID, 3, in + 0x1_0000);
        script.assertEnds(ABORTED, SID, 3, in + 8, WRITE);
        script.assertEvent(word0(F_TLB_CONFLICT, SID, 3), 0, in + 8, 0);
        script.assertNoEvent();
    }

    // ---- Faults of stage 2 ----------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x10, 0x0, 1",
        "0x11, 0x1000000007ff, 1",
        "0x12, 0x3ff, 2",
        "0x13, 0x73f, 1",
        "0x13, 0x77f, 2",
        "0x13, 0x73f, 10"
    })
    void shouldRecordAFaultOfStageTwoAlone(
            final String number, final String leaf, final int access) {
        for (final long bits : new long[] {0, S2R, S2S, S2S | S2R}) {
            final long root = script.smmu.page();
            script.map(root, IOVA, Long.decode(leaf));
            // S2PS 44 bits.
            script.ste(
                    SID, 1 | 6 << 1, 0, (SmmuScript.ste2(1, bits) & ~(7L << 48)) | 4L << 48, root);
            script.forgetConfiguration();
            final long word0 = word0(Integer.decode(number), SID, -1);
            final long word1 = attributes(access, false) | S2 | CLASS_IN;
            if ((bits & S2S) != 0) {
                final int id = script.endpoint.request(SID, NO_PASID, IOVA, access).go(1);
                final int tag = script.assertStall(word0, word1, IOVA, PAGE);
                // It may be ended as zero all the same.
                script.resume(SID, tag, 0);
                script.endpoint.assertEnded(id, ZEROED);
                continue;
            }
            script.assertEnds(ABORTED, SID, NO_PASID, IOVA, access);
            if ((bits & S2R) != 0) {
                script.assertEvent(word0, word1, IOVA, PAGE);
            }
            script.assertNoEvent();
        }
    }

    @Test
    void shouldRecordAnInputBeyondTheAddressSizeOfABypass() {
        final long iova = 1L << 48 | 0x777;
        script.ste(SID, 0x9, 0, 0, 0);
        script.assertEnds(ABORTED, SID, NO_PASID, iova, READ);
        script.assertEvent(word0(F_ADDR_SIZE, SID, -1), RNW | CLASS_IN, iova, 0);
        script.stageTwo(0x11, 1, S2S | S2R);
        script.assertEnds(ABORTED, 0x11, NO_PASID, iova, WRITE);
        script.assertEvent(word0(F_ADDR_SIZE, 0x11, -1), CLASS_IN, iova, 0);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void shouldStallAtTheStageThatFaults(final boolean stalls1, final boolean stalls2) {
        final long[] nested = script.nested(SID, 1, stalls2 ? S2S : S2R);
        final long root = script.context(nested[0], SSID, 1, stalls1 ? S : A | R);
        endsWith(stalls1, word0(F_TRANSLATION, SID, SSID), RNW | CLASS_IN, 0);
        // The address that stage 1 gives is one that stage 2 has not.
        script.map(root, IOVA, NOWHERE | LEAF);
        endsWith(stalls2, word0(F_TRANSLATION, SID, SSID), RNW | S2 | CLASS_IN, NOWHERE);
        // A table of stage 1 lies where stage 2 has nothing, or may not be read.
        script.store(nested[0], SmmuScript.cd0(2, stalls1 ? S : A | R), NOWHERE + 0x1000, 0, 0xff);
        script.forgetConfiguration();
        final int id = script.endpoint.read(SID, NO_PASID, IOVA);
        final long ttd = RNW | S2 | CLASS_TTD;
        endsWith(id, stalls2, word0(F_TRANSLATION, SID, -1), ttd, NOWHERE + 0x1000);
        script.map(nested[1], NOWHERE + 0x1000, script.smmu.page() | (LEAF_2 & ~0x40));
        final int next = script.endpoint.read(SID, NO_PASID, IOVA);
        endsWith(next, stalls2, word0(F_PERMISSION, SID, -1), ttd | TTRNW, NOWHERE + 0x1000);
        // So does the table of contexts.
        script.ste(
                SID,
                SmmuScript.ste0(7, NOWHERE, 0, 3),
                2,
                SmmuScript.ste2(1, stalls2 ? S2S : S2R),
                nested[1]);
        script.forgetConfiguration();
        endsWith(stalls2, word0(F_TRANSLATION, SID, SSID), RNW | S2 | CLASS_CD, NOWHERE);
    }

    private void endsWith(
            final boolean stalls, final long word0, final long word1, final long ipa) {
        endsWith(script.endpoint.read(SID, SSID, IOVA), stalls, word0, word1, ipa);
    }

    private void endsWith(
            final int id,
            final boolean stalls,
            final long word0,
            final long word1,
            final long ipa) {
        if (stalls) {
            script.endpoint.assertNothingEnded();
            final int tag = script.assertStall(word0, word1, IOVA, ipa);
            script.resume(SID, tag, 2);
        } else {
            script.assertEvent(word0, word1, IOVA, ipa);
        }
        script.endpoint.assertEnded(id, ABORTED);
        script.assertNoEvent();
    }

    @Test
    void shouldRecordWhereATableOfStageTwoCouldNotBeFetched() {
        script.ste(SID, 1 | 6 << 1, 0, SmmuScript.ste2(1, S2S), OUTSIDE);
        script.assertEnds(ABORTED, SID, NO_PASID, IOVA, READ);
        script.assertEvent(word0(F_WALK_EABT, SID, -1), RNW | S2 | CLASS_IN, IOVA, OUTSIDE);
    }

    // ---- ATS ------------------------------------------------------------------------------------

    private void translationRequest(final int sid, final int pasid, final int access) {
        script.endpoint.request(sid, pasid, IOVA, access).go(4);
        script.endpoint.assertNothingEnded();
    }

    @ParameterizedTest
    @CsvSource({"1, -1", "3, -1", "3, 5", "15, 5"})
    void shouldRecordATranslationRequestThatIsNotAllowed(final int access, final int pasid) {
        script.stageOne(SID, 0, 0);
        translationRequest(SID, pasid, access);
        assertEquals(1, script.endpoint.atsStatus());
        assertBadRequest(pasid);
        script.ste(SID, 0x9, SmmuScript.EATS, 0, 0);
        script.forgetConfiguration();
        translationRequest(SID, pasid, access);
        assertBadRequest(pasid);
        script.set(CR0, 0xe);
        translationRequest(SID, pasid, access);
        assertBadRequest(pasid);
        script.set(CR0, 0xf);
        script.ste(SID, 1, 0, 0, 0);
        script.forgetConfiguration();
        translationRequest(SID, pasid, access);
        assertEquals(1, script.endpoint.atsStatus());
        script.assertNoEvent();
    }

    private void assertBadRequest(final int pasid) {
        final long[] record = script.smmu.event();
        assertEquals(word0(EventWords.F_BAD_ATS_TREQ, SID, pasid), record[0]);
        assertEquals(PAGE, record[2] & ~0xfffL);
        assertEquals(0, record[3]);
        assertEquals(RNW, record[1] & RNW, "a request always asks to read");
        script.assertNoEvent();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    void shouldRecordConfigurationErrorsOfAtsIfToldTo(final int recCfgAts) {
        script.reconfigure(SmmuScript.CR2, 2 | recCfgAts);
        translationRequest(0x20, NO_PASID, READ);
        assertEquals(2, script.endpoint.atsStatus(), "completer abort");
        if (recCfgAts != 0) {
            script.assertEvent(word0(C_BAD_STE, 0x20, -1), 0, 0, 0);
        }
        script.stageOne(SID, 0, SmmuScript.EATS);
        translationRequest(SID, SSID, READ);
        assertEquals(2, script.endpoint.atsStatus());
        if (recCfgAts != 0) {
            script.assertEvent(word0(C_BAD_CD, SID, SSID), 0, 0, 0);
        }
        script.assertNoEvent();
    }

    @Test
    void shouldAnswerATranslationRequestAndNeverStallIt() {
        final long contexts = script.stageOne(SID, 0, SmmuScript.EATS);
        final long root = script.context(contexts, SSID, 1, S);
        translationRequest(SID, SSID, READ | WRITE);
        assertEquals(0, script.endpoint.atsStatus());
        assertEquals(0, script.endpoint.atsPerm());
        final long page = script.pageOf(6);
        script.map(root, IOVA, page | LEAF);
        translationRequest(SID, SSID, READ | WRITE);
        assertEquals(READ | WRITE, script.endpoint.atsPerm() & 3);
        assertEquals(page, script.endpoint.atsAddress());
        assertEquals(12, script.endpoint.atsLog2Bytes());
        script.assertNoEvent();
        final int id = script.endpoint.request(SID, SSID, page, READ).go(5);
        script.endpoint.assertEnded(id, DONE);
        assertEquals(6, script.endpoint.data());
    }

    @ParameterizedTest
    @CsvSource({"1, 5", "2, -1"})
    void shouldRecordATranslatedAccessThatIsNotAllowed(final int access, final int pasid) {
        final long page = script.pageOf(5);
        script.stageOne(SID, 0, 0);
        // Unchecked it gets through, whatever the entry says.
        translated(DONE, pasid, page, access);
        script.set(CR0, 0x1f);
        translated(ABORTED, pasid, page + 0x123, access);
        assertForbidden(page + 0x123, access);
        script.ste(SID, 0x9, SmmuScript.EATS, 0, 0);
        script.forgetConfiguration();
        translated(ABORTED, pasid, page, access);
        assertForbidden(page, access);
        script.stageOne(SID, 0, SmmuScript.EATS);
        script.forgetConfiguration();
        translated(DONE, pasid, page, access);
        script.ste(SID, 1, 0, 0, 0);
        script.forgetConfiguration();
        translated(ABORTED, pasid, page, access);
        script.assertNoEvent();
        script.set(CR0, 0xe);
        translated(ABORTED, pasid, page, access);
        assertForbidden(page, access);
    }

    private void translated(final int how, final int pasid, final long address, final int access) {
        final int id = script.endpoint.request(SID, pasid, address, access).go(5);
        script.endpoint.assertEnded(id, how);
    }

    private void assertForbidden(final long address, final int access) {
        script.assertEvent(
                word0(F_TRANSL_FORBIDDEN, SID, -1), (access & WRITE) == 0 ? RNW : 0, address, 0);
        script.assertNoEvent();
    }

    // ---- Overrides ------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // PRIVCFG, INSTCFG, access, then PnU and InD.
        "0, 0, 13, 1, 1",
        "2, 0, 13, 0, 1",
        "3, 0, 1, 1, 0",
        "0, 2, 5, 0, 0",
        "0, 3, 1, 0, 1",
        "3, 3, 2, 1, 0"
    })
    void shouldRecordTheAttributesThatTheEntryGives(
            final int priv, final int inst, final int access, final int pnu, final int ind) {
        final long contexts = script.stageOne(SID, 0, (long) priv << 48 | (long) inst << 50);
        script.context(contexts, SSID, 1, A | R);
        script.assertEnds(ABORTED, SID, SSID, IOVA, access);
        script.assertEvent(
                word0(F_TRANSLATION, SID, SSID),
                (long) pnu << 33 | (long) ind << 34 | ((access & WRITE) == 0 ? RNW : 0) | CLASS_IN,
                IOVA,
                0);
    }

    // ---- Several causes at once -----------------------------------------------------------------

    @Test
    void shouldRecordTheFirstCauseOfSeveral() {
        // Each time the first cause is mended, the one behind it shows.
        final long contexts = script.smmu.page();
        script.set(CR0, 0xe);
        script.set64(STRTAB_BASE, OUTSIDE);
        script.set(CR0, 0xf);
        first(C_BAD_STREAMID, 0x100);
        script.assertEnds(ABORTED, SID, 9, IOVA, READ);
        script.assertEvent(word0(F_STE_FETCH, SID, 9), 0, 0, OUTSIDE + 64L * SID);
        script.set(CR0, 0xe);
        script.set64(STRTAB_BASE, SmmuClient.STREAM_TABLE);
        script.set(CR0, 0xf);
        first(C_BAD_STE, SID);
        // A substream that is not there, before a table of contexts that is nowhere.
        script.ste(SID, SmmuScript.ste0(5, OUTSIDE, 0, 3), 2, 0, 0);
        script.forgetConfiguration();
        assertBadSubstream(9);
        script.assertEnds(ABORTED, SID, 0, IOVA, READ);
        script.assertEvent(word0(F_STREAM_DISABLED, SID, -1), 0, 0, 0);
        script.assertEnds(ABORTED, SID, 1, IOVA, READ);
        script.assertEvent(word0(F_CD_FETCH, SID, 1), 0, 0, OUTSIDE + 64);
        // A context that is not valid, before its input that is out of range.
        script.ste(SID, SmmuScript.ste0(5, contexts, 0, 3), 2, 0, 0);
        script.forgetConfiguration();
        script.assertEnds(ABORTED, SID, 1, -1L << 60, READ);
        script.assertEvent(word0(C_BAD_CD, SID, 1), 0, 0, 0);
        // The input's range, before a root that is nowhere.
        script.store(contexts + 64, SmmuScript.cd0(1, A | R), OUTSIDE, 0, 0xff);
        script.forgetConfiguration();
        script.assertEnds(ABORTED, SID, 1, -1L << 60, READ);
        script.assertEvent(word0(F_TRANSLATION, SID, 1), RNW | CLASS_IN, -1L << 60, 0);
        script.assertEnds(ABORTED, SID, 1, IOVA, READ);
        script.assertEvent(word0(F_WALK_EABT, SID, 1), RNW | CLASS_TTD, IOVA, OUTSIDE);
        script.assertNoEvent();
    }

    private void first(final int number, final int sid) {
        script.assertEnds(ABORTED, sid, 9, IOVA, READ);
        script.assertEvent(word0(number, sid, 9), 0, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({
        // Not valid before too large, before not accessed, before not allowed.
        "0x10, 0x100000000b80",
        "0x11, 0x100000000b83",
        "0x12, 0xb83",
        "0x13, 0xf83"
    })
    void shouldRecordTheFirstCauseOfALeaf(final String number, final String leaf) {
        final long contexts = script.stageOne(SID, 0, 0);
        final long root = script.smmu.page();
        script.store(
                contexts + 64, (SmmuScript.cd0(1, A | R) & ~(7L << 32)) | 4L << 32, root, 0, 0xff);
        script.map(root, IOVA, Long.decode(leaf));
        script.assertEnds(ABORTED, SID, 1, IOVA, WRITE);
        script.assertEvent(word0(Integer.decode(number), SID, 1), CLASS_IN, IOVA, 0);
    }

    @Test
    void shouldRecordOneEventForEachArrival() {
        final long[] nested = script.nested(SID, 1, S2S);
        final long root = script.context(nested[0], SSID, 1, S);
        final int id = script.assertWaits(SID, SSID, IOVA);
        final int first = script.assertReadStall(SID, SSID, IOVA);
        script.assertNoEvent();
        script.map(root, IOVA, NOWHERE | LEAF);
        script.resume(SID, first, 1);
        final int second =
                script.assertStall(
                        word0(F_TRANSLATION, SID, SSID), RNW | S2 | CLASS_IN, IOVA, NOWHERE);
        script.assertNoEvent();
        // The context goes; a retry uses what is there now.
        script.store(nested[0] + 64 * SSID, 0);
        script.smmu.command(0x05 | SSID << 12 | (long) SID << 32, 1);
        script.endpoint.assertNothingEnded();
        script.resume(SID, second, 1);
        script.endpoint.assertEnded(id, ABORTED);
        script.assertEvent(word0(C_BAD_CD, SID, SSID), 0, 0, 0);
        script.assertNoEvent();
    }

    @Test
    void shouldAbortARetryOfAStreamThatAbortsInSilence() {
        script.oneContext(SID, 1, S);
        final int id = script.assertWaits(SID, 3, IOVA);
        final int tag = script.assertReadStall(SID, 3, IOVA);
        script.ste(SID, 1, 0, 0, 0);
        script.smmu.command(0x03 | (long) SID << 32, 1);
        script.endpoint.assertNothingEnded();
        script.resume(SID, tag, 1);
        script.endpoint.assertEnded(id, ABORTED);
        script.assertNoEvent();
    }

    @Test
    void shouldFollowGbpaWhileItIsOff() {
        final long page = script.pageOf(3);
        script.oneContext(SID, 1, S);
        final int id = script.assertWaits(SID, 3, IOVA);
        script.set(CR0, 0xe);
        script.endpoint.assertEnded(id, ABORTED);
        assertEquals(0, script.endpoint.outstanding());
        script.assertReads(3, SID, 3, page);
        script.assertReads(3, 0x7fff_0000, NO_PASID, page);
        // Bypassed, but there is no memory.
        script.assertEnds(ABORTED, SID, NO_PASID, OUTSIDE, WRITE);
        script.set(SmmuScript.GBPA, 1 << 31 | 1 << 20);
        script.assertEnds(ABORTED, SID, 3, page, READ);
        script.assertReadStall(SID, 3, IOVA);
        script.assertNoEvent();
    }

    @Test
    void shouldMergeNothingWithoutTheEntrysLeave() {
        script.oneContext(SID, 1, A | R);
        script.assertEnds(ABORTED, SID, 3, IOVA, READ);
        script.assertEnds(ABORTED, SID, 3, IOVA, READ);
        for (int i = 0; i < 2; i++) {
            script.assertEvent(word0(F_TRANSLATION, SID, 3), RNW | CLASS_IN, IOVA, 0);
        }
        script.assertNoEvent();
    }
}
