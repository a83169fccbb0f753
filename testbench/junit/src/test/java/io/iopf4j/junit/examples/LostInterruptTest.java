// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit.examples;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.inject.Chance;
import io.iopf4j.emulation.inject.LostInterrupts;
import io.iopf4j.junit.DmaAccess;
import io.iopf4j.junit.GuestBench;
import io.iopf4j.junit.Iommu;
import io.iopf4j.junit.IommuTestbench;
import io.iopf4j.junit.TestVm;
import io.iopf4j.junit.VirtualClock;
import io.iopf4j.replay.bench.Seams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(IommuTestbench.class)
class LostInterruptTest {
    static final class FirstIsLost implements Seams {
        private LostInterrupts interrupts;

        FirstIsLost() {}

        @Override
        public Kernel kernel(final Kernel given, final Scheduler scheduler) {
            interrupts = new LostInterrupts(given, Chance.only(1));
            return interrupts;
        }
    }

    @Test
    void shouldReportAStallWhoseInterruptCameLate(
            @Iommu final FirstIsLost between, final GuestBench bench, final VirtualClock clock) {
        final TestVm vm = bench.vm("web");
        final DmaAccess read = vm.device("nic").read(0x1000);
        clock.run();
        assertTrue(vm.faults().isEmpty());

        between.interrupts.deliver();
        clock.run();

        assertEquals(0, vm.answer());
        assertThat(read).isDone();
    }
}
