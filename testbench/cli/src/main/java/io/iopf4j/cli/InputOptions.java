// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How files are opened, for all commands that read some. */
final class InputOptions {
    static final String STANDARD_INPUT = "-";

    @Option(
            names = "--as",
            paramLabel = "NAME",
            description =
                    "What the dumps are, for raw ones that no content tells: evtq, priq, prq, cmdq"
                            + " or frcd.")
    private String said;

    InputOptions() {}

    /** Opens a file, or standard input. */
    TraceReader open(final String file) throws IOException {
        return STANDARD_INPUT.equals(file)
                ? Traces.open(System.in, "standard input", said)
                : Traces.open(Path.of(file), said);
    }
}
