// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.core.policy.Account;
import io.iopf4j.core.policy.FaultInfo;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.PolicyKernel;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ledger.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code examples/cooldown.c} against the same rule in Java: timers, memory, disabling. */
final class CooldownExampleTest {
    private static final int LIMIT = 6;
    private static final long NS = 5_000_000;

    private final Path cooldown = Compiler.example("cooldown");

    /** The rule once more. */
    private static final class Cooldown implements FaultPolicy {
        private final Map<Account, KernelTimer> timers = new HashMap<>();
        private PolicyKernel kernel;

        @Override
        public String name() {
            return "cooldown";
        }

        @Override
        public void start(final PolicyKernel its) {
            kernel = its;
        }

        @Override
        public void assigned(final IommuDevice dev, final Account device, final Account vm) {
            if (!vm.isHost()) {
                timers.computeIfAbsent(vm, its -> kernel.newTimer(its::enable));
            }
        }

        @Override
        public boolean admits(final FaultInfo request) {
            final Account vm = request.vm();
            if (vm.isHost() || !request.opensGroup() || vm.outstandingGroups() < LIMIT) {
                return true;
            }
            vm.disable();
            // The kernel's clock counts whole microseconds.
            timers.get(vm).arm(kernel.nowNs() / 1000 * 1000 + NS);
            return false;
        }
    }

    static List<LedgerOf.Case> cases() throws IOException {
        return LedgerOf.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldDoAsJavaDoes(final LedgerOf.Case its) throws IOException {
        final RunResult expected = its.run(List.of(new Cooldown()));
        final RunResult actual =
                its.run(List.of(new NativePolicy(cooldown + " ms=5 limit=" + LIMIT)));
        assertEquals(LedgerOf.csv(expected), LedgerOf.csv(actual));
        if (its.scenario().equals("shared-stall-buffer")) {
            assertTrue(expected.outcomes().get(Outcome.TERMINATED) > LIMIT, "it does something");
        }
    }
}
