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

    /** Bytes that the current thread has allocated since it started. */
    public long currentThreadBytes() throws Throwable {
        return (long) allocatedBytes.invokeExact();
    }
}
