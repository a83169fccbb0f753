// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;

/** A limit as it is written: a number, or a half of what the hardware has to share. */
final class Quota {
    private static final String HALF = "half";

    private final String policy;
    private final String text;
    private final int limit;

    private Quota(final String policy, final String text, final int limit) {
        this.policy = policy;
        this.text = text;
        this.limit = limit;
    }

    static Quota parse(final String policy, final String text) {
        return text.equals(HALF)
                ? new Quota(policy, text, 0)
                : new Quota(policy, text, Words.number(policy, text, "N", " or " + HALF));
    }

    /** The policy with its limit, as it was written. */
    String name() {
        return policy + "=" + text;
    }

    /** What it comes to for a device, at least 1. */
    int of(final IommuDevice dev) {
        if (limit > 0) {
            return limit;
        }
        final int capacity = dev.ops().sharedFaultCapacity(dev);
        if (capacity <= 0) {
            throw new IllegalArgumentException(
                    name()
                            + ": the driver of "
                            + dev.name()
                            + " does not say how many faults its hardware holds; give a number");
        }
        return Math.max(1, capacity / 2);
    }
}
