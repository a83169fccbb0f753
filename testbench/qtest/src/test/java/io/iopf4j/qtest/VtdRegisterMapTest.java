// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.vtd.VtdConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The register map of VT-d: what is there out of reset, and what sticks of what is stored. */
class VtdRegisterMapTest {
    private static final int WINDOW = 0x1000;

    private VtdClient vtd = new VtdClient(VtdConfig.scalable());

    @AfterEach
    void leave() {
        vtd.close();
    }

    private void restart(final VtdConfig config) {
        vtd.close();
        vtd = new VtdClient(config);
    }

    @Test
    void shouldIdentifyItself() {
        vtd.assertRegister(0x10, VtdClient.VER);
        vtd.assertRegister64(0x11d2_078c_2238_0c06L, VtdClient.CAP);
        vtd.assertRegister64(0x0001_cd9c_e400_0fc7L, VtdClient.ECAP);
        restart(VtdConfig.revision2());
        vtd.assertRegister(0x10, VtdClient.VER);
        assertEquals(1, vtd.get64(VtdClient.ECAP) >>> 24 & 1, "ECS");
        assertEquals(0, vtd.get64(VtdClient.ECAP) >>> 43 & 1, "SMTS");
    }

    /** Columns: register, bytes, out of reset, and of all ones with nothing enabled. */
    @ParameterizedTest
    @CsvSource({
        "VER, 0x00, 4, 0x10, 0x10",
        "after VER, 0x04, 4, 0, 0",
        "CAP, 0x08, 8, 0x11d2078c22380c06, 0x11d2078c22380c06",
        "ECAP, 0x10, 8, 0x0001cd9ce4000fc7, 0x0001cd9ce4000fc7",
        "RTADDR, 0x20, 8, 0, 0xfffffffffffffc00",
        "after CCMD, 0x30, 4, 0, 0",
        "FSTS, 0x34, 4, 0, 0",
        "FECTL, 0x38, 4, 0x80000000, 0x80000000",
        "FEDATA, 0x3c, 4, 0, 0xffff",
        "FEADDR, 0x40, 4, 0, 0xfffffffc",
        "FEUADDR without EIM, 0x44, 4, 0, 0",
        "none, 0x48, 8, 0, 0",
        "none, 0x50, 8, 0, 0",
        "AFLOG without AFL, 0x58, 8, 0, 0",
        "PMEN without PLMR and PHMR, 0x64, 4, 0, 0",
        "PLMBASE, 0x68, 4, 0, 0",
        "PLMLIMIT, 0x6c, 4, 0, 0",
        "PHMBASE, 0x70, 8, 0, 0",
        "PHMLIMIT, 0x78, 8, 0, 0",
        "IQH, 0x80, 8, 0, 0",
        "IQT, 0x88, 8, 0, 0x7fff0",
        "IQA, 0x90, 8, 0, 0xfffffffffffff807",
        "none, 0x98, 4, 0, 0",
        "ICS, 0x9c, 4, 0, 0",
        "IECTL, 0xa0, 4, 0x80000000, 0x80000000",
        "IEDATA, 0xa4, 4, 0, 0xffff",
        "IEADDR, 0xa8, 4, 0, 0xfffffffc",
        "IEUADDR without EIM, 0xac, 4, 0, 0",
        "IQERCD, 0xb0, 8, 0, 0",
        "PQH, 0xc0, 8, 0, 0x7ffe0",
        "PQT, 0xc8, 8, 0, 0x7ffe0",
        "PQA, 0xd0, 8, 0, 0xfffffffffffff007",
        "none, 0xd8, 4, 0, 0",
        "PRS, 0xdc, 4, 0, 0",
        "PECTL, 0xe0, 4, 0x80000000, 0x80000000",
        "PEDATA, 0xe4, 4, 0, 0xffff",
        "PEADDR, 0xe8, 4, 0, 0xfffffffc",
        "PEUADDR, 0xec, 4, 0, 0xffffffff",
        "IVA, 0xf0, 8, 0, 0",
        "MTRRCAP, 0x100, 8, 0, 0",
        "FRCD 0 low, 0x220, 8, 0, 0",
        "FRCD 0 high, 0x228, 8, 0, 0",
        "FRCD 7 high, 0x298, 8, 0, 0",
        "none, 0x2a0, 8, 0, 0",
        "PERF, 0x300, 8, 0, 0",
        "ECMD, 0x400, 8, 0, 0",
        "VCCAP, 0xe00, 8, 0, 0",
        "VCMD, 0xe10, 8, 0, 0",
        "last, 0xff8, 8, 0, 0"
    })
    void shouldKeepTheBitsThatExist(
            final String name,
            final String offset,
            final int bytes,
            final String reset,
            final String sticks) {
        final int at = Integer.decode(offset);
        final long expected = number(sticks);
        if (bytes == 4) {
            vtd.assertRegister(number(reset), at);
            vtd.set(at, -1);
            vtd.assertRegister(expected, at);
            vtd.set(at, 0);
        } else {
            vtd.assertRegister64(number(reset), at);
            vtd.set64(at, -1);
            vtd.assertRegister64(expected, at);
            vtd.assertRegister(expected, at);
            vtd.assertRegister(expected >>> 32, at + 4);
            vtd.set64(at, 0);
            // By halves, either alone.
            vtd.set(at, -1);
            vtd.set(at + 4, -1);
            vtd.assertRegister64(expected, at);
            vtd.set64(at, 0);
        }
    }

    private static long number(final String text) {
        return text.startsWith("0x")
                ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseLong(text);
    }

    @Test
    void shouldKeepHalvesOfMessageAddressesWithExtendedInterrupts() {
        final VtdCapabilities some = VtdConfig.scalable().capabilities();
        assertEquals(0, some.ecap() & VtdCapabilities.EIM);
        vtd.set(0xec, 0x1234_5678);
        vtd.assertRegister(0x1234_5678, 0xec);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x18, 0x1c})
    void shouldTakeCommandsAndShowNone(final int at) {
        vtd.assertRegister(0, at);
        vtd.set(at, 0);
        vtd.assertRegister(0, 0x18);
        vtd.assertRegister(0, 0x1c);
        // GSTS takes none.
        vtd.set(0x1c, -1);
        vtd.assertRegister(0, 0x1c);
    }

    /** What a register command leaves of itself when it is done by the half that does not ask. */
    @Test
    void shouldKeepTheOperandsOfRegisterCommands() {
        vtd.set(0x28, -1);
        vtd.assertRegister64(0xffff_ffffL, 0x28);
        vtd.set(0x28, 0);
        vtd.set(VtdClient.IOTLB + 4, 0x3_ffff);
        vtd.assertRegister64(0x3_ffff_0000_0000L, VtdClient.IOTLB);
        vtd.set(VtdClient.IOTLB, -1);
        vtd.assertRegister64(0x3_ffff_0000_0000L, VtdClient.IOTLB);
    }

    @Test
    void shouldTakeTwoRegistersAtOnce() {
        vtd.set64(0x38, 0x1234_0000_0000L);
        vtd.assertRegister64(0x1234_0000_0000L, 0x38);
        vtd.assertRegister(0, 0x38);
        vtd.assertRegister(0x1234, 0x3c);
        vtd.set64(0xe0, 0x5678_8000_0000L);
        vtd.assertRegister(0x8000_0000, 0xe0);
        vtd.assertRegister(0x5678, 0xe4);
    }

    @Test
    void shouldIgnoreOtherAccesses() {
        vtd.client.ok("writeb 0xfed90020 0xff");
        vtd.client.ok("writew 0xfed90022 0xffff");
        vtd.client.ok("writel 0xfed90022 0xffffffff");
        vtd.client.ok("writeq 0xfed90024 0xffffffffffffffff");
        vtd.assertRegister64(0, 0x20);
        assertEquals(0, vtd.client.value("readb 0xfed90008"));
        assertEquals(0, vtd.client.value("readw 0xfed90008"));
        assertEquals(0, vtd.client.value("readl 0xfed9000a"));
        assertEquals(0, vtd.client.value("readq 0xfed9000c"));
    }

    @Test
    void shouldEndWhereItsRegistersEnd() {
        vtd.client.refused("readl 0x%x".formatted(VtdClient.at(WINDOW)));
        vtd.client.refused("readq 0x%x".formatted(VtdClient.at(WINDOW - 4)));
        vtd.client.refused("readl 0x%x".formatted(VtdClient.at(-4)));
        vtd.client.refused("read 0x%x 8".formatted(VtdClient.at(WINDOW - 4)));
        assertEquals(0, vtd.get(WINDOW - 4));
    }

    /** 256 records of 16 bytes from 0x220 on do not fit into one page. */
    @Test
    void shouldBeAsLargeAsItsFaultRecordsNeed() {
        final VtdCapabilities base = VtdConfig.scalable().capabilities();
        restart(new VtdConfig(0x30, new VtdCapabilities(base.cap() | 0xffL << 40, base.ecap())));
        assertEquals(0, vtd.get64(0x220 + 16 * 255 + 8));
        vtd.client.refused("readl 0x%x".formatted(VtdClient.at(0x2000)));
    }

    @Test
    void shouldReadBlocksOfRegisters() {
        assertEquals(0x06, vtd.client.readBytes(VtdClient.at(8), 8)[0]);
        final byte[] all = vtd.client.readBytes(VtdClient.at(0), WINDOW);
        assertEquals(0x10, all[0]);
        assertEquals((byte) 0x80, all[0x3b], "FECTL.IM");
        assertEquals((byte) 0x80, all[0xa3], "IECTL.IM");
        assertEquals((byte) 0x80, all[0xe3], "PECTL.IM");
    }
}
