// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * How much the current thread has allocated: {@code com.sun.management.ThreadMXBean}. It is looked
 * up by name, because tests are compiled as a part of a module that needs no management module.
 */
public final class AllocationMeter {
    /** How often {@link #leastBytes} runs its round. */
    public static final int ROUNDS = 8;

    private static final int WARM_UPS = ROUNDS / 2;

    private final MethodHandle allocatedBytes;

    public AllocationMeter() throws ReflectiveOperationException {
        final MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        final Object bean =
                Class.forName("java.lang.management.ManagementFactory")
                        .getMethod("getThreadMXBean")
                        .invoke(null);
        allocatedBytes =
                lookup.findVirtual(
                                Class.forName("com.sun.management.ThreadMXBean"),
                                "getCurrentThreadAllocatedBytes",
                                MethodType.methodType(long.class))
                        .bindTo(bean);
    }

    /**
     * Bytes that a warm round allocates: the least of several. What a round allocates it allocates
     * each time; what the virtual machine allocates on the thread's behalf, as for a compilation
     * that comes late, it does not.
     */
    public long leastBytes(final Runnable round) throws Throwable {
        for (int i = 0; i < WARM_UPS; i++) {
            round.run();
        }
        long least = Long.MAX_VALUE;
        for (int i = WARM_UPS; i < ROUNDS; i++) {
            final long before = currentThreadBytes();
            round.run();
            least = Math.min(least, currentThreadBytes() - before);
        }
        return least;
    }

    /** Bytes that the current thread has allocated since it started. */
    public long currentThreadBytes() throws Throwable {
        return (long) allocatedBytes.invokeExact();
    }
}
