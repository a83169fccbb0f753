// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fault cycle that has run often enough makes no garbage, whatever is outstanding. */
class WarmFaultCycleAllocationTest {
    private static final int WARM_UP_CYCLES = 200_000;
    private static final int CYCLES = 100_000;

    /** One object in a hundred cycles would be more; the JVM's own bookkeeping is less. */
    private static final long JVM_BYTES = 8 << 10;

    private static final long SEED = 1;

    @ParameterizedTest(name = "{0}, {1} outstanding, {2} devices")
    @CsvSource({
        "INVALID, 1, 1",
        "INVALID, 1, 64",
        "INVALID, 1000, 64",
        "SUCCESS, 1, 1",
        "SUCCESS, 1, 64",
        "SUCCESS, 1000, 64"
    })
    void shouldAllocateNothingInWholeCycle(Answer answer, int outstanding, int devices) {
        FaultCycle cycle = new FaultCycle(outstanding, devices, answer.code(), SEED);
        assertAllocatesNothing(cycle::run);
    }

    @ParameterizedTest(name = "{0} outstanding, {1} devices, {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "1; 1; none",
                "1000; 1; none",
                "1000; 64; none",
                "1; 1; vm-quota=1000000,timeout=10s",
                "1000; 64; vm-quota=1000000,timeout=10s,silent-guest=9"
            })
    void shouldAllocateNothingInCore(int outstanding, int devices, String policies) {
        CoreCycle cycle = new CoreCycle(outstanding, devices, policies, SEED);
        assertAllocatesNothing(cycle::run);
    }

    /** What the assertions above rest on. */
    @Test
    void shouldSeeWhatIsAllocated() {
        byte[][] last = new byte[1][];
        long bytes = allocatedBy(() -> last[0] = new byte[1]);

        assertTrue(bytes > CYCLES && last[0] != null, "one array each: " + bytes + " bytes");
    }

    private static void assertAllocatesNothing(Runnable cycle) {
        long bytes = allocatedBy(cycle);

        assertTrue(bytes <= JVM_BYTES, CYCLES + " warm cycles allocated " + bytes + " bytes");
    }

    private static long allocatedBy(Runnable cycle) {
        repeat(cycle, WARM_UP_CYCLES);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(self);
        repeat(cycle, CYCLES);
        return threads.getThreadAllocatedBytes(self) - before;
    }

    private static void repeat(Runnable cycle, int times) {
        for (int i = 0; i < times; i++) {
            cycle.run();
        }
    }
}
