// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;

/**
 * After an overflow of the page request queue the requests whose last one was lost are kept, and
 * join the next group of their number. It would sit in {@code iopf_queue_discard_partial()}, or in
 * {@code prq_event_thread()} that must call it.
 */
final class PartialFaultsSurviveAnOverflow implements PlantedBug {
    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.VTD);
    }

    @Override
    public String invariant() {
        return "EveryTransactionEndsOnceFaultsStop";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return WrongProfile.in(run, Core::new);
    }

    private static final class Core extends Mainline612 {
        Core(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            super(kernel, observer, failSlab);
        }

        @Override
        public IopfQueue iopfQueueAlloc(final String name) {
            return new Keeping(super.iopfQueueAlloc(name));
        }
    }

    private record Keeping(IopfQueue right) implements IopfQueue {
        @Override
        public int addDevice(final IommuDevice dev) {
            return right.addDevice(dev);
        }

        @Override
        public int removeDevice(final IommuDevice dev) {
            return right.removeDevice(dev);
        }

        @Override
        public int flushDev(final IommuDevice dev) {
            return right.flushDev(dev);
        }

        @Override
        public int discardPartial() {
            return 0;
        }

        @Override
        public void free() {
            right.free();
        }
    }
}
