// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

/**
 * The machine that the others are to be kept from.
 *
 * @param name its name; empty text if it is nobody
 * @param choice why it is this one
 * @param outstandingHighWater most faults that it has outstanding at once if nothing limits it
 */
public record Offender(String name, Choice choice, int outstandingHighWater) {
    /** Why it is this one. */
    public enum Choice {
        /** The user said so. */
        GIVEN,
        /** No other has more faults outstanding at once if nothing limits it. */
        MOST_OUTSTANDING,
        /** There is but one machine, which then is not to be harmed. */
        ONLY_ONE
    }

    static Offender nobody(final Choice choice) {
        return new Offender("", choice, 0);
    }

    /**
     * Whether all machines are to be unharmed.
     *
     * @return there is no offender
     */
    public boolean isNobody() {
        return name.isEmpty();
    }
}
