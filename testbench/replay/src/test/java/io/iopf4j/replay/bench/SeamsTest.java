// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.ledger.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeamsTest {
    private final List<String> asked = new ArrayList<>();
    private boolean isMemoryGone;

    @Test
    void shouldAskForEachPartOnceAndTheInnerSeamFirst() {
        build(new Named("inner").then(new Named("outer")));

        assertEquals(
                List.of(
                        "inner kernel",
                        "outer kernel",
                        "inner slab",
                        "outer slab",
                        "inner core",
                        "outer core",
                        "inner arm-smmu-v3.0",
                        "outer arm-smmu-v3.0"),
                asked);
    }

    @Test
    void shouldLetAnAllocationOfTheCoreFail() {
        final Bench bench =
                build(
                        new Seams() {
                            @Override
                            public FailSlab failSlab(final FailSlab given) {
                                return () -> isMemoryGone;
                            }
                        });
        final GuestVm vm = bench.addVm("vm");
        final GuestDevice device = bench.addDevice("dev", vm, Set.of());
        device.attach();
        isMemoryGone = true;

        device.issue(-1, 0x1000, IommuFault.PERM_READ);
        bench.settle(device);

        assertEquals(0, bench.hardware().openFaults());
        assertEquals(Outcome.TERMINATED, bench.ledger().outcome(0));
    }

    private Bench build(final Seams seams) {
        final Bench bench =
                Bench.recorded(
                        BenchSettings.mainline(new SmmuSettings(SmmuV3Config.roomy()), 1)
                                .with(seams));
        assertNotNull(bench.core());
        return bench;
    }

    private final class Named implements Seams {
        private final String name;

        Named(final String name) {
            this.name = name;
        }

        @Override
        public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
            asked.add(name + " " + given.name());
            return given;
        }

        @Override
        public Kernel kernel(final Kernel given, final Scheduler scheduler) {
            asked.add(name + " kernel");
            return given;
        }

        @Override
        public IommuCore core(final IommuCore given) {
            asked.add(name + " core");
            return given;
        }

        @Override
        public FailSlab failSlab(final FailSlab given) {
            asked.add(name + " slab");
            return given;
        }
    }
}
