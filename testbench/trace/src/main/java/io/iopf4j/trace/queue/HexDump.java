// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.util.TextLines;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes that {@code hexdump -C} or {@code xxd} has printed. Where rows are missing there are
 * zeros in their place, so that what follows stays where it was; {@link #tookHole()} tells.
 */
final class HexDump extends InputStream {
    private static final int ROW = 16;

    /** All records of queues have 16 or 32 bytes. */
    private static final int RECORD = 32;

    private static final int LINE_MAX = 200;

    /** Bytes of rows that are not printed: 2^19 records of 32 bytes are the largest queue. */
    private static final long UNPRINTED_MAX = 16L << 20;

    /** Bytes apart, as of {@code hexdump -C}, or xxd's colon and groups of one or two bytes. */
    private static final Pattern LINE =
            Pattern.compile(
                    ("^([0-9a-fA-F]{6,16})(?:"
                                    + " +((?:HH(?: {1,2}|$)){1,16})(?: *\\|.*)?"
                                    + "|: ((?:HH(?: {1,2}|$)){1,16}|(?:HHHH ){0,7}HH(?:HH)?(?: {1,2}|$))"
                                    + "(?: .*|[^ ].*)?)$")
                            .replace("HH", "[0-9a-fA-F]{2}"));

    private static final Pattern OFFSET = Pattern.compile("^([0-9a-fA-F]{6,16}):?\\s*$");

    private final TextLines lines;
    private final Warnings warnings;
    private final byte[] row = new byte[ROW];
    private boolean isStarted;
    private long end;
    private long given;
    private long unprinted;
    private long hole;
    private boolean isRowHole;
    private boolean hasHole;
    private int length;
    private int position;
    private boolean isStar;
    private long repeats;
    private String held;
    private long heldOffset;

    HexDump(final InputStream text, final Warnings warnings) {
        lines = new TextLines(text);
        this.warnings = warnings;
    }

    /** Whether bytes begin like a dump in text. */
    static boolean isStart(final byte[] head, final int count) {
        final String text = new String(head, 0, count, StandardCharsets.ISO_8859_1);
        final int lineEnd = text.indexOf('\n');
        return lineEnd > 0 && LINE.matcher(text.substring(0, lineEnd).stripTrailing()).matches();
    }

    @Override
    public int read() throws IOException {
        if (!fill()) {
            return -1;
        }
        hasHole |= isRowHole;
        given++;
        return row[position++] & 0xff;
    }

    @Override
    public int read(final byte[] target, final int offset, final int size) throws IOException {
        if (size == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        final int count = Math.min(size, length - position);
        System.arraycopy(row, position, target, offset, count);
        hasHole |= isRowHole;
        given += count;
        position += count;
        return count;
    }

    /** Whether bytes that were read since the last call stand for rows that are missing. */
    boolean tookHole() {
        final boolean had = hasHole;
        hasHole = false;
        return had;
    }

    /** Whether there is a byte at {@code position} of the row. */
    private boolean fill() throws IOException {
        while (position == length) {
            if (repeats > 0) {
                repeats--;
                position = 0;
            } else if (hole > 0) {
                Arrays.fill(row, (byte) 0);
                isRowHole = true;
                length = (int) Math.min(ROW, hole);
                hole -= length;
                position = 0;
            } else if (!nextRow()) {
                return false;
            }
        }
        return true;
    }

    /** Takes lines up to one with bytes, or one that says how often those before are repeated. */
    private boolean nextRow() throws IOException {
        if (held != null) {
            take(heldOffset, held);
            held = null;
            return true;
        }
        while (lines.next()) {
            final int size = Math.min(lines.end - lines.start, LINE_MAX);
            final String line =
                    new String(lines.bytes(), lines.start, size, StandardCharsets.ISO_8859_1)
                            .stripTrailing();
            final Matcher bytes = LINE.matcher(line);
            final Matcher only = OFFSET.matcher(line);
            if (bytes.matches()) {
                final long offset = Long.parseUnsignedLong(bytes.group(1), 16);
                final String digits = bytes.group(2) != null ? bytes.group(2) : bytes.group(3);
                if (isAhead(offset)) {
                    held = digits;
                    heldOffset = offset;
                } else {
                    take(offset, digits);
                }
                return true;
            } else if (only.matches()) {
                if (isAhead(Long.parseUnsignedLong(only.group(1), 16))) {
                    return true;
                }
            } else if (line.equals("*")) {
                isStar = length == ROW;
            } else if (!line.isEmpty()) {
                warnings.at(lines.offset(), "a row of a hex dump up to here", line);
            }
        }
        return false;
    }

    /**
     * Whether bytes that are not printed come before an offset: rows for which a star stands, or
     * that are missing. Where nobody can say how many, what is at the offset begins a record.
     */
    private boolean isAhead(final long offset) {
        final long gap = offset - end;
        final boolean isRepeat = isStar;
        isStar = false;
        if (!isStarted || gap == 0) {
            return false;
        }
        final boolean isInReach = gap > 0 && gap <= UNPRINTED_MAX - unprinted;
        if (isRepeat && isInReach) {
            repeats = gap / ROW;
        } else {
            warnings.at(
                    lines.offset(),
                    "the row of offset 0x" + Long.toHexString(end),
                    "that of 0x" + Long.toHexString(offset));
            hole = isInReach ? gap : -given & (RECORD - 1);
        }
        unprinted += isInReach ? gap : 0;
        end = offset;
        return repeats > 0 || hole > 0;
    }

    private void take(final long offset, final String digits) {
        length = 0;
        position = 0;
        isRowHole = false;
        isStarted = true;
        for (int i = 0; i + 1 < digits.length(); ) {
            if (digits.charAt(i) == ' ') {
                i++;
                continue;
            }
            row[length++] = (byte) Integer.parseInt(digits.substring(i, i + 2), 16);
            i += 2;
        }
        end = offset + length;
    }
}
