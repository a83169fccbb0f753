// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Pointer;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Opens trace.dat files by libtracecmd. */
public final class TraceCmd {
    private static final byte[] MAGIC = {0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g'};

    private TraceCmd() {}

    /**
     * Opens a file. The pure-Java reader looks at it first and tells what it is; the libraries
     * trust what it holds, so that one that is damaged inside may end the process.
     *
     * @param file a trace.dat that is not packed as a whole
     * @return a reader before its first event; it gives the same events as the pure-Java reader
     * @throws IOException if the libraries are not installed or cannot read it, with one line that
     *     says what to do
     */
    public static TraceReader open(final Path file) throws IOException {
        final LibTraceCmd library = Libraries.command();
        final TraceInfo info = look(file);
        final Pointer top = library.tracecmd_open(file.toString(), LibTraceCmd.NO_PLUGINS);
        if (top == null) {
            throw new IOException(
                    file
                            + ": libtracecmd cannot read it, often because it was built without"
                            + " this file's compression; use --reader java");
        }
        final List<Buffer> buffers = new ArrayList<>();
        buffers.add(new Buffer(library, "", top));
        for (int i = 0; i < library.tracecmd_buffer_instances(top); i++) {
            final Pointer instance = library.tracecmd_buffer_instance_handle(top, i);
            if (instance != null) {
                buffers.add(
                        new Buffer(
                                library, library.tracecmd_buffer_instance_name(top, i), instance));
            }
        }
        return new TraceCmdReader(library, Libraries.event(), info, Files.size(file), buffers);
    }

    private static TraceInfo look(final Path file) throws IOException {
        try (TraceReader reader = Traces.open(file)) {
            if (!reader.info().format().equals("trace.dat")) {
                throw new IOException(
                        file
                                + ": is "
                                + reader.info().format()
                                + "; --reader jna reads trace.dat, use --reader java");
            }
            try (InputStream in = Files.newInputStream(file)) {
                if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                    throw new IOException(
                            file + ": is packed; unpack it first, or use --reader java");
                }
            }
            return reader.info();
        }
    }
}
