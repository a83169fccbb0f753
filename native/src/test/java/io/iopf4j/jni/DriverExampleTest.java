// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.replay.Drivers;
import io.iopf4j.replay.scenario.Hardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code examples/smmu-faults.c} is the driver's own fault path: no ledger tells which it was. */
final class DriverExampleTest {
    private final String example = "native:" + Compiler.example("smmu-faults");

    static List<LedgerOf.Case> cases() throws IOException {
        return LedgerOf.cases().stream()
                .filter(its -> its.iommu() == Hardware.Iommu.SMMUV3)
                .toList();
    }

    private static String ledger(final LedgerOf.Case its, final String driver) throws IOException {
        return LedgerOf.csv(
                its.run()
                        .withHardware(
                                new Hardware(its.iommu())
                                        .withDriver(Optional.of(Drivers.parse(driver))))
                        .run(timeNs -> {}));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheLedgerOfTheDriverInJava(final LedgerOf.Case its) throws IOException {
        assertEquals(LedgerOf.csv(its.run().run(timeNs -> {})), ledger(its, example));
    }

    /** What {@code docs/c-driver.md} begins with. */
    @Test
    void shouldRunWhatThePageShows() throws IOException {
        final Matcher code =
                Pattern.compile("```c\\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Path.of("../docs/c-driver.md")));
        assertTrue(code.find());
        final Path mine = Compiler.libraryOf("smmu-page", code.group(1), "-Wno-unused-parameter");
        final LedgerOf.Case its = new LedgerOf.Case("shared-stall-buffer", Hardware.Iommu.SMMUV3);
        assertEquals(LedgerOf.csv(its.run().run(timeNs -> {})), ledger(its, "native:" + mine));
    }

    @Test
    void shouldHaveEveryAbility() {
        assertEquals(
                EnumSet.allOf(ArmSmmuFaultPath.Ability.class), Drivers.parse(example).abilities());
    }

    /** The comparison above can fail. */
    @Test
    void shouldDifferFromAFaultPathThatIsWrong() throws IOException {
        final LedgerOf.Case its = new LedgerOf.Case("wrong-code", Hardware.Iommu.SMMUV3);
        final String wrong = "native:" + WrongDriver.TAG.library();
        assertNotEquals(LedgerOf.csv(its.run().run(timeNs -> {})), ledger(its, wrong));
    }
}
