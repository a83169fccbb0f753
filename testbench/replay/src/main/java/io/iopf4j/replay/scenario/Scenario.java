// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.util.List;

/**
 * A whole synthetic run, as its file says it. What a file leaves out has its default here.
 *
 * @param name the file's name without its ending
 * @param title what it shows, one line
 * @param hardware what the machines share
 * @param semantics the profile's name
 * @param policy policies joined by commas, or {@code none}
 * @param durationNs when the run ends, in virtual nanoseconds, at least 1
 * @param vms the virtual machines, at least one; no two share a name, nor do any two devices
 * @param events what happens to them, in the order of time; those of the same time in the order of
 *     the file. The death of a guest that its host notices is one of them
 */
public record Scenario(
        String name,
        String title,
        Hardware hardware,
        String semantics,
        String policy,
        long durationNs,
        List<ScenarioVm> vms,
        List<ScenarioEvent> events) {
    /** Takes copies of the lists. */
    public Scenario {
        vms = List.copyOf(vms);
        events = List.copyOf(events);
    }

    /**
     * Whether it asks for what SMMUv3 cannot do: groups of several requests, or stream responses.
     * Such a file names VT-d; whoever puts other hardware in its place must ask.
     *
     * @return a workload needs VT-d
     */
    public boolean needsVtd() {
        return vms.stream().anyMatch(vm -> vm.workload().filter(Workload::needsVtd).isPresent());
    }
}
