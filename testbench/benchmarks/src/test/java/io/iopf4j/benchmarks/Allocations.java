// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.testing.AllocationMeter;

/** What warm cycles allocate. */
final class Allocations {
    /**
     * Cycles of a round. The least of some rounds counts, after as many to warm up; {@code
     * -Diopf4j.allocation.cycles=10000000} makes them long.
     */
    static final int CYCLES = Integer.getInteger("iopf4j.allocation.cycles", 5_000);

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    private static final int SMALLEST_OBJECT = 16;

    /**
     * What is compiled again and again is warm later; what a cycle allocates it allocates for ever.
     */
    private static final int MOST_ATTEMPTS = 8;

    private Allocations() {}

    /** That so many cycles, done by one call, allocate nothing. */
    static void assertNone(final int cyclesOfOne, final Runnable one) throws Throwable {
        assertNone(CYCLES, cyclesOfOne, one);
    }

    /** The same for rounds of another length. */
    static void assertNone(final int cycles, final int cyclesOfOne, final Runnable one)
            throws Throwable {
        // Where a round is a few calls, one small object of each would be little as well.
        final long most = Math.min(MAX_BYTES, (long) SMALLEST_OBJECT / 2 * cycles / cyclesOfOne);
        long bytes = bytes(cycles, cyclesOfOne, one);
        for (int again = 0; bytes > most && again < MOST_ATTEMPTS; again++) {
            bytes = bytes(cycles, cyclesOfOne, one);
        }
        assertTrue(bytes <= most, bytes + " bytes in " + cycles + " warm cycles");
    }

    /** What a round allocates of something that is so many cycles. */
    static long bytes(final int cycles, final int cyclesOfOne, final Runnable one)
            throws Throwable {
        return new AllocationMeter()
                .leastBytes(
                        () -> {
                            for (int done = 0; done < cycles; done += cyclesOfOne) {
                                one.run();
                            }
                        });
    }
}
