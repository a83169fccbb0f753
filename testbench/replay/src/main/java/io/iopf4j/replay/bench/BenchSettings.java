// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;
import java.util.List;

/**
 * How a bench is built.
 *
 * @param hardware which IOMMU
 * @param semantics the kernel's rules
 * @param policies limits on faults, fresh ones: they keep state, and are closed with the bench;
 *     empty for none
 * @param seed the simulation's seed
 * @param seams what stands between the parts
 */
public record BenchSettings(
        HardwareSettings hardware,
        Profile semantics,
        List<FaultPolicy> policies,
        long seed,
        Seams seams) {
    /** Copies the list. */
    public BenchSettings {
        policies = List.copyOf(policies);
    }

    /**
     * A bench with nothing between its parts.
     *
     * @param hardware which IOMMU
     * @param semantics the kernel's rules
     * @param policies limits on faults, fresh ones
     * @param seed the simulation's seed
     */
    public BenchSettings(
            final HardwareSettings hardware,
            final Profile semantics,
            final List<FaultPolicy> policies,
            final long seed) {
        this(hardware, semantics, policies, seed, Seams.NONE);
    }

    /**
     * The same with something between its parts.
     *
     * @param others stand behind those that are there
     * @return the settings
     */
    public BenchSettings with(final Seams others) {
        return new BenchSettings(hardware, semantics, policies, seed, seams.then(others));
    }

    /**
     * Linux 6.12 without policies.
     *
     * @param hardware which IOMMU
     * @param seed the simulation's seed
     * @return the settings
     */
    public static BenchSettings mainline(final HardwareSettings hardware, final long seed) {
        return new BenchSettings(hardware, Semantics.MAINLINE_6_12, List.of(), seed);
    }

    /**
     * The policies, as a report names them.
     *
     * @return one name each, or {@code none}
     */
    public List<String> policyNames() {
        return policies.isEmpty()
                ? List.of("none")
                : policies.stream().map(FaultPolicy::name).toList();
    }
}
