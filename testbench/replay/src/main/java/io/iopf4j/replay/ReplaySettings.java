// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import java.util.Map;

/**
 * How a recording is run again.
 *
 * @param vms machine to devices, as the user says; empty to take them from the dump
 * @param queueLog2 log2 of the event queue's entries
 * @param stallEntries size of the stall buffer
 * @param semantics the kernel's rules
 * @param policies limits on faults, fresh ones; empty for none
 * @param seed the simulation's seed
 */
public record ReplaySettings(
        Map<String, List<String>> vms,
        int queueLog2,
        int stallEntries,
        Semantics semantics,
        List<FaultPolicy> policies,
        long seed) {
    /**
     * Linux 6.12 without policies.
     *
     * @param vms machine to devices; empty to take them from the dump
     * @param queueLog2 log2 of the event queue's entries
     * @param stallEntries size of the stall buffer
     * @param seed the simulation's seed
     * @return the settings
     */
    public static ReplaySettings mainline(
            final Map<String, List<String>> vms,
            final int queueLog2,
            final int stallEntries,
            final long seed) {
        return new ReplaySettings(
                vms, queueLog2, stallEntries, Semantics.MAINLINE_6_12, List.of(), seed);
    }

    /**
     * The driver's sizes, Linux 6.12 without policies, seed 1, machines from the dump.
     *
     * @return the settings
     */
    public static ReplaySettings defaults() {
        final SmmuV3Config roomy = SmmuV3Config.roomy();
        return mainline(Map.of(), roomy.eventQueueLog2Max(), roomy.stallMax(), 1);
    }
}
