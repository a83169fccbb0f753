// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a user says goes before what a file says. */
class HardwareTest {
    private static final Hardware SMALL_SMMU =
            new Hardware(
                    Hardware.Iommu.SMMUV3,
                    OptionalInt.of(64),
                    OptionalInt.of(16),
                    OptionalLong.of(7));

    @Test
    void shouldLeaveWhatNobodyWantsOtherwise() {
        assertEquals(SMALL_SMMU, SMALL_SMMU.overriddenBy(Hardware.DEFAULT));
        assertEquals(SMALL_SMMU, SMALL_SMMU.overriddenBy(new Hardware(Hardware.Iommu.SMMUV3)));
    }

    @Test
    void shouldTakeEachThingThatIsSaid() {
        final Hardware said =
                new Hardware(
                        Hardware.Iommu.AUTO,
                        OptionalInt.of(8),
                        OptionalInt.empty(),
                        OptionalLong.of(9));
        assertEquals(
                new Hardware(
                        Hardware.Iommu.SMMUV3,
                        OptionalInt.of(8),
                        OptionalInt.of(16),
                        OptionalLong.of(9)),
                SMALL_SMMU.overriddenBy(said));
    }

    @Test
    void shouldNotTakeSizesOfOneModelForAnother() {
        assertEquals(
                new Hardware(
                        Hardware.Iommu.VTD,
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.of(7)),
                SMALL_SMMU.overriddenBy(new Hardware(Hardware.Iommu.VTD)));
    }

    @Test
    void shouldFindAModelByItsName() {
        assertEquals(Optional.of(Hardware.Iommu.VTD), Hardware.Iommu.of("vtd"));
        assertEquals(Optional.empty(), Hardware.Iommu.of("VTD"));
    }
}
