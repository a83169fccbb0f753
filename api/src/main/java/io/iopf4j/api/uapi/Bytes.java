// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian fields at absolute offsets, whatever byte order the buffer is set to. */
final class Bytes {
    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    static boolean hasRoom(final ByteBuffer buffer, final int at, final long bytes) {
        return at >= 0 && bytes <= (long) buffer.limit() - at;
    }

    static int getInt(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at);
    }

    static void putInt(final ByteBuffer buffer, final int at, final int value) {
        INTS.set(buffer, at, value);
    }

    static long getLong(final ByteBuffer buffer, final int at) {
        return (long) LONGS.get(buffer, at);
    }

    static void putLong(final ByteBuffer buffer, final int at, final long value) {
        LONGS.set(buffer, at, value);
    }

    /** Clears bytes, so that nothing of whoever used the buffer before goes out as padding. */
    static void clear(final ByteBuffer buffer, final int from, final int to) {
        for (int at = from; at < to; at++) {
            buffer.put(at, (byte) 0);
        }
    }
}
