// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import java.util.Map;

/**
 * How a recording is run again.
 *
 * @param vms machine to devices, as the user says; empty to take them from the dump
 * @param queueLog2 log2 of the event queue's entries
 * @param stallEntries size of the stall buffer
 * @param seed the simulation's seed
 */
public record ReplaySettings(
        Map<String, List<String>> vms, int queueLog2, int stallEntries, long seed) {
    /**
     * The driver's sizes, seed 1, machines from the dump.
     *
     * @return the settings
     */
    public static ReplaySettings defaults() {
        final SmmuV3Config roomy = SmmuV3Config.roomy();
        return new ReplaySettings(Map.of(), roomy.eventQueueLog2Max(), roomy.stallMax(), 1);
    }
}
