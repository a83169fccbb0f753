// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The head of a shared library: whether it can be loaded here. The linker's own words for a file of
 * another machine say nothing of that.
 */
final class ElfFile {
    private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};
    private static final int CLASS_AT = 4;
    private static final int DATA_AT = 5;
    private static final int TYPE_AT = 16;
    private static final int MACHINE_AT = 18;
    private static final int SEGMENTS_AT = 32;
    private static final int SEGMENT_COUNT_AT = 56;
    private static final int HEAD = 64;

    /** Where in the description of a segment its place in the file stands, and its length there. */
    private static final int PLACE_AT = 8;

    private static final int LENGTH_AT = 32;
    private static final int SEGMENT_BYTES = 56;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int TYPE_SHARED = 3;

    private static final String NO_LIBRARY =
            "no shared library (ELF): compile it with cc -shared -fPIC";

    private ElfFile() {}

    /** Null if a file can be loaded; else why not, in a few words. */
    static String whyNotForThisMachine(final Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            return "no regular file";
        }
        try (FileChannel channel = FileChannel.open(file)) {
            final ByteBuffer head = read(channel, 0, HEAD);
            return head == null ? NO_LIBRARY : whyNot(channel, head);
        }
    }

    private static String whyNot(final FileChannel channel, final ByteBuffer head)
            throws IOException {
        for (int i = 0; i < MAGIC.length; i++) {
            if (head.get(i) != MAGIC[i]) {
                return NO_LIBRARY;
            }
        }
        if (head.get(CLASS_AT) != CLASS_64) {
            return "a library of 32 bits: compile it for " + here();
        }
        if (head.get(DATA_AT) != LITTLE_ENDIAN || machine(head) != hereNumber()) {
            return "a library for " + nameOf(machine(head)) + ": compile it for " + here();
        }
        if (head.get(TYPE_AT) != TYPE_SHARED) {
            return "no shared library: compile it with cc -shared -fPIC";
        }
        return isWhole(channel, head) ? null : "the file is cut short: compile it again";
    }

    /** The linker maps what a file says of itself; a page that is not there kills the process. */
    private static boolean isWhole(final FileChannel channel, final ByteBuffer head)
            throws IOException {
        final int count = Short.toUnsignedInt(head.getShort(SEGMENT_COUNT_AT));
        final ByteBuffer segments = read(channel, head.getLong(SEGMENTS_AT), count * SEGMENT_BYTES);
        if (segments == null) {
            return false;
        }
        for (int at = 0; at < segments.capacity(); at += SEGMENT_BYTES) {
            final long place = segments.getLong(at + PLACE_AT);
            final long length = segments.getLong(at + LENGTH_AT);
            if (place < 0 || length < 0 || length > channel.size() - place) {
                return false;
            }
        }
        return true;
    }

    /** Some bytes of a file; null if it does not have them. */
    private static ByteBuffer read(final FileChannel channel, final long place, final int length)
            throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        if (place < 0 || place > channel.size() - length) {
            return null;
        }
        while (bytes.hasRemaining() && channel.read(bytes, place + bytes.position()) > 0) {
            // Until all is there.
        }
        return bytes.hasRemaining() ? null : bytes.flip();
    }

    /** What went wrong with a file, in one line. */
    static String describe(final Path file, final IOException e) {
        return e instanceof NoSuchFileException
                ? file + ": no such file"
                : file + ": cannot be read: " + e.getMessage();
    }

    private static int machine(final ByteBuffer head) {
        return Short.toUnsignedInt(head.getShort(MACHINE_AT));
    }

    private static String here() {
        return System.getProperty("os.arch");
    }

    private static int hereNumber() {
        return switch (here()) {
            case "amd64", "x86_64" -> 62;
            case "aarch64" -> 183;
            case "riscv64" -> 243;
            case "ppc64le" -> 21;
            case "loongarch64" -> 258;
            default -> -1;
        };
    }

    private static String nameOf(final int machine) {
        return switch (machine) {
            case 3 -> "i386";
            case 40 -> "arm";
            case 62 -> "x86_64";
            case 183 -> "aarch64";
            case 243 -> "riscv64";
            default -> "machine " + machine;
        };
    }
}
