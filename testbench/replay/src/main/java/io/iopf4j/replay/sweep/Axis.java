// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.whatif.Rules;
import java.util.function.BiFunction;

/**
 * One thing that a sweep changes.
 *
 * @param name what it is called: a policy's name, or {@code stall-entries}, {@code queue-entries}
 *     or {@code guest-delay}
 * @param range its values
 * @param isPolicy whether it is a policy's parameter, which changes nothing if there is no policy
 * @param setting puts one of the values into rules
 */
public record Axis(
        String name, Range range, boolean isPolicy, BiFunction<Rules, Value, Rules> setting) {
    /**
     * Sizes of the stall buffer.
     *
     * @param range numbers, each in [1, {@link Hardware#MOST_STALLS}]
     * @return the axis
     */
    public static Axis ofStallEntries(final Range range) {
        return new Axis(
                "stall-entries",
                range,
                false,
                (rules, value) ->
                        rules.withHardware(
                                rules.hardware().withStallEntries((int) value.number())));
    }

    /**
     * Sizes of the queue of faults.
     *
     * @param range numbers, each a power of two in [1, {@link Hardware#MOST_QUEUE_ENTRIES}]
     * @return the axis
     */
    public static Axis ofQueueEntries(final Range range) {
        return new Axis(
                "queue-entries",
                range,
                false,
                (rules, value) ->
                        rules.withHardware(
                                rules.hardware().withQueueEntries((int) value.number())));
    }

    /**
     * What each guest that answers takes for it.
     *
     * @param range times
     * @return the axis
     */
    public static Axis ofGuestDelay(final Range range) {
        return new Axis(
                "guest-delay",
                range,
                false,
                (rules, value) -> rules.withGuestDelayNs(value.number()));
    }
}
