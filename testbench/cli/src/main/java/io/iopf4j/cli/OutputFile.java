// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Writes a file so that it is there whole or not at all. */
final class OutputFile {
    private OutputFile() {}

    /** Writes text, as UTF-8; half of a pair of surrogates becomes a question mark. */
    static void write(final Path file, final Content content) throws IOException {
        writeBytes(
                file,
                out -> {
                    final Writer text =
                            new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
                    content.writeTo(text);
                    text.flush();
                });
    }

    /** Writes bytes, which need no buffer. */
    static void writeBytes(final Path file, final Bytes content) throws IOException {
        final Path target = target(file);
        if (isWrittenInPlace(target)) {
            fill(file, target, content);
            return;
        }
        final Path part = createPart(file, target);
        part.toFile().deleteOnExit(); // should the user not want to wait
        try {
            fill(file, part, content);
            replace(file, part, target);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void fill(final Path file, final Path place, final Bytes content)
            throws IOException {
        try (OutputStream out = new NamedOutput(file, place)) {
            content.writeTo(out);
        }
    }

    private static Path createPart(final Path file, final Path target) throws IOException {
        try {
            return Files.createTempFile(
                    target.getParent(), target.getFileName().toString(), ".part");
        } catch (final IOException e) {
            throw unwritable(file, e);
        }
    }

    private static void replace(final Path file, final Path part, final Path target)
            throws IOException {
        try {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (final IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Through a link to a file that is there; what a link to a pipe leads to has no name. */
    private static Path target(final Path file) throws IOException {
        return Files.isRegularFile(file) ? file.toRealPath() : file.toAbsolutePath();
    }

    /** A device or pipe cannot be replaced, nor can a file whose folder takes no new one. */
    private static boolean isWrittenInPlace(final Path target) {
        return Files.exists(target)
                && (!Files.isRegularFile(target) || !Files.isWritable(target.getParent()));
    }

    // ---- Before the work ------------------------------------------------------------------------

    /**
     * Refuses, before the work, outputs that could not be written after it: to write over what is
     * read, the same file twice, a folder, and where no file can be made. Leaves nothing behind.
     */
    static void refuseClash(final List<String> inputs, final List<Path> outputs)
            throws IOException {
        refuseSame(inputs, outputs);
        for (final Path output : outputs) {
            refuseUnwritable(output);
        }
    }

    private static void refuseUnwritable(final Path file) throws IOException {
        final Path target = target(file);
        if (Files.isDirectory(target)) {
            throw new IOException(file + ": cannot be written: is a folder");
        }
        if (!isWrittenInPlace(target)) {
            // Only a try tells why not: the folder, its owner, its file system.
            Files.delete(createPart(file, target));
        } else if (Files.isRegularFile(target)) {
            openAsItIs(file, target);
        } else if (!Files.isWritable(target)) {
            throw unwritable(file, new AccessDeniedException(file.toString()));
        }
    }

    private static void openAsItIs(final Path file, final Path target) throws IOException {
        try {
            Files.newByteChannel(target, StandardOpenOption.WRITE).close();
        } catch (final IOException e) {
            throw unwritable(file, e);
        }
    }

    private static void refuseSame(final List<String> inputs, final List<Path> outputs)
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

    /** Says of what goes wrong which file it was, so that content may fail by another. */
    private static final class NamedOutput extends OutputStream {
        private final Path file;
        private final OutputStream out;

        NamedOutput(final Path file, final Path place) throws IOException {
            super();
            this.file = file;
            try {
                out = Files.newOutputStream(place);
            } catch (final IOException e) {
                throw unwritable(file, e);
            }
        }

        @Override
        public void write(final int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(final byte[] bytes, final int from, final int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (final IOException e) {
                throw unwritable(file, e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                out.close();
            } catch (final IOException e) {
                throw unwritable(file, e);
            }
        }
    }

    /** Bytes that go into the file. */
    @FunctionalInterface
    interface Bytes {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Text that goes into the file. */
    @FunctionalInterface
    interface Content {
        void writeTo(Writer out) throws IOException;
    }
}
