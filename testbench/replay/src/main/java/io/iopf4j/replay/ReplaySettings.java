// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.scenario.Hardware;
import java.util.List;
import java.util.Map;

/**
 * How a recording is run again.
 *
 * @param vms machine to devices, as the user says; empty to take them from the dump
 * @param hardware which IOMMU, and of what sizes; AUTO is what the dump shows
 * @param semantics the kernel's rules
 * @param policies limits on faults, fresh ones, which the run closes; empty for none
 * @param seed the simulation's seed
 */
public record ReplaySettings(
        Map<String, List<String>> vms,
        Hardware hardware,
        Profile semantics,
        List<FaultPolicy> policies,
        long seed) {
    /**
     * Linux 6.12 without policies, seed 1.
     *
     * @param vms machine to devices; empty to take them from the dump
     * @param hardware which IOMMU, and of what sizes
     * @return the settings
     */
    public static ReplaySettings mainline(
            final Map<String, List<String>> vms, final Hardware hardware) {
        return new ReplaySettings(vms, hardware, Semantics.MAINLINE_6_12, List.of(), 1);
    }

    /**
     * The dump's hardware in the driver's sizes, Linux 6.12 without policies, seed 1, machines from
     * the dump.
     *
     * @return the settings
     */
    public static ReplaySettings defaults() {
        return mainline(Map.of(), Hardware.DEFAULT);
    }
}
