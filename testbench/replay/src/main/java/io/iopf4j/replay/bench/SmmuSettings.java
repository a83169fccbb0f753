// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.ledger.TagIndex;

/**
 * An SMMUv3.
 *
 * @param config the integrator's choice
 * @param interruptLatencyNs from an interrupt until its thread runs, virtual nanoseconds
 * @param faultPaths makes the fault path of its driver
 */
public record SmmuSettings(
        SmmuV3Config config, long interruptLatencyNs, ArmSmmuFaultPath.Factory faultPaths)
        implements HardwareSettings {
    /**
     * One whose interrupt threads run at once, with the driver that ships.
     *
     * @param config the integrator's choice
     */
    public SmmuSettings(final SmmuV3Config config) {
        this(config, 0, ArmSmmuFaultPath.inJava());
    }

    @Override
    public boolean hasGroupsOfSeveral() {
        return false;
    }

    /** All stalls can be one device's, and all records of its queue. */
    @Override
    public long mostFaultsOfDevice() {
        return config.stallMax() + (1L << config.eventQueueLog2Max());
    }

    @Override
    public TagIndex tags() {
        return TagIndex.shared();
    }

    @Override
    public Hardware build(final HardwareParts parts) {
        return new SmmuHardware(this, parts);
    }
}
