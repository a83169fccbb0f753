// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Writes a file so that it is there whole or not at all. */
final class OutputFile {
    private OutputFile() {}

    static void write(final Path file, final Content content) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or pipe cannot be replaced; what goes there goes there at once.
            try (BufferedWriter out = Files.newBufferedWriter(file)) {
                content.writeTo(out);
            } catch (final IOException e) {
                throw unwritable(file, e);
            }
            return;
        }
        // Through a link, and where the folder takes no new file, the file itself is written.
        final Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        final Path folder = target.getParent();
        if (Files.exists(target) && !Files.isWritable(folder)) {
            try (BufferedWriter out = Files.newBufferedWriter(target)) {
                content.writeTo(out);
            } catch (final IOException e) {
                throw unwritable(file, e);
            }
            return;
        }
        Path part = null;
        try {
            part = Files.createTempFile(folder, target.getFileName().toString(), ".part");
            try (BufferedWriter out = Files.newBufferedWriter(part)) {
                content.writeTo(out);
            }
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (final IOException e) {
            if (part != null) {
                Files.deleteIfExists(part);
            }
            throw unwritable(file, e);
        }
    }

    /** Refuses to write over what is read, or the same file twice. */
    static void refuseClash(final List<String> inputs, final List<Path> outputs)
            throws IOException {
        for (int i = 0; i < outputs.size(); i++) {
            final Path output = outputs.get(i);
            for (final String input : inputs) {
                if (isSame(output, Path.of(input))) {
                    throw new IOException(output + ": is the input itself; name another output");
                }
            }
            for (int j = 0; j < i; j++) {
                if (isSame(output, outputs.get(j))) {
                    throw new IOException(output + ": is named for two outputs");
                }
            }
        }
    }

    private static boolean isSame(final Path one, final Path other) throws IOException {
        if (one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())) {
            return !Files.exists(one) || Files.isRegularFile(one);
        }
        return Files.isRegularFile(one) && Files.exists(other) && Files.isSameFile(one, other);
    }

    private static IOException unwritable(final Path file, final IOException e) {
        return new IOException(file + ": cannot be written: " + Failures.reason(e), e);
    }

    /** What goes into the file. */
    @FunctionalInterface
    interface Content {
        void writeTo(Writer out) throws IOException;
    }
}
