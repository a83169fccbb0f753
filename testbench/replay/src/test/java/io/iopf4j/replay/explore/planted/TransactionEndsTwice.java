// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.Optional;

/**
 * Each answer is sent twice, as by a driver that issues its command again because it waited for the
 * first one too briefly: the second completes what has the tag by then, without anybody having
 * answered it. It would sit in {@code arm_smmu_page_response()}.
 */
final class TransactionEndsTwice implements PlantedBug {
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
        return run.withHardware(
                Hardware.DEFAULT.withDriver(
                        Optional.of(
                                new WrongFaultPath() {
                                    @Override
                                    ArmSmmuFaultServices.Commands commands(
                                            final ArmSmmuFaultServices.Commands right) {
                                        return (word0, tag) -> {
                                            right.issue(word0, tag);
                                            return right.issue(word0, tag);
                                        };
                                    }
                                })));
    }
}
