// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.dat.RawRecord;
import io.iopf4j.trace.util.Warnings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The records of a perf.data, one at a time, in one buffer: {@code struct perf_event_header} of
 * {@code include/uapi/linux/perf_event.h}, Linux 6.12. Whatever the bytes are, it finds the next
 * end of a round in them and goes on there.
 */
final class RecordFeed extends RawRecord {
    static final int HEADER = 8;

    /** {@code PERF_RECORD_FINISHED_ROUND}: the one record of which each byte is known. */
    static final int FINISHED_ROUND = 68;

    /** Types end in the twenties for the kernel, in the eighties for perf. */
    private static final int TYPE_MAX = 255;

    private static final int SIZE_MAX = 1 << 16;

    private final InputStream in;
    private final Warnings warnings;
    private final String where;
    private int cursor;
    private int filled;
    private long dropped;
    private long toSkip;
    private boolean isLost;

    /** The record's type. */
    int type;

    /**
     * Records from here on.
     *
     * @param bigEndian their byte order
     * @param in where they come from; may have no more for now, and have more later
     * @param start where the stream begins in the file, for messages
     * @param where added to messages
     * @param warnings gets remarks on damage
     */
    RecordFeed(
            final boolean bigEndian,
            final InputStream in,
            final long start,
            final String where,
            final Warnings warnings) {
        super(bigEndian);
        this.in = in;
        this.dropped = start;
        this.where = where;
        this.warnings = warnings;
        this.bytes = new byte[2 * SIZE_MAX];
    }

    /** Where the next record begins. */
    long offset() {
        return dropped + cursor;
    }

    /** How many bytes of a record are there of which the rest is missing. */
    int rest() {
        return filled - cursor;
    }

    /** Goes to the next record that is whole, false if there is none for now. */
    boolean next() throws IOException {
        while (skipped() && has(HEADER)) {
            type = intAt(cursor);
            final int size = shortAt(cursor + 6) & 0xffff;
            if (isLost ? !isRound(size) : size < HEADER || type <= 0 || type > TYPE_MAX) {
                lost(size);
                continue;
            }
            if (!has(size)) {
                return false;
            }
            isLost = false;
            record = cursor;
            length = size;
            cursor += size;
            return true;
        }
        return false;
    }

    private boolean isRound(final int size) {
        return type == FINISHED_ROUND && shortAt(cursor + 4) == 0 && size == HEADER;
    }

    private void lost(final int size) {
        if (!isLost) {
            warnings.at(
                    offset(),
                    "a record" + where,
                    "type " + Integer.toUnsignedString(type) + " of " + size + " bytes");
            isLost = true;
        }
        cursor++;
    }

    /** Passes over bytes that follow the current record. */
    void skip(final long size) {
        toSkip = size < 0 ? Long.MAX_VALUE : size;
    }

    /** Takes bytes that follow the current record: fewer if they end before, null if too many. */
    byte[] take(final long size, final int max) throws IOException {
        skip(size);
        if (size < 0 || size > max) {
            return null;
        }
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        while (toSkip > 0 && has(1)) {
            final int step = (int) Math.min(toSkip, filled - cursor);
            taken.write(bytes, cursor, step);
            cursor += step;
            toSkip -= step;
        }
        return taken.toByteArray();
    }

    private boolean skipped() throws IOException {
        while (toSkip > 0) {
            if (!has(1)) {
                return false;
            }
            final int step = (int) Math.min(toSkip, filled - cursor);
            cursor += step;
            toSkip -= step;
        }
        return true;
    }

    private boolean has(final int count) throws IOException {
        while (filled - cursor < count) {
            if (cursor > 0 && bytes.length - cursor < SIZE_MAX) {
                System.arraycopy(bytes, cursor, bytes, 0, filled - cursor);
                dropped += cursor;
                filled -= cursor;
                cursor = 0;
            }
            final int got = in.read(bytes, filled, bytes.length - filled);
            if (got <= 0) {
                return false;
            }
            filled += got;
        }
        return true;
    }
}
