// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file so that it is there whole or not at all. */
final class OutputFile {
    private OutputFile() {}

    static void write(final Path file, final Content content) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or pipe cannot be replaced; what goes there goes there at once.
            try (BufferedWriter out = Files.newBufferedWriter(file)) {
                content.writeTo(out);
            }
            return;
        }
        final Path absolute = file.toAbsolutePath();
        final Path part = absolute.resolveSibling(absolute.getFileName() + ".part");
        try {
            try (BufferedWriter out = Files.newBufferedWriter(part)) {
                content.writeTo(out);
            }
            Files.move(part, absolute, StandardCopyOption.REPLACE_EXISTING);
        } catch (final IOException e) {
            Files.deleteIfExists(part);
            throw new IOException(file + ": cannot be written: " + Failures.reason(e), e);
        }
    }

    /** What goes into the file. */
    @FunctionalInterface
    interface Content {
        void writeTo(Appendable out) throws IOException;
    }
}
