// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What info and replay share: where the report goes. */
final class ReportOptions {
    /** The name of a file that means standard output. */
    static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "The report as JSON: --json to standard output, and then nothing else goes"
                            + " there; --json=FILE to a file.")
    private String json;

    @Option(names = "--quiet", description = "No progress.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    ReportOptions() {}

    String json() {
        return json;
    }

    /** The file that the JSON report goes to, if it goes to one. */
    Optional<Path> jsonFile() {
        return json == null || isJsonOnly() ? Optional.empty() : Optional.of(Path.of(json));
    }

    boolean isJsonOnly() {
        return STANDARD_OUTPUT.equals(json);
    }

    boolean isQuiet() {
        return quiet;
    }

    boolean isHelp() {
        return help;
    }
}
