// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a virtual machine counts as unharmed, by its {@link VmTally}.
 *
 * <ul>
 *   <li>{@code answered}: each fault that it is owed an answer to got it, and it raised no fewer
 *       than it does while the offender asks for nothing. {@code answered=P%}: so of P percent, of
 *       which one that was not raised is none.
 *   <li>{@code pN=D}, such as {@code p99=10ms}: of the faults that it is owed an answer to, N
 *       percent are answered within D of being raised. What was lost or not raised is later than
 *       any D. {@code p100=D} bounds the longest.
 *   <li>{@code wait=D}: no fault of it waits longer than D from being raised until the shared
 *       hardware has room for its record. One that never gets there waits until its access, or the
 *       run, ends.
 * </ul>
 *
 * @param text as it was written
 * @param kind what it looks at
 * @param thousandths of a percent that must be well, in [1, 100000]
 * @param boundNs how long it may take; without meaning for {@link Kind#ANSWERED}
 */
public record Criterion(String text, Kind kind, int thousandths, long boundNs) {
    private static final int ALL = 100_000;
    private static final int PER_PERCENT = 1_000;
    private static final Pattern ANSWERED = Pattern.compile("answered(?:=([^%]*)%)?");
    private static final Pattern PERCENTILE = Pattern.compile("p([0-9][0-9.]*)=(.*)");
    private static final Pattern WAIT = Pattern.compile("wait=(.*)");
    private static final Pattern PERCENT = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3})?");

    /** What holds unless the user says otherwise. */
    public static final Criterion DEFAULT = parse("answered");

    /** What a criterion looks at. */
    public enum Kind {
        /** Whether faults are answered. */
        ANSWERED,
        /** How long it takes until they are. */
        LATENCY,
        /** How long they wait for room in the hardware. */
        WAIT
    }

    /**
     * Reads a criterion.
     *
     * @param text as above
     * @return the criterion
     * @throws IllegalArgumentException in one line that says what is expected
     */
    public static Criterion parse(final String text) {
        final Matcher answered = ANSWERED.matcher(text);
        if (answered.matches()) {
            final String percent = answered.group(1);
            return new Criterion(
                    text, Kind.ANSWERED, percent == null ? ALL : percent(text, percent), 0);
        }
        final Matcher percentile = PERCENTILE.matcher(text);
        if (percentile.matches()) {
            return new Criterion(
                    text,
                    Kind.LATENCY,
                    percent(text, percentile.group(1)),
                    Range.timeNs(percentile.group(2)));
        }
        final Matcher wait = WAIT.matcher(text);
        if (wait.matches()) {
            return new Criterion(text, Kind.WAIT, ALL, Range.timeNs(wait.group(1)));
        }
        throw new IllegalArgumentException(
                "'" + text + "': must be answered, answered=99%, p99=10ms or wait=1ms");
    }

    private static int percent(final String text, final String word) {
        if (PERCENT.matcher(word).matches()) {
            final int thousandths = (int) Math.round(Double.parseDouble(word) * PER_PERCENT);
            if (thousandths > 0 && thousandths <= ALL) {
                return thousandths;
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "': a percentage must be above 0 and at most 100, not '" + word + "'");
    }

    /**
     * How far a machine is from being unharmed.
     *
     * @param vm what became of it
     * @return 0 if it is unharmed; else the faults that are not well, or the nanoseconds that one
     *     waits too long
     */
    public long harm(final VmTally vm) {
        return switch (kind) {
            case ANSWERED -> beyond(vm.lost() + vm.missing(), vm.owed());
            case LATENCY -> beyond(vm.lost() + vm.missing() + vm.late(), vm.owed());
            case WAIT -> Math.max(0, vm.longestWaitNs() - boundNs);
        };
    }

    /**
     * How much it looks at.
     *
     * @param vm what became of a machine
     * @return the faults that could be harmed
     */
    public long atStake(final VmTally vm) {
        return kind == Kind.WAIT ? vm.raised() : vm.owed();
    }

    private long beyond(final long bad, final long owed) {
        return bad * ALL <= owed * (ALL - thousandths) ? 0 : bad;
    }

    /**
     * The criterion in words.
     *
     * @return what a machine is if it is unharmed
     */
    public String meaning() {
        return switch (kind) {
            case ANSWERED ->
                    thousandths == ALL
                            ? "each fault is answered that its guest would answer"
                            : percent() + " of the faults are answered that its guest would answer";
            case LATENCY ->
                    percent()
                            + " of the faults that its guest would answer are answered within "
                            + Value.ofTime(boundNs).word();
            case WAIT ->
                    "no fault waits longer than "
                            + Value.ofTime(boundNs).word()
                            + " for room in the shared hardware";
        };
    }

    private String percent() {
        return thousandths % PER_PERCENT == 0
                ? thousandths / PER_PERCENT + " %"
                : String.format(Locale.ROOT, "%.3f %%", thousandths / (double) PER_PERCENT);
    }
}
