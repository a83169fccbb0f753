// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * Nobody has more faults outstanding than a policy lets it have: neither a machine nor, where
 * devices have quotas of their own, a device. The bench checks both whenever a fault is delivered,
 * and each machine's highest number at the run's end; without a quota never.
 */
public final class NoVmExceedsItsQuota extends Invariant {
    NoVmExceedsItsQuota(final Breaches breaches) {
        super(breaches);
    }

    /**
     * A number that counts against a quota.
     *
     * @param whose the machine's or the device's name
     * @param most its faults that are outstanding, or were at once
     * @param quota what the policy lets it have
     */
    public void has(final String whose, final long most, final long quota) {
        if (fails(most <= quota)) {
            tell(whose + " had " + most + " outstanding, its quota is " + quota);
        }
    }
}
