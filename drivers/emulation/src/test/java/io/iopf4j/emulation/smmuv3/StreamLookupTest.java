// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PAGE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.S1CDMAX;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.STREAM_TABLE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.TABLES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a StreamID to a context, and what is recorded where that fails. IHI 0070, 3.3 and 5. */
final class StreamLookupTest {
    private static final long RECORDING = ContextDescriptor.R | ContextDescriptor.A;
    private static final long S1 =
            StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, CONTEXTS, S1CDMAX);
    private static final long OUTSIDE = 0x1_0000_0000L;

    private SmmuBench bench = SmmuBench.enabled(RECORDING);

    // ---- StreamID -------------------------------------------------------------------------------

    @Test
    void shouldRecordAStreamOutOfRange() {
        assertAborted(0x100, NO_SSID, Events.C_BAD_STREAMID, 0x100, 0);
    }

    @Test
    void shouldTakeAStreamIdAsUnsigned() {
        assertAborted(-1, NO_SSID, Events.C_BAD_STREAMID, -1, 0);
    }

    @Test
    void shouldAbortAStreamOutOfRangeSilentlyWithoutRecinvsid() {
        reprogram(0, SmmuRegisters.CR2);
        assertSilentAbort(0x100, NO_SSID);
    }

    @Test
    void shouldCapTheTableAtTheStreamIdSize() {
        reprogram(20, SmmuRegisters.STRTAB_BASE_CFG);
        assertAborted(0x100, NO_SSID, Events.C_BAD_STREAMID, 0x100, 0);
    }

    @Test
    void shouldHeedATableSmallerThanTheStreamIdSize() {
        reprogram(4, SmmuRegisters.STRTAB_BASE_CFG);
        assertAborted(SID, NO_SSID, Events.C_BAD_STREAMID, SID, 0);
    }

    @Test
    void shouldAlignALinearTableByItsStatedSizeEvenBeyondTheStreamIdSize() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 0);
        bench.regs.writel(0, SmmuRegisters.CR0);
        // 2^12 entries fill 256 KiB; the base's lower bits do not count.
        bench.regs.writel(12, SmmuRegisters.STRTAB_BASE_CFG);
        bench.regs.writeq(STREAM_TABLE + 0x2_0000, SmmuRegisters.STRTAB_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, PAGE, READ));
    }

    @Test
    void shouldRecordAnEntryOutsideMemory() {
        reprogram64(OUTSIDE, SmmuRegisters.STRTAB_BASE);
        assertAborted(SID, SSID, Events.F_STE_FETCH, SID, OUTSIDE + 0x40L * SID);
    }

    // ---- Two-level table ------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"6, 7", "8, 9", "10, 11"})
    void shouldFindAnEntryThroughTwoLevels(final int split, final int span) {
        useTwoLevels(split, span);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, PAGE, READ));
    }

    @Test
    void shouldTakeAReservedSplitAsSix() {
        useTwoLevels(7, 7);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, PAGE, READ));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 12, 31})
    void shouldRefuseASpanThatIsZeroOrBeyondTheSplit(final int span) {
        useTwoLevels(6, span);
        assertAborted(SID, NO_SSID, Events.C_BAD_STREAMID, SID, 0);
    }

    @Test
    void shouldRefuseAStreamBeyondTheSpan() {
        useTwoLevels(6, 5); // 2^4 entries: 0 to 15.
        assertAborted(SID, NO_SSID, Events.C_BAD_STREAMID, SID, 0);
    }

    @Test
    void shouldTakeTheLastStreamOfTheSpan() {
        useTwoLevels(6, 6); // 2^5 entries: 0 to 31.
        bench.memory.writeLong(
                TABLES + 0x1f * 64, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS));
        assertEquals(AccessResult.DONE, bench.resultOf(0x1f, NO_SSID, PAGE, READ));
    }

    @Test
    void shouldRecordAFirstLevelDescriptorOutsideMemory() {
        useTwoLevels(6, 7);
        reprogram64(OUTSIDE, SmmuRegisters.STRTAB_BASE);
        assertAborted(0x40, NO_SSID, Events.F_STE_FETCH, 0x40, OUTSIDE + 8);
    }

    @Test
    void shouldRecordASecondLevelTableOutsideMemory() {
        useTwoLevels(6, 7);
        bench.memory.writeLong(STREAM_TABLE, OUTSIDE | 7);
        assertAborted(SID, NO_SSID, Events.F_STE_FETCH, SID, OUTSIDE + 0x40L * SID);
    }

    // ---- Stream table entry ---------------------------------------------------------------------

    @Test
    void shouldRecordAnInvalidEntry() {
        bench.ste(SID, 0, 0);
        assertAborted(SID, SSID, Events.C_BAD_STE, SID, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldAbortSilentlyWhenTheEntrySaysAbort(final int config) {
        bench.ste(SID, StreamTableEntry.word0(config), 0);
        assertSilentAbort(SID, SSID);
    }

    @ParameterizedTest
    @ValueSource(ints = {StreamTableEntry.CONFIG_S2, StreamTableEntry.CONFIG_NESTED})
    void shouldRefuseStageTwoThatIsNotBuiltIn(final int config) {
        bench = SmmuBench.enabled(SmmuBench.CONFIG.without(SmmuFeature.STAGE_2), RECORDING);
        bench.ste(SID, StreamTableEntry.word0(config, CONTEXTS, S1CDMAX), 0);
        assertAborted(SID, SSID, Events.C_BAD_STE, SID, 0);
    }

    @Test
    void shouldPassAddressesThroughABypassEntry() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 0);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, PAGE, READ));
    }

    @Test
    void shouldAbortABypassedAccessOutsideMemorySilently() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 0);
        assertSilentAbort(SID, NO_SSID);
    }

    @Test
    void shouldRecordABypassedAddressBeyondTheOutputSize() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 0);
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, NO_SSID, 1L << 48, READ));
        assertArrayEquals(
                new long[] {
                    Events.word0(Events.F_ADDR_SIZE, SID, -1), 0x0208_0000_0000L, 1L << 48, 0
                },
                bench.takeEvent());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldRefuseATwoLevelContextTableThatIsNotBuiltIn(final int format) {
        bench =
                SmmuBench.enabled(
                        SmmuBench.CONFIG.without(SmmuFeature.TWO_LEVEL_CD_TABLE), RECORDING);
        bench.ste(SID, S1 | (long) format << 4, StreamTableEntry.S1DSS_SSID0);
        assertAborted(SID, SSID, Events.C_BAD_STE, SID, 0);
    }

    @Test
    void shouldRefuseMoreContextsThanSubstreamsExist() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, CONTEXTS, 9), 0);
        assertAborted(SID, SSID, Events.C_BAD_STE, SID, 0);
    }

    @Test
    void shouldRefuseAContextTableBeyondTheAddressSize() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, 1L << 48, S1CDMAX), 0);
        assertAborted(SID, SSID, Events.C_BAD_STE, SID, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {SmmuV3Config.TERMINATE_ONLY, SmmuV3Config.STALL_FORCED})
    void shouldRefuseS1StalldWhereStallsAreNotOptional(final int model) {
        bench = SmmuBench.enabled(SmmuBench.CONFIG.withStallModel(model), RECORDING);
        bench.ste(SID, S1, StreamTableEntry.S1DSS_SSID0 | StreamTableEntry.S1STALLD);
        assertAborted(SID, SSID, Events.C_BAD_STE, SID, 0);
    }

    @Test
    void shouldKeepAnEntryWhileDisabledUntilACommandNamesIt() {
        bench.mapPage(IOVA);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, SSID, IOVA, READ));
        bench.ste(SID, 0, 0);
        bench.map(12, 3, IOVA, 0);
        bench.regs.writel(SmmuRegisters.CR0_CMDQEN, SmmuRegisters.CR0);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, SSID, IOVA, READ));
        bench.command(Commands.tlbiNhAll(0), 0);
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, SSID, IOVA, READ));
        assertEquals(Events.F_TRANSLATION, Events.number(bench.takeEvent()[0]));
        bench.command(Commands.cfgiSte(SID), 1);
        assertAborted(SID, SSID, Events.C_BAD_STE, SID, 0);
    }

    // ---- SubstreamID ----------------------------------------------------------------------------

    @Test
    void shouldRefuseASubstreamOfABypassedStream() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 0);
        assertBadSubstream(SSID);
    }

    @Test
    void shouldRefuseASubstreamBeyondTheContextTable() {
        assertBadSubstream(1 << S1CDMAX);
    }

    @Test
    void shouldRefuseASubstreamWhereThereIsASingleContext() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, CONTEXTS, 0), 0);
        assertBadSubstream(1);
    }

    @Test
    void shouldUseTheSingleContextWithoutSubstream() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, CONTEXTS, 0), 0);
        bench.mapPage(IOVA);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, IOVA, READ));
    }

    @Test
    void shouldIgnoreTheContextCountWhereSubstreamsDoNotExist() {
        bench = SmmuBench.enabled(SmmuBench.CONFIG.withSsidBits(0), RECORDING);
        bench.mapPage(IOVA);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, IOVA, READ));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void shouldDisableAStreamWithoutSubstreamWhenS1DssSaysTerminate(final int s1Dss) {
        bench.ste(SID, S1, s1Dss);
        assertAborted(SID, NO_SSID, Events.F_STREAM_DISABLED, SID, 0);
    }

    @Test
    void shouldBypassWithoutSubstreamWhenS1DssSaysSo() {
        bench.ste(SID, S1, StreamTableEntry.S1DSS_BYPASS);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, PAGE, READ));
    }

    @Test
    void shouldUseContextZeroWithoutSubstreamWhenS1DssSaysSo() {
        bench.context(SSID, 0, OUTSIDE);
        bench.mapPage(IOVA);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, NO_SSID, IOVA, READ));
    }

    @Test
    void shouldRefuseSubstreamZeroWhereItStandsForNone() {
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, 0, IOVA, READ));
        assertArrayEquals(
                new long[] {Events.word0(Events.F_STREAM_DISABLED, SID, -1), 0, 0, 0},
                bench.takeEvent());
    }

    @ParameterizedTest
    @ValueSource(ints = {StreamTableEntry.S1DSS_TERMINATE, StreamTableEntry.S1DSS_BYPASS})
    void shouldTakeSubstreamZeroWhereItStandsForItself(final int s1Dss) {
        bench.ste(SID, S1, s1Dss);
        bench.mapPage(IOVA);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, 0, IOVA, READ));
    }

    // ---- Context descriptor ---------------------------------------------------------------------

    @Test
    void shouldRecordAContextOutsideMemory() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, OUTSIDE, S1CDMAX), 2);
        assertAborted(SID, SSID, Events.F_CD_FETCH, SID, OUTSIDE + 0x40L * SSID);
    }

    @Test
    void shouldRecordAnInvalidContext() {
        bench.rawContext(SSID, 0, 0);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                ContextDescriptor.HA,
                ContextDescriptor.HD,
                ContextDescriptor.ENDI,
                3L << 6 // The reserved granule.
            })
    void shouldRefuseAContextBit(final long bits) {
        bench.context(SSID, bits, TABLES);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    @Test
    void shouldRefuseAContextOfAnotherTableFormat() {
        bench.rawContext(SSID, SmmuBench.plainContext() & ~ContextDescriptor.AA64, TABLES);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 40, 63})
    void shouldRefuseAnInputSizeOutOfRange(final int t0sz) {
        bench.rawContext(SSID, (SmmuBench.plainContext() & ~0x3fL) | t0sz, TABLES);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    @Test
    void shouldRefuseTablesBeyondTheContextsOutputSize() {
        // IPS 0 is 32 bits.
        bench.rawContext(SSID, ContextDescriptor.word0(48, 0, 0, false), 1L << 32);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    @Test
    void shouldNotLookAtTheTableFieldsOfAContextWithoutTables() {
        bench.context(SSID, RECORDING | ContextDescriptor.EPD0 | ContextDescriptor.ENDI, -16L);
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, SSID, IOVA, READ));
        assertEquals(Events.F_TRANSLATION, Events.number(bench.takeEvent()[0]));
    }

    @Test
    void shouldRefuseAContextThatStallsAgainstTheEntry() {
        bench.ste(SID, S1, StreamTableEntry.S1DSS_SSID0 | StreamTableEntry.S1STALLD);
        bench.context(SSID, ContextDescriptor.S, TABLES);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    @Test
    void shouldRefuseAContextThatStallsWhereNothingStalls() {
        bench =
                SmmuBench.enabled(
                        SmmuBench.CONFIG.withStallModel(SmmuV3Config.TERMINATE_ONLY),
                        ContextDescriptor.S);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    @Test
    void shouldRefuseAContextThatDoesNotStallWhereEverythingDoes() {
        bench =
                SmmuBench.enabled(
                        SmmuBench.CONFIG.withStallModel(SmmuV3Config.STALL_FORCED), RECORDING);
        assertAborted(SID, SSID, Events.C_BAD_CD, SID, 0);
    }

    // ---- What tests use -------------------------------------------------------------------------

    private void useTwoLevels(final int split, final int span) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writel(1 << 16 | split << 6 | 8, SmmuRegisters.STRTAB_BASE_CFG);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.memory.writeLong(STREAM_TABLE, TABLES | span);
        bench.memory.writeLong(
                TABLES + 64L * SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS));
    }

    private void reprogram(final int value, final long offset) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writel(value, offset);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
    }

    private void reprogram64(final long value, final long offset) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(value, offset);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
    }

    private void assertAborted(
            final int sid, final int ssid, final int event, final int recordedSid, final long at) {
        assertEquals(AccessResult.ABORTED, bench.resultOf(sid, ssid, IOVA, READ));
        assertArrayEquals(
                new long[] {Events.word0(event, recordedSid, ssid), 0, 0, at}, bench.takeEvent());
        assertEquals(0, bench.pendingEvents(), "one event for one access");
    }

    private void assertBadSubstream(final int ssid) {
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, ssid, IOVA, READ));
        // The SubstreamID is always valid here, so that the record has no SSV.
        final long word0 = Events.word0(Events.C_BAD_SUBSTREAMID, SID, ssid) & ~Events.SSV;
        assertArrayEquals(new long[] {word0, 0, 0, 0}, bench.takeEvent());
    }

    private void assertSilentAbort(final int sid, final int ssid) {
        assertEquals(AccessResult.ABORTED, bench.resultOf(sid, ssid, IOVA, READ));
        assertEquals(0, bench.pendingEvents());
    }
}
