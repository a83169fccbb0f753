// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.trace.write.TraceDatWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes a trace.dat of a wanted size: faults of 64 devices on 4 CPUs, always the same.
 *
 * <pre>
 * java -cp testbench/benchmarks/target/benchmarks.jar io.iopf4j.benchmarks.BigDump FILE MEGABYTES
 * </pre>
 */
public final class BigDump {
    private static final long MEGABYTE = 1_000_000;
    private static final long MAX_MEGABYTES = 1_000_000;
    private static final int SAMPLE_FAULTS = 20_000;
    private static final int DEVICES = 64;
    private static final int CPUS = 4;
    private static final long SEED = 1;

    private BigDump() {}

    /**
     * Writes the file, or says in one line why it cannot.
     *
     * @param args the file, which is replaced, and its size in units of 10^6 bytes, 1 to 10^6
     */
    public static void main(final String[] args) {
        final long megabytes = args.length == 2 ? megabytes(args[1]) : 0;
        if (megabytes == 0) {
            System.err.println(
                    "usage: BigDump FILE MEGABYTES, with MEGABYTES in [1, " + MAX_MEGABYTES + "]");
            System.exit(2);
        }
        final Path file = Path.of(args[0]);
        try {
            final long faults = write(file, megabytes, TraceDatWriter.Compression.NONE);
            System.out.printf(
                    Locale.ROOT, "%s: %d bytes, %d faults%n", file, Files.size(file), faults);
        } catch (final IOException e) {
            System.err.println(file + ": cannot be written: " + e);
            System.exit(1);
        }
    }

    /**
     * Writes a file of about a size; compressed, it is what would have that size uncompressed.
     *
     * @param file the file, replaced if it is there
     * @param megabytes its size in units of 10^6 bytes, at least 1
     * @param compression of its pages
     * @return faults in it
     * @throws IOException if it cannot be written
     */
    static long write(
            final Path file, final long megabytes, final TraceDatWriter.Compression compression)
            throws IOException {
        // What comes before the first event is in the size of no faults; the rest is in proportion.
        final long empty = sizeOf(file, 0);
        final long sample = sizeOf(file, SAMPLE_FAULTS) - empty;
        final long bytes = Math.max(0, megabytes * MEGABYTE - empty);
        final long faults = Math.round((double) bytes / sample * SAMPLE_FAULTS);
        TraceDatWriter.writeFaultCycles(file, faults, DEVICES, CPUS, SEED, compression);
        return faults;
    }

    private static long sizeOf(final Path file, final long faults) throws IOException {
        TraceDatWriter.writeFaultCycles(file, faults, DEVICES, CPUS, SEED);
        return Files.size(file);
    }

    /** The size that is asked for, or 0 if it is none. */
    private static long megabytes(final String text) {
        try {
            final long megabytes = Long.parseLong(text);
            return megabytes >= 1 && megabytes <= MAX_MEGABYTES ? megabytes : 0;
        } catch (final NumberFormatException e) {
            return 0;
        }
    }
}
