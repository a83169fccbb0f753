// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenarios;
import io.iopf4j.replay.testing.CountingDriverLoader;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SMMUv3's driver with a fault path from outside. */
final class DriversTest {
    private static final String SCENARIO = "closed-queue";

    private static String ledger(final Hardware hardware, final Semantics semantics)
            throws IOException {
        final StringBuilder csv = new StringBuilder();
        new LedgerWriter(
                        new ScenarioRun(Scenarios.named(SCENARIO))
                                .withHardware(hardware)
                                .withSemantics(Optional.of(semantics))
                                .run(timeNs -> {}))
                .writeCsv(csv);
        return csv.toString();
    }

    private static Hardware with(final Hardware.Iommu iommu, final String driver) {
        return new Hardware(iommu).withDriver(Optional.of(Drivers.parse(driver)));
    }

    @Test
    void shouldRunOverTheFaultPathThatIsNamed() throws IOException {
        CountingDriverLoader.takeAnswers();
        assertEquals(
                ledger(new Hardware(Hardware.Iommu.SMMUV3), Semantics.V3_2017),
                ledger(with(Hardware.Iommu.SMMUV3, "counting:"), Semantics.V3_2017));
        assertTrue(CountingDriverLoader.takeAnswers() > 0);
    }

    @Test
    void shouldRefuseAnotherDriverForVtd() {
        final Hardware vtd = with(Hardware.Iommu.VTD, "counting:");
        assertEquals(
                SCENARIO + ": VT-d has the driver that ships: only SMMUv3 takes another",
                assertThrows(IOException.class, () -> ledger(vtd, Semantics.MAINLINE_6_12))
                        .getMessage());
    }

    @Test
    void shouldRefuseRulesThatTheDriverDoesNotKnow() throws IOException {
        final Hardware new612 = with(Hardware.Iommu.SMMUV3, "counting:only-6.12");
        assertEquals(
                SCENARIO
                        + ": this driver knows the rules of Linux 6.12 alone, not those of"
                        + " mainline-5.x",
                assertThrows(IOException.class, () -> ledger(new612, Semantics.MAINLINE_5_X))
                        .getMessage());
        assertEquals(
                ledger(new Hardware(Hardware.Iommu.SMMUV3), Semantics.MAINLINE_6_12),
                ledger(new612, Semantics.MAINLINE_6_12));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "smmu.so|'smmu.so': must name code to load, such as native:LIB.so",
                "''|'': must name code to load, such as native:LIB.so",
                "rust:a|unknown scheme 'rust:' in 'rust:a': must be one of counting:",
                "counting:broken|counting:broken: cannot be loaded"
            })
    void shouldSayInOneLineWhyThereIsNone(final String word, final String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Drivers.parse(word))
                        .getMessage());
    }
}
