// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import io.iopf4j.replay.whatif.Faults;
import io.iopf4j.replay.whatif.Rules;
import java.util.List;
import java.util.Optional;

/**
 * What a sweep is to find out.
 *
 * @param faults what is run
 * @param rules all that is the same in each run; of its policies, those that an axis changes may
 *     still be written as ranges
 * @param axes what changes, one or two
 * @param criterion when a machine counts as unharmed
 * @param offender the machine that the others are to be kept from; {@link #NOBODY} if no machine is
 *     to be harmed; empty for the one that has most faults outstanding at once if nothing limits it
 */
public record Question(
        Faults faults,
        Rules rules,
        List<Axis> axes,
        Criterion criterion,
        Optional<String> offender) {
    /** No machine is the offender: all are to be unharmed. */
    public static final String NOBODY = "none";

    /** Most runs of one sweep. */
    public static final int MOST_RUNS = 4096;

    /**
     * Takes a copy of the list.
     *
     * @throws IllegalArgumentException in one line if there are not one or two axes, or too many
     *     runs
     */
    public Question {
        axes = checked(axes);
    }

    /**
     * Checks the axes by themselves.
     *
     * @param axes what changes
     * @return a copy
     * @throws IllegalArgumentException in one line if there are not one or two, or too many runs
     */
    public static List<Axis> checked(final List<Axis> axes) {
        if (axes.isEmpty() || axes.size() > 2) {
            throw new IllegalArgumentException(
                    "a sweep goes over one range or two, not " + axes.size());
        }
        if (runs(axes) > MOST_RUNS) {
            throw new IllegalArgumentException(
                    "the ranges come to "
                            + runs(axes)
                            + " runs, and at most "
                            + MOST_RUNS
                            + " are made; give a step or a factor, as 1..1000+50 or 1..1000*4");
        }
        return List.copyOf(axes);
    }

    private static long runs(final List<Axis> axes) {
        return axes.stream()
                .mapToLong(axis -> axis.range().values().size())
                .reduce(1, Math::multiplyExact);
    }

    /**
     * How many runs the axes come to.
     *
     * @return at most {@link #MOST_RUNS}
     */
    public int runs() {
        return (int) runs(axes);
    }

    /**
     * Where a run stands on each axis. The first axis changes fastest.
     *
     * @param run its index, in [0, runs)
     * @return a value of each axis
     */
    public List<Value> values(final int run) {
        final List<Value> first = axes.get(0).range().values();
        final Value ofFirst = first.get(run % first.size());
        return axes.size() == 1
                ? List.of(ofFirst)
                : List.of(ofFirst, axes.get(1).range().values().get(run / first.size()));
    }

    /**
     * The rules of a run.
     *
     * @param values a value of each axis
     * @return the common ones with these put in
     */
    public Rules rulesAt(final List<Value> values) {
        Rules its = rules;
        for (int i = 0; i < axes.size(); i++) {
            its = axes.get(i).setting().apply(its, values.get(i));
        }
        return its;
    }
}
