// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.SmmuBench.EXEC;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PAGE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PRIV;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Translation requests, translated accesses and invalidations of devices. IHI 0070, 3.9.1. */
final class AtsTest {
    private static final int NOT_TRANSLATING =
            SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_CMDQEN;

    private SmmuBench bench = SmmuBench.enabled(0);
    private final PcieDevices devices = new PcieDevices();

    AtsTest() {
        bench.smmu.connect(devices);
    }

    // ---- Translation requests -------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "7, 1, 0x7805, 0x100800000000",
        "7, 2, 0x7805, 0x100c00000000",
        "7, 15, 0x7805, 0x100f00000000",
        "-1, 15, 0x0005, 0x100c00000000" // Neither execute nor privileged without a PASID.
    })
    void shouldRefuseARequestWhileDisabled(
            final int ssid, final int perm, final String low, final String word1) {
        bench.regs.writel(NOT_TRANSLATING, SmmuRegisters.CR0);
        assertEquals(
                AtsCompletion.UNSUPPORTED, bench.smmu.translationRequest(SID, ssid, IOVA, perm));
        assertArrayEquals(
                new long[] {
                    (long) SID << 32 | Long.decode(low), Long.decode(word1), IOVA & ~0xfffL, 0
                },
                bench.takeEvent());
    }

    @Test
    void shouldRefuseARequestWithoutAtsAndSayNothing() {
        bench = SmmuBench.enabled(CONFIG.without(SmmuFeature.PRI).without(SmmuFeature.ATS), 0);
        assertEquals(
                AtsCompletion.UNSUPPORTED, bench.smmu.translationRequest(SID, SSID, IOVA, READ));
        assertEquals(0, bench.pendingEvents());
    }

    @Test
    void shouldTranslateForADevice() {
        useAts(StreamTableEntry.EATS_FULL);
        bench.mapPage(IOVA);
        assertEquals(
                new AtsCompletion(AtsCompletion.Status.SUCCESS, PAGE, 12, READ | WRITE),
                bench.smmu.translationRequest(SID, SSID, IOVA, READ | WRITE));
        assertEquals(0, bench.pendingEvents());
    }

    @Test
    void shouldGrantNoMoreThanWasAskedFor() {
        useAts(StreamTableEntry.EATS_FULL);
        bench.mapPage(IOVA);
        assertEquals(READ, bench.smmu.translationRequest(SID, SSID, IOVA, READ).perm());
        assertEquals(
                READ | EXEC, bench.smmu.translationRequest(SID, SSID, IOVA, READ | EXEC).perm());
    }

    @Test
    void shouldNotGrantAWriteThatIsNotAllowed() {
        useAts(StreamTableEntry.EATS_FULL);
        bench.map(12, 3, IOVA, PAGE | SmmuBench.LEAF | PageDescriptor.AP_READ_ONLY);
        assertEquals(READ, bench.smmu.translationRequest(SID, SSID, IOVA, READ | WRITE).perm());
    }

    @Test
    void shouldCoverAWholeBlock() {
        useAts(StreamTableEntry.EATS_FULL);
        bench.map(12, 2, IOVA, PAGE | (SmmuBench.LEAF & ~PageDescriptor.TABLE_OR_PAGE) | 1);
        assertEquals(
                new AtsCompletion(AtsCompletion.Status.SUCCESS, PAGE, 21, READ),
                bench.smmu.translationRequest(SID, SSID, IOVA, READ));
    }

    @Test
    void shouldSayThatThereIsNoTranslationAndRecordNothing() {
        bench = SmmuBench.stalling();
        useAts(StreamTableEntry.EATS_FULL);
        assertEquals(
                AtsCompletion.NO_TRANSLATION, bench.smmu.translationRequest(SID, SSID, IOVA, READ));
        assertEquals(0, bench.pendingEvents());
        assertEquals(0, bench.smmu.recordedStalls());
    }

    @Test
    void shouldRefuseARequestOfAStreamWithoutAts() {
        useAts(StreamTableEntry.EATS_ABORT);
        assertEquals(
                AtsCompletion.UNSUPPORTED,
                bench.smmu.translationRequest(SID, SSID, IOVA, READ | WRITE));
        assertArrayEquals(
                new long[] {(long) SID << 32 | 0x7805, 0x100c_0000_0000L, IOVA & ~0xfffL, 0},
                bench.takeEvent());
    }

    @Test
    void shouldRefuseARequestOfAStreamThatAbortsAndSayNothing() {
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT), 0);
        assertEquals(
                AtsCompletion.UNSUPPORTED, bench.smmu.translationRequest(SID, SSID, IOVA, READ));
        assertEquals(0, bench.pendingEvents());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2, 0", "8, 0", "10, 1"})
    void shouldRecordAnErrorOfTheConfigurationOnlyIfToldTo(final int cr2, final int records) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writel(cr2, SmmuRegisters.CR2);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertEquals(AtsCompletion.ABORT, bench.smmu.translationRequest(0x1000, SSID, IOVA, READ));
        assertEquals(records, bench.pendingEvents());
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "8, 1"})
    void shouldRecordABadEntryOnlyIfToldTo(final int cr2, final int records) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writel(cr2, SmmuRegisters.CR2);
        bench.regs.writel(checking(), SmmuRegisters.CR0);
        bench.ste(SID, 0, 0);
        assertEquals(AtsCompletion.ABORT, bench.smmu.translationRequest(SID, SSID, IOVA, READ));
        assertEquals(records, bench.pendingEvents());
        for (int i = 0; i < records; i++) {
            assertEquals((long) SID << 32 | 0x7804, bench.takeEvent()[0]);
        }
        assertEquals(AccessResult.ABORTED, translated(PAGE, READ));
        assertEquals(records, bench.pendingEvents());
        for (int i = 0; i < records; i++) {
            assertEquals((long) SID << 32 | 0x04, bench.takeEvent()[0], "its PASID is not seen");
        }
    }

    // ---- Translated accesses --------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 0x800000000", "3, 0"})
    void shouldForbidATranslatedAccessWhileDisabled(final int perm, final String word1) {
        bench.regs.writel(NOT_TRANSLATING, SmmuRegisters.CR0);
        assertEquals(AccessResult.ABORTED, translated(PAGE + 0x123, perm));
        assertArrayEquals(
                new long[] {(long) SID << 32 | 0x07, Long.decode(word1), PAGE + 0x123, 0},
                bench.takeEvent());
    }

    @Test
    void shouldLetATranslatedAccessPassUnchecked() {
        assertEquals(AccessResult.DONE, translated(PAGE, WRITE));
        assertEquals(0, bench.pendingEvents());
    }

    @Test
    void shouldLetACheckedStreamWithAtsPass() {
        bench.regs.writel(checking(), SmmuRegisters.CR0);
        useAts(StreamTableEntry.EATS_FULL);
        assertEquals(AccessResult.DONE, translated(PAGE, READ | EXEC | PRIV));
        assertEquals(0, bench.pendingEvents());
    }

    @Test
    void shouldForbidACheckedStreamWithoutAts() {
        bench.regs.writel(checking(), SmmuRegisters.CR0);
        assertEquals(AccessResult.ABORTED, translated(PAGE + 8, READ));
        assertArrayEquals(
                new long[] {(long) SID << 32 | 0x07, 0x8_0000_0000L, PAGE + 8, 0},
                bench.takeEvent());
    }

    @Test
    void shouldForbidACheckedStreamThatBypasses() {
        bench.regs.writel(checking(), SmmuRegisters.CR0);
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 1L << 28);
        assertEquals(AccessResult.ABORTED, translated(PAGE, WRITE));
        assertEquals((long) SID << 32 | 0x07, bench.takeEvent()[0]);
    }

    @Test
    void shouldAbortACheckedStreamThatAbortsAndSayNothing() {
        bench.regs.writel(checking(), SmmuRegisters.CR0);
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT), 0);
        assertEquals(AccessResult.ABORTED, translated(PAGE, WRITE));
        assertEquals(0, bench.pendingEvents());
    }

    @ParameterizedTest
    @ValueSource(longs = {0x1000, 1L << 48, -8})
    void shouldAbortATranslatedAccessThatReachesNoMemory(final long address) {
        assertEquals(AccessResult.ABORTED, translated(address, READ));
        assertEquals(0, bench.pendingEvents());
    }

    @Test
    void shouldAbortATranslatedAccessWithoutAts() {
        bench = SmmuBench.enabled(CONFIG.without(SmmuFeature.PRI).without(SmmuFeature.ATS), 0);
        assertEquals(AccessResult.ABORTED, translated(PAGE, READ));
        assertEquals(0, bench.pendingEvents());
    }

    // ---- Other records of the front -------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "7, 1, 0x7801, 0x800000000",
        "-1, 13, 0x0001, 0xe00000000",
        "7, 6, 0x7801, 0" // A write is never a fetch.
    })
    void shouldRecordAnUnsupportedAccess(
            final int ssid, final int perm, final String low, final String word1) {
        final int[] ended = {0};
        bench.smmu.unsupportedAccess(
                (id, result) -> ended[0] = result == AccessResult.ABORTED ? id : -id,
                5,
                SID,
                ssid,
                IOVA,
                perm);
        assertEquals(5, ended[0]);
        assertArrayEquals(
                new long[] {(long) SID << 32 | Long.decode(low), Long.decode(word1), IOVA, 0},
                bench.takeEvent());
    }

    @Test
    void shouldRecordAnUnsupportedAccessWhileDisabled() {
        bench.regs.writel(NOT_TRANSLATING, SmmuRegisters.CR0);
        bench.smmu.unsupportedAccess((id, result) -> {}, 5, SID, NO_SSID, IOVA, READ);
        assertEquals(1, bench.pendingEvents());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 0x100800000000",
        "3, 2, 0x300400000000",
        "255, 4, 0xff00200000000",
        "9999, 9, 0xff08000000000",
        "0, 10, 0x104000000000",
        "2, 12, 0x202000000000"
    })
    void shouldRecordAHint(final int pages, final int perm, final String word1) {
        bench.smmu.pageHint(SID, SSID, IOVA, pages, perm);
        assertArrayEquals(
                new long[] {(long) SID << 32 | 0x7824, Long.decode(word1), IOVA & ~0xfffL, 0},
                bench.takeEvent());
    }

    @Test
    void shouldDropAHintWhileDisabled() {
        bench.regs.writel(NOT_TRANSLATING, SmmuRegisters.CR0);
        bench.smmu.pageHint(SID, SSID, IOVA, 1, READ | EXEC | PRIV);
        assertEquals(0, bench.pendingEvents());
    }

    // ---- ATC_INV --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 52, '16 -1 false 0 64'",
        "7, 0x7000, 0, '16 7 false 7000 12'",
        "7, 0x7000, 4, '16 7 false 0 16'",
        "7, -4096, 51, '16 7 false 8000000000000000 63'",
        "7, -4096, 63, '16 7 false 0 64'"
    })
    void shouldSendAnInvalidationToTheDevice(
            final int ssid, final String address, final int size, final String sent) {
        bench.command(Commands.atcInv(SID, ssid), Commands.atcInvSpan(Long.decode(address), size));
        assertEquals(List.of(sent), devices.invalidations);
    }

    @ParameterizedTest
    @CsvSource({"7, true", "-1, false"})
    void shouldBeGlobalWithAPasidAlone(final int ssid, final boolean isGlobal) {
        bench.command(Commands.atcInv(SID, ssid) | 1L << 9, 0);
        assertEquals(List.of("16 " + ssid + " " + isGlobal + " 0 12"), devices.invalidations);
    }

    @Test
    void shouldIgnoreAnInvalidationWhileDisabled() {
        bench.regs.writel(NOT_TRANSLATING, SmmuRegisters.CR0);
        bench.command(Commands.atcInv(SID, SSID), 0);
        assertEquals(List.of(), devices.invalidations);
        assertEquals(1, bench.commandCons());
    }

    @Test
    void shouldStopAtTheSyncBehindAnInvalidationThatFailed() {
        devices.invalidates = false;
        bench.prepareCommand(Commands.atcInv(SID, SSID), 0);
        bench.prepareCommand(Commands.cfgiSte(1), 1);
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 1), SmmuBench.PAGE);
        assertEquals(CmdqOp.CERROR_ATC_INV_SYNC, bench.commandErrorCode());
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR));
        assertEquals(2, bench.commandCons(), "at the SYNC");
        assertEquals(0, bench.smmu.interrupt("cmdq-sync").pulses());
        assertEquals(0, bench.memory.readInt(SmmuBench.PAGE), "no message");
        bench.acknowledgeErrors();
        assertEquals(3, bench.commandCons());
        assertEquals(1, bench.smmu.interrupt("cmdq-sync").pulses());
        assertFalse(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR));
        assertEquals(1, devices.invalidations.size(), "not sent again");
    }

    @Test
    void shouldSayThatOneOfSeveralInvalidationsFailed() {
        devices.invalidates = false;
        bench.command(Commands.atcInv(SID, SSID), 0);
        devices.invalidates = true;
        bench.command(Commands.atcInv(SID, SSID), 0);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        assertEquals(CmdqOp.CERROR_ATC_INV_SYNC, bench.commandErrorCode());
    }

    private void useAts(final int eats) {
        bench.ste(
                SID,
                StreamTableEntry.word0(
                        StreamTableEntry.CONFIG_S1, SmmuBench.CONTEXTS, SmmuBench.S1CDMAX),
                StreamTableEntry.S1DSS_SSID0 | (long) eats << StreamTableEntry.EATS_SHIFT);
    }

    private static int checking() {
        return SmmuBench.ALL_ENABLED | SmmuRegisters.CR0_ATSCHK;
    }

    private AccessResult translated(final long address, final int perm) {
        final AccessResult[] how = new AccessResult[1];
        bench.smmu.translatedAccess((id, result) -> how[0] = result, 1, SID, SSID, address, perm);
        return how[0];
    }
}
