// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import static io.iopf4j.core.sva.SvaBench.READ;
import static io.iopf4j.core.sva.SvaBench.START;
import static io.iopf4j.core.sva.SvaBench.last;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.core.testing.AllocationMeter;
import org.junit.jupiter.api.Test;

/** A fault of a shared address space allocates nothing once its page is there. */
class SvaWarmCycleTest {
    private static final int FAULTS = 100_000;

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    @Test
    void shouldAllocateNothingPerFault() throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        final SvaBench bench = new SvaBench();
        final SvaBench.Driver driver = bench.new Driver("quiet");
        driver.setQuiet();
        bench.core.driver.setQuiet();
        final IommuDevice dev = bench.device("dev", 5, driver);
        final int pasid = bench.bind(dev, bench.mm("mm")).pasid();
        final IommuFault fault = last(pasid, 3, READ, START);
        final long allocated = meter.leastBytes(() -> run(bench, dev, fault));
        assertEquals(AllocationMeter.ROUNDS * FAULTS, bench.core.driver.quietAnswers());
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + FAULTS + " faults");
    }

    private static void run(final SvaBench bench, final IommuDevice dev, final IommuFault fault) {
        for (int i = 0; i < FAULTS; i++) {
            bench.report(dev, fault);
            bench.runWork();
        }
    }
}
