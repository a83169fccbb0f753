// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Chunks of a {@link PhysicalMemory} that lie outside the heap, where native code can reach them.
 * Those that were mapped together are one stretch. As thread-safe as the memory.
 */
final class MappedChunks {
    private static final int PAGE_BYTES = 4096;
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Of each chunk the stretch that it is in, or null. */
    private final Stretch[] stretches;

    MappedChunks(final int chunks) {
        stretches = new Stretch[chunks];
    }

    /** Whether one of these chunks is mapped. */
    boolean isAnyIn(final int first, final int last) {
        for (int i = first; i <= last; i++) {
            if (stretches[i] != null) {
                return true;
            }
        }
        return false;
    }

    /** Whether these chunks are in one stretch. */
    boolean areTogether(final int first, final int last) {
        for (int i = first; i <= last; i++) {
            if (stretches[i] == null || stretches[i].first != stretches[first].first) {
                return false;
            }
        }
        return true;
    }

    /** Makes one stretch, of zeros, for chunks of which none is mapped. */
    void add(final int first, final int last) {
        final long size = (long) (last - first + 1) << PhysicalMemory.CHUNK_SHIFT;
        if (size > Integer.MAX_VALUE - PAGE_BYTES) {
            throw new UnsupportedOperationException("too large for a buffer: bytes=" + size);
        }
        final ByteBuffer bytes =
                ByteBuffer.allocateDirect((int) size + PAGE_BYTES)
                        .alignedSlice(PAGE_BYTES)
                        .slice(0, (int) size);
        Arrays.fill(stretches, first, last + 1, new Stretch(first, bytes));
    }

    /** Bytes from an offset in a chunk on, into what follows in its stretch. */
    ByteBuffer slice(final int chunk, final int offset, final int length) {
        final Stretch stretch = stretches[chunk];
        return stretch.bytes
                .slice(stretch.index(chunk, offset), length)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    // ---- Inside one mapped chunk ----------------------------------------------------------------

    long readLong(final int chunk, final int offset) {
        final Stretch stretch = stretches[chunk];
        return (long) LONGS.get(stretch.bytes, stretch.index(chunk, offset));
    }

    void writeLong(final int chunk, final int offset, final long value) {
        final Stretch stretch = stretches[chunk];
        LONGS.set(stretch.bytes, stretch.index(chunk, offset), value);
    }

    int readInt(final int chunk, final int offset) {
        final Stretch stretch = stretches[chunk];
        return (int) INTS.get(stretch.bytes, stretch.index(chunk, offset));
    }

    void writeInt(final int chunk, final int offset, final int value) {
        final Stretch stretch = stretches[chunk];
        INTS.set(stretch.bytes, stretch.index(chunk, offset), value);
    }

    void readBytes(
            final int chunk,
            final int offset,
            final byte[] target,
            final int from,
            final int length) {
        final Stretch stretch = stretches[chunk];
        stretch.bytes.get(stretch.index(chunk, offset), target, from, length);
    }

    void writeBytes(
            final int chunk,
            final int offset,
            final byte[] source,
            final int from,
            final int length) {
        final Stretch stretch = stretches[chunk];
        stretch.bytes.put(stretch.index(chunk, offset), source, from, length);
    }

    void fill(final int chunk, final int offset, final int length, final byte value) {
        final Stretch stretch = stretches[chunk];
        final int from = stretch.index(chunk, offset);
        for (int i = from; i < from + length; i++) {
            stretch.bytes.put(i, value);
        }
    }

    /** Chunks one behind the other. */
    private record Stretch(int first, ByteBuffer bytes) {
        int index(final int chunk, final int offset) {
            return ((chunk - first) << PhysicalMemory.CHUNK_SHIFT) + offset;
        }
    }
}
