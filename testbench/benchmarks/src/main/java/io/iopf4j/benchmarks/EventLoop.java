// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.write.TraceDatWriter.Compression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the last three fields of each event of a trace, from its end on from its beginning. */
final class EventLoop implements AutoCloseable {
    private static final int MEGABYTES = 64;

    private final FieldSum fields = new FieldSum();
    private final Path file = Files.createTempFile("iopf4j-benchmark", ".dat");
    private TraceReader reader;
    private long sum;

    /** Writes the trace. */
    EventLoop() throws IOException {
        BigDump.write(file, MEGABYTES, Compression.NONE);
        reader = Traces.open(file);
    }

    /** Reads some events; as many as were asked for. */
    int read(final int events) {
        try {
            for (int i = 0; i < events; i++) {
                if (!reader.next()) {
                    reader.close();
                    reader = Traces.open(file);
                    reader.next();
                }
                sum += fields.of(reader.event());
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }

    @Override
    public void close() throws IOException {
        reader.close();
        Files.delete(file);
        if (sum == 0) {
            throw new IllegalStateException("no field was read");
        }
    }
}
