// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A scenario as the user names it: one that is found by name, or a file. */
record ScenarioName(String word) {

    /** Whether a word that may as well be a dump's file is meant as a scenario. */
    static boolean isMeantBy(final String word) throws IOException {
        return isYaml(word)
                || (!word.contains("/")
                        && !Files.exists(Path.of(word))
                        && Scenarios.all().stream().anyMatch(known -> known.name().equals(word)));
    }

    private static boolean isYaml(final String word) {
        return word.endsWith(".yaml") || word.endsWith(".yml");
    }

    private boolean isFile() {
        return word.contains("/") || isYaml(word);
    }

    /** What must not be written over; a name may stand for a file too. */
    List<String> inputs() {
        return isFile()
                ? List.of(word)
                : Scenarios.file(word).map(Path::toString).stream().toList();
    }

    Scenario read() throws IOException {
        return isFile() ? ScenarioFile.read(Path.of(word)) : Scenarios.named(word);
    }
}
