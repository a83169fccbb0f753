// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;

/**
 * A report takes the lock of the device's fault parameters and under it a lock of the queue; an
 * answer that the host gives takes them the other way round. It would sit in {@code
 * iommu_report_device_fault()} and {@code iopf_queue_remove_device()}, whose locks are told to
 * {@link LockOrder} here: no simulation of one thread would ever wait for them.
 */
final class LocksAreTakenInTheWrongOrder implements PlantedBug {
    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.AUTO);
    }

    @Override
    public String invariant() {
        return "IllegalStateException";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return WrongProfile.in(run, Core::new);
    }

    private static final class Core extends Mainline612 {
        private static final String PARAM = "fault_param->lock";
        private static final String QUEUE = "queue->lock";

        private final LockOrder locks = new LockOrder();

        Core(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            super(kernel, observer, failSlab);
        }

        @Override
        public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
            final int[] ret = new int[1];
            locks.with(
                    PARAM,
                    () -> locks.with(QUEUE, () -> ret[0] = super.reportDeviceFault(dev, fault)));
            return ret[0];
        }

        @Override
        public void groupResponse(
                final PendingGroup pending, final int code, final ResponseOrigin origin) {
            final Runnable respond = () -> super.groupResponse(pending, code, origin);
            if (origin == ResponseOrigin.CONSUMER) {
                locks.with(PARAM, respond);
            } else {
                locks.with(QUEUE, () -> locks.with(PARAM, respond));
            }
        }
    }
}
