// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.AccessResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is where in the window, and which bits of it stick. */
final class VtdRegisterWindowTest {
    private static final VtdConfig PROTECTING =
            config(VtdCapabilities.PLMR | VtdCapabilities.PHMR, 0);

    private final VtdBench bench = new VtdBench(VtdConfig.scalable());
    private final Mmio regs = bench.regs;

    private static VtdConfig config(final long cap, final long ecap) {
        final VtdCapabilities base = VtdConfig.scalable().capabilities();
        return new VtdConfig(0x30, new VtdCapabilities(base.cap() | cap, base.ecap() | ecap));
    }

    @ParameterizedTest
    @CsvSource({
        "0x08, 0x11d2078c22380c06, 0x11d2078c22380c06",
        "0x10, 0x0001cd9ce4000fc7, 0x0001cd9ce4000fc7",
        "0x20, 0, 0xfffffffffffffc00",
        "0x58, 0, 0",
        "0x70, 0, 0",
        "0x80, 0, 0",
        "0x88, 0, 0x7fff0",
        "0x90, 0, 0xfffffffffffff807",
        "0xb0, 0, 0",
        "0xb8, 0, 0xfffffffffffff80f",
        "0xc0, 0, 0x7ffe0",
        "0xc8, 0, 0x7ffe0",
        "0xd0, 0, 0xfffffffffffff007",
        "0xf0, 0, 0",
        "0x100, 0, 0",
        "0x220, 0, 0",
        "0x298, 0, 0",
        "0xff8, 0, 0"
    })
    void shouldKeepWhatARegisterOf64BitsHas(
            final String offset, final String reset, final String ones) {
        final int at = Integer.decode(offset);
        assertEquals(number(reset), regs.readq(at));
        regs.writeq(-1, at);
        assertEquals(number(ones), regs.readq(at));
        assertEquals((int) number(ones), regs.readl(at));
        assertEquals((int) (number(ones) >>> 32), regs.readl(at + 4));
        // Each half alone.
        regs.writeq(0, at);
        regs.writel(-1, at + 4);
        final boolean isReadOnly = reset.equals(ones);
        assertEquals(isReadOnly ? number(ones) : number(ones) >>> 32 << 32, regs.readq(at));
        regs.writel(-1, at);
        assertEquals(number(ones), regs.readq(at));
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, 0x10, 0x10",
        "0x04, 0, 0",
        "0x18, 0, 0",
        "0x30, 0, 0",
        "0x34, 0, 0",
        "0x38, 0x80000000, 0x80000000",
        "0x3c, 0, 0xffff",
        "0x40, 0, 0xfffffffc",
        "0x44, 0, 0",
        "0x64, 0, 0",
        "0x68, 0, 0",
        "0x6c, 0, 0",
        "0x9c, 0, 0",
        "0xa0, 0x80000000, 0x80000000",
        "0xa4, 0, 0xffff",
        "0xa8, 0, 0xfffffffc",
        "0xac, 0, 0",
        "0xdc, 0, 0",
        "0xe0, 0x80000000, 0x80000000",
        "0xe4, 0, 0xffff",
        "0xe8, 0, 0xfffffffc",
        "0xec, 0, 0xffffffff"
    })
    void shouldKeepWhatARegisterOf32BitsHas(
            final String offset, final String reset, final String ones) {
        final int at = Integer.decode(offset);
        assertEquals((int) number(reset), regs.readl(at));
        regs.writel(-1, at);
        assertEquals((int) number(ones), regs.readl(at));
    }

    private static long number(final String text) {
        return text.startsWith("0x")
                ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseLong(text);
    }

    @ParameterizedTest
    @ValueSource(longs = {0xc0, 0xc8, 0xd0, 0xd8, 0xe0, 0xe8})
    void shouldHaveNoPageRequestRegistersWithoutThem(final long offset) {
        final VtdBench without =
                new VtdBench(
                        VtdConfig.scalable()
                                .without(VtdFeature.PAGE_REQUEST_DRAIN)
                                .without(VtdFeature.PAGE_REQUESTS));
        without.regs.writeq(-1, offset);
        assertEquals(0, without.regs.readq(offset));
    }

    @Test
    void shouldPutItsRecordsAndItsIotlbWhereItsCapabilitiesSay() {
        final long cap = VtdConfig.scalable().capabilities().cap() & ~(0x3ffL << 24);
        final long ecap = VtdConfig.scalable().capabilities().ecap() & ~(0x3ffL << 8);
        final VtdBench moved =
                new VtdBench(
                        new VtdConfig(
                                0x30, new VtdCapabilities(cap | 0x201L << 24, ecap | 0x1ffL << 8)));
        assertEquals(0x3000, moved.regs.sizeBytes());
        moved.regs.writeq(1L << 63 | 1L << 60, 0x1ff8);
        assertEquals(1, moved.regs.readq(0x1ff8) >>> 57 & 3);
        moved.command(VtdRegisters.TE);
        moved.access(0x77, VtdBench.NO_PASID, 0x5000, VtdBench.READ);
        assertEquals(0x5000, moved.regs.readq(0x2010));
        assertEquals(0x77, moved.regs.readq(0x2018) & 0xffff);
        assertEquals(0, moved.regs.readq(0x220));
    }

    @Test
    void shouldTakeTwoRegistersOf32BitsAtOnce() {
        regs.writeq(0x1234_0000_0000L, VtdRegisters.FECTL);
        assertEquals(0x1234_0000_0000L, regs.readq(VtdRegisters.FECTL));
    }

    @Test
    void shouldIgnoreWhatIsNotAligned() {
        regs.writel(-1, VtdRegisters.RTADDR + 2);
        regs.writeq(-1, VtdRegisters.RTADDR + 4);
        assertEquals(0, regs.readq(VtdRegisters.RTADDR));
        assertEquals(0, regs.readl(VtdRegisters.CAP + 2));
        assertEquals(0, regs.readq(VtdRegisters.CAP + 4));
    }

    @Test
    void shouldRefuseWhatIsNotInside() {
        assertThrows(IndexOutOfBoundsException.class, () -> regs.readl(0x1000));
        assertThrows(IndexOutOfBoundsException.class, () -> regs.readq(0xffc));
        assertThrows(IndexOutOfBoundsException.class, () -> regs.writel(0, -4));
        assertThrows(IndexOutOfBoundsException.class, () -> regs.writeq(0, 1L << 32));
    }

    // ---- Protected memory -----------------------------------------------------------------------

    @Test
    void shouldKeepDevicesOutOfProtectedMemory() {
        final VtdBench guarded = new VtdBench(PROTECTING);
        guarded.regs.writel(-1, VtdRegisters.PLMBASE);
        assertEquals(0xffe0_0000, guarded.regs.readl(VtdRegisters.PLMBASE));
        guarded.regs.writel(0x20_0000, VtdRegisters.PLMBASE);
        guarded.regs.writel(0x40_0000, VtdRegisters.PLMLIMIT);
        guarded.regs.writeq(0x80_0000, VtdRegisters.PHMBASE);
        guarded.regs.writeq(0x80_0000, VtdRegisters.PHMLIMIT);
        assertReaches(guarded, true, 0x20_0000);
        guarded.regs.writel(1 << 31, VtdRegisters.PMEN);
        assertEquals(0x8000_0001, guarded.regs.readl(VtdRegisters.PMEN));
        assertReaches(guarded, true, 0x1f_ffff);
        assertReaches(guarded, false, 0x20_0000);
        assertReaches(guarded, false, 0x5f_ffff);
        assertReaches(guarded, true, 0x60_0000);
        assertReaches(guarded, false, 0x80_0000);
        assertReaches(guarded, false, 0x9f_ffff);
        assertReaches(guarded, true, 0xa0_0000);
        assertEquals(0, guarded.fsts());
        guarded.regs.writel(0, VtdRegisters.PMEN);
        assertEquals(0, guarded.regs.readl(VtdRegisters.PMEN));
        assertReaches(guarded, true, 0x20_0000);
    }

    @Test
    void shouldKeepTranslatedAccessesOutToo() {
        final VtdBench guarded = VtdBench.scalable(PROTECTING);
        guarded.regs.writeq(0x80_0000, VtdRegisters.PHMBASE);
        guarded.regs.writeq(0x80_0000, VtdRegisters.PHMLIMIT);
        guarded.regs.writel(1 << 31, VtdRegisters.PMEN);
        assertReaches(guarded, false, VtdBench.PAGE);
        assertEquals(0, guarded.fsts());
    }

    private static void assertReaches(
            final VtdBench guarded, final boolean isReached, final long address) {
        assertEquals(
                isReached ? AccessResult.DONE : AccessResult.ABORTED,
                guarded.access(VtdBench.RID, VtdBench.NO_PASID, address, VtdBench.READ));
    }
}
