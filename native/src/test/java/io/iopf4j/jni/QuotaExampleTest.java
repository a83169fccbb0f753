// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.scenario.Hardware;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code examples/quota.c} is vm-quota: nobody can tell from a ledger which of both it was. */
final class QuotaExampleTest {
    private final Path quota = Compiler.example("quota");

    static List<LedgerOf.Case> cases() throws IOException {
        return LedgerOf.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheLedgerOfHalf(final LedgerOf.Case its) throws IOException {
        assertSame(its, "vm-quota=half", "");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheLedgerOfANumber(final LedgerOf.Case its) throws IOException {
        assertSame(its, "vm-quota=3", " limit=3");
    }

    private void assertSame(final LedgerOf.Case its, final String java, final String params)
            throws IOException {
        final RunResult expected = its.run(Policies.parse(java));
        try (NativePolicy policy = new NativePolicy(quota + params)) {
            final RunResult actual = its.run(List.of(policy));
            assertEquals(LedgerOf.csv(expected), LedgerOf.csv(actual));
            assertEquals(
                    expected.vms().stream().map(VmResult::quota).toList(),
                    actual.vms().stream().map(VmResult::quota).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1000001", "-3", "x", "8x"})
    void shouldRefuseALimitThatIsNone(final String limit) throws IOException {
        try (NativePolicy policy = new NativePolicy(quota + " limit=" + limit)) {
            final LedgerOf.Case its =
                    new LedgerOf.Case("shared-stall-buffer", Hardware.Iommu.SMMUV3);
            final IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> its.run(List.of(policy)));
            assertEquals(
                    "quota.so: limit=" + limit + ": must be in [1, 1000000] or half (-EINVAL)",
                    e.getMessage());
        }
    }

    /** The two are told apart: the comparison above can fail. */
    @Test
    void shouldDifferFromAnotherLimit() throws IOException {
        final LedgerOf.Case its = new LedgerOf.Case("shared-stall-buffer", Hardware.Iommu.SMMUV3);
        final RunResult expected = its.run(Policies.parse("vm-quota=3"));
        try (NativePolicy policy = new NativePolicy(quota + " limit=4")) {
            assertNotEquals(LedgerOf.csv(expected), LedgerOf.csv(its.run(List.of(policy))));
        }
    }
}
