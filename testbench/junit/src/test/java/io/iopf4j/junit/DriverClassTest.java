// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuDevice;
import io.iopf4j.drivers.intel.IntelIommu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Drivers are bound by their constructor or their probe: ours as anybody's. */
@ExtendWith(IommuTestbench.class)
class DriverClassTest {
    /** Has a probe, which goes before its constructors. */
    static final class Probed {
        private final PlatformDevice platform;

        private Probed(final PlatformDevice platform) {
            this.platform = platform;
        }

        static Probed probe(final PlatformDevice platform, final VirtualClock clock) {
            assertEquals(0, clock.now().toNanos());
            return new Probed(platform);
        }
    }

    @Test
    void shouldProbe(@Iommu final Probed driver, final PlatformDevice platform) {
        assertSame(platform, driver.platform);
    }

    @Test
    void shouldBindOnce(@Iommu final TinySmmuDriver driver, @Iommu final TinySmmuDriver again) {
        assertSame(driver, again);
    }

    @Test
    void shouldBindTheSmmuDriver(final EmulatedSmmu smmu, @Iommu final ArmSmmuDevice driver) {
        assertEquals(0, driver.error());
        assertThat(smmu.commands()).contains(SmmuCommand.CMD_CFGI_STE_RANGE.with("Range", 31));
        assertThrows(IllegalStateException.class, () -> smmu.stallingDevice(8));
    }

    @Test
    void shouldBindTheVtdDriver(final EmulatedVtd vtd, @Iommu final IntelIommu driver) {
        assertEquals(0, driver.error());
        assertThat(vtd.commands()).contains(VtdDescriptor.PC_INV, VtdDescriptor.INV_WAIT);
    }

    @Test
    void shouldReportToTheKernelThatIsAskedFor(
            @Iommu(semantics = "mainline-5.x") final EmulatedIommu iommu, final IommuCore core) {
        assertEquals(FaultGeneration.LINUX_5_X, core.generation());
        assertThrows(IllegalStateException.class, () -> iommu.answerReportsWith(0));
    }

    @Test
    void shouldForgetWhatProbingDid(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
        smmu.forgetSoFar();
        assertThat(smmu.written()).isEmpty();
        assertTrue(smmu.toString().startsWith("CR0 SMMUEN"), smmu.toString());
    }
}
