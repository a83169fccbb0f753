// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

/**
 * Takes one line of a printed event apart, without copying: {@code [inst:] COMM-PID [(TGID)] [CPU]
 * [FLAGS] TIME: [SYSTEM:]EVENT: MESSAGE}. A comm may hold blanks, dashes, colons and brackets; what
 * counts is the first {@code -PID [CPU]} after which a time follows.
 */
final class LineParser {
    private static final int FLAGS_MAX = 6;
    private static final int FLAGS = 5;
    private static final int DIGITS_MAX = 18;

    private final boolean instances;
    private byte[] bytes;
    private int position;
    private int end;

    int bufferStart;
    int bufferEnd;
    int commStart;
    int commEnd;
    int pid;
    int cpu;
    long time;
    boolean seconds;
    int nameStart;
    int nameEnd;
    int messageStart;

    /**
     * A parser.
     *
     * @param instances whether lines may begin with the name of a ring buffer instance
     */
    LineParser(final boolean instances) {
        this.instances = instances;
    }

    /** Whether the line is an event; its parts are then set. */
    boolean parse(final byte[] line, final int from, final int to) {
        bytes = line;
        end = to;
        for (int bracket = from; bracket < to; bracket++) {
            if (line[bracket] == '[' && cpu(bracket) && task(from, bracket) && rest()) {
                instance();
                return true;
            }
        }
        return false;
    }

    /** {@code [003]}; leaves the position behind it. */
    private boolean cpu(final int bracket) {
        position = bracket + 1;
        final long number = digits();
        if (number < 0 || number > Integer.MAX_VALUE || at(position) != ']') {
            return false;
        }
        cpu = (int) number;
        position++;
        return true;
    }

    /** What stands before the CPU, read backwards: blanks, a thread group, the thread, its name. */
    private boolean task(final int from, final int bracket) {
        int i = blanksBefore(from, bracket);
        if (i > from && bytes[i - 1] == ')') {
            while (i > from && bytes[i - 1] != '(') {
                i--;
            }
            i = blanksBefore(from, i - 1);
        }
        final int pidEnd = i;
        long value = 0;
        long scale = 1;
        while (i > from && isDigit(bytes[i - 1]) && pidEnd - i < 10) {
            value += scale * (bytes[--i] - '0');
            scale *= 10;
        }
        if (i == pidEnd || i <= from || bytes[i - 1] != '-' || value > Integer.MAX_VALUE) {
            return false;
        }
        pid = (int) value;
        commEnd = i - 1;
        commStart = from;
        while (commStart < commEnd && isBlank(bytes[commStart])) {
            commStart++;
        }
        return true;
    }

    private int blanksBefore(final int from, final int to) {
        int i = to;
        while (i > from && isBlank(bytes[i - 1])) {
            i--;
        }
        return i;
    }

    /** What stands behind the CPU: flags, the time, the event's name, its message. */
    private boolean rest() {
        skipBlanks();
        if (!isDigit(at(position))) {
            // Wide times leave no blank behind the flags: .....234060656902:
            final int tokenEnd = tokenEnd();
            position = tokenEnd - position <= FLAGS_MAX ? tokenEnd : position + FLAGS;
            skipBlanks();
        }
        return time() && name();
    }

    private int tokenEnd() {
        int i = position;
        while (i < end && !isBlank(bytes[i])) {
            i++;
        }
        return i;
    }

    private boolean time() {
        final long whole = digits();
        if (whole < 0) {
            return false;
        }
        seconds = at(position) == '.';
        time = whole;
        if (seconds) {
            position++;
            final int start = position;
            long fraction = digits();
            final int length = position - start;
            if (fraction < 0 || length > 9 || whole > Long.MAX_VALUE / 2_000_000_000L) {
                return false;
            }
            for (int i = length; i < 9; i++) {
                fraction *= 10;
            }
            time = 1_000_000_000L * whole + fraction;
        }
        if (at(position) != ':' || !isBlank(at(position + 1))) {
            return false;
        }
        position++;
        skipBlanks();
        return true;
    }

    private boolean name() {
        nameStart = position;
        nameEnd = word();
        if (nameEnd == nameStart || at(nameEnd) != ':') {
            return false;
        }
        position = nameEnd + 1;
        final int second = word();
        if (second > position && at(second) == ':' && isBlank(at(second + 1))) {
            nameEnd = second; // system:event:
            position = second + 1;
        }
        skipBlanks();
        messageStart = position;
        return true;
    }

    private int word() {
        int i = position;
        while (i < end && isWord(bytes[i])) {
            i++;
        }
        return i;
    }

    /** {@code iopfbuf:   load-262}: the instance's name is printed as if part of the comm. */
    private void instance() {
        bufferStart = commStart;
        bufferEnd = commStart;
        if (!instances) {
            return;
        }
        int i = commStart;
        while (i < commEnd && !isBlank(bytes[i])) {
            i++;
        }
        if (i < commEnd && i > commStart && bytes[i - 1] == ':') {
            bufferEnd = i - 1;
            commStart = i;
            while (commStart < commEnd && isBlank(bytes[commStart])) {
                commStart++;
            }
        }
    }

    private void skipBlanks() {
        while (position < end && isBlank(bytes[position])) {
            position++;
        }
    }

    /** A decimal number, -1 for none or one too long. */
    private long digits() {
        final int start = position;
        long value = 0;
        while (position < end && isDigit(bytes[position])) {
            value = 10 * value + bytes[position++] - '0';
            if (position - start > DIGITS_MAX) {
                return -1;
            }
        }
        return position == start ? -1 : value;
    }

    private int at(final int index) {
        return index < end ? bytes[index] : '\n';
    }

    static boolean isBlank(final int c) {
        return c == ' ' || c == '\t' || c == '\n';
    }

    static boolean isDigit(final int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isWord(final int c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
}
