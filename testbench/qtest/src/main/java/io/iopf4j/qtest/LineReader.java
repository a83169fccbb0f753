// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import java.io.EOFException;
import java.io.Flushable;
import java.io.IOException;
import java.io.InputStream;

/**
 * Lines, word by word as they arrive: a line may be longer than anybody would want to keep. Blanks,
 * tabs and carriage returns separate words. The end of the stream, in a line too, is an {@link
 * EOFException}.
 */
final class LineReader {
    private static final int MOST_WORD_CHARS = 4096;
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final Flushable answers;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private boolean isInLine;

    /**
     * A reader at the start of a line.
     *
     * @param in where lines come from
     * @param answers flushed whenever the reader must wait
     */
    LineReader(final InputStream in, final Flushable answers) {
        this.in = in;
        this.answers = answers;
    }

    /** The line's next word, or null at its end; a line begins with the first call. */
    String word() throws IOException, BadCommandException {
        isInLine = true;
        skipBlanks();
        if (peek() == '\n') {
            return null;
        }
        final StringBuilder word = new StringBuilder();
        for (int next = next(); next >= 0; next = next()) {
            if (word.length() == MOST_WORD_CHARS) {
                throw new BadCommandException("a word of more than " + MOST_WORD_CHARS + " bytes");
            }
            word.append((char) next);
        }
        return word.toString();
    }

    /** Goes to where the next word begins, for {@link #next}. */
    void beginWord() throws IOException, BadCommandException {
        skipBlanks();
        if (peek() == '\n') {
            throw new BadCommandException("missing operand");
        }
    }

    /** The current word's next byte, or -1 at its end. */
    int next() throws IOException {
        final int next = peek();
        if (next == '\n' || isBlank(next)) {
            return -1;
        }
        at++;
        return next;
    }

    /** Ends the line, which must hold no further word. */
    void end() throws IOException, BadCommandException {
        skipBlanks();
        if (peek() != '\n') {
            throw new BadCommandException("too many operands");
        }
        at++;
        isInLine = false;
    }

    /** Skips what is left of the line; nothing after {@link #end}. */
    void skipRest() throws IOException {
        while (isInLine) {
            isInLine = peek() != '\n';
            at++;
        }
    }

    private void skipBlanks() throws IOException {
        while (isBlank(peek())) {
            at++;
        }
    }

    private int peek() throws IOException {
        if (at == limit) {
            answers.flush();
            limit = Math.max(0, in.read(buffer));
            at = 0;
            if (limit == 0) {
                throw new EOFException();
            }
        }
        return buffer[at] & 0xff;
    }

    private static boolean isBlank(final int next) {
        return next == ' ' || next == '\t' || next == '\r';
    }
}
