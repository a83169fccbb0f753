// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.testing.AllocationMeter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From the report through both rings to the core again nothing is allocated once warm. */
class VfioWarmCycleTest {
    private static final int FAULTS = 200_000;
    private static final int OUTSTANDING = 500;

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse msg = new IommuPageResponse();

    @ParameterizedTest
    @EnumSource(
            value = FaultGeneration.class,
            names = {"SERIES_2017", "SERIES_2018", "LINUX_5_X"})
    void shouldAllocateNothingPerFault(final FaultGeneration generation) throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        final VfioBench bench = VfioBench.attached(generation);
        final VfioFaultReader reader = new VfioFaultReader(bench.device.faultRegion());
        final VfioResponseWriter writer = new VfioResponseWriter(bench.device.responseRegion());
        bench.core.setQuiet();
        final long allocated = meter.leastBytes(() -> run(bench, reader, writer));
        assertEquals(AllocationMeter.ROUNDS * FAULTS, bench.core.quietResponses());
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + FAULTS + " faults");
    }

    private void run(
            final VfioBench bench, final VfioFaultReader reader, final VfioResponseWriter writer) {
        for (int i = 0; i < FAULTS / OUTSTANDING; i++) {
            for (int grpid = 0; grpid < OUTSTANDING; grpid++) {
                expect(0, bench.report(fault.pageRequest(2, 0, grpid, 1, 0x1000L * grpid)));
            }
            for (int grpid = 0; grpid < OUTSTANDING; grpid++) {
                expect(1, reader.pollFault(fault));
                expect(grpid, fault.grpid());
                expect(0, writer.respond(msg.set(0, grpid, 0)));
            }
            bench.kernel.workqueues.get(0).flush();
        }
    }

    private static void expect(final int expected, final int actual) {
        if (actual != expected) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
