// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Scenario;
import java.io.IOException;

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
        return new FaultTable(
                new ScenarioRun(scenario)
                        .withHardware(rules.hardware())
                        .withSeed(rules.seed().orElse(scenario.seed()))
                        .withSemantics(rules.profile())
                        .withPolicies(rules.policies())
                        .run(done -> progress.at(done, scenario.durationNs())));
    }
}
