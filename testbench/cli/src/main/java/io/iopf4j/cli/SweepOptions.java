// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.sweep.Axis;
import io.iopf4j.replay.sweep.Criterion;
import io.iopf4j.replay.sweep.PolicyRanges;
import io.iopf4j.replay.sweep.Question;
import io.iopf4j.replay.sweep.Range;
import io.iopf4j.replay.sweep.Value;
import io.iopf4j.replay.whatif.Faults;
import io.iopf4j.replay.whatif.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongPredicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a sweep goes over, and when a machine counts as unharmed. */
final class SweepOptions {

    @Option(
            names = "--semantics",
            paramLabel = "NAME",
            description =
                    "The kernel's rules, one of those that 'iopf4j semantics' lists"
                            + " (default: mainline-6.12, or the scenario's).")
    private String semantics;

    @Option(
            names = "--policy",
            paramLabel = "LIST",
            description =
                    "Limits on faults, joined by commas, of those that 'iopf4j policies' lists; a"
                            + " parameter may be a range, as 'vm-quota=1..64' (default: none, or"
                            + " the scenario's).")
    private String policy;

    @Option(
            names = "--queue-entries",
            paramLabel = "N|RANGE",
            description = "Size of the queue of faults, powers of two, as of replay.")
    private String queueEntries;

    @Option(
            names = "--stall-entries",
            paramLabel = "N|RANGE",
            description = "Size of SMMUv3's shared stall buffer, as of replay.")
    private String stallEntries;

    @Option(
            names = "--guest-delay",
            paramLabel = "D|RANGE",
            description =
                    "What each guest that answers takes from a fault's arrival to its answer"
                            + " (default: as recorded, or as the scenario says).")
    private String guestDelay;

    @Option(
            names = "--unharmed",
            paramLabel = "CRITERION",
            description =
                    "When a VM counts as unharmed: answered (the default), answered=99%%,"
                            + " p99=10ms or wait=1ms.")
    private String unharmed;

    @Option(
            names = "--offender",
            paramLabel = "VM",
            description =
                    "Whom the others are to be kept from; none if no VM is to be harmed (default:"
                            + " who has most faults outstanding at once if nothing limits it).")
    private String offender;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    SweepOptions() {}

    /** What is asked, but for the faults. */
    Asked asked(final ModelOptions model) {
        if (semantics != null) {
            checked("--semantics", semantics, Profiles::check);
        }
        final List<Axis> axes = new ArrayList<>();
        if (policy != null) {
            axes.addAll(Words.parsed(spec, "--policy", policy, PolicyRanges::parse));
        }
        final OptionalInt stalls =
                size(
                        "--stall-entries",
                        stallEntries,
                        SizeOptions::isStallSize,
                        "in [1, " + Hardware.MOST_STALLS + "]",
                        Range::parse,
                        Axis::ofStallEntries,
                        axes);
        final OptionalInt queue =
                size(
                        "--queue-entries",
                        queueEntries,
                        SizeOptions::isQueueSize,
                        "a power of two in [1, " + Hardware.MOST_QUEUE_ENTRIES + "]",
                        Range::parseDoubling,
                        Axis::ofQueueEntries,
                        axes);
        final OptionalLong delay = delay(axes);
        if (axes.isEmpty()) {
            throw Words.usage(spec, "nothing to sweep: give a range, as --policy 'vm-quota=1..64'");
        }
        Words.parsed(spec, "ranges", "", unused -> Question.checked(axes));
        return new Asked(
                new Rules(
                        Optional.ofNullable(semantics),
                        Optional.ofNullable(policy),
                        model.hardware(queue, stalls),
                        model.seed(),
                        delay),
                axes,
                unharmed == null
                        ? Criterion.DEFAULT
                        : Words.parsed(spec, "--unharmed", unharmed, Criterion::parse),
                Optional.ofNullable(offender));
    }

    private OptionalLong delay(final List<Axis> axes) {
        if (guestDelay == null) {
            return OptionalLong.empty();
        }
        if (!Range.isMeantBy(guestDelay)) {
            return OptionalLong.of(Words.parsed(spec, "--guest-delay", guestDelay, Range::timeNs));
        }
        final Range range = Words.parsed(spec, "--guest-delay", guestDelay, Range::parse);
        if (!range.isOfTimes()) {
            throw Words.usage(
                    spec, "--guest-delay: '" + guestDelay + "': must be of times, as 1ms..1s");
        }
        axes.add(Axis.ofGuestDelay(range));
        return OptionalLong.empty();
    }

    private OptionalInt size(
            final String option,
            final String text,
            final LongPredicate isAllowed,
            final String allowed,
            final Function<String, Range> parser,
            final Function<Range, Axis> axis,
            final List<Axis> axes) {
        if (text == null) {
            return OptionalInt.empty();
        }
        final boolean isRange = Range.isMeantBy(text);
        // One number is a list of one.
        final Range range = Words.parsed(spec, option, isRange ? text : "{" + text + "}", parser);
        for (final Value value : range.values()) {
            if (range.isOfTimes() || !isAllowed.test(value.number())) {
                throw Words.usage(spec, option + " must be " + allowed + ", not " + value.word());
            }
        }
        if (!isRange) {
            return OptionalInt.of((int) range.values().get(0).number());
        }
        axes.add(axis.apply(range));
        return OptionalInt.empty();
    }

    private void checked(final String option, final String word, final Consumer<String> by) {
        Words.parsed(
                spec,
                option,
                word,
                text -> {
                    by.accept(text);
                    return text;
                });
    }

    /**
     * What is asked of faults that are not read yet.
     *
     * @param rules what is the same in each run
     * @param axes what changes
     * @param criterion when a machine counts as unharmed
     * @param offender whom the others are kept from, if the user says so
     */
    record Asked(Rules rules, List<Axis> axes, Criterion criterion, Optional<String> offender) {
        /** The whole question; refuses too many ranges or runs. */
        Question of(final Faults faults) {
            return new Question(faults, rules, axes, criterion, offender);
        }
    }
}
