// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.whatif.DumpFaults;
import io.iopf4j.replay.whatif.Faults;
import io.iopf4j.replay.whatif.ScenarioFaults;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The faults that a command runs again and again: of dumps, or of one scenario.
 *
 * @param faults what is run
 * @param files what must not be written over
 * @param dumps what was read; empty for a scenario
 */
record FaultsInput(Faults faults, List<String> files, Optional<Dumps> dumps) {

    /** Reads what the user names: dumps, which are merged by time, or a scenario. */
    static FaultsInput read(
            final List<String> words,
            final DumpOptions options,
            final VmOptions vms,
            final Progress progress)
            throws IOException {
        if (words.size() == 1 && ScenarioName.isMeantBy(words.get(0))) {
            if (vms.isGiven()) {
                throw new IOException(
                        words.get(0) + ": a scenario says itself whose its devices are: no --vms");
            }
            final ScenarioName name = new ScenarioName(words.get(0));
            final Scenario scenario = name.read();
            return new FaultsInput(
                    new ScenarioFaults(name.word(), scenario), name.inputs(), Optional.empty());
        }
        final Map<String, List<String>> said = vms.read();
        final Dumps dumps = new Dumps(options);
        final Recording recording = new Recording();
        dumps.read(words, List.of(recording), progress);
        if (words.size() > 1) {
            recording.mergeByTime();
        }
        vms.requireKnown(said, recording);
        return new FaultsInput(
                new DumpFaults(String.join(", ", words), recording, dumps.summary(), said),
                words,
                Optional.of(dumps));
    }
}
