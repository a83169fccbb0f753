// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Little-endian fields at absolute offsets, whatever byte order the buffer is set to. A heap buffer
 * is written and read through its array: views of a byte array cost a tenth of views of a buffer,
 * which made up a third of the core's cycle.
 */
final class Bytes {
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BUFFER_INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BUFFER_LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    static boolean hasRoom(final ByteBuffer buffer, final int at, final long bytes) {
        return at >= 0 && bytes <= (long) buffer.limit() - at;
    }

    static int getInt(final ByteBuffer buffer, final int at) {
        return buffer.hasArray()
                ? (int)
                        INTS.get(
                                buffer.array(),
                                buffer.arrayOffset() + checked(buffer, at, Integer.BYTES))
                : (int) BUFFER_INTS.get(buffer, at);
    }

    static void putInt(final ByteBuffer buffer, final int at, final int value) {
        if (buffer.hasArray()) {
            INTS.set(
                    buffer.array(),
                    buffer.arrayOffset() + checked(buffer, at, Integer.BYTES),
                    value);
        } else {
            BUFFER_INTS.set(buffer, at, value);
        }
    }

    static long getLong(final ByteBuffer buffer, final int at) {
        return buffer.hasArray()
                ? (long)
                        LONGS.get(
                                buffer.array(),
                                buffer.arrayOffset() + checked(buffer, at, Long.BYTES))
                : (long) BUFFER_LONGS.get(buffer, at);
    }

    static void putLong(final ByteBuffer buffer, final int at, final long value) {
        if (buffer.hasArray()) {
            LONGS.set(
                    buffer.array(), buffer.arrayOffset() + checked(buffer, at, Long.BYTES), value);
        } else {
            BUFFER_LONGS.set(buffer, at, value);
        }
    }

    /** Two neighbours, the lower one first. */
    static void putInts(final ByteBuffer buffer, final int at, final int low, final int high) {
        putLong(buffer, at, Integer.toUnsignedLong(low) | (long) high << Integer.SIZE);
    }

    private static int checked(final ByteBuffer buffer, final int at, final int bytes) {
        return Objects.checkIndex(at, buffer.limit() - bytes + 1);
    }

    /** Clears bytes, so that nothing of whoever used the buffer before goes out as padding. */
    static void clear(final ByteBuffer buffer, final int from, final int to) {
        for (int at = from; at < to; at++) {
            buffer.put(at, (byte) 0);
        }
    }
}
