// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Account;
import io.iopf4j.core.policy.FaultEnd;
import io.iopf4j.core.policy.FaultInfo;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The policy that {@code docs/policies.md} writes is this one, and works. */
class PolicyExampleTest {
    private static final Path PAGE = Path.of("../../docs/policies.md");
    private static final Path HERE =
            Path.of("src/test/java/io/iopf4j/replay/PolicyExampleTest.java");

    static final class Earned implements FaultPolicy {
        private final Map<Account, Integer> answered = new HashMap<>();

        @Override
        public String name() {
            return "earned";
        }

        @Override
        public boolean admits(final FaultInfo request) {
            final int credit = 4 + answered.getOrDefault(request.vm(), 0);
            return !request.opensGroup() || request.vm().outstandingGroups() < credit;
        }

        @Override
        public void ended(final FaultInfo fault, final FaultEnd end) {
            if (end == FaultEnd.ANSWERED) {
                answered.merge(fault.vm(), 1, Integer::sum);
            }
        }
    }

    @Test
    void shouldKeepASilentVmToWhatItHasEarned() throws IOException {
        final RunResult result =
                new ScenarioRun(Scenarios.named("shared-stall-buffer"))
                        .withPolicies(Optional.of(List.of(new Earned())))
                        .run(time -> {});
        for (final VmResult vm : result.vms()) {
            if (vm.name().equals("silent")) {
                assertEquals(4, vm.outstandingHighWater());
            } else {
                assertEquals(vm.raised(), vm.outcomes().get(Outcome.ANSWERED), vm.name());
            }
        }
    }

    @Test
    void shouldBeWhatThePageShows() throws IOException {
        final String page = Files.readString(PAGE);
        final String source = Files.readString(HERE).replaceAll("(?m)^    ", "");
        final String body =
                source.substring(
                        source.indexOf("    private final Map<Account"),
                        source.indexOf("@Test\nvoid shouldKeep"));
        assertTrue(page.contains(body.stripTrailing()), body);
    }
}
