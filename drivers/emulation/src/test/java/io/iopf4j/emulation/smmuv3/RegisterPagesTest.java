// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What registers keep, reflect and refuse. IHI 0070, chapter 6. */
final class RegisterPagesTest {
    private final SmmuBench bench = new SmmuBench();
    private final SmmuRegisterPages regs = bench.regs;

    @ParameterizedTest
    @ValueSource(ints = {0x1, 0x4, 0x8, 0xc, 0xd, 0x0})
    void shouldAcknowledgeEachEnableInCr0(final int enables) {
        regs.writel(enables, SmmuRegisters.CR0);
        assertEquals(enables, regs.readl(SmmuRegisters.CR0ACK));
    }

    @Test
    void shouldNotReflectReservedBitsInCr0Ack() {
        regs.writel(-1, SmmuRegisters.CR0);
        assertEquals(0x1f, regs.readl(SmmuRegisters.CR0ACK));
    }

    @Test
    void shouldIgnoreStoresToCr0Ack() {
        regs.writel(SmmuRegisters.CR0_CMDQEN, SmmuRegisters.CR0ACK);
        assertEquals(0, regs.readl(SmmuRegisters.CR0));
    }

    @Test
    void shouldAcknowledgeInterruptEnables() {
        regs.writel(5, SmmuRegisters.IRQ_CTRL);
        assertEquals(5, regs.readl(SmmuRegisters.IRQ_CTRLACK));
    }

    @Test
    void shouldNotReflectReservedBitsInIrqCtrlAck() {
        regs.writel(-1, SmmuRegisters.IRQ_CTRL);
        assertEquals(7, regs.readl(SmmuRegisters.IRQ_CTRLACK));
    }

    @ParameterizedTest
    @CsvSource({
        "0x080, 0x1",
        "0x088, 0x1",
        "0x02c, 0x1",
        "0x090, 0x8",
        "0x09c, 0x8",
        "0x0a0, 0x4",
        "0x100a8, 0x4"
    })
    void shouldIgnoreStoresToGuardedRegistersWhileEnabled(final int offset, final int guard) {
        final int before = regs.readl(offset);
        regs.writel(guard, SmmuRegisters.CR0);
        regs.writel(~before & 0x7fff_ffff, offset);
        assertEquals(before, regs.readl(offset));
    }

    @ParameterizedTest
    @CsvSource({
        "0x080, 0x0000f0c0", "0x084, 0x4000ffff", "0x088, 0x000302cf", "0x02c, 0x6",
        "0x090, 0x0000ffe3", "0x09c, 0x7", "0x0a0, 0x0000ffe3", "0x100a8, 0x80000005"
    })
    void shouldKeepStoresToGuardedRegistersWhileDisabled(final int offset, final String hex) {
        final int value = Integer.parseUnsignedInt(hex.substring(2), 16);
        regs.writel(value, offset);
        assertEquals(value, regs.readl(offset));
    }

    @Test
    void shouldGuardTableAttributesOfCr1BySmmuenAlone() {
        regs.writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        regs.writel(-1, SmmuRegisters.CR1);
        assertEquals(0x3f, regs.readl(SmmuRegisters.CR1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x4, 0x8})
    void shouldGuardQueueAttributesOfCr1ByTheQueues(final int enable) {
        regs.writel(enable, SmmuRegisters.CR0);
        regs.writel(-1, SmmuRegisters.CR1);
        assertEquals(0xfc0, regs.readl(SmmuRegisters.CR1));
    }

    @Test
    void shouldIgnoreGbpaWithoutUpdate() {
        regs.writel(SmmuRegisters.GBPA_ABORT, SmmuRegisters.GBPA);
        assertEquals(0, regs.readl(SmmuRegisters.GBPA));
    }

    @Test
    void shouldClearGbpaUpdateWhenItHasTakenEffect() {
        regs.writel(SmmuRegisters.GBPA_ABORT | SmmuRegisters.GBPA_UPDATE, SmmuRegisters.GBPA);
        assertEquals(SmmuRegisters.GBPA_ABORT, regs.readl(SmmuRegisters.GBPA));
    }

    @Test
    void shouldAbortWhileDisabledWhenGbpaSaysSo() {
        regs.writel(SmmuRegisters.GBPA_ABORT | SmmuRegisters.GBPA_UPDATE, SmmuRegisters.GBPA);
        assertEquals(
                AccessResult.ABORTED,
                bench.resultOf(1, SmmuBench.NO_SSID, SmmuBench.PAGE, SmmuBench.READ));
    }

    @Test
    void shouldBypassWhileDisabledOtherwise() {
        assertEquals(
                AccessResult.DONE,
                bench.resultOf(1, SmmuBench.NO_SSID, SmmuBench.PAGE, SmmuBench.READ));
    }

    @Test
    void shouldAbortABypassedAccessOutsideMemoryWhileDisabled() {
        assertEquals(
                AccessResult.ABORTED, bench.resultOf(1, SmmuBench.NO_SSID, 0x1000, SmmuBench.READ));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x008, 0x010, 0x040, 0x048, 0x0a8, 0x0ac, 0x0c8, 0x0cc, 0xfe0, 0x10000})
    void shouldReadZeroAndIgnoreStoresWhereNoRegisterIs(final int offset) {
        regs.writel(-1, offset);
        assertEquals(0, regs.readl(offset));
    }

    @Test
    void shouldKeepIdentificationAcrossStores() {
        final int idr0 = regs.readl(SmmuRegisters.IDR0);
        regs.writel(~idr0, SmmuRegisters.IDR0);
        assertEquals(idr0, regs.readl(SmmuRegisters.IDR0));
    }

    @Test
    void shouldSayWhatItsConfigurationIs() {
        assertEquals(
                3 << 26 | 4 << 21 | 3 << 16 | 18 << 11 | 8 << 6 | 8,
                regs.readl(SmmuRegisters.IDR1),
                "IDR1");
        assertEquals(0x424, regs.readl(SmmuRegisters.IDR3), "IDR3");
        assertEquals(SmmuBench.STALL_MAX << 16 | 0x75, regs.readl(SmmuRegisters.IDR5), "IDR5");
        assertEquals(1, regs.readl(SmmuRegisters.AIDR), "AIDR");
    }

    @Test
    void shouldSayNoStallCapacityWhenNothingStalls() {
        final SmmuBench terminateOnly =
                new SmmuBench(SmmuBench.CONFIG.withStallModel(SmmuV3Config.TERMINATE_ONLY));
        assertEquals(0x75, terminateOnly.regs.readl(SmmuRegisters.IDR5));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x080, 0x090, 0x0a0})
    void shouldPutTwoHalvesTogether(final int offset) {
        regs.writel(0x1234_5660, offset);
        regs.writel(0x4000_0001, offset + 4);
        assertEquals(0x4000_0001_1234_5640L, regs.readq(offset) & ~0x20L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x080, 0x090, 0x0a0})
    void shouldTakeBothHalvesAtOnce(final int offset) {
        regs.writeq(0x4000_0002_8765_4300L, offset);
        assertEquals(0x8765_4300, regs.readl(offset));
        assertEquals(0x4000_0002, regs.readl(offset + 4));
    }

    @ParameterizedTest
    @ValueSource(longs = {-4, 2, 0x1ffff, 0x20000, 0x1_0000_0000L})
    void shouldRefuseAWordThatIsNotInTheWindow(final long offset) {
        assertThrows(IndexOutOfBoundsException.class, () -> regs.readl(offset));
        assertThrows(IndexOutOfBoundsException.class, () -> regs.writel(0, offset));
    }

    @ParameterizedTest
    @ValueSource(longs = {-8, 4, 0x1fffc, 0x20000})
    void shouldRefuseADoublewordThatIsNotInTheWindow(final long offset) {
        assertThrows(IndexOutOfBoundsException.class, () -> regs.readq(offset));
        assertThrows(IndexOutOfBoundsException.class, () -> regs.writeq(0, offset));
    }

    @Test
    void shouldCoverBothPages() {
        assertEquals(0x20000, regs.sizeBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 8, 4, 3, 16, 0", "33, 8, 4, 3, 16, 0", "8, 21, 4, 3, 16, 0", "8, 8, 20, 3, 16, 0",
        "8, 8, 4, 20, 16, 0", "8, 8, 4, 3, 0, 0", "8, 8, 4, 3, 65536, 0", "8, 8, 4, 3, 16, 3"
    })
    void shouldRefuseAConfigurationThatNoRegisterCanSay(
            final int sid,
            final int ssid,
            final int commands,
            final int events,
            final int stalls,
            final int model) {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        SmmuV3Config.roomy()
                                .withSidBits(sid)
                                .withSsidBits(ssid)
                                .withCommandQueueLog2Max(commands)
                                .withEventQueueLog2Max(events)
                                .withStallMax(stalls)
                                .withStallModel(model));
    }
}
