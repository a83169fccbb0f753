// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.AllocationMeter;
import io.iopf4j.core.testing.CoreBench;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a group ends, the gate uses again what it kept it in: it does not grow with time. */
class SlotReuseTest {
    private static final int GROUPS = 100;
    private static final int ROUNDS = 100;
    private static final long DELAY_NS = 1_000;

    /** A tenth of a slot: more than the test itself takes, less than if a quarter leaked. */
    private static final long MAX_BYTES_PER_GROUP = 30;

    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse answer = new IommuPageResponse();
    private CoreBench bench;
    private IommuDevice dev;
    private long nowNs;

    /** A half is refused at once; of the others a half is answered, and time ends the rest. */
    private void round() {
        for (int grpid = 0; grpid < GROUPS; grpid++) {
            bench.gate.reportDeviceFault(dev, fault.pageRequest(FLAG_LAST_PAGE, 0, grpid, 1, 0));
        }
        for (int grpid = 0; grpid < GROUPS / 4; grpid++) {
            bench.gate.pageResponse(bench.driver.blocked(), dev, answer.set(0, grpid, 0));
        }
        nowNs += DELAY_NS;
        bench.kernel.advanceTo(nowNs);
    }

    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldNotGrow(final Semantics semantics) throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        bench =
                new CoreBench(
                        semantics,
                        FaultObserver.NONE,
                        Policies.parse("device-quota=" + GROUPS / 2 + ",timeout=1us"));
        bench.driver.setQuiet();
        dev = bench.device("dev");
        bench.gate.registerDeviceFaultHandler(dev, (request, data) -> 0, null);
        for (int warmUp = 0; warmUp < 10; warmUp++) {
            round();
        }
        final int before = bench.driver.quietAnswers();
        final long bytesBefore = meter.currentThreadBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round();
        }
        final long bytes = meter.currentThreadBytes() - bytesBefore;
        assertEquals(ROUNDS * GROUPS, bench.driver.quietAnswers() - before);
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
        assertTrue(
                bytes <= ROUNDS * GROUPS * MAX_BYTES_PER_GROUP,
                () -> bytes / (ROUNDS * GROUPS) + " bytes a group");
    }
}
