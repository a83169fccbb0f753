// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.Replay;
import io.iopf4j.replay.ReplaySettings;
import io.iopf4j.replay.UnsupportedRecordingException;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.scenario.Scenario;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The faults of a dump.
 *
 * @param name the file
 * @param recording its faults; must not change any more
 * @param summary its counts; must not change any more
 * @param vms machine to devices; empty to take them from the dump
 */
public record DumpFaults(
        String name, Recording recording, DumpSummary summary, Map<String, List<String>> vms)
        implements Faults {
    /** A dump's faults are what they are, whoever else asks for what. */
    @Override
    public Optional<FaultTable> runWithout(
            final String vm, final Rules rules, final RunProgress progress) {
        return Optional.empty();
    }

    @Override
    public FaultTable run(final Rules rules, final RunProgress progress) throws IOException {
        final ReplaySettings defaults = ReplaySettings.defaults();
        final List<FaultPolicy> policies = rules.policies().orElse(List.of());
        try {
            final ReplaySettings settings =
                    new ReplaySettings(
                            vms,
                            rules.hardware(),
                            rules.profile().orElse(defaults.semantics()),
                            policies,
                            rules.seed().orElse(Scenario.SEED),
                            rules.guestDelayNs());
            final int all = recording.steps().size();
            return new FaultTable(
                    Replay.run(recording, summary, settings, done -> progress.at(done, all)));
        } catch (final UnsupportedRecordingException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        } finally {
            // The replay has closed them, if it came to that.
            policies.forEach(FaultPolicy::close);
        }
    }
}
