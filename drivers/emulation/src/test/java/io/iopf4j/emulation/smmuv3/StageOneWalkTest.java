// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.EXEC;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.LEAF;
import static io.iopf4j.emulation.smmuv3.SmmuBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PAGE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PRIV;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.TABLES;
import static io.iopf4j.emulation.smmuv3.SmmuBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.emulation.AccessResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stage 1 walk: levels, granules, permissions, and what stops it. */
final class StageOneWalkTest {
    private static final long RECORDING = ContextDescriptor.R | ContextDescriptor.A;
    private static final long OUTSIDE = 0x1_0000_0000L;

    private final SmmuBench bench = SmmuBench.enabled(RECORDING);

    // ---- Levels and granules --------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"12, 0", "16, 1", "14, 2"})
    void shouldFindAPageOfEachGranule(final int granule, final int tg0) {
        useGranule(tg0);
        bench.map(granule, 3, IOVA, PAGE | LEAF);
        assertEquals(AccessResult.DONE, read(IOVA));
        assertEquals(AccessResult.ABORTED, read(IOVA + (1L << granule)), "the next page");
    }

    @ParameterizedTest
    @CsvSource({"12, 0, 2, 21", "12, 0, 1, 30", "16, 1, 2, 29", "14, 2, 2, 25"})
    void shouldFindABlock(final int granule, final int tg0, final int level, final int shift) {
        useGranule(tg0);
        final long block = (LEAF & ~PageDescriptor.TABLE_OR_PAGE) | PageDescriptor.BLOCK;
        bench.map(granule, level, IOVA, (PAGE & -(1L << shift)) | block);
        // The offset in the block leads to memory or not: only a translated address can tell.
        final long inMemory = (IOVA & -(1L << shift)) | (PAGE & ((1L << shift) - 1));
        assertEquals(AccessResult.DONE, read(inMemory));
        assertEquals(0, bench.pendingEvents());
    }

    @ParameterizedTest
    @CsvSource({"12, 0, 0", "16, 1, 1", "14, 2, 1"})
    void shouldRefuseABlockWhereOnlyTablesMayBe(final int granule, final int tg0, final int level) {
        useGranule(tg0);
        bench.map(granule, level, IOVA, PageDescriptor.BLOCK | PageDescriptor.AF);
        assertFault(Events.F_TRANSLATION, READ);
    }

    @Test
    void shouldRefuseABlockAtTheLastLevel() {
        bench.map(12, 3, IOVA, PAGE | PageDescriptor.BLOCK | PageDescriptor.AF);
        assertFault(Events.F_TRANSLATION, READ);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldFaultOnAnInvalidDescriptorAtEachLevel(final int level) {
        bench.mapPage(IOVA);
        bench.memory.writeLong(bench.slot(12, level, IOVA), 0);
        assertFault(Events.F_TRANSLATION, READ);
    }

    @ParameterizedTest
    @ValueSource(ints = {25, 30, 31, 39, 40})
    void shouldStartAtTheLevelThatTheInputSizeAsksFor(final int inputBits) {
        bench.rawContext(
                SSID, ContextDescriptor.word0(inputBits, 5, 0, false), tableForInput(inputBits));
        assertEquals(AccessResult.DONE, read(0x5000));
    }

    @Test
    void shouldFaultBeyondTheInputSize() {
        bench.mapPage(0);
        assertEquals(AccessResult.ABORTED, read(1L << 48));
        assertEquals(Events.F_TRANSLATION, Events.number(bench.takeEvent()[0]));
    }

    @Test
    void shouldFaultInTheUpperHalf() {
        assertEquals(AccessResult.ABORTED, read(-0x1000));
        assertEquals(Events.F_TRANSLATION, Events.number(bench.takeEvent()[0]));
    }

    @Test
    void shouldIgnoreTheTopByteWhenTold() {
        bench.context(SSID, RECORDING | ContextDescriptor.TBI0, TABLES);
        bench.mapPage(IOVA);
        assertEquals(AccessResult.DONE, read(IOVA | 0xab00_0000_0000_0000L));
    }

    @Test
    void shouldRecordTheTopByteThoughItIsIgnored() {
        bench.context(SSID, RECORDING | ContextDescriptor.TBI0, TABLES);
        read(IOVA | 0xab00_0000_0000_0000L);
        assertEquals(IOVA | 0xab00_0000_0000_0000L, bench.takeEvent()[2]);
    }

    @Test
    void shouldFaultWithoutTables() {
        bench.context(SSID, RECORDING | ContextDescriptor.EPD0, TABLES);
        assertFault(Events.F_TRANSLATION, READ);
    }

    @Test
    void shouldAbortSilentlyWhereATranslationLeadsOutsideMemory() {
        bench.map(12, 3, IOVA, OUTSIDE | LEAF);
        assertEquals(AccessResult.ABORTED, read(IOVA));
        assertEquals(0, bench.pendingEvents());
    }

    // ---- Access flag and permissions ------------------------------------------------------------

    @Test
    void shouldFaultWithoutAccessFlag() {
        bench.map(12, 3, IOVA, PAGE | (LEAF & ~PageDescriptor.AF));
        assertFault(Events.F_ACCESS, READ);
    }

    @Test
    void shouldNotLookAtTheAccessFlagWhenTold() {
        bench.context(SSID, RECORDING | ContextDescriptor.AFFD, TABLES);
        bench.map(12, 3, IOVA, PAGE | (LEAF & ~PageDescriptor.AF));
        assertEquals(AccessResult.DONE, read(IOVA));
    }

    @Test
    void shouldLookAtTheAccessFlagBeforePermissions() {
        bench.map(12, 3, IOVA, PAGE | (LEAF & ~PageDescriptor.AF) | PageDescriptor.AP_READ_ONLY);
        assertFault(Events.F_ACCESS, WRITE);
    }

    @ParameterizedTest
    @ValueSource(ints = {WRITE, WRITE | READ, WRITE | PRIV})
    void shouldRefuseAWriteToAReadOnlyPage(final int perm) {
        bench.map(12, 3, IOVA, PAGE | LEAF | PageDescriptor.AP_READ_ONLY);
        assertFault(Events.F_PERMISSION, perm);
    }

    @Test
    void shouldAllowAReadOfAReadOnlyPage() {
        bench.map(12, 3, IOVA, PAGE | LEAF | PageDescriptor.AP_READ_ONLY);
        assertEquals(AccessResult.DONE, read(IOVA));
    }

    @Test
    void shouldRefuseAnUnprivilegedAccessToAPrivilegedPage() {
        bench.map(12, 3, IOVA, PAGE | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED));
        assertFault(Events.F_PERMISSION, READ);
    }

    @Test
    void shouldAllowAPrivilegedAccessToAPrivilegedPage() {
        bench.map(12, 3, IOVA, PAGE | (LEAF & ~PageDescriptor.AP_UNPRIVILEGED));
        assertEquals(AccessResult.DONE, bench.resultOf(SID, SSID, IOVA, READ | PRIV));
    }

    @Test
    void shouldRefuseAnUnprivilegedFetchWhereUxnIsSet() {
        bench.map(12, 3, IOVA, PAGE | LEAF | PageDescriptor.UXN);
        assertFault(Events.F_PERMISSION, READ | EXEC);
    }

    @Test
    void shouldRefuseAPrivilegedFetchWherePxnIsSet() {
        bench.map(12, 3, IOVA, PAGE | LEAF | PageDescriptor.PXN);
        assertFault(Events.F_PERMISSION, READ | EXEC | PRIV);
    }

    @Test
    void shouldAllowAFetchThatTheOtherNeverBitForbids() {
        bench.map(12, 3, IOVA, PAGE | LEAF | PageDescriptor.PXN);
        assertEquals(AccessResult.DONE, bench.resultOf(SID, SSID, IOVA, READ | EXEC));
    }

    @Test
    void shouldAllowADataReadWhereExecutionIsForbidden() {
        bench.map(12, 3, IOVA, PAGE | LEAF | PageDescriptor.PXN | PageDescriptor.UXN);
        assertEquals(AccessResult.DONE, read(IOVA));
    }

    @ParameterizedTest
    @CsvSource({
        // Bits of a table, who it takes what away from.
        "0x2000000000000000, 1", // APTable[0]: an unprivileged read.
        "0x4000000000000000, 2", // APTable[1]: a write.
        "0x4000000000000000, 10", // APTable[1]: a privileged write.
        "0x1000000000000000, 5", // UXNTable: an unprivileged fetch.
        "0x0800000000000000, 13" // PXNTable: a privileged fetch.
    })
    void shouldTakePermissionsAwayByATableAbove(final String bits, final int perm) {
        bench.mapPage(IOVA);
        final long slot = bench.slot(12, 1, IOVA);
        bench.memory.writeLong(
                slot, bench.memory.readLong(slot) | Long.parseUnsignedLong(bits.substring(2), 16));
        assertFault(Events.F_PERMISSION, perm);
    }

    @Test
    void shouldAllowAReadBelowAReadOnlyTable() {
        bench.mapPage(IOVA);
        final long slot = bench.slot(12, 0, IOVA);
        bench.memory.writeLong(
                slot, bench.memory.readLong(slot) | PageDescriptor.APTABLE_READ_ONLY);
        assertEquals(AccessResult.DONE, read(IOVA));
    }

    // ---- Bad tables -----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldFaultOnAnAddressBeyondTheOutputSizeAtEachLevel(final int level) {
        bench.mapPage(IOVA);
        bench.rawContext(SSID, ContextDescriptor.word0(48, 0, 0, false), TABLES); // IPS 0: 32 bits.
        bench.memory.writeLong(bench.slot(12, level, IOVA), 1L << 32 | LEAF);
        assertFault(Events.F_ADDR_SIZE, READ);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldRecordATableOutsideMemory(final int level) {
        bench.mapPage(IOVA);
        bench.memory.writeLong(bench.slot(12, level, IOVA), OUTSIDE | PageDescriptor.TABLE_OR_PAGE);
        assertEquals(AccessResult.ABORTED, read(IOVA));
        final long index = IOVA >>> (12 + 9 * (2 - level)) & 0x1ff;
        assertArrayEquals(
                new long[] {
                    Events.word0(Events.F_WALK_EABT, SID, SSID),
                    Events.RNW | Events.classBits(Events.CLASS_TTD),
                    IOVA,
                    OUTSIDE + 8 * index
                },
                bench.takeEvent());
    }

    @Test
    void shouldRecordARootOutsideMemory() {
        bench.context(0, RECORDING, OUTSIDE);
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, NO_SSID, 0, WRITE));
        assertArrayEquals(
                new long[] {
                    Events.word0(Events.F_WALK_EABT, SID, -1),
                    Events.classBits(Events.CLASS_TTD),
                    0,
                    OUTSIDE
                },
                bench.takeEvent());
    }

    @Test
    void shouldAbortAFailedTableFetchThoughTheContextStalls() {
        bench.context(SSID, ContextDescriptor.S, OUTSIDE);
        assertEquals(AccessResult.ABORTED, read(IOVA));
    }

    @Test
    void shouldEndTheWalkOfATableThatRefersToItself() {
        bench.memory.writeLong(TABLES, TABLES | LEAF);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertEquals(AccessResult.DONE, read(0)));
    }

    // ---- What tests use -------------------------------------------------------------------------

    private void useGranule(final int tg0) {
        bench.context(SSID, RECORDING | (long) tg0 << 6, TABLES);
    }

    /** A table that an input of so many bits starts at, with the page at 0x5000 mapped. */
    private long tableForInput(final int inputBits) {
        bench.mapPage(0x5000);
        final int startLevel = 4 - (inputBits - 4) / 9;
        return startLevel == 0 ? TABLES : bench.slot(12, startLevel, 0);
    }

    private AccessResult read(final long iova) {
        return bench.resultOf(SID, SSID, iova, READ);
    }

    private void assertFault(final int event, final int perm) {
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, SSID, IOVA, perm));
        assertEquals(event, Events.number(bench.takeEvent()[0]));
    }
}
