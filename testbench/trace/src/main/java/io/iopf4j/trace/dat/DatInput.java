// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.input.ByteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Reads a part of a trace file from front to back in the file's byte order. Every length is checked
 * against what is left before anything is allocated for it.
 */
final class DatInput {
    private static final int WINDOW = 8192;

    /** For those who read a few numbers between long jumps, of whom there may be thousands. */
    static final int SMALL_WINDOW = 64;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final String file;
    private final ByteSource source;
    private final long end;
    private final boolean bigEndian;

    /** Added to positions in messages: where a decompressed section lies in the file. */
    private final long reportBase;

    private final byte[] window;
    private long windowStart;
    private int windowLength;
    private long position;

    DatInput(
            final String file,
            final ByteSource source,
            final long start,
            final long end,
            final boolean bigEndian,
            final long reportBase) {
        this(file, source, start, end, bigEndian, reportBase, WINDOW);
    }

    DatInput(
            final String file,
            final ByteSource source,
            final long start,
            final long end,
            final boolean bigEndian,
            final long reportBase,
            final int windowSize) {
        this.window = new byte[windowSize];
        this.file = file;
        this.source = source;
        this.position = start;
        this.end = Math.min(end, source.size());
        this.bigEndian = bigEndian;
        this.reportBase = reportBase;
    }

    /** The same bytes from here on in another byte order, once the file has said which. */
    DatInput in(final boolean big) {
        return new DatInput(file, source, position, end, big, reportBase);
    }

    /** The next bytes alone; this one stays before them. */
    DatInput part(final long size, final String what) throws TraceFormatException {
        checkSize(size, Long.MAX_VALUE, what);
        final int windowSize = (int) Math.min(size, WINDOW);
        return new DatInput(
                file, source, position, position + size, bigEndian, reportBase, windowSize);
    }

    long position() {
        return position;
    }

    long remaining() {
        return Math.max(0, end - position);
    }

    int u8(final String what) throws IOException {
        if (position >= end) {
            throw truncated(what);
        }
        if (position < windowStart || position >= windowStart + windowLength) {
            windowStart = position;
            windowLength = source.read(position, window, 0, window.length);
            if (windowLength == 0) {
                throw truncated(what);
            }
        }
        return window[(int) (position++ - windowStart)] & 0xff;
    }

    int u16(final String what) throws IOException {
        return (int) number(2, what);
    }

    long u32(final String what) throws IOException {
        return number(4, what);
    }

    long u64(final String what) throws IOException {
        return number(8, what);
    }

    private long number(final int size, final String what) throws IOException {
        long value = 0;
        for (int i = 0; i < size; i++) {
            final long octet = u8(what);
            value = bigEndian ? (value << 8) | octet : value | (octet << (8 * i));
        }
        return value;
    }

    byte[] bytes(final long size, final int max, final String what) throws IOException {
        checkSize(size, max, what);
        final byte[] bytes = new byte[(int) size];
        final int count = source.read(position, bytes, 0, bytes.length);
        if (count < bytes.length) {
            throw truncated(what);
        }
        position += count;
        return bytes;
    }

    String text(final long size, final int max, final String what) throws IOException {
        final byte[] bytes = bytes(size, max, what);
        int length = bytes.length;
        while (length > 0 && (bytes[length - 1] == 0 || bytes[length - 1] == '\n')) {
            length--;
        }
        return clean(bytes, length);
    }

    String string(final int max, final String what) throws IOException {
        final byte[] bytes = new byte[max];
        int length = 0;
        for (int octet = u8(what); octet != 0; octet = u8(what)) {
            if (length == max) {
                throw bad(what + " of at most " + max + " bytes and a NUL", "no NUL");
            }
            bytes[length++] = (byte) octet;
        }
        return clean(bytes, length);
    }

    /** Steps over bytes that must be these. */
    void expect(final String ascii, final String what) throws IOException {
        final long start = position;
        final byte[] wanted = ascii.getBytes(StandardCharsets.ISO_8859_1);
        final byte[] found = bytes(wanted.length, wanted.length, what);
        if (!Arrays.equals(wanted, found)) {
            position = start;
            throw bad(what, quote(found));
        }
    }

    /** Text for people, who get it in messages of one line. */
    private static String clean(final byte[] bytes, final int length) {
        final String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        return CONTROL.matcher(text).replaceAll("?");
    }

    void skip(final long size, final String what) throws IOException {
        checkSize(size, Long.MAX_VALUE, what);
        position += size;
    }

    private void checkSize(final long size, final long max, final String what)
            throws TraceFormatException {
        if (size < 0 || size > max) {
            throw bad(what + " of at most " + max + " bytes", Long.toUnsignedString(size));
        }
        if (size > remaining()) {
            throw bad(what + " of " + size + " bytes", "only " + remaining() + " more");
        }
    }

    TraceFormatException bad(final String expected, final String found) {
        return new TraceFormatException(file, reportBase + position, expected, found);
    }

    private TraceFormatException truncated(final String what) {
        return bad(what, "the end of the data");
    }

    /** Bytes as readable ASCII in one line. */
    static String quote(final byte[] bytes) {
        final StringBuilder text = new StringBuilder("\"");
        for (final byte b : bytes) {
            if (b >= ' ' && b < 0x7f) {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b));
            }
        }
        return text.append('"').toString();
    }
}
