// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdScript.ABORTED;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Regions that devices do not reach, translated or not. */
class VtdProtectedMemoryTest {
    private static final int PMEN = 0x64;
    private static final int PLMBASE = 0x68;
    private static final int PLMLIMIT = 0x6c;
    private static final int PHMBASE = 0x70;
    private static final int PHMLIMIT = 0x78;

    private final VtdScript script =
            new VtdScript(
                    new VtdConfig(
                            0x30,
                            VtdFeature.PROTECTED_LOW_MEMORY.with(
                                    VtdFeature.PROTECTED_HIGH_MEMORY.with(
                                            VtdConfig.scalable().capabilities()))),
                    VtdClient.SCALABLE);

    @AfterEach
    void leave() {
        script.close();
    }

    @Test
    void shouldTellHowItsRegionsAreAligned() {
        for (final int register : new int[] {PLMBASE, PLMLIMIT}) {
            script.vtd.set(register, -1);
            final int stuck = script.vtd.get(register);
            assertEquals(stuck, -Integer.lowestOneBit(stuck), "ones from some bit on");
        }
        script.vtd.set(PMEN, -1);
        script.vtd.assertRegister(0x8000_0001, PMEN);
        script.vtd.set(PMEN, 0);
        script.vtd.assertRegister(0, PMEN);
    }

    @Test
    void shouldKeepDevicesOutWhileEnabled() {
        script.vtd.commandOff(VtdClient.TE);
        script.vtd.set(PLMBASE, 0x0400_0000);
        script.vtd.set(PLMLIMIT, 0x05ff_ffff);
        script.vtd.set64(PHMBASE, 0x0800_0000);
        script.vtd.set64(PHMLIMIT, 0x08ff_ffff);
        script.assertReads(0, RID, NO_PASID, 0x0500_0000);
        script.vtd.set(PMEN, 1 << 31);
        for (final long inside : new long[] {0x0400_0000L, 0x05ff_fff8L, 0x0800_0000L}) {
            script.assertEnds(ABORTED, RID, NO_PASID, inside, READ);
        }
        for (final long outside : new long[] {0x03ff_fff8L, 0x0600_0000L, 0x0900_0000L}) {
            script.assertReads(0, RID, NO_PASID, outside);
        }
        script.assertNoFault();
        script.vtd.set(PMEN, 0);
        script.assertReads(0, RID, NO_PASID, 0x0500_0000);
    }
}
