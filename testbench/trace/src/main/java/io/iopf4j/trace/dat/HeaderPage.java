// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The layout of a ring buffer page's header, {@code struct buffer_data_page} in {@code
 * kernel/trace/ring_buffer.c} of Linux 6.12, as the tracefs file {@code header_page} tells it.
 *
 * @param longSize the recording kernel's {@code sizeof(long)}, 4 or 8
 * @param dataOffset where the events begin, bytes
 */
record HeaderPage(int longSize, int dataOffset) {
    private static final Pattern FIELD =
            Pattern.compile("field:\\s*[^;]*\\b(\\w+);\\s*offset:(\\d{1,6});\\s*size:(\\d{1,6});");

    /** What a kernel with longs of this size writes. */
    static HeaderPage ofLongSize(final int longSize) {
        return new HeaderPage(longSize, 8 + longSize);
    }

    /**
     * Reads the text.
     *
     * @return the layout, or null if the text does not describe one that can be read
     */
    static HeaderPage parse(final String text) {
        int longSize = 0;
        int dataOffset = 0;
        boolean timestamp = false;
        final Matcher field = FIELD.matcher(text);
        while (field.find()) {
            final int offset = Integer.parseInt(field.group(2));
            final int size = Integer.parseInt(field.group(3));
            switch (field.group(1)) {
                case "timestamp" -> timestamp = offset == 0 && size == 8;
                case "commit" -> longSize = offset == 8 ? size : 0;
                case "data" -> dataOffset = offset;
                default -> {}
            }
        }
        final boolean sane =
                timestamp
                        && (longSize == 4 || longSize == 8)
                        && dataOffset >= 8 + longSize
                        && dataOffset <= 64;
        return sane ? new HeaderPage(longSize, dataOffset) : null;
    }
}
