// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.scenario.Hardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code examples/core.c} under whole machines: hardware, drivers, iommufd, policies. */
final class CoreScenarioTest {
    private static final List<String> POLICIES =
            List.of(
                    "none",
                    "vm-quota=4,timeout=1ms,drain",
                    "credit=2,silent-guest=3",
                    "device-quota=half,timeout=500us,silent-guest=2,drain");

    private final Path core = Compiler.example("core");

    static List<Arguments> runs() throws IOException {
        final List<Arguments> runs = new ArrayList<>();
        for (final LedgerOf.Case its : LedgerOf.cases()) {
            POLICIES.forEach(policies -> runs.add(Arguments.of(its, policies)));
        }
        return runs;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldGiveTheLedgerOfJava(final LedgerOf.Case its, final String policies)
            throws IOException {
        final RunResult expected = run(its, Semantics.MAINLINE_6_12, policies);
        final RunResult actual = run(its, new NativeProfile(core.toString()), policies);
        assertEquals(LedgerOf.csv(expected), LedgerOf.csv(actual));
        assertEquals(verdicts(expected), verdicts(actual));
    }

    /** What {@code docs/c-core.md} begins with, and the patch that it goes on with. */
    @Test
    void shouldRunWhatThePageShows() throws IOException {
        final List<String> code =
                Pattern.compile("```c\\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Path.of("../docs/c-core.md")))
                        .results()
                        .map(block -> block.group(1))
                        .toList();
        final LedgerOf.Case its = new LedgerOf.Case("shared-stall-buffer", Hardware.Iommu.SMMUV3);
        assertEquals(
                LedgerOf.csv(run(its, Semantics.MAINLINE_6_12, "none")),
                LedgerOf.csv(run(its, ofPage(code.get(0)), "none")));
        final String place = "\tif (!param || ";
        final String patched = code.get(0).replace(place, code.get(1) + place);
        assertEquals(
                LedgerOf.csv(run(its, Semantics.MAINLINE_6_12, "device-quota=8")),
                LedgerOf.csv(run(its, ofPage(patched), "none")));
    }

    private static Profile ofPage(final String code) {
        return new NativeProfile(Compiler.libraryOf("core-page", code).toString());
    }

    private static RunResult run(
            final LedgerOf.Case its, final Profile profile, final String policies)
            throws IOException {
        return its.run()
                .withSemantics(Optional.of(profile))
                .withPolicies(Optional.of(Policies.parse(policies)))
                .run(timeNs -> {});
    }

    private static List<String> verdicts(final RunResult result) {
        return result.bench().invariants().all().stream()
                .map(its -> its.name() + " " + its.holds() + " " + its.checked())
                .toList();
    }
}
