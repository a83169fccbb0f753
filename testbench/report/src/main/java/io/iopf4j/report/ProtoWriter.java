// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes fields in the wire format of Protocol Buffers, into one buffer that is used again and
 * again. A message's length comes before it and is known after it: room for the shortest length is
 * left, and what outgrows it moves up. The format's own library would make the jar a third larger
 * for these few lines. One thread.
 */
final class ProtoWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;

    /** The most bytes that a field's key and a number take. */
    private static final int MOST = 20;

    private byte[] bytes = new byte[512];
    private int size;
    private int[] starts = new int[8];
    private int depth;

    /** Writes a number that is not negative, an enum's value or a truth. */
    void varint(final int field, final long value) {
        key(field, VARINT);
        varint(value);
    }

    /** Writes eight bytes as they are. */
    void fixed64(final int field, final long value) {
        key(field, FIXED64);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /** Writes text; what is no text, as half of a pair of surrogates, becomes a question mark. */
    void string(final int field, final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        key(field, LENGTH_DELIMITED);
        varint(utf8.length);
        reserve(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
    }

    /** Begins a message within the one that is open, if one is. */
    void begin(final int field) {
        key(field, LENGTH_DELIMITED);
        starts = depth < starts.length ? starts : Arrays.copyOf(starts, depth * 2);
        starts[depth++] = ++size;
    }

    /** Ends the message that was begun last. */
    void end() {
        final int start = starts[--depth];
        final int length = size - start;
        final int more = (Integer.SIZE - Integer.numberOfLeadingZeros(length | 1) - 1) / 7;
        reserve(more);
        System.arraycopy(bytes, start, bytes, start + more, length);
        size = start - 1;
        varint(length);
        size += length;
    }

    /** Passes on what was written, with no message open, and starts anew. */
    void flush(final OutputStream out) throws IOException {
        out.write(bytes, 0, size);
        size = 0;
    }

    private void key(final int field, final int type) {
        reserve(MOST);
        varint(field << 3 | type);
    }

    private void varint(final long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    private void reserve(final int more) {
        if (bytes.length - size < more + MOST) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more + MOST));
        }
    }
}
