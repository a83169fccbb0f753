// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.util.List;
import java.util.Optional;

/**
 * A virtual machine of a scenario.
 *
 * @param name its name
 * @param devices names of the devices that it starts with; none if it only gets some later
 * @param guest how its guest behaves
 * @param workload what each of its devices does, also after it has moved; empty if they are idle
 */
public record ScenarioVm(
        String name, List<String> devices, Guest guest, Optional<Workload> workload) {
    /** Takes a copy of the list. */
    public ScenarioVm {
        devices = List.copyOf(devices);
    }

    /**
     * The same with another guest.
     *
     * @param other how its guest behaves
     * @return the machine
     */
    public ScenarioVm withGuest(final Guest other) {
        return new ScenarioVm(name, devices, other, workload);
    }
}
