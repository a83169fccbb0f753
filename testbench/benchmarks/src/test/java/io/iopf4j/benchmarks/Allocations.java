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

    /**
     * What is compiled again and again is warm later; what a cycle allocates it allocates for ever.
     */
    private static final int MOST_ATTEMPTS = 8;

    private Allocations() {}

    static void assertNone(final int cyclesOfOne, final Runnable one) throws Throwable {
        long bytes = bytes(cyclesOfOne, one);
        for (int again = 0; bytes > MAX_BYTES && again < MOST_ATTEMPTS; again++) {
            bytes = bytes(cyclesOfOne, one);
        }
        assertTrue(bytes <= MAX_BYTES, bytes + " bytes in " + CYCLES + " warm cycles");
    }

    /** What a round allocates of something that is so many cycles. */
    static long bytes(final int cyclesOfOne, final Runnable one) throws Throwable {
        return new AllocationMeter()
                .leastBytes(
                        () -> {
                            for (int done = 0; done < CYCLES; done += cyclesOfOne) {
                                one.run();
                            }
                        });
    }
}
