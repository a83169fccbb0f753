// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.Optional;

/**
 * A command that nobody waits for is put into the queue, but the hardware is not told: PROD is
 * written with the next command that has a SYNC behind it. It would sit in {@code
 * arm_smmu_cmdq_issue_cmdlist()}, whose last step but waiting is that store.
 */
final class ProdIsNotPublished implements PlantedBug {
    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.SMMUV3);
    }

    @Override
    public String invariant() {
        return "EveryAnswerReachesItsDevice";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        final Silence silence = new Silence();
        return WrongPlatform.in(run, silence::registers)
                .withHardware(Hardware.DEFAULT.withDriver(Optional.of(silence)));
    }

    private static final class Silence extends WrongFaultPath {
        private boolean isWithoutSync;

        Mmio registers(final Mmio right) {
            return new WrongRegisters(right) {
                @Override
                public void writel(final int value, final long offset) {
                    if (offset != SmmuRegisters.CMDQ_PROD || !isWithoutSync) {
                        super.writel(value, offset);
                    }
                }
            };
        }

        @Override
        ArmSmmuFaultServices.Commands commands(final ArmSmmuFaultServices.Commands right) {
            return (word0, word1) -> {
                isWithoutSync = true;
                final int ret = right.issue(word0, word1);
                isWithoutSync = false;
                return ret;
            };
        }
    }
}
