// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.Optional;

/**
 * The answer to a stall goes to the latest event's tag, not to that of its own fault: a driver that
 * keeps the tag beside the device instead of taking it from the group. It would sit in {@code
 * arm_smmu_page_response()}, and does no harm as long as one fault waits at a time.
 */
final class ResumeNamesTheWrongTag implements PlantedBug {
    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.SMMUV3);
    }

    @Override
    public String invariant() {
        return "ResponsesCarryTheGroupTheyAnswer";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return run.withHardware(Hardware.DEFAULT.withDriver(Optional.of(new Path())));
    }

    private static final class Path extends WrongFaultPath {
        private long latestTag;

        @Override
        DmaMemory events(final DmaMemory right) {
            return new WrongMemory(right) {
                @Override
                public long getLong(final long offset) {
                    final long word = super.getLong(offset);
                    if (offset % Events.BYTES == Long.BYTES) {
                        latestTag = Events.stag(word);
                    }
                    return word;
                }
            };
        }

        @Override
        ArmSmmuFaultServices.Commands commands(final ArmSmmuFaultServices.Commands right) {
            return (word0, tag) -> right.issue(word0, latestTag);
        }
    }
}
