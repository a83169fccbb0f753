// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A library as a command line names it, after {@code native:}: its file, and its parameters as
 * {@code insmod} has them, such as {@code ./quota.so limit=4}.
 *
 * @param file which
 * @param params {@code name=value} words with blanks between them; empty for none
 */
record LibraryWords(Path file, String params) {
    /** What stands before the colon. */
    static final String SCHEME = "native";

    private static final Pattern WORDS = Pattern.compile("(.+?\\.so(?:\\.[0-9]+)*)(?: +(.*))?");

    /** Reads them; throws {@link IllegalArgumentException} in one line. */
    static LibraryWords parse(final String words) {
        final Matcher matcher = WORDS.matcher(words);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    SCHEME
                            + ":"
                            + words
                            + ": must be native:LIB.so or 'native:LIB.so NAME=VALUE ...'");
        }
        try {
            final String params = matcher.group(2);
            return new LibraryWords(
                    Path.of(matcher.group(1)), params == null ? "" : params.strip());
        } catch (final InvalidPathException e) {
            throw new IllegalArgumentException(SCHEME + ":" + words + ": " + e.getReason(), e);
        }
    }

    /** The file's own name. */
    String name() {
        return file.getFileName().toString();
    }

    @Override
    public String toString() {
        return SCHEME + ":" + file + (params.isEmpty() ? "" : " " + params);
    }
}
