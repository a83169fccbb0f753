// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Pointer;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens trace.dat files by libtracecmd. */
public final class TraceCmd {
    private static final String INSTEAD = "; use --reader java";

    private TraceCmd() {}

    /**
     * Opens a whole file. The pure-Java reader reads all of it first and says what it is: the
     * libraries trust what a file holds, so one with damage is refused. Any thread; the reader is
     * for one at a time.
     *
     * @param file a regular file, a trace.dat that is not packed as a whole
     * @return a reader before its first event; it gives the same events as the pure-Java reader
     * @throws IOException if the libraries are not installed, or if they or the pure-Java reader
     *     cannot read all of the file, with one line that says what to do
     */
    public static TraceReader open(final Path file) throws IOException {
        final LibTraceCmd library = Libraries.command();
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + ": is no regular file, as --reader jna needs" + INSTEAD);
        }
        final TraceInfo info = read(file);
        final FileHead head = FileHead.of(file);
        if (head == null) {
            throw new IOException(file + ": is packed; unpack it first, or use --reader java");
        }
        final Pointer top = library.tracecmd_open(file.toString(), LibTraceCmd.NO_PLUGINS);
        if (top == null) {
            throw new IOException(file + ": libtracecmd cannot open it" + guess(head) + INSTEAD);
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

    /** The library says why on standard error alone, where it is kept from saying anything. */
    private static String guess(final FileHead head) {
        return head.compression().isEmpty()
                ? ""
                : "; it may have been built without this file's compression, " + head.compression();
    }

    private static TraceInfo read(final Path file) throws IOException {
        try (TraceReader reader = Traces.open(file)) {
            if (!reader.info().format().equals("trace.dat")) {
                throw new IOException(
                        file
                                + ": is "
                                + reader.info().format()
                                + "; --reader jna reads trace.dat"
                                + INSTEAD);
            }
            while (reader.next()) {
                // Damage is found on the way.
            }
            if (!reader.warnings().isEmpty()) {
                throw new IOException(
                        file
                                + ": "
                                + reader.warnings().get(0).replace(file + ": ", "")
                                + "; --reader jna reads whole files"
                                + INSTEAD);
            }
            return reader.info();
        }
    }
}
