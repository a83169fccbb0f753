// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import java.util.List;

/**
 * What is kept of one run of a sweep.
 *
 * @param values where it stands on each axis; empty for a run without any of them
 * @param vms what became of each machine
 * @param harmed the machines but the offender that are not unharmed, the most harmed first
 * @param harm the sum of what {@link Criterion#harm} says of them; of a wait the longest
 * @param stallHighWater most stalls in the shared buffer at once
 * @param queueHighWater most records in the shared queue at once
 * @param queueOverflows how often the shared queue overflowed
 * @param broken names of the invariants that did not hold
 */
public record Point(
        List<Value> values,
        List<VmTally> vms,
        List<String> harmed,
        long harm,
        long stallHighWater,
        long queueHighWater,
        long queueOverflows,
        List<String> broken) {
    /** Takes copies of the lists. */
    public Point {
        values = List.copyOf(values);
        vms = List.copyOf(vms);
        harmed = List.copyOf(harmed);
        broken = List.copyOf(broken);
    }

    /**
     * Whether every machine but the offender is unharmed.
     *
     * @return nobody was harmed
     */
    public boolean isUnharmed() {
        return harmed.isEmpty();
    }

    /**
     * One machine of the run.
     *
     * @param name its name
     * @return what became of it
     */
    public VmTally vm(final String name) {
        return vms.stream().filter(vm -> vm.vm().equals(name)).findFirst().orElseThrow();
    }
}
