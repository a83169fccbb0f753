// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a sweep came to.
 *
 * @param question what was asked
 * @param setting what is the same in all runs
 * @param offender whom the others are kept from
 * @param points the runs, in the order of {@link Question#values}; empty where the sweep was
 *     stopped
 */
public record SweepResult(
        Question question, Setting setting, Offender offender, List<Optional<Point>> points) {
    /** Takes a copy of the list. */
    public SweepResult {
        points = List.copyOf(points);
    }

    /**
     * What is the same in all runs.
     *
     * @param semantics the kernel's rules
     * @param iommu the hardware
     * @param seed the simulation's
     */
    public record Setting(String semantics, String iommu, long seed) {}

    /**
     * A stretch of values, of which all harm nobody.
     *
     * @param first the smallest
     * @param last the largest
     */
    public record Stretch(Value first, Value last) {}

    /**
     * Whether it was stopped before all runs were done.
     *
     * @return some point is missing
     */
    public boolean isInterrupted() {
        return points.stream().anyMatch(Optional::isEmpty);
    }

    /**
     * The runs that were done.
     *
     * @return in order
     */
    public List<Point> done() {
        return points.stream().flatMap(Optional::stream).toList();
    }

    /**
     * The smallest value that harms nobody. Of two axes, that with the smallest value of the first,
     * and then of the second.
     *
     * @return its run; empty if there is none among those that were done
     */
    public Optional<Point> answer() {
        return isIdle() ? Optional.empty() : smallestOf(done().stream());
    }

    /**
     * Whether no value could harm anybody, since none of the machines that are to be unharmed has a
     * fault that the criterion looks at. There is no answer then.
     *
     * @return nothing was at stake in any run
     */
    public boolean isIdle() {
        return done().stream()
                .flatMap(point -> others(point).stream())
                .allMatch(vm -> question.criterion().atStake(vm) == 0);
    }

    private static Optional<Point> smallestOf(final Stream<Point> points) {
        return points.filter(Point::isUnharmed)
                .min(Comparator.comparing(Point::values, SweepResult::compare));
    }

    private static int compare(final List<Value> one, final List<Value> other) {
        for (int i = 0; i < one.size(); i++) {
            final int order = Long.compare(one.get(i).number(), other.get(i).number());
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /**
     * The run that harms least, if none harms nobody.
     *
     * @return the smallest of those; empty if no run was done
     */
    public Optional<Point> closest() {
        return done().stream()
                .min(
                        Comparator.comparingLong(Point::harm)
                                .thenComparing(Point::values, SweepResult::compare));
    }

    /**
     * How many lines there are: one for each value of the second axis.
     *
     * @return 1 if there is but one axis
     */
    public int lines() {
        return points.size() / width();
    }

    /**
     * How many values the first axis has.
     *
     * @return at least 1
     */
    public int width() {
        return question.axes().get(0).range().values().size();
    }

    /**
     * The runs of one line.
     *
     * @param line its index, in [0, lines)
     * @return in the order of the first axis
     */
    public List<Optional<Point>> line(final int line) {
        return points.subList(line * width(), (line + 1) * width());
    }

    /**
     * The smallest value of the first axis that harms nobody, in one line.
     *
     * @param line its index
     * @return the run; empty if there is none
     */
    public Optional<Point> smallest(final int line) {
        return line(line).stream().flatMap(Optional::stream).filter(Point::isUnharmed).findFirst();
    }

    /**
     * All values of the first axis that harm nobody, in one line.
     *
     * @param line its index
     * @return as few stretches as there are
     */
    public List<Stretch> unharmed(final int line) {
        final List<Optional<Point>> all = line(line);
        final List<Stretch> stretches = new ArrayList<>();
        int from = -1;
        for (int i = 0; i <= all.size(); i++) {
            final boolean isWell =
                    i < all.size() && all.get(i).filter(Point::isUnharmed).isPresent();
            if (isWell && from < 0) {
                from = i;
            } else if (!isWell && from >= 0) {
                stretches.add(new Stretch(first(all.get(from)), first(all.get(i - 1))));
                from = -1;
            }
        }
        return stretches;
    }

    private static Value first(final Optional<Point> point) {
        return point.orElseThrow().values().get(0);
    }

    /**
     * Whether every invariant has held in every run.
     *
     * @return none was broken
     */
    public boolean invariantsHold() {
        return done().stream().allMatch(point -> point.broken().isEmpty());
    }

    /**
     * The machines that are to be unharmed.
     *
     * @param point a run
     * @return all but the offender
     */
    public List<VmTally> others(final Point point) {
        return point.vms().stream().filter(vm -> !vm.vm().equals(offender.name())).toList();
    }

    /**
     * How many runs are done.
     *
     * @return the count of those that are done
     */
    public int doneCount() {
        return (int)
                IntStream.range(0, points.size()).filter(i -> points.get(i).isPresent()).count();
    }
}
