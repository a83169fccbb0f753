// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** How an input begins: what a {@link TraceFormat} is told by. */
public final class Head {
    /** How many bytes are looked at. */
    public static final int BYTES = 1 << 16;

    private static final int LINES = 20;
    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

    private final String text;
    private final List<String> lines;

    /**
     * The start of an input.
     *
     * @param bytes its first {@value #BYTES} bytes, or all
     */
    public Head(final byte[] bytes) {
        text = new String(bytes, StandardCharsets.ISO_8859_1);
        lines = text.lines().limit(LINES).map(Head::clean).toList();
    }

    private static String clean(final String line) {
        return line.startsWith(BYTE_ORDER_MARK) ? line.substring(BYTE_ORDER_MARK.length()) : line;
    }

    /**
     * All of it, a byte a character.
     *
     * @return text in ISO 8859-1
     */
    public String text() {
        return text;
    }

    /**
     * Its first lines, without a byte order mark.
     *
     * @return at most {@value #LINES}
     */
    public List<String> lines() {
        return lines;
    }
}
