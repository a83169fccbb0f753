// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import io.iopf4j.trace.dat.DatReader;
import io.iopf4j.trace.dat.FileSource;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Opens traces. */
public final class Traces {
    private Traces() {}

    /**
     * Opens a file.
     *
     * @param path the file
     * @return a reader before its first event
     * @throws IOException if it cannot be read or is no trace
     */
    public static TraceReader open(final Path path) throws IOException {
        return DatReader.open(
                path.toString(), new FileSource(FileChannel.open(path), null), new Warnings());
    }
}
