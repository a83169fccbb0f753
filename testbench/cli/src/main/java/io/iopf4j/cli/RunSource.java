// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.whatif.ScenarioFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a page says of where its faults came from.
 *
 * @param title what was run
 * @param lead a sentence about it; may be empty
 * @param facts names and texts
 * @param warnings what could not be read
 */
record RunSource(
        String title, String lead, List<Map.Entry<String, String>> facts, List<String> warnings) {

    static RunSource of(final List<String> files, final Dumps dumps, final int vms) {
        final List<Map.Entry<String, String>> facts = new ArrayList<>();
        final List<String> warnings = new ArrayList<>();
        for (final Input input : dumps.inputs()) {
            facts.add(Map.entry("file", input.file() + ": " + input.form()));
            if (!input.info().kernel().isEmpty()) {
                facts.add(Map.entry("kernel", input.info().kernel()));
            }
            input.info().machines().forEach(any -> facts.add(Map.entry("machine", any)));
            warnings.addAll(input.warnings());
        }
        final SummaryWords words = new SummaryWords(dumps.summary());
        facts.add(Map.entry("faults", words.faults()));
        facts.add(Map.entry("answers", words.answers()));
        facts.add(Map.entry("outstanding", words.outstanding(vms)));
        return new RunSource("Replay of " + String.join(", ", files), "", facts, warnings);
    }

    static RunSource of(final String scenario, final String title) {
        return new RunSource("Run of " + scenario, title, List.of(), List.of());
    }

    /** Of what is run several times, to do what the verb says. */
    static RunSource of(final String verb, final FaultsInput input, final int vms) {
        final RunSource once =
                input.faults() instanceof ScenarioFaults faults
                        ? of(faults.name(), faults.scenario().title())
                        : of(input.files(), input.dumps().orElseThrow(), vms);
        return new RunSource(
                verb + " of " + input.faults().name(), once.lead, once.facts, once.warnings);
    }
}
