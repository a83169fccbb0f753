// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

/**
 * Takes one line of a printed event apart, without copying. The parts are those of the last line.
 */
abstract class LineParser {
    private static final int DIGITS_MAX = 18;

    byte[] bytes;
    int position;
    int end;

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

    /** Whether the line is an event; its parts are then set. */
    final boolean parse(final byte[] line, final int from, final int to) {
        bytes = line;
        end = to;
        bufferStart = from;
        bufferEnd = from;
        return parse(from);
    }

    /** The same for the line from here to the {@link #end}. */
    abstract boolean parse(int from);

    /** Takes what lies between for the thread's name, without the blanks around it. */
    final void comm(final int from, final int to) {
        commStart = from;
        commEnd = blanksBefore(from, to);
        while (commStart < commEnd && isBlank(bytes[commStart])) {
            commStart++;
        }
    }

    /** Where the digits begin that end here, if they are a thread's id; else -1. */
    final int pidBefore(final int from, final int to) {
        int i = to;
        long value = 0;
        long scale = 1;
        while (i > from && isDigit(bytes[i - 1]) && to - i < 10) {
            value += scale * (bytes[--i] - '0');
            scale *= 10;
        }
        if (i == to || value > Integer.MAX_VALUE) {
            return -1;
        }
        pid = (int) value;
        return i;
    }

    /** {@code [003]} at the position, which then is behind it. */
    final boolean bracketedCpu() {
        if (at(position) != '[') {
            return false;
        }
        position++;
        if (!plainCpu() || at(position) != ']') {
            return false;
        }
        position++;
        return true;
    }

    final boolean plainCpu() {
        final long number = digits();
        cpu = (int) number;
        return number >= 0 && number <= Integer.MAX_VALUE;
    }

    /** Seconds with a fraction, or a plain number; without what ends it. */
    final boolean number() {
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
        return true;
    }

    /** The colon and the blanks that end a time. */
    final boolean colon() {
        if (at(position) != ':' || !isBlank(at(position + 1))) {
            return false;
        }
        position++;
        skipBlanks();
        return true;
    }

    /** {@code [system:]event:}, and where the message begins. */
    final boolean name() {
        nameStart = position;
        nameEnd = word();
        if (nameEnd == nameStart || at(nameEnd) != ':') {
            return false;
        }
        position = nameEnd + 1;
        final int second = word();
        if (second > position && at(second) == ':' && isBlank(at(second + 1))) {
            nameEnd = second;
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

    final int tokenEnd() {
        int i = position;
        while (i < end && !isBlank(bytes[i])) {
            i++;
        }
        return i;
    }

    final int blanksBefore(final int from, final int to) {
        int i = to;
        while (i > from && isBlank(bytes[i - 1])) {
            i--;
        }
        return i;
    }

    final void skipBlanks() {
        while (position < end && isBlank(bytes[position])) {
            position++;
        }
    }

    /** A decimal number, -1 for none or one too long. */
    final long digits() {
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

    final int at(final int index) {
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
