// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import com.sun.management.ThreadMXBean;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Measures one kind of cycle for {@code testbench/benchmarks/cycle-speed.sh}: in CPU time of one
 * thread, as the limit in C is, so that a machine with other work to do says much the same; and in
 * bytes by the thread's allocation counter. What a JVM has seen decides how it compiles: one
 * process for each kind.
 *
 * <pre>
 * java -cp testbench/benchmarks/target/benchmarks.jar io.iopf4j.benchmarks.CycleSpeed \
 *     smmuv3|vtd|core|trace|memory [outstanding=N] [devices=N] [batch=N] [order=RANDOM|OLDEST] \
 *     [answer=INVALID|SUCCESS] [semantics=NAME] [policy=LIST] \
 *     [warm-up=CYCLES] [cycles=CYCLES] [rounds=N]
 * </pre>
 *
 * <p>Prints the median of the rounds in nanoseconds for a cycle, and the bytes that a cycle
 * allocated in all rounds together; for {@code memory} the bytes of heap that a pending fault of
 * the core takes, everything counted that a machine without faults has not.
 */
public final class CycleSpeed {
    private static final int USAGE = 2;
    private static final int COLLECTIONS = 3;

    private final Map<String, String> words = new HashMap<>();

    private CycleSpeed() {}

    /**
     * Measures.
     *
     * @param args as above
     */
    public static void main(final String[] args) {
        try {
            final CycleSpeed speed = new CycleSpeed();
            for (int i = 1; i < args.length; i++) {
                speed.take(args[i]);
            }
            speed.measure(args.length == 0 ? "" : args[0]);
        } catch (final IllegalArgumentException e) {
            System.err.println("CycleSpeed: " + e.getMessage());
            System.exit(USAGE);
        }
    }

    private void take(final String word) {
        final int equals = word.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("must be NAME=VALUE: " + word);
        }
        words.put(word.substring(0, equals), word.substring(equals + 1));
    }

    private String word(final String name, final String otherwise) {
        final String word = words.remove(name);
        return word == null ? otherwise : word;
    }

    private int number(final String name, final int otherwise) {
        return Integer.parseInt(word(name, Integer.toString(otherwise)));
    }

    private void measure(final String kind) {
        final CycleSettings settings = settings();
        final int warmUp = number("warm-up", 2_000_000);
        final int cycles = number("cycles", 200_000);
        final int rounds = number("rounds", 15);
        if (!words.isEmpty()) {
            throw new IllegalArgumentException("unknown: " + words.keySet());
        }
        switch (kind) {
            case "smmuv3", "vtd" -> {
                final Model model = Model.valueOf(kind.toUpperCase(Locale.ROOT));
                time(warm(new FaultCycle(model, settings)), warmUp, cycles, rounds);
            }
            case "core" -> time(warm(new CoreCycle(settings)), warmUp, cycles, rounds);
            case "trace" -> trace(warmUp, cycles, rounds);
            case "memory" -> memory(settings);
            default ->
                    throw new IllegalArgumentException(
                            "the first word must be smmuv3, vtd, core, trace or memory");
        }
    }

    private CycleSettings settings() {
        return new CycleSettings(
                number("outstanding", 1000),
                number("devices", 64),
                number("batch", 1),
                Order.valueOf(word("order", Order.RANDOM.name())),
                Answer.valueOf(word("answer", Answer.INVALID.name())).code(),
                Semantics.of(word("semantics", Semantics.MAINLINE_6_12.profileName())),
                word("policy", Policies.NONE));
    }

    private static IntUnaryOperator warm(final Cycle cycle) {
        cycle.warm();
        return wanted -> {
            int done = 0;
            for (; done < wanted; done += Cycle.ROUND) {
                cycle.run();
            }
            return done;
        };
    }

    private static void trace(final int warmUp, final int events, final int rounds) {
        try (EventLoop loop = new EventLoop()) {
            time(loop::read, warmUp, events, rounds);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of what is given a count, and answers how many it did. */
    private static void time(
            final IntUnaryOperator work, final int warmUp, final int count, final int rounds) {
        final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long self = Thread.currentThread().getId();
        final double[] ns = new double[rounds];
        final double[] bytes = new double[rounds];
        for (int done = 0; done < warmUp; ) {
            done += work.applyAsInt(Math.min(count, warmUp));
        }
        for (int i = 0; i < rounds; i++) {
            final long bytesBefore = thread.getThreadAllocatedBytes(self);
            final long before = thread.getCurrentThreadCpuTime();
            final double done = work.applyAsInt(count);
            ns[i] = (thread.getCurrentThreadCpuTime() - before) / done;
            bytes[i] = (thread.getThreadAllocatedBytes(self) - bytesBefore) / done;
        }
        Arrays.sort(ns);
        Arrays.sort(bytes);
        System.out.printf(Locale.ROOT, "%.1f %.2f%n", ns[rounds / 2], bytes[rounds / 2]);
    }

    private static void memory(final CycleSettings settings) {
        // What the measurement keeps for itself is there before and after.
        final long before = usedBytes(Cycle.books(settings));
        final Cycle cycle = new CoreCycle(settings);
        cycle.fill();
        final long after = usedBytes(cycle);
        System.out.printf(
                Locale.ROOT, "%.1f%n", (after - before) / (double) settings.outstanding());
    }

    /** Of the heap, beside nothing but what is kept. */
    private static long usedBytes(final Object kept) {
        try {
            for (int i = 0; i < COLLECTIONS; i++) {
                System.gc();
            }
            final Runtime runtime = Runtime.getRuntime();
            return runtime.totalMemory() - runtime.freeMemory();
        } finally {
            Reference.reachabilityFence(kept);
        }
    }
}
