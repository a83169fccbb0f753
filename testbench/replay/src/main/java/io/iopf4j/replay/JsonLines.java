// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import java.util.List;

/** JSON Lines: an object a line, with all its keys. */
final class JsonLines extends LedgerLines {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    JsonLines(final List<String> columns) {
        super(columns);
    }

    @Override
    void lead(final int index, final String name) {
        text.append(index == 0 ? "{\"" : ",\"").append(name).append("\":");
    }

    @Override
    void quoted(final String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            final char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 0xf]);
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    void none() {
        text.append("null");
    }

    @Override
    void end() {
        text.append("}\n");
    }
}
