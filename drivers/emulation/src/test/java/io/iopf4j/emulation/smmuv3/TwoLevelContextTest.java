// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IPA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OFFSET;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OUTSIDE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PAGE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.RA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.assertRecord;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.context;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.stageTwoWord1;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of context descriptors in two levels. IHI 0070, 5.3. */
final class TwoLevelContextTest {
    private static final int MANY = 16;
    private static final long LEAVES = CONTEXTS + 0x2_0000;

    private final TranslatorBench bench = new TranslatorBench(CONFIG.withSsidBits(20));

    @BeforeEach
    void map() {
        bench.map(IOVA, PAGE | LEAF);
    }

    private void use(final int config, final int s1Fmt, final long contexts, final int s1Dss) {
        bench.ste(
                SID,
                StreamTableEntry.word0(config, contexts, MANY) | (long) s1Fmt << 4,
                s1Dss,
                STAGE_2,
                STAGE_2_TABLES);
    }

    private void useStageOne(final int s1Fmt) {
        use(StreamTableEntry.CONFIG_S1, s1Fmt, CONTEXTS, StreamTableEntry.S1DSS_SSID0);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 63, 0, 63", "1, 64, 1, 0", "1, 65535, 1023, 63",
        "2, 1023, 0, 1023", "2, 1024, 1, 0", "2, 65535, 63, 1023"
    })
    void shouldFindAContextInALeafOfEachSize(
            final int s1Fmt, final int ssid, final int first, final int second) {
        useStageOne(s1Fmt);
        bench.memory.writeLong(CONTEXTS + 8L * first, LevelOneDescriptor.ofContexts(LEAVES));
        bench.cdAt(LEAVES + 64L * second, context(RA), TABLES, 0);
        bench.assertTranslates(PAGE + OFFSET, SID, ssid, IOVA, READ);
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, SID, 1 << MANY, IOVA, READ);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void shouldTakeOtherFormatsAsLinear(final int s1Fmt) {
        useStageOne(s1Fmt);
        bench.cd(70, context(RA), TABLES, 0);
        bench.assertTranslates(PAGE + OFFSET, SID, 70, IOVA, READ);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldIgnoreTheFormatOfASingleContext(final int s1Fmt) {
        bench.ste(
                SID,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, CONTEXTS, 0) | (long) s1Fmt << 4,
                0,
                0,
                0);
        bench.cd(0, context(RA), TABLES, 0);
        bench.assertTranslates(PAGE + OFFSET, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldRefuseASubstreamWhoseDescriptorIsNotValid() {
        useStageOne(1);
        bench.memory.writeLong(CONTEXTS, LEAVES);
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, SID, 5, IOVA, READ);
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldRefuseASubstreamWhoseLeafIsBeyondTheAddressSize() {
        useStageOne(1);
        bench.memory.writeLong(CONTEXTS, LevelOneDescriptor.ofContexts(1L << 48));
        bench.assertAborts(Events.C_BAD_SUBSTREAMID, SID, 5, IOVA, READ);
    }

    @Test
    void shouldRecordDescriptorsAndLeavesOutsideMemoryAndNotKeepThat() {
        use(StreamTableEntry.CONFIG_S1, 2, OUTSIDE, 2);
        assertRecord(bench.translate(SID, 1025, IOVA, READ), Events.F_CD_FETCH, 0, 0, OUTSIDE + 8);
        useStageOne(2);
        bench.command(Commands.cfgiSte(SID), 1);
        bench.memory.writeLong(CONTEXTS + 8, LevelOneDescriptor.ofContexts(OUTSIDE));
        assertRecord(bench.translate(SID, 1025, IOVA, READ), Events.F_CD_FETCH, 0, 0, OUTSIDE + 64);
        bench.memory.writeLong(CONTEXTS + 8, LevelOneDescriptor.ofContexts(LEAVES));
        bench.cdAt(LEAVES + 64, context(RA), TABLES, 0);
        bench.command(Commands.cfgiCd(SID, 1025), 0);
        bench.assertTranslates(PAGE + OFFSET, SID, 1025, IOVA, READ);
    }

    @Test
    void shouldFetchBothLevelsThroughStageTwo() {
        use(StreamTableEntry.CONFIG_NESTED, 1, IPA + CONTEXTS, 2);
        bench.memory.writeLong(CONTEXTS + 8, LevelOneDescriptor.ofContexts(IPA + LEAVES));
        bench.cdAt(LEAVES + 64, context(RA), IPA + PAGE + 0x1000, 0);
        assertFetchFaults(IPA + CONTEXTS);
        bench.mapStageTwo(CONTEXTS);
        assertFetchFaults(IPA + LEAVES);
        bench.mapStageTwo(LEAVES);
        // An empty table: stage 1 has its turn.
        bench.mapStageTwo(PAGE + 0x1000);
        assertRecord(
                bench.translate(SID, 65, IOVA, READ),
                Events.F_TRANSLATION,
                Events.RNW | Events.classBits(Events.CLASS_IN),
                IOVA,
                0);
    }

    private void assertFetchFaults(final long ipa) {
        assertRecord(
                bench.translate(SID, 65, IOVA, READ),
                Events.F_TRANSLATION,
                stageTwoWord1(true, Events.CLASS_CD),
                IOVA,
                ipa);
    }
}
