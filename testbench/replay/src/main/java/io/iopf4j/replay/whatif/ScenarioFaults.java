// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Scenario;
import java.io.IOException;
import java.util.Optional;

/**
 * The faults of a scenario. Its devices may ask for less under one set of rules than under another:
 * who waits for an answer asks for no more.
 *
 * @param name what it is called
 * @param scenario what is run
 */
public record ScenarioFaults(String name, Scenario scenario) implements Faults {
    @Override
    public FaultTable run(final Rules rules, final RunProgress progress) throws IOException {
        return run(Optional.empty(), rules, progress);
    }

    @Override
    public Optional<FaultTable> runWithout(
            final String vm, final Rules rules, final RunProgress progress) throws IOException {
        return Optional.of(run(Optional.of(vm), rules, progress));
    }

    private FaultTable run(
            final Optional<String> idle, final Rules rules, final RunProgress progress)
            throws IOException {
        return new FaultTable(
                new ScenarioRun(scenario)
                        .withHardware(rules.hardware())
                        .withSeed(rules.seed().orElse(scenario.seed()))
                        .withSemantics(rules.profile())
                        .withPolicies(rules.policies())
                        .withGuestDelayNs(rules.guestDelayNs())
                        .withIdle(idle)
                        .run(done -> progress.at(done, scenario.durationNs())));
    }
}
