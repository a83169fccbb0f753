// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * From a guest's time stamps to its host's clock, by samples of both that were taken while the
 * guest was traced: option TIME_SHIFT of {@code trace-cmd}, whose {@code
 * lib/trace-cmd/trace-input.c} (3.1) says how they are used.
 */
final class GuestClock {
    /** No guest's, or one whose clock is its host's. */
    static final GuestClock NONE = new GuestClock(new Samples[0], false);

    private static final int INTERPOLATE = 1;
    private static final int SAMPLE_SIZE = 24;

    /** Recorders take one in some seconds for each CPU: hours of a large machine. */
    private static final int SAMPLES_MAX = 1 << 18;

    private final Samples[] cpus;
    private final boolean isInterpolated;

    private GuestClock(final Samples[] cpus, final boolean isInterpolated) {
        this.cpus = cpus;
        this.isInterpolated = isInterpolated;
    }

    /** When samples of a CPU were taken, how far both clocks were apart, and how fast each ran. */
    private static final class Samples {
        private final long[] times;
        private final long[] offsets;
        private final long[] scalings;
        private final long[] fractions;

        Samples(final DatInput in, final int count) throws IOException {
            times = words(in, count, "TIME_SHIFT times");
            offsets = words(in, count, "TIME_SHIFT offsets");
            scalings = words(in, count, "TIME_SHIFT scalings");
            fractions = new long[count];
        }

        private Samples(final Samples others, final int[] order) {
            times = pick(others.times, order);
            offsets = pick(others.offsets, order);
            scalings = pick(others.scalings, order);
            fractions = pick(others.fractions, order);
        }

        private static long[] pick(final long[] words, final int[] order) {
            return Arrays.stream(order).mapToLong(i -> words[i]).toArray();
        }

        /** By time, as they are searched; of those of one time the first is kept. */
        Samples sorted() {
            final TreeMap<Long, Integer> byTime = new TreeMap<>(Long::compareUnsigned);
            for (int i = 0; i < times.length; i++) {
                byTime.putIfAbsent(times[i], i);
            }
            return new Samples(this, byTime.values().stream().mapToInt(i -> i).toArray());
        }
    }

    /**
     * Reads the option behind the id of the host's trace.
     *
     * @param end where it ends
     */
    static GuestClock read(final DatInput in, final long end) throws IOException {
        final boolean isInterpolated = (in.u32("TIME_SHIFT flags") & INTERPOLATE) != 0;
        final long count = in.u32("TIME_SHIFT CPUs");
        if (count > Math.min(DatFile.STREAMS_MAX, (end - in.position()) / Integer.BYTES)) {
            throw in.bad("CPUs that fit into the option", Long.toString(count));
        }
        final Samples[] cpus = new Samples[(int) count];
        long left = SAMPLES_MAX;
        for (int cpu = 0; cpu < count; cpu++) {
            final long samples = in.u32("TIME_SHIFT samples");
            if (samples > Math.min(left, (end - in.position()) / SAMPLE_SIZE)) {
                throw in.bad("samples that fit into the option", Long.toString(samples));
            }
            left -= samples;
            cpus[cpu] = new Samples(in, (int) samples);
        }
        for (final Samples samples : cpus) {
            final int n = samples.fractions.length;
            if (end - in.position() >= (long) n * Long.BYTES) {
                final long[] fractions = words(in, n, "TIME_SHIFT fractions");
                System.arraycopy(fractions, 0, samples.fractions, 0, n);
            }
        }
        return new GuestClock(
                Arrays.stream(cpus).map(Samples::sorted).toArray(Samples[]::new), isInterpolated);
    }

    private static long[] words(final DatInput in, final int count, final String what)
            throws IOException {
        final long[] words = new long[count];
        for (int i = 0; i < count; i++) {
            words[i] = in.u64(what);
        }
        return words;
    }

    /** A stamp of a CPU on the host's clock. */
    long apply(final int cpu, final long stamp) {
        if (cpu < 0 || cpu >= cpus.length || cpus[cpu].times.length == 0) {
            return stamp;
        }
        final Samples samples = cpus[cpu];
        if (samples.times.length == 1) {
            return stamp + samples.offsets[0];
        }
        final int at = before(samples.times, stamp);
        final int fraction = (int) Math.max(0, Math.min(2 * Long.SIZE, samples.fractions[at]));
        return WideProduct.shifted(stamp, samples.scalings[at], fraction)
                + offset(samples, at, stamp);
    }

    /** The last sample that is not after a stamp and has another behind it, or the first. */
    private static int before(final long[] times, final long stamp) {
        int low = 0;
        int high = times.length - 2;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(times[middle], stamp) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private long offset(final Samples samples, final int at, final long stamp) {
        final long offset = samples.offsets[at];
        final long span = samples.times[at + 1] - samples.times[at];
        if (!isInterpolated || span == 0) {
            return offset;
        }
        final long drift = samples.offsets[at + 1] - offset;
        return offset + ((stamp - samples.times[at]) * drift + span / 2) / span;
    }
}
