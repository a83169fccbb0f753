// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import java.io.Closeable;
import java.io.IOException;

/** Bytes that can be read at any place: a file, or a section after decompression. */
public interface ByteSource extends Closeable {
    /** The size in bytes when it was opened. */
    long size();

    /**
     * Reads at a place.
     *
     * @return how many bytes were there, fewer than asked only at the end; 0 beyond it
     */
    int read(long position, byte[] target, int offset, int length) throws IOException;

    @Override
    default void close() throws IOException {}
}
