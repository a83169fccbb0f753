// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.replay.scenario.Hardware;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What faults are run under, in the words of a command line, so that each run gets fresh policies
 * and rules of its own. What is empty is as a scenario says, else the default.
 *
 * @param semantics the kernel's rules, as {@link Profiles#of} takes them
 * @param policy limits on faults, as {@link Policies#parse} takes them
 * @param hardware which IOMMU, and of what sizes
 * @param seed the simulation's seed
 * @param guestDelayNs what each guest that answers takes for it; else what was recorded, or what
 *     the scenario says
 */
public record Rules(
        Optional<String> semantics,
        Optional<String> policy,
        Hardware hardware,
        OptionalLong seed,
        OptionalLong guestDelayNs) {
    /** Nothing is said. */
    public static final Rules DEFAULT =
            new Rules(
                    Optional.empty(),
                    Optional.empty(),
                    Hardware.DEFAULT,
                    OptionalLong.empty(),
                    OptionalLong.empty());

    /**
     * The same with other rules of the kernel.
     *
     * @param other a profile's name
     * @return the rules
     */
    public Rules withSemantics(final String other) {
        return new Rules(Optional.of(other), policy, hardware, seed, guestDelayNs);
    }

    /**
     * The same with other policies.
     *
     * @param other policies joined by commas
     * @return the rules
     */
    public Rules withPolicy(final String other) {
        return new Rules(semantics, Optional.of(other), hardware, seed, guestDelayNs);
    }

    /**
     * The same with other hardware.
     *
     * @param other in place of this hardware
     * @return the rules
     */
    public Rules withHardware(final Hardware other) {
        return new Rules(semantics, policy, other, seed, guestDelayNs);
    }

    /**
     * The same with guests that take another time.
     *
     * @param ns virtual nanoseconds from a fault's arrival to its answer, not negative
     * @return the rules
     */
    public Rules withGuestDelayNs(final long ns) {
        return new Rules(semantics, policy, hardware, seed, OptionalLong.of(ns));
    }

    /** The kernel's rules, loaded anew if they are code. */
    Optional<Profile> profile() {
        return semantics.map(Profiles::of);
    }

    /** Fresh policies, which whoever runs under them closes. */
    Optional<List<FaultPolicy>> policies() {
        return policy.map(Policies::parse);
    }
}
