// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.StormEnd;
import io.iopf4j.replay.bench.Seams;
import io.iopf4j.replay.scenario.Guest;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.ScenarioEvent.Kind;
import io.iopf4j.replay.scenario.ScenarioVm;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Goes through all that can happen within bounds: at each step a device asks for something, a guest
 * answers its oldest or its newest fault with success or without, a domain is replaced, a device
 * moves or goes, a fault queue is closed, or time passes until the next timer expires: an
 * interrupt's thread reports, an answer is overdue, a device asks again. Whenever several tasks are
 * ready each of them runs first once. Each step is a run of its own from the start, in which all
 * invariants are checked at each step; then all is calm, and everything must end. States are
 * expanded once, those with fewest steps first, so that the first failure has the shortest way. The
 * same limits and bounds give the same counts. One thread, one use.
 *
 * <p>Devices of a kind and PASIDs are alike: the first step is the first machine's or its first
 * device's if all machines begin alike, and PASIDs are taken up in their order.
 */
public final class Exhaustive {
    /** Long enough that other steps come between an interrupt and its thread. */
    private static final long LATENCY_NS = 20_000;

    /** SMMUv3's stall buffer and event queue, so small that a third access waits for room. */
    private static final int STALLS = 2;

    private static final int MOST_SEEDS = 2_000;

    private final DrawLimits limits;
    private final Bounds bounds;
    private final boolean merges;
    private final UnaryOperator<ScenarioRun> setup;
    private final List<ScenarioVm> vms;
    private final Scenario start;
    private final Trial trial;
    private final Set<Long> states = new HashSet<>();
    private final Queue<State> waiting = new ArrayDeque<>();
    private Choices choices;
    private Seen seen;
    private long transitions;
    private int deepest;

    /**
     * A search that has seen nothing.
     *
     * @param limits what is searched: one model, profile and policy, as {@link #each} has them
     * @param bounds how far
     * @param setup what each run gets beside its scenario; it is asked for each run anew
     */
    public Exhaustive(
            final DrawLimits limits, final Bounds bounds, final UnaryOperator<ScenarioRun> setup) {
        this(limits, bounds, setup, true);
    }

    /** One that goes each way to its end unless it merges equal states. */
    Exhaustive(
            final DrawLimits limits,
            final Bounds bounds,
            final UnaryOperator<ScenarioRun> setup,
            final boolean merges) {
        this.limits = limits;
        this.bounds = bounds;
        this.setup = setup;
        this.merges = merges;
        this.vms = machines(bounds);
        this.start = start();
        this.trial = new Trial(this::observed);
    }

    /**
     * What limits leave open, one by one.
     *
     * @param limits what is not
     * @return each model, profile and some policies, with nothing left open
     */
    public static List<DrawLimits> each(final DrawLimits limits) {
        final List<DrawLimits> all = new ArrayList<>();
        for (final Hardware.Iommu iommu : List.of(Hardware.Iommu.SMMUV3, Hardware.Iommu.VTD)) {
            if (limits.iommu() != Hardware.Iommu.AUTO && limits.iommu() != iommu) {
                continue;
            }
            for (final String semantics :
                    limits.semantics()
                            .map(List::of)
                            .orElseGet(
                                    () ->
                                            Arrays.stream(Semantics.values())
                                                    .map(Semantics::profileName)
                                                    .toList())) {
                for (final String policy :
                        limits.policy()
                                .map(List::of)
                                .orElse(List.of("none", "vm-quota=1", "timeout=50us"))) {
                    all.add(
                            new DrawLimits(
                                    iommu,
                                    Optional.of(semantics),
                                    Optional.of(policy),
                                    limits.isUpstream()));
                }
            }
        }
        return all;
    }

    private static List<ScenarioVm> machines(final Bounds bounds) {
        final List<ScenarioVm> machines = new ArrayList<>();
        for (int vm = 0; vm < bounds.vms(); vm++) {
            final String name = String.valueOf((char) ('a' + vm));
            final List<String> devices = new ArrayList<>();
            for (int device = vm; device < bounds.devices(); device += bounds.vms()) {
                devices.add(name + "." + devices.size());
            }
            machines.add(new ScenarioVm(name, devices, new Guest.Manual(), Optional.empty()));
        }
        return machines;
    }

    private Scenario start() {
        final String semantics = limits.semantics().orElseThrow();
        final String policy = limits.policy().orElseThrow();
        return new Scenario(
                "exhaustive",
                "the shortest way to a failure",
                hardware(limits.iommu()),
                semantics,
                limits.isUpstream()
                        ? policy
                        : new KnownHoles(semantics, limits.iommu()).closed(policy),
                new Scenario.Course(
                        ScenarioDraw.CALM_NS + 1,
                        OptionalLong.of(1),
                        !limits.isUpstream(),
                        Scenario.SEED),
                vms,
                List.of(),
                List.of());
    }

    private static Hardware hardware(final Hardware.Iommu iommu) {
        final OptionalInt few =
                iommu == Hardware.Iommu.VTD ? OptionalInt.empty() : OptionalInt.of(STALLS);
        return new Hardware(iommu, few, few, OptionalLong.of(LATENCY_NS));
    }

    private ScenarioRun observed(final ScenarioRun run) {
        return setup.apply(run)
                .withStormListener(
                        end -> {
                            choices.end();
                            seen = Seen.of(end);
                        })
                .withSeams(
                        new Seams() {
                            @Override
                            public IntUnaryOperator order(final IntUnaryOperator given) {
                                return choices;
                            }
                        });
    }

    /**
     * Goes through all of it.
     *
     * @param goesOn asked before each state's steps are taken, with what has been seen so far; to
     *     end the search early
     * @return what was found first, shrunk; empty if nothing was
     */
    public Optional<Finding> run(final Predicate<Exhaustive> goesOn) {
        Optional<Finding> found = take(start, new int[0], 0);
        while (found.isEmpty() && !waiting.isEmpty() && goesOn.test(this)) {
            found = expand(waiting.remove());
        }
        return found;
    }

    private Optional<Finding> expand(final State state) {
        for (final Optional<ScenarioEvent> step : steps(state)) {
            final List<ScenarioEvent> events = new ArrayList<>(state.scenario.events());
            step.ifPresent(events::add);
            final Scenario next =
                    state.scenario
                            .with(vms, events)
                            .calmAt((step.isPresent() ? state.nowNs() : state.seen.timerNs) + 1);
            if (next.events().size() == events.size()) {
                final Optional<Finding> found = take(next, state.choices.taken(), state.steps + 1);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Runs it in every order that goes on from the one given. */
    private Optional<Finding> take(final Scenario scenario, final int[] orders, final int steps) {
        final Deque<int[]> left = new ArrayDeque<>(List.of(orders));
        while (!left.isEmpty()) {
            choices = new Choices(left.pop());
            seen = null;
            transitions++;
            final Optional<Failure> failure = trial.run(scenario);
            if (failure.isPresent()) {
                return Optional.of(finding(scenario, failure.get()));
            }
            if (seen == null) {
                throw new IllegalStateException("nothing to search: " + trial.whySkipped());
            }
            left.addAll(choices.others());
            arrive(scenario, steps);
        }
        return Optional.empty();
    }

    private void arrive(final Scenario scenario, final int steps) {
        if (states.add(seen.digest) || !merges) {
            deepest = Math.max(deepest, steps);
            if (steps < bounds.events()) {
                waiting.add(new State(scenario, choices, steps, seen));
            }
        }
    }

    /** What can come next; empty for time that passes. */
    private List<Optional<ScenarioEvent>> steps(final State state) {
        final List<ScenarioEvent> all = new ArrayList<>();
        final long atNs = state.nowNs();
        accesses(state, all);
        for (int vm = 0; vm < vms.size(); vm++) {
            answers(atNs, vms.get(vm).name(), state.seen.owed.get(vm), all);
        }
        for (final ScenarioVm vm : vms) {
            for (final String device : vm.devices()) {
                all.add(new ScenarioEvent(atNs, Kind.REPLACE_DOMAIN, device, null));
                vms.forEach(to -> all.add(new ScenarioEvent(atNs, Kind.MOVE, device, to.name())));
                all.add(new ScenarioEvent(atNs, Kind.REMOVE, device, null));
            }
            all.add(new ScenarioEvent(atNs, Kind.CLOSE_FAULT_QUEUE, vm.name(), null));
        }
        final List<Optional<ScenarioEvent>> steps = new ArrayList<>();
        if (state.seen.timerNs != Long.MAX_VALUE) {
            steps.add(Optional.empty());
        }
        final boolean isFirstOfAlike = state.steps == 0 && bounds.devices() % bounds.vms() == 0;
        for (final ScenarioEvent event : all) {
            if (!isFirstOfAlike || event.subject().startsWith(vms.get(0).name())) {
                steps.add(Optional.of(event));
            }
        }
        return steps;
    }

    private void accesses(final State state, final List<ScenarioEvent> all) {
        int asked = 0;
        int lastPasid = 0;
        for (final ScenarioEvent event : state.scenario.events()) {
            if (event.kind() == Kind.ACCESS) {
                asked++;
                lastPasid = Math.max(lastPasid, event.request().pasid());
            }
        }
        if (asked == bounds.groups()) {
            return;
        }
        for (final ScenarioVm vm : vms) {
            for (final String device : vm.devices()) {
                for (int pasid = 1; pasid <= Math.min(lastPasid + 1, bounds.pasids()); pasid++) {
                    all.add(
                            ScenarioEvent.access(
                                    state.nowNs(),
                                    device,
                                    new ScenarioEvent.Request(
                                            ScenarioEvent.Request.ADDRESS, pasid, false, 1)));
                }
            }
        }
    }

    private static void answers(
            final long atNs, final String vm, final int owed, final List<ScenarioEvent> all) {
        for (final int code : List.of(PageResponseCode.SUCCESS, PageResponseCode.INVALID)) {
            if (owed > 0) {
                all.add(ScenarioEvent.answer(atNs, vm, new ScenarioEvent.Reply(false, code)));
            }
            if (owed > 1) {
                all.add(ScenarioEvent.answer(atNs, vm, new ScenarioEvent.Reply(true, code)));
            }
        }
    }

    /** In files the order of tasks comes from the seed: one is looked for that fails as well. */
    private Finding finding(final Scenario scenario, final Failure failure) {
        final Trial attempts = new Trial(setup);
        for (long seed = 1; seed <= MOST_SEEDS; seed++) {
            final Scenario seeded = withSeed(scenario, seed);
            if (attempts.run(seeded).filter(failure::isLike).isPresent()) {
                final Scenario shrunk =
                        new Shrinker(
                                        seeded,
                                        limits.isUpstream() ? "" : KnownHoles.CLOSING,
                                        smaller ->
                                                attempts.run(smaller)
                                                        .filter(failure::isLike)
                                                        .isPresent())
                                .shrunk();
                return new Finding(seed, attempts.run(shrunk).orElseThrow(), seeded, shrunk);
            }
        }
        return new Finding(
                Scenario.SEED,
                new Failure(
                        failure.what(),
                        failure.text()
                                + "; in an order that no seed up to "
                                + MOST_SEEDS
                                + " gives: "
                                + Arrays.toString(choices.taken())),
                scenario,
                scenario);
    }

    private static Scenario withSeed(final Scenario scenario, final long seed) {
        final Scenario.Course course = scenario.course();
        return scenario.withCourse(
                new Scenario.Course(
                        course.durationNs(), course.calmNs(), course.isCareful(), seed));
    }

    /**
     * What the runs came to.
     *
     * @return counts, without the attempts at shrinking
     */
    public Trial seen() {
        return trial;
    }

    /**
     * States that differ.
     *
     * @return a count
     */
    public int states() {
        return states.size();
    }

    /**
     * Steps that were taken, each in each order of tasks; the first leads to the start.
     *
     * @return a count
     */
    public long transitions() {
        return transitions;
    }

    /**
     * The longest way to a state that no shorter one leads to.
     *
     * @return steps from the start
     */
    public int deepest() {
        return deepest;
    }

    /**
     * Whether nothing is left within the bounds.
     *
     * @return every step of every state was taken
     */
    public boolean isExhausted() {
        return waiting.isEmpty();
    }

    /**
     * What a run had come to before its calm.
     *
     * @param digest of its state
     * @param timerNs when its next timer expires
     * @param owed how many answers each guest owes
     */
    private record Seen(long digest, long timerNs, List<Integer> owed) {
        static Seen of(final StormEnd end) {
            return new Seen(
                    StateDigest.of(end),
                    end.bench().scheduler().nextTimerNs(),
                    end.machines().stream().map(machine -> machine.owed().size()).toList());
        }
    }

    /**
     * A state whose steps are to be taken.
     *
     * @param scenario how it came to be
     * @param choices which of several ready tasks ran first on the way
     * @param steps how many there were
     * @param seen what it looks like
     */
    private record State(Scenario scenario, Choices choices, int steps, Seen seen) {
        /** When its calm began: what comes next comes then. */
        long nowNs() {
            return scenario.calmNs().orElseThrow();
        }
    }
}
