// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.report.PerfettoWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Writes a trace for the Perfetto viewer. */
final class PerfettoOutput {
    private static final int BUFFER = 1 << 16;

    private PerfettoOutput() {}

    static void write(final Path file, final Runs runs) throws IOException {
        OutputFile.writeBytes(
                file,
                out -> {
                    final OutputStream buffered = new BufferedOutputStream(out, BUFFER);
                    runs.addTo(new PerfettoWriter(buffered));
                    buffered.flush();
                });
    }

    /** The runs that are in it. */
    @FunctionalInterface
    interface Runs {
        void addTo(PerfettoWriter trace) throws IOException;
    }
}
