// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.tracecmd.TraceCmd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
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

    @Option(
            names = "--reader",
            paramLabel = "NAME",
            description =
                    "What reads trace.dat files: java, or jna for libtracecmd where it is"
                            + " installed (default: ${DEFAULT-VALUE}).")
    private Reader reader = Reader.JAVA;

    /** What reads trace.dat files. */
    enum Reader {
        /** This project's own. */
        JAVA,
        /** The kernel developers' libraries. */
        JNA;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    InputOptions() {}

    /** Opens a file, or standard input. */
    TraceReader open(final String file) throws IOException {
        if (reader == Reader.JNA) {
            if (STANDARD_INPUT.equals(file) || said != null) {
                throw new IOException("--reader jna reads files, and trace.dat alone");
            }
            return TraceCmd.open(Path.of(file));
        }
        return STANDARD_INPUT.equals(file)
                ? Traces.open(System.in, "standard input", said)
                : Traces.open(Path.of(file), said);
    }
}
