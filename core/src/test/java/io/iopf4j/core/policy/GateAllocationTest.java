// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.testing.AllocationMeter;
import io.iopf4j.core.testing.IommufdBench;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With quota, timeout and silent guest a warm cycle allocates nothing either. */
class GateAllocationTest {
    private static final int FAULTS = 200_000;

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    private final IommuFault fault = new IommuFault();
    private IommufdBench bench;

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000})
    void shouldAllocateNothingPerFault(final int outstanding) throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        bench =
                new IommufdBench(
                        FaultObserver.NONE,
                        Policies.parse(
                                "vm-quota=" + outstanding + ",timeout=10s,silent-guest=1000000"));
        final Account vm = bench.core.gate.addVm("vm");
        bench.core.gate.assign(bench.dev, vm);
        bench.idev.attach(bench.nested);
        bench.core.driver.setQuiet();
        final ByteBuffer records = ByteBuffer.allocateDirect(2 * outstanding * HwptPgfault.BYTES);
        final ByteBuffer answers = ByteBuffer.allocateDirect(outstanding * HwptPageResponse.BYTES);
        final int rounds = FAULTS / outstanding;
        final long allocated = meter.leastBytes(() -> run(rounds, outstanding, records, answers));
        assertEquals(
                AllocationMeter.ROUNDS * rounds * outstanding, bench.core.driver.quietAnswers());
        assertEquals(outstanding, vm.highWater());
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + FAULTS + " faults");
    }

    private void run(
            final int rounds,
            final int outstanding,
            final ByteBuffer records,
            final ByteBuffer answers) {
        for (int i = 0; i < rounds; i++) {
            for (int grpid = 0; grpid < outstanding; grpid++) {
                bench.report(fault.pageRequest(0, 0, grpid, 1, 0x1000L * grpid));
                bench.report(fault.pageRequest(FLAG_LAST_PAGE, 0, grpid, 1, 0x1000L * grpid));
            }
            final int bytes = bench.queue.read(records.clear());
            answers.clear();
            for (int at = 0; at < bytes; at += 2 * HwptPgfault.BYTES) {
                HwptPageResponse.encode(
                        answers,
                        at / (2 * HwptPgfault.BYTES) * HwptPageResponse.BYTES,
                        HwptPgfault.cookie(records, at),
                        SUCCESS);
            }
            if (bytes != records.capacity() || bench.queue.write(answers) != answers.capacity()) {
                throw new AssertionError("read " + bytes);
            }
        }
    }
}
