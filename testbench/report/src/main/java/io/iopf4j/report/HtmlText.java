// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

/** Text that may hold anything, as a document's text. */
final class HtmlText {
    private HtmlText() {}

    /** Without what would be markup. */
    static String escaped(final String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]", "?");
    }
}
