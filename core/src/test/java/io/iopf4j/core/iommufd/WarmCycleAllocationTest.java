// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.testing.AllocationMeter;
import io.iopf4j.core.testing.IommufdBench;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault's whole way, from its report to its answer, allocates nothing once it is warm. */
class WarmCycleAllocationTest {
    private static final int FAULTS = 200_000;
    private static final int REQUESTS_PER_GROUP = 2;

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    private final IommufdBench bench = new IommufdBench();
    private final IommuFault fault = new IommuFault();

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000})
    void shouldAllocateNothingPerFault(final int outstanding) throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        bench.idev.attach(bench.nested);
        bench.core.driver.setQuiet();
        final ByteBuffer records =
                ByteBuffer.allocateDirect(outstanding * REQUESTS_PER_GROUP * HwptPgfault.BYTES);
        final ByteBuffer answers = ByteBuffer.allocateDirect(outstanding * HwptPageResponse.BYTES);
        final int cycles = FAULTS / outstanding;
        final long allocated = meter.leastBytes(() -> run(cycles, outstanding, records, answers));
        assertEquals(
                AllocationMeter.ROUNDS * cycles * outstanding, bench.core.driver.quietAnswers());
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + FAULTS + " faults");
    }

    @Test
    void shouldNoticeAllocation() throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        final long before = meter.currentThreadBytes();
        final ByteBuffer allocated = ByteBuffer.allocate(10_000);
        assertTrue(meter.currentThreadBytes() - before >= allocated.capacity());
    }

    private void run(
            final int cycles,
            final int outstanding,
            final ByteBuffer records,
            final ByteBuffer answers) {
        for (int i = 0; i < cycles; i++) {
            for (int grpid = 0; grpid < outstanding; grpid++) {
                report(0, grpid);
                report(FLAG_LAST_PAGE, grpid);
            }
            final int bytes = bench.queue.read(records.clear());
            if (bytes != records.capacity()) {
                throw new AssertionError("read " + bytes);
            }
            answers.clear();
            for (int group = 0; group < outstanding; group++) {
                final int record = group * REQUESTS_PER_GROUP * HwptPgfault.BYTES;
                HwptPageResponse.encode(
                        answers,
                        group * HwptPageResponse.BYTES,
                        HwptPgfault.cookie(records, record),
                        SUCCESS);
            }
            final int taken = bench.queue.write(answers);
            if (taken != answers.capacity()) {
                throw new AssertionError("wrote " + taken);
            }
        }
    }

    private void report(final int flags, final int grpid) {
        final int ret = bench.report(fault.pageRequest(flags, 0, grpid, 1, 0x1000L * grpid));
        if (ret != 0) {
            throw new AssertionError("report gave " + ret);
        }
    }
}
