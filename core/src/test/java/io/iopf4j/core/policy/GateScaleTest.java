// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.GateBench;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Many devices and many faults, answered in any order, timed out and disabled at a stroke. */
class GateScaleTest {
    private static final int DEVICES = 4_096;
    private static final int OUTSTANDING = 100_000;
    private static final int VMS = 64;
    private static final long DELAY_NS = 1_000_000;

    @Test
    void shouldKeepManyFaultsOfManyDevices() {
        final int perVm = OUTSTANDING / VMS;
        final GateBench bench =
                new GateBench(
                        Semantics.MAINLINE_6_12,
                        "vm-quota=" + perVm + ",timeout=1ms,silent-guest=1000");
        bench.core.driver.setQuiet();
        final List<Account> vms = new ArrayList<>();
        for (int i = 0; i < VMS; i++) {
            vms.add(bench.gate.addVm("vm" + i));
        }
        final List<IommuDevice> devices = new ArrayList<>();
        for (int i = 0; i < DEVICES; i++) {
            devices.add(bench.device("dev" + i, vms.get(i % VMS)));
        }
        for (int i = 0; i < OUTSTANDING + DEVICES; i++) {
            bench.gate.reportDeviceFault(devices.get(i % DEVICES), lastOfPasid(i % 7, i / DEVICES));
        }
        assertEquals(OUTSTANDING / VMS * VMS, bench.seen().size());
        vms.forEach(vm -> assertEquals(perVm, vm.outstandingGroups()));

        final List<GateBench.Seen> answered = new ArrayList<>(bench.seen());
        Collections.shuffle(answered, new Random(1));
        for (final GateBench.Seen seen : answered.subList(0, OUTSTANDING / 2)) {
            assertEquals(0, bench.answer(seen, SUCCESS));
        }
        final Account first = vms.get(0);
        first.disable();
        assertEquals(0, first.outstandingGroups());
        bench.core.kernel.advanceTo(DELAY_NS);
        vms.forEach(vm -> assertEquals(0, vm.outstandingGroups()));
        assertEquals(1, bench.core.kernel.timers.size());
        final int refused = OUTSTANDING + DEVICES - answered.size();
        assertEquals(answered.size() + refused, bench.core.driver.quietAnswers());
    }
}
