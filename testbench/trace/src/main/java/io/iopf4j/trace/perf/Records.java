// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.io.InputStream;

/** The records of a file, those that are packed in others in the place of these. */
final class Records {
    private static final int COMPRESSED = 81;
    private static final int COMPRESSED2 = 83;

    private final Warnings warnings;
    private final RecordFeed plain;
    private final Inflow inflow;
    private final RecordFeed unpacked;
    private boolean isPacked;
    private boolean isFinished;

    Records(
            final boolean bigEndian,
            final InputStream in,
            final long start,
            final Warnings warnings) {
        this.warnings = warnings;
        this.plain = new RecordFeed(bigEndian, in, start, "", warnings);
        this.inflow = new Inflow(warnings);
        this.unpacked =
                new RecordFeed(bigEndian, inflow, 0, " (counted after unpacking)", warnings);
    }

    /** Where the next record begins in the file. */
    long offset() {
        return plain.offset();
    }

    /** The next record, or null at the end. */
    RecordFeed next() throws IOException {
        while (true) {
            if (isPacked && unpacked.next()) {
                return unpacked;
            }
            isPacked = false;
            if (!plain.next()) {
                if (isFinished) {
                    return null;
                }
                isFinished = true;
                inflow.finish();
                isPacked = true;
                continue;
            }
            switch (plain.type) {
                case COMPRESSED -> unpack(RecordFeed.HEADER, plain.length);
                case COMPRESSED2 -> unpackPadded();
                default -> {
                    return plain;
                }
            }
        }
    }

    private void unpackPadded() {
        final int from = RecordFeed.HEADER + 8;
        final long size = plain.length < from ? -1 : plain.longAt(plain.record + from - 8);
        if (size < 0 || size > plain.length - from) {
            warnings.at(
                    offset() - plain.length, "a compressed record", "one of " + size + " bytes");
            return;
        }
        unpack(from, from + (int) size);
    }

    private void unpack(final int from, final int to) {
        inflow.put(plain.bytes, plain.record + from, plain.record + to, offset() - plain.length);
        isPacked = true;
    }

    /** How many bytes of packed records have been handed out. */
    long unpacked() {
        return unpacked.offset();
    }

    /** How many of them, at the most, the records read so far hold besides those. */
    long lag() {
        return unpacked.rest() + inflow.lag();
    }

    /** Says what is missing at the end. */
    void warnOfRest() {
        warnOfRest(plain, "");
        warnOfRest(unpacked, " of unpacked data");
    }

    private void warnOfRest(final RecordFeed feed, final String what) {
        if (feed.rest() > 0) {
            warnings.at(feed.offset(), "a whole record", "the end" + what);
        }
    }
}
