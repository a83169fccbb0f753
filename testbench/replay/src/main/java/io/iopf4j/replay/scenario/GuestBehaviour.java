// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.PageResponseCode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What a guest does about each record that reaches it: when it answers, with which code, and
 * whether it lies. All is settled when the record comes, since a scenario's events are known
 * beforehand. A cursor that allocates nothing; the same guest, events and seed give the same
 * answers.
 */
public final class GuestBehaviour {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long[] NO_TIMES = new long[0];

    private final Guest guest;
    private final Delay delay;
    private final long diesNs;
    private final SplittableRandom random;
    private final long[] silentFromNs;
    private final long[] silentUntilNs;
    private long answered;
    private long answerNs;
    private Lie lie;
    private boolean isHostile;

    /**
     * A guest that has seen nothing yet.
     *
     * @param vm its machine
     * @param events the scenario's, in the order of time
     * @param random where chance comes from, for this guest alone
     */
    public GuestBehaviour(
            final ScenarioVm vm, final List<ScenarioEvent> events, final SplittableRandom random) {
        this.guest = vm.guest();
        this.delay = delay(guest);
        this.random = random;
        this.diesNs = diesNs(vm, events);
        this.silentFromNs = times(vm, events, ScenarioEvent.Kind.SILENCE);
        final long[] wakes = times(vm, events, ScenarioEvent.Kind.WAKE);
        this.silentUntilNs = new long[silentFromNs.length];
        for (int i = 0; i < silentFromNs.length; i++) {
            silentUntilNs[i] = i < wakes.length ? wakes[i] : NEVER;
        }
    }

    private static Delay delay(final Guest guest) {
        if (guest instanceof Guest.Prompt prompt) {
            return prompt.delay();
        }
        if (guest instanceof Guest.Slow slow) {
            return slow.delay();
        }
        if (guest instanceof Guest.Dying dying) {
            return dying.delay();
        }
        if (guest instanceof Guest.Hostile hostile) {
            return hostile.delay();
        }
        return guest instanceof Guest.Lying lying ? lying.delay() : Guest.PROMPT_DELAY;
    }

    private static long diesNs(final ScenarioVm vm, final List<ScenarioEvent> events) {
        final long[] kills = times(vm, events, ScenarioEvent.Kind.KILL);
        final long killedNs = kills.length == 0 ? NEVER : kills[0];
        return vm.guest() instanceof Guest.Dying dying
                ? Math.min(killedNs, dying.atNs())
                : killedNs;
    }

    private static long[] times(
            final ScenarioVm vm, final List<ScenarioEvent> events, final ScenarioEvent.Kind kind) {
        long[] times = NO_TIMES;
        for (final ScenarioEvent event : events) {
            if (event.kind() == kind && event.subject().equals(vm.name())) {
                times = Arrays.copyOf(times, times.length + 1);
                times[times.length - 1] = event.atNs();
            }
        }
        return times;
    }

    /**
     * Settles what the guest does about the next record.
     *
     * @param nowNs when the record reaches it; never less than the one before
     * @return false if it never answers; the values are then undefined
     */
    public boolean next(final long nowNs) {
        if (guest instanceof Guest.Silent || guest instanceof Guest.Manual) {
            return false;
        }
        answerNs = heard(nowNs + delay.draw(random));
        if (answerNs >= diesNs) {
            return false;
        }
        answered++;
        lie = null;
        if (guest instanceof Guest.Lying lying && answered % lying.every() == 0) {
            lie = lying.lie();
        }
        isHostile = guest instanceof Guest.Hostile hostile && answered % hostile.every() == 0;
        return true;
    }

    /** What falls into a silence is done after it, once the guest has had its delay again. */
    private long heard(final long dueNs) {
        long due = dueNs;
        for (int i = 0; i < silentFromNs.length; i++) {
            if (due >= silentFromNs[i] && due < silentUntilNs[i]) {
                if (silentUntilNs[i] == NEVER) {
                    return NEVER;
                }
                due = silentUntilNs[i] + delay.draw(random);
            }
        }
        return due;
    }

    /**
     * When it answers.
     *
     * @return virtual nanoseconds from the start of the run; answers need not be in the order of
     *     their records
     */
    public long answerNs() {
        return answerNs;
    }

    /**
     * What it answers.
     *
     * @return a {@link PageResponseCode}, or {@link Lie#UNKNOWN_CODE}
     */
    public int code() {
        return lie == Lie.WRONG_CODE ? Lie.UNKNOWN_CODE : PageResponseCode.SUCCESS;
    }

    /**
     * What is false in the answer.
     *
     * @return the lie, or null if the guest is honest this time
     */
    public Lie lie() {
        return lie;
    }

    /**
     * Whether it does a hostile act beside this answer.
     *
     * @return for each so manieth answer of a hostile guest
     */
    public boolean isHostile() {
        return isHostile;
    }

    /**
     * Whether it is of the kind that does hostile acts, and where their chance comes from.
     *
     * @return empty for every other guest
     */
    public Optional<SplittableRandom> hostility() {
        return guest instanceof Guest.Hostile ? Optional.of(random.split()) : Optional.empty();
    }
}
