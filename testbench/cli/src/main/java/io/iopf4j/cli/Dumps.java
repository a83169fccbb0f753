// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.dump.DumpListener;
import io.iopf4j.replay.dump.DumpReader;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the files of a command line, one after the other, into one summary. */
final class Dumps {
    private static final String STANDARD_INPUT = "-";

    private final DumpSummary summary = new DumpSummary();
    private final List<Input> inputs = new ArrayList<>();

    Dumps() {}

    /** Reads all files; a file of which nothing can be read ends it. */
    void read(final List<String> files, final List<DumpListener> listeners, final Progress progress)
            throws IOException {
        long number = 0;
        for (final String file : files) {
            try (TraceReader reader = open(file)) {
                final DumpReader dump = new DumpReader(reader, summary);
                number =
                        dump.readAll(
                                listeners,
                                number,
                                at -> progress.show("reading " + file, at, reader.size()));
                if (reader.events() == 0 && !dump.warnings().isEmpty()) {
                    throw new IOException(
                            file + ": no event could be read: " + dump.warnings().get(0));
                }
                inputs.add(Input.of(file, dump));
            } finally {
                progress.close();
            }
        }
    }

    DumpSummary summary() {
        return summary;
    }

    List<Input> inputs() {
        return inputs;
    }

    private static TraceReader open(final String file) throws IOException {
        return STANDARD_INPUT.equals(file)
                ? Traces.open(System.in, "standard input")
                : Traces.open(Path.of(file));
    }
}
