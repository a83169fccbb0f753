// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.scenario.Hardware;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How a recording is run again.
 *
 * @param vms machine to devices, as the user says; empty to take them from the dump
 * @param hardware which IOMMU, and of what sizes; AUTO is what the dump shows
 * @param semantics the kernel's rules
 * @param policies limits on faults, fresh ones, which the run closes; empty for none
 * @param seed the simulation's seed
 * @param guestDelayNs what each answer of a guest takes from its fault's arrival, virtual
 *     nanoseconds, not negative; empty for what was recorded
 */
public record ReplaySettings(
        Map<String, List<String>> vms,
        Hardware hardware,
        Profile semantics,
        List<FaultPolicy> policies,
        long seed,
        OptionalLong guestDelayNs) {
    /**
     * With guests that answer when they did.
     *
     * @param vms machine to devices, as the user says; empty to take them from the dump
     * @param hardware which IOMMU, and of what sizes
     * @param semantics the kernel's rules
     * @param policies limits on faults, fresh ones, which the run closes
     * @param seed the simulation's seed
     */
    public ReplaySettings(
            final Map<String, List<String>> vms,
            final Hardware hardware,
            final Profile semantics,
            final List<FaultPolicy> policies,
            final long seed) {
        this(vms, hardware, semantics, policies, seed, OptionalLong.empty());
    }

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
