// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.api.PageResponseType;
import io.iopf4j.replay.scenario.Delay;
import io.iopf4j.replay.scenario.Guest;
import io.iopf4j.replay.scenario.Lie;
import io.iopf4j.replay.scenario.ScenarioVm;
import io.iopf4j.replay.scenario.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Draws machines, their guests, and what their devices do by themselves. */
final class VmDraw {
    private static final int MOST_DEVICES = 4;
    private static final long US = 1_000;
    private static final List<Workload.Access> ACCESSES = List.of(Workload.Access.values());

    private final SplittableRandom random;
    private final List<Lie> lies;
    private final boolean mayBeHostile;

    VmDraw(final SplittableRandom random, final List<Lie> lies, final boolean mayBeHostile) {
        this.random = random;
        this.lies = lies;
        this.mayBeHostile = mayBeHostile;
    }

    List<ScenarioVm> vms(final boolean hasGroups) {
        final List<ScenarioVm> vms = new ArrayList<>();
        int left = MOST_DEVICES;
        final int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            final String name = String.valueOf((char) ('a' + i));
            final int devices = Math.min(left, i == 0 ? 1 + random.nextInt(2) : random.nextInt(3));
            left -= devices;
            final List<String> names = new ArrayList<>();
            for (int device = 0; device < devices; device++) {
                names.add(name + "." + device);
            }
            final Guest guest = guest();
            vms.add(
                    new ScenarioVm(
                            name,
                            names,
                            guest,
                            devices == 0 || guest instanceof Guest.Manual || random.nextInt(3) > 0
                                    ? Optional.empty()
                                    : Optional.of(workload(hasGroups))));
        }
        return vms;
    }

    private Guest guest() {
        return switch (random.nextInt(11)) {
            case 0, 1, 2, 3 -> new Guest.Manual();
            case 4, 5 -> new Guest.Prompt(Delay.fixed(random.nextInt(1, 200) * US));
            case 6 -> new Guest.Slow(Delay.exponential(500 * US, 5_000 * US));
            case 7 -> new Guest.Silent();
            case 9 ->
                    mayBeHostile
                            ? new Guest.Hostile(Guest.PROMPT_DELAY, 1 + random.nextInt(3))
                            : new Guest.Silent();
            case 8 ->
                    new Guest.Lying(
                            Guest.PROMPT_DELAY,
                            lies.get(random.nextInt(lies.size())),
                            1 + random.nextInt(3));
            default ->
                    new Guest.Dying(
                            Guest.PROMPT_DELAY,
                            random.nextInt(1, 2_000) * US,
                            random.nextBoolean());
        };
    }

    private Workload workload(final boolean hasGroups) {
        return new Workload(
                1 + random.nextInt(40),
                1_000_000,
                1 + random.nextInt(4),
                random.nextBoolean(),
                0,
                ScenarioDraw.CALM_NS,
                1 + random.nextInt(40),
                new Workload.Addresses(StormDraw.FIRST_PAGE, 8, random.nextBoolean()),
                StormDraw.PASIDS.get(random.nextInt(StormDraw.PASIDS.size())),
                ACCESSES.get(random.nextInt(ACCESSES.size())),
                hasGroups ? 1 + random.nextInt(4) : 1,
                hasGroups && random.nextInt(4) == 0
                        ? PageResponseType.STREAM
                        : PageResponseType.GROUP,
                random.nextBoolean() ? Workload.UNLIMITED : 1 + random.nextInt(8));
    }
}
