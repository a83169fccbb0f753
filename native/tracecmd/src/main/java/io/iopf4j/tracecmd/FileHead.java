// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a trace.dat begins: trace-cmd.dat.v7(5), "INITIAL FORMAT".
 *
 * @param compression the name and version of what packs its sections, such as {@code zlib 1.3.1},
 *     or empty
 */
record FileHead(String compression) {
    private static final String MAGIC = "\u0017\bDtracing";
    private static final int LONGEST = 256;

    /** The byte order, the size of a long and the page size, bytes. */
    private static final int NUMBERS = 1 + 1 + 4;

    /** Null if the file begins otherwise. */
    static FileHead of(final Path file) throws IOException {
        final String head;
        try (InputStream in = Files.newInputStream(file)) {
            head = new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1);
        }
        if (!head.startsWith(MAGIC)) {
            return null;
        }
        final String version = string(head, MAGIC.length());
        if (version.equals("6")) {
            return new FileHead("");
        }
        final int at = MAGIC.length() + version.length() + 1 + NUMBERS;
        final String name = string(head, at);
        return new FileHead(
                name.equals("none") ? "" : name + " " + string(head, at + name.length() + 1));
    }

    /** Up to a NUL; a file that the pure-Java reader has read has one. */
    private static String string(final String head, final int from) {
        return head.substring(from, head.indexOf('\0', from));
    }
}
