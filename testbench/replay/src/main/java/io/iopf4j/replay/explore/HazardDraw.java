// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.replay.scenario.Hazard;
import io.iopf4j.replay.scenario.Odds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws what goes wrong between the parts: each hazard is first in a run or not, and then happens
 * with a chance of its own, since rare and clustered troubles find what an even noise does not.
 * Only what a driver survives: after a lost command nobody can promise an end.
 */
final class HazardDraw {
    private static final int MOST_PAUSE_NS = 60_000;
    private static final List<Hazard.Kind> KINDS = List.of(Hazard.Kind.values());

    private final SplittableRandom random;
    private final boolean mayPreempt;

    /**
     * Before the first.
     *
     * @param random where chance comes from
     * @param mayPreempt whether devices may be quicker than their driver. Not with groups of
     *     several requests, unless holes are looked for: kernels answer each request that has lost
     *     its handler, not the group (52)
     */
    HazardDraw(final SplittableRandom random, final boolean mayPreempt) {
        this.random = random;
        this.mayPreempt = mayPreempt;
    }

    List<Hazard> hazards() {
        final List<Hazard> hazards = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            return hazards;
        }
        for (final Hazard.Kind kind : KINDS) {
            if (isSurvived(kind) && random.nextInt(4) == 0) {
                hazards.add(
                        new Hazard(
                                kind,
                                odds(),
                                0,
                                Hazard.TO_THE_END,
                                kind.lengthKey() == null ? 0 : random.nextInt(1, MOST_PAUSE_NS),
                                0,
                                Hazard.ALL_MEMORY));
            }
        }
        return hazards;
    }

    private boolean isSurvived(final Hazard.Kind kind) {
        return switch (kind) {
            case LATE_INTERRUPTS, SPURIOUS_INTERRUPTS, FAILED_ALLOCATIONS, SLOW_MEMORY -> true;
            case PREEMPTION -> mayPreempt;
            case LOST_INTERRUPTS, FAILING_MEMORY, SPOILED_COMMANDS, FULL_QUEUE -> false;
        };
    }

    private Odds odds() {
        return switch (random.nextInt(4)) {
            case 0 -> new Odds(Odds.How.NTH, 1 + random.nextInt(20));
            case 1 -> new Odds(Odds.How.EVERY, 1 + random.nextInt(8));
            default -> new Odds(Odds.How.CHANCE, random.nextInt(1, Odds.CERTAIN / 4));
        };
    }
}
