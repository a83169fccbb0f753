// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.bench.Seams;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.HashMap;
import java.util.Map;

/**
 * Whose fault it is is looked up by its PASID alone, as if PASIDs were the machine's and not each
 * device's: the first device with a PASID is said to have raised the faults of all. It would sit in
 * {@code arm_smmu_handle_event()}, which finds the master by its StreamID.
 */
final class PasidsAreConfusedBetweenVms implements PlantedBug {
    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.SMMUV3);
    }

    @Override
    public String invariant() {
        return "NothingCrossesFromOneVmToAnother";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return run.withSeams(
                new Seams() {
                    @Override
                    public IommuCore core(final IommuCore given) {
                        return new Confused(given, new HashMap<>());
                    }
                });
    }

    private record Confused(IommuCore right, Map<Integer, IommuDevice> devices)
            implements IommuCore {
        @Override
        public FaultGeneration generation() {
            return right.generation();
        }

        @Override
        public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
            return right.reportDeviceFault(
                    fault.hasPasid() ? devices.computeIfAbsent(fault.pasid(), any -> dev) : dev,
                    fault);
        }

        @Override
        public IopfQueue iopfQueueAlloc(final String name) {
            return right.iopfQueueAlloc(name);
        }
    }
}
