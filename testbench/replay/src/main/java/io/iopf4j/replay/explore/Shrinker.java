// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.replay.scenario.AccessStream;
import io.iopf4j.replay.scenario.Guest;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Hazard;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.ScenarioVm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Makes a scenario that fails as small as it can: takes events away as delta debugging does, then
 * machines, devices, rules and sizes, as long as it still fails in the same way.
 */
final class Shrinker {
    private static final int MOST_RUNS = 4_000;
    private static final int MOST_SIZE = 32;
    private static final OptionalLong NO_LATENCY = OptionalLong.empty();
    private static final long STEP_NS = 100_000;

    private final Predicate<Scenario> fails;
    private final String kept;
    private Scenario best;
    private int runs;

    /**
     * Before the first attempt.
     *
     * @param failing what fails
     * @param kept a policy that stays, so that nothing is shrunk into a hole that is known; or ""
     * @param fails whether an attempt fails as well
     */
    Shrinker(final Scenario failing, final String kept, final Predicate<Scenario> fails) {
        this.best = failing;
        this.kept = kept;
        this.fails = fails;
    }

    Scenario shrunk() {
        String before;
        expand();
        do {
            before = best.toString();
            hardware();
            events();
            machines();
            rules();
            hazards();
            requests();
        } while (!before.equals(best.toString()) && runs < MOST_RUNS);
        times();
        return best;
    }

    private boolean accept(final Scenario smaller) {
        if (runs >= MOST_RUNS || smaller.equals(best)) {
            return false;
        }
        runs++;
        if (!fails.test(smaller)) {
            return false;
        }
        best = smaller;
        return true;
    }

    /** A workload's accesses become events of their own, which can go one by one. */
    private void expand() {
        for (int i = 0; i < best.vms().size(); i++) {
            final ScenarioVm vm = best.vms().get(i);
            if (vm.workload().isEmpty()) {
                continue;
            }
            final List<ScenarioEvent> events = new ArrayList<>();
            for (final String device : vm.devices()) {
                accesses(vm, device, events);
            }
            events.addAll(best.events());
            if (!accept(best.with(replaced(i, idle(vm)), events))) {
                accept(best.with(replaced(i, idle(vm)), best.events()));
            }
        }
    }

    private void accesses(
            final ScenarioVm vm, final String device, final List<ScenarioEvent> events) {
        final AccessStream stream =
                new AccessStream(
                        vm.workload().orElseThrow(),
                        new SplittableRandom(best.seed() + device.hashCode()));
        while (stream.next() && stream.timeNs() < best.calmNs().orElse(best.durationNs())) {
            events.add(
                    ScenarioEvent.access(
                            stream.timeNs(),
                            device,
                            new ScenarioEvent.Request(
                                    stream.address(),
                                    Math.max(stream.pasid(), ScenarioEvent.Request.NO_PASID),
                                    false,
                                    stream.groupSize())));
        }
    }

    private static ScenarioVm idle(final ScenarioVm vm) {
        return new ScenarioVm(vm.name(), vm.devices(), vm.guest(), Optional.empty());
    }

    private List<ScenarioVm> replaced(final int index, final ScenarioVm vm) {
        final List<ScenarioVm> vms = new ArrayList<>(best.vms());
        vms.set(index, vm);
        return vms;
    }

    private void events() {
        for (int part = Math.max(1, best.events().size() / 2); part > 0; part /= 2) {
            for (int from = best.events().size() - part; from >= 0; from -= part) {
                final List<ScenarioEvent> events = new ArrayList<>(best.events());
                final int end = Math.min(from + part, events.size());
                if (from < end) {
                    events.subList(from, end).clear();
                    accept(best.with(best.vms(), events));
                }
            }
        }
    }

    private void machines() {
        for (int i = best.vms().size() - 1; i >= 0; i--) {
            final ScenarioVm vm = best.vms().get(i);
            if (best.vms().size() > 1) {
                final List<ScenarioVm> fewer = new ArrayList<>(best.vms());
                fewer.remove(i);
                if (accept(without(fewer, vm.name(), vm.devices()))) {
                    continue;
                }
            }
            for (final String device : vm.devices()) {
                final ScenarioVm current = best.vms().get(i);
                final List<String> fewer = new ArrayList<>(current.devices());
                fewer.remove(device);
                accept(
                        without(
                                replaced(
                                        i,
                                        new ScenarioVm(
                                                current.name(),
                                                fewer,
                                                current.guest(),
                                                current.workload())),
                                "",
                                List.of(device)));
            }
            for (final Guest guest :
                    List.of(
                            new Guest.Prompt(Guest.PROMPT_DELAY),
                            new Guest.Silent(),
                            new Guest.Manual())) {
                final ScenarioVm current = best.vms().get(i);
                final boolean isOtherwisePrompt =
                        current.guest() instanceof Guest.Prompt && !current.guest().equals(guest);
                final boolean isSimpler =
                        rank(guest) < rank(current.guest())
                                || (rank(guest) == 0 && isOtherwisePrompt);
                if (isSimpler
                        && accept(
                                best.with(
                                        replaced(
                                                i,
                                                new ScenarioVm(
                                                        current.name(),
                                                        current.devices(),
                                                        guest,
                                                        current.workload())),
                                        best.events()))) {
                    break;
                }
            }
        }
    }

    private static int rank(final Guest guest) {
        if (guest instanceof Guest.Prompt) {
            return 0;
        }
        if (guest instanceof Guest.Silent) {
            return 1;
        }
        return guest instanceof Guest.Manual ? 2 : 3;
    }

    /** Without what happens to what is gone. */
    private Scenario without(
            final List<ScenarioVm> vms, final String vm, final List<String> devices) {
        return best.with(
                vms,
                best.events().stream()
                        .filter(
                                event ->
                                        !event.subject().equals(vm)
                                                && !vm.equals(event.to())
                                                && !devices.contains(event.subject()))
                        .toList());
    }

    private void rules() {
        final List<String> words = List.of(best.policy().split(",", -1));
        for (int i = words.size() - 1; i >= 0; i--) {
            final List<String> fewer = new ArrayList<>(List.of(best.policy().split(",", -1)));
            if (i < fewer.size() && !kept.equals(fewer.get(i))) {
                fewer.remove(i);
                accept(best.withPolicy(fewer.isEmpty() ? "none" : String.join(",", fewer)));
            }
        }
    }

    /** Nothing said of it is the simplest; else the smallest sizes that do. */
    private void hardware() {
        final Hardware.Iommu iommu = best.hardware().iommu();
        accept(best.withHardware(new Hardware(iommu)));
        accept(sized(best.hardware().stallEntries(), best.hardware().queueEntries(), NO_LATENCY));
        final OptionalLong latency = best.hardware().interruptLatencyNs();
        accept(sized(OptionalInt.empty(), best.hardware().queueEntries(), latency));
        accept(sized(best.hardware().stallEntries(), OptionalInt.empty(), latency));
        for (int size = 1; iommu == Hardware.Iommu.SMMUV3 && size <= MOST_SIZE; size *= 2) {
            final OptionalInt smaller = OptionalInt.of(size);
            if (best.hardware().stallEntries().orElse(0) > size) {
                accept(sized(smaller, best.hardware().queueEntries(), latency));
            }
            if (best.hardware().queueEntries().orElse(0) > size) {
                accept(sized(best.hardware().stallEntries(), smaller, latency));
            }
        }
    }

    private Scenario sized(
            final OptionalInt stalls, final OptionalInt queue, final OptionalLong latencyNs) {
        return best.withHardware(new Hardware(best.hardware().iommu(), stalls, queue, latencyNs));
    }

    private void hazards() {
        for (int i = best.hazards().size() - 1; i >= 0; i--) {
            final List<Hazard> fewer = new ArrayList<>(best.hazards());
            fewer.remove(i);
            accept(best.withHazards(fewer));
        }
    }

    private void requests() {
        for (int i = 0; i < best.events().size(); i++) {
            final ScenarioEvent event = best.events().get(i);
            if (event.request() != null) {
                final ScenarioEvent.Request asked = event.request();
                change(
                        i,
                        new ScenarioEvent.Request(
                                ScenarioEvent.Request.ADDRESS,
                                ScenarioEvent.Request.NO_PASID,
                                false,
                                1));
                change(
                        i,
                        new ScenarioEvent.Request(
                                ScenarioEvent.Request.ADDRESS, asked.pasid(), false, 1));
            }
        }
    }

    private void change(final int index, final ScenarioEvent.Request request) {
        final List<ScenarioEvent> events = new ArrayList<>(best.events());
        final ScenarioEvent event = events.get(index);
        events.set(index, ScenarioEvent.access(event.atNs(), event.subject(), request));
        accept(best.with(best.vms(), events));
    }

    /** Round times, if they do it as well. */
    private void times() {
        final List<ScenarioEvent> events = new ArrayList<>();
        for (final ScenarioEvent event : best.events()) {
            events.add(event.at((events.size() + 1) * STEP_NS));
        }
        accept(best.with(best.vms(), events).calmAt((events.size() + 2) * STEP_NS));
    }
}
