// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import java.util.Set;

/** The SMMU driver's own fault path; a subclass says what it does wrong with its services. */
class WrongFaultPath implements ArmSmmuFaultPath.Factory {
    @Override
    public final Set<ArmSmmuFaultPath.Ability> abilities() {
        return ArmSmmuFaultPath.inJava().abilities();
    }

    @Override
    public final ArmSmmuFaultPath create(final ArmSmmuFaultServices services) {
        return ArmSmmuFaultPath.inJava()
                .create(
                        new ArmSmmuFaultServices(
                                services.mmio(),
                                events(services.eventQueue()),
                                services.eventQueueLog2(),
                                services.dma(),
                                services.kernel(),
                                services.name(),
                                services.core(),
                                services.masters(),
                                commands(services.commands())));
    }

    /** What it reads events from. */
    DmaMemory events(final DmaMemory right) {
        return right;
    }

    /** What it sends answers through. */
    ArmSmmuFaultServices.Commands commands(final ArmSmmuFaultServices.Commands right) {
        return right;
    }
}
