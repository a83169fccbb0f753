// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.ScenarioException;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs of the shipped scenarios, and their ledgers. */
final class LedgerOf {
    private LedgerOf() {}

    /** A shipped scenario on hardware that it can run on. */
    record Case(String scenario, Hardware.Iommu iommu) {
        ScenarioRun run() throws ScenarioException {
            return new ScenarioRun(Scenarios.named(scenario)).withHardware(new Hardware(iommu));
        }

        RunResult run(final List<FaultPolicy> policies) throws IOException {
            return run().withPolicies(Optional.of(policies)).run(timeNs -> {});
        }
    }

    /** Every scenario on every model that has what it needs. */
    static List<Case> cases() throws ScenarioException {
        final List<Case> cases = new ArrayList<>();
        for (final Scenarios.Entry entry : Scenarios.all()) {
            cases.add(new Case(entry.name(), Hardware.Iommu.VTD));
            if (!Scenarios.named(entry.name()).needsVtd()) {
                cases.add(new Case(entry.name(), Hardware.Iommu.SMMUV3));
            }
        }
        return cases;
    }

    static String csv(final RunResult result) throws IOException {
        final StringBuilder csv = new StringBuilder();
        new LedgerWriter(result).writeCsv(csv);
        return csv.toString();
    }
}
