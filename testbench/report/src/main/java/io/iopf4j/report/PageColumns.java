// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.ledger.Ledger;
import java.io.ByteArrayOutputStream;
import java.util.function.IntToLongFunction;
import tools.jackson.core.JsonGenerator;

/**
 * Writes long columns of numbers in few bytes; {@code iopf4j.column} of page.js reads them. Each
 * number is told as what it differs by from the last one that was given, or from what another
 * column has in the same row. The difference, its sign in the lowest bit, plus one is written in
 * groups of seven bits, lowest first, the eighth set in all but the last; 0 is {@link Ledger#NONE}.
 * The bytes are base64 in the JSON. Numbers are exact in a browser below 2^53.
 */
final class PageColumns {
    private static final int GROUP = 7;
    private static final int MORE = 1 << GROUP;

    private final JsonGenerator json;
    private final int rows;

    PageColumns(final JsonGenerator json, final int rows) {
        this.json = json;
        this.rows = rows;
    }

    /** A column of which neighbours are alike. */
    void write(final String name, final IntToLongFunction value) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(rows);
        long last = 0;
        for (int row = 0; row < rows; row++) {
            final long now = value.applyAsLong(row);
            put(bytes, now, last);
            last = now == Ledger.NONE ? last : now;
        }
        json.writeName(name);
        json.writeBinary(bytes.toByteArray());
    }

    /** A column that is like another one, whose {@link Ledger#NONE} counts as 0. */
    void write(final String name, final IntToLongFunction value, final IntToLongFunction like) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(rows);
        for (int row = 0; row < rows; row++) {
            final long base = like.applyAsLong(row);
            put(bytes, value.applyAsLong(row), base == Ledger.NONE ? 0 : base);
        }
        json.writeName(name);
        json.writeBinary(bytes.toByteArray());
    }

    private static void put(final ByteArrayOutputStream bytes, final long value, final long base) {
        final long delta = value - base;
        long rest = value == Ledger.NONE ? 0 : ((delta << 1) ^ (delta >> (Long.SIZE - 1))) + 1;
        while (Long.compareUnsigned(rest, MORE) >= 0) {
            bytes.write((int) (rest | MORE));
            rest >>>= GROUP;
        }
        bytes.write((int) rest);
    }
}
