// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Mainline5x;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.Optional;

/**
 * What waits when a device's domain changes stays on the pending list, although the hardware was
 * drained: a later answer with its id is taken, and ends what has the id by then. It would be
 * {@code iommu_unregister_device_fault_handler()} of Linux 5.x with a drain that leaves {@code
 * fault_param->faults} alone.
 */
final class AnswerIsTakenAfterADomainChange implements PlantedBug {
    @Override
    public DrawLimits limits() {
        return new DrawLimits(
                Hardware.Iommu.AUTO,
                Optional.of(Semantics.MAINLINE_5_X.profileName()),
                Optional.empty(),
                false);
    }

    @Override
    public String invariant() {
        return "HardwareDriverAndCoreBooksAgree";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return run.withSemantics(Optional.of(new Rules()));
    }

    private record Rules() implements Profile {
        @Override
        public String profileName() {
            return Semantics.MAINLINE_5_X.profileName();
        }

        @Override
        public String description() {
            return "Linux 5.x with a mistake";
        }

        @Override
        public FaultGeneration generation() {
            return Semantics.MAINLINE_5_X.generation();
        }

        @Override
        public FaultCore create(
                final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            return new Mainline5x(kernel, observer, failSlab) {
                @Override
                public void forget(final IommuDevice dev) {
                    // The drain has ended them, and nobody says so here.
                }
            };
        }
    }
}
