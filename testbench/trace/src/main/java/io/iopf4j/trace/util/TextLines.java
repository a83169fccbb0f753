// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import java.io.IOException;
import java.io.InputStream;

/** Lines of bytes in one buffer: no line is copied, and none can fill the memory. */
public final class TextLines {
    /** Longer lines are cut. Those of traces have a few hundred bytes. */
    public static final int LENGTH_MAX = 1 << 16;

    private final InputStream in;
    private final byte[] buffer = new byte[2 * LENGTH_MAX];
    private int filled;
    private int position;
    private long dropped;

    /** Where the line begins in {@link #bytes()}. */
    public int start;

    /** Behind the line's last byte, without its end of line. */
    public int end;

    /** Whether the line was longer than {@value #LENGTH_MAX} bytes. */
    public boolean cut;

    public TextLines(final InputStream in) {
        this.in = in;
    }

    public byte[] bytes() {
        return buffer;
    }

    /** Where the next line begins, bytes from the start of the text. */
    public long offset() {
        return dropped + position;
    }

    /** Goes to the next line, false at the end. */
    public boolean next() throws IOException {
        cut = false;
        start = position;
        int scan = position;
        while (true) {
            for (; scan < filled; scan++) {
                if (buffer[scan] == '\n') {
                    position = scan + 1;
                    end = scan;
                    trim();
                    return true;
                }
            }
            if (scan - start >= LENGTH_MAX) {
                position = scan;
                end = scan;
                cut = true;
                return true;
            }
            if (!fill()) {
                position = filled;
                end = filled;
                trim();
                return end > start;
            }
            scan -= start;
            start = 0;
        }
    }

    private boolean fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, filled - start);
        dropped += start;
        filled -= start;
        position -= start;
        final int got = in.read(buffer, filled, buffer.length - filled);
        if (got <= 0) {
            start = 0;
            return false;
        }
        filled += got;
        return true;
    }

    private void trim() {
        if (end > start && buffer[end - 1] == '\r') {
            end--;
        }
    }
}
