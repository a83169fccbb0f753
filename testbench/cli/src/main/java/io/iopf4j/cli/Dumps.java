// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.dump.DumpListener;
import io.iopf4j.replay.dump.DumpReader;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.fault.FaultMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the files of a command line, one after the other, into one summary. */
final class Dumps {
    private final DumpSummary summary = new DumpSummary();
    private final List<Input> inputs = new ArrayList<>();
    private final DumpOptions options;

    Dumps(final DumpOptions options) {
        this.options = options;
    }

    /** Reads all files; a file of which nothing can be read ends it. */
    void read(final List<String> files, final List<DumpListener> listeners, final Progress progress)
            throws IOException {
        if (files.stream().filter(InputOptions.STANDARD_INPUT::equals).count() > 1) {
            throw new IOException("standard input (-) can be named once only");
        }
        final FaultMap map = options.map();
        long number = 0;
        for (final String file : files) {
            final long faultsBefore = summary.pageRequests() + summary.unrecoverable();
            try (TraceReader reader = options.open(file)) {
                final DumpReader dump = new DumpReader(reader, map, summary);
                number =
                        dump.readAll(
                                listeners,
                                number,
                                at -> progress.show("reading " + file, at, reader.size()));
                if (reader.events() == 0 && !dump.warnings().isEmpty()) {
                    final String first = dump.warnings().get(0);
                    throw new IOException(
                            (first.startsWith(file) ? "" : file + ": ")
                                    + first
                                    + "; no event could be read");
                }
                final List<String> warnings = new ArrayList<>(dump.warnings());
                if (summary.pageRequests() + summary.unrecoverable() == faultsBefore) {
                    warnings.add("no fault is in it: none of its events is known to show one");
                }
                inputs.add(Input.of(file, dump, warnings));
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
}
