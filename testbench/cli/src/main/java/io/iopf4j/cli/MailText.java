// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.PrintWriter;
import java.util.regex.Pattern;

/** Lines of plain text that go into a mail as they are. */
final class MailText {
    /** As wide as a line may be. */
    static final int COLUMNS = 72;

    /** Where text stands beside its heading. */
    static final String INDENT = " ".repeat(12);

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}|[\\x80-\\x9f]");

    private final PrintWriter out;

    MailText(final PrintWriter out) {
        this.out = out;
    }

    /** A line, continued under its text if it is longer than a mail's. */
    void line(final String text) {
        wrapped(text, INDENT);
    }

    /** A line, continued behind an indent. */
    void wrapped(final String text, final String indent) {
        String rest = printable(text);
        String lead = "";
        while (lead.length() + rest.length() > COLUMNS) {
            final int room = COLUMNS - lead.length();
            int at = rest.lastIndexOf(' ', room);
            if (at <= indent.length() - lead.length()) {
                at = room;
            }
            out.println(lead + rest.substring(0, at).stripTrailing());
            rest = rest.substring(at).stripLeading();
            lead = indent;
        }
        out.println(lead + rest);
    }

    /** Names come from dumps, and must not command the terminal. */
    static String printable(final String text) {
        return CONTROL.matcher(text).replaceAll("?");
    }

    /** Text that has to fit. */
    static String cut(final String raw, final int width) {
        final String text = printable(raw);
        return text.length() <= width ? text : text.substring(0, width - 1) + "~";
    }
}
