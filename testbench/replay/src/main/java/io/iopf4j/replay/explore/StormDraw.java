// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.scenario.Guest;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.ScenarioEvent.Kind;
import io.iopf4j.replay.scenario.ScenarioVm;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws what happens, one thing after the other: often at the same time, now and then far apart.
 */
final class StormDraw {
    static final long FIRST_PAGE = ScenarioEvent.Request.ADDRESS;
    static final List<List<Integer>> PASIDS = List.of(List.of(), List.of(1), List.of(1, 2));

    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 8;
    private static final int FEW_PAGES = 4;
    private static final int MOST_PAGES = 100;
    private final SplittableRandom random;
    private final List<ScenarioVm> vms;
    private final boolean hasGroups;
    private final List<Integer> codes;
    private final List<String> devices = new ArrayList<>();
    private final List<String> manual = new ArrayList<>();
    private long nowNs = 1_000;

    StormDraw(
            final SplittableRandom random,
            final List<ScenarioVm> vms,
            final boolean hasGroups,
            final List<Integer> codes) {
        this.random = random;
        this.codes = codes;
        this.vms = vms;
        this.hasGroups = hasGroups;
        for (final ScenarioVm vm : vms) {
            devices.addAll(vm.devices());
            if (vm.guest() instanceof Guest.Manual) {
                manual.add(vm.name());
            }
        }
    }

    /** In the order of time; some may prove impossible. */
    List<ScenarioEvent> events() {
        final List<ScenarioEvent> events = new ArrayList<>();
        final int steps = 4 + random.nextInt(random.nextInt(4) == 0 ? 150 : 40);
        for (int i = 0; i < steps; i++) {
            nowNs += gapNs();
            step(events);
        }
        return events;
    }

    private long gapNs() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> 0;
            case 3, 4 -> random.nextInt(1, 10_000);
            case 5, 6 -> random.nextInt(10_000, 200_000);
            default -> random.nextInt(200_000, 3_000_000);
        };
    }

    private void step(final List<ScenarioEvent> events) {
        final int kind = random.nextInt(100);
        if (kind < 50) {
            final int burst = random.nextInt(5) == 0 ? 2 + random.nextInt(7) : 1;
            for (int i = 0; i < burst; i++) {
                events.add(ScenarioEvent.access(nowNs, device(), request()));
            }
        } else if (kind < 80 && !manual.isEmpty()) {
            events.add(
                    ScenarioEvent.answer(
                            nowNs,
                            manual.get(random.nextInt(manual.size())),
                            new ScenarioEvent.Reply(random.nextBoolean(), code())));
        } else {
            events.add(change());
        }
    }

    private ScenarioEvent change() {
        return switch (random.nextInt(18)) {
            case 0, 1, 2 -> new ScenarioEvent(nowNs, Kind.MOVE, device(), vm());
            case 3, 4, 5, 6 -> new ScenarioEvent(nowNs, Kind.REPLACE_DOMAIN, device(), null);
            case 7, 8 -> new ScenarioEvent(nowNs, Kind.REMOVE, device(), null);
            case 9 -> new ScenarioEvent(nowNs, Kind.KILL, vm(), null);
            case 10 -> new ScenarioEvent(nowNs, Kind.CLOSE_FAULT_QUEUE, vm(), null);
            case 14, 15 -> new ScenarioEvent(nowNs, Kind.RESET, device(), null);
            case 16 -> new ScenarioEvent(nowNs, Kind.UNPLUG, device(), null);
            case 11, 12 -> new ScenarioEvent(nowNs, Kind.SILENCE, vm(), null);
            default -> new ScenarioEvent(nowNs, Kind.WAKE, vm(), null);
        };
    }

    private int code() {
        return random.nextBoolean()
                ? PageResponseCode.SUCCESS
                : codes.get(random.nextInt(codes.size()));
    }

    private String device() {
        return devices.get(random.nextInt(devices.size()));
    }

    private String vm() {
        return vms.get(random.nextInt(vms.size())).name();
    }

    /** Now and then so many that they fill a queue. */
    private int mostPages() {
        return random.nextInt(6) == 0 ? MOST_PAGES : FEW_PAGES;
    }

    private ScenarioEvent.Request request() {
        final int pages = hasGroups && random.nextInt(3) == 0 ? 1 + random.nextInt(mostPages()) : 1;
        return new ScenarioEvent.Request(
                FIRST_PAGE + (long) random.nextInt(PAGES) * PAGE_BYTES,
                switch (random.nextInt(3)) {
                    case 0 -> ScenarioEvent.Request.NO_PASID;
                    case 1 -> 1;
                    default -> 2;
                },
                random.nextBoolean(),
                pages);
    }
}
