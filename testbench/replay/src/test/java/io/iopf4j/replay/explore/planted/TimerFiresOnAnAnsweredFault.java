// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A time-out that nobody cancels when the answer comes: it ends what has its fault's number by
 * then. It would sit in {@code iommu_dev_fault_timer_fn()} of the series of 2018, had that ended
 * faults, with the {@code del_timer()} of {@code iommu_page_response()} left out.
 */
final class TimerFiresOnAnAnsweredFault implements PlantedBug {
    private static final long DELAY_NS = 1_000_000;

    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.AUTO);
    }

    @Override
    public String invariant() {
        return "ResponsesCarryTheGroupTheyAnswer";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return WrongProfile.in(run, Core::new);
    }

    private static final class Core extends Mainline612 {
        private final Kernel kernel;
        private final Map<IommuDevice, Set<Integer>> answered = new HashMap<>();

        Core(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            super(kernel, observer, failSlab);
            this.kernel = kernel;
        }

        @Override
        public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
            final int before = pending(dev);
            final int ret = super.reportDeviceFault(dev, fault);
            if (pending(dev) > before) {
                final IommuFault kept = new IommuFault();
                kept.copyFrom(fault);
                kernel.newTimer(() -> expired(dev, kept)).arm(kernel.nowNs() + DELAY_NS);
            }
            return ret;
        }

        @Override
        public void groupResponse(
                final PendingGroup pending, final int code, final ResponseOrigin origin) {
            if (origin == ResponseOrigin.CONSUMER) {
                answered.computeIfAbsent(pending.device(), any -> new HashSet<>())
                        .add(pending.lastFault().grpid());
            }
            super.groupResponse(pending, code, origin);
        }

        private void expired(final IommuDevice dev, final IommuFault kept) {
            if (dev.iommuGroup() != null
                    && answered.getOrDefault(dev, Set.of()).contains(kept.grpid())) {
                final IommuPageResponse late =
                        new IommuPageResponse()
                                .set(kept.pasid(), kept.grpid(), dev.ops().terminationCode(dev));
                dev.ops().pageResponse(dev, kept, late);
            }
        }
    }
}
