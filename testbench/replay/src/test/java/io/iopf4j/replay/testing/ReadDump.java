// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.testing;

import io.iopf4j.replay.Replay;
import io.iopf4j.replay.ReplayResult;
import io.iopf4j.replay.ReplaySettings;
import io.iopf4j.replay.UnsupportedRecordingException;
import io.iopf4j.replay.dump.DumpReader;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A dump that was read whole, ready to be looked at or replayed. */
public record ReadDump(DumpSummary summary, Recording recording, List<String> warnings) {
    private static final Path DUMPS = Path.of("../dumps");

    /** Reads a captured dump by its file name. */
    public static ReadDump of(final String file) throws IOException {
        try (TraceReader reader = Traces.open(DUMPS.resolve(file))) {
            return read(reader);
        }
    }

    /** Reads a dump that a test made. */
    public static ReadDump of(final TraceText text) throws IOException {
        final byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try (TraceReader reader = Traces.open(new ByteArrayInputStream(bytes), "test")) {
            return read(reader);
        }
    }

    private static ReadDump read(final TraceReader reader) throws IOException {
        final DumpSummary summary = new DumpSummary();
        final Recording recording = new Recording();
        final DumpReader dump = new DumpReader(reader, FaultMap.builtIn(), summary);
        dump.readAll(List.of(recording), 0, at -> {});
        return new ReadDump(summary, recording, dump.warnings());
    }

    public ReplayResult replay(final ReplaySettings settings) throws IOException {
        try {
            return Replay.run(recording, summary, settings, done -> {});
        } catch (final UnsupportedRecordingException e) {
            throw new AssertionError("this dump can be replayed", e);
        }
    }
}
