// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.PageResponseType;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.Seams;
import io.iopf4j.replay.bench.VtdSettings;
import io.iopf4j.replay.scenario.AccessStream;
import io.iopf4j.replay.scenario.Delay;
import io.iopf4j.replay.scenario.GuestBehaviour;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Hazard;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.ScenarioVm;
import io.iopf4j.replay.scenario.Workload;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Runs a scenario: builds its machines, lets its devices issue and its guests answer, and does to
 * them what its events say. Everything happens on the scheduler; between two points in time the
 * invariants are checked. The same scenario and seed give the same ledger. One thread, one use.
 */
public final class ScenarioRun {
    private final Scenario scenario;
    private final Map<String, GuestVm> vms = new HashMap<>();
    private final Map<String, GuestDevice> devices = new HashMap<>();
    private final Map<GuestDevice, Traffic> traffic = new LinkedHashMap<>();
    private final Map<GuestVm, Guest> guests = new HashMap<>();
    private final Queue<Due> accesses = new ArrayDeque<>();
    private final Set<GuestDevice> unplugged = new LinkedHashSet<>();
    private final Set<GuestDevice> idleDevices = new HashSet<>();
    private final Set<GuestVm> unheard = new HashSet<>();
    private final Set<GuestVm> gone = new HashSet<>();
    private Optional<Profile> semantics = Optional.empty();
    private Optional<List<FaultPolicy>> policies = Optional.empty();
    private Hardware hardware = Hardware.DEFAULT;
    private OptionalLong seed = OptionalLong.empty();
    private OptionalLong guestDelayNs = OptionalLong.empty();
    private Optional<String> idle = Optional.empty();
    private Seams seams = Seams.NONE;
    private Consumer<StormEnd> stormListener = end -> {};
    private Consumer<Bench> watcher = watched -> {};
    private Hazards hazards;
    private Bench bench;
    private GuestDevice touched;

    /**
     * A run as the scenario says.
     *
     * @param scenario what to run
     */
    public ScenarioRun(final Scenario scenario) {
        this.scenario = scenario;
    }

    /**
     * Puts other rules in place of the scenario's.
     *
     * @param other the kernel's rules; empty for the scenario's
     * @return this
     */
    public ScenarioRun withSemantics(final Optional<Profile> other) {
        semantics = other;
        return this;
    }

    /**
     * Puts other policies in place of the scenario's.
     *
     * @param other fresh policies, which the run closes; empty for the scenario's
     * @return this
     */
    public ScenarioRun withPolicies(final Optional<List<FaultPolicy>> other) {
        policies = other;
        return this;
    }

    /**
     * Puts other hardware in place of the scenario's.
     *
     * @param other what to use of it; its AUTO and what is empty leave the scenario's
     * @return this
     */
    public ScenarioRun withHardware(final Hardware other) {
        hardware = other;
        return this;
    }

    /**
     * Puts another seed in place of the scenario's.
     *
     * @param other any number
     * @return this
     */
    public ScenarioRun withSeed(final long other) {
        seed = OptionalLong.of(other);
        return this;
    }

    /**
     * Puts one delay in place of those of all guests that answer.
     *
     * @param other virtual nanoseconds from a record's arrival to its answer, not negative; empty
     *     for what the scenario says
     * @return this
     */
    public ScenarioRun withGuestDelayNs(final OptionalLong other) {
        guestDelayNs = other;
        return this;
    }

    /**
     * Lets the devices that a machine starts with ask for nothing, wherever they go. The others ask
     * for the same as ever: no chance of theirs depends on it.
     *
     * @param vm the machine's name; empty for none
     * @return this
     */
    public ScenarioRun withIdle(final Optional<String> vm) {
        idle = vm;
        return this;
    }

    /**
     * Puts something between the bench's parts, behind what is there already.
     *
     * @param others what
     * @return this
     */
    public ScenarioRun withSeams(final Seams others) {
        seams = seams.then(others);
        return this;
    }

    /**
     * Says who looks at it when all has happened that was to happen, just before its calm.
     *
     * @param listener only looks; is not told if the scenario has no calm
     * @return this
     */
    public ScenarioRun withStormListener(final Consumer<StormEnd> listener) {
        stormListener = listener;
        return this;
    }

    /**
     * Says who looks at the run while it goes on.
     *
     * @param other gets the bench before anything happens on it, to look at it whenever it hears of
     *     progress, when all is at rest; only looks
     * @return this
     */
    public ScenarioRun withWatcher(final Consumer<Bench> other) {
        watcher = other;
        return this;
    }

    /**
     * Runs it to its end.
     *
     * @param progress hears the virtual time now and then, in nanoseconds
     * @return what it came to
     * @throws IOException if the hardware has not what the scenario needs, or code that it names
     *     cannot be loaded: one line that names it
     */
    public RunResult run(final LongConsumer progress) throws IOException {
        return RunResult.of(play(progress));
    }

    /**
     * Runs it to its end, for whoever looks at the machine itself: what the run came to is not
     * counted.
     *
     * @param progress hears the virtual time now and then, in nanoseconds
     * @return the machine after the run, closed
     * @throws IOException as {@link #run}
     */
    public Bench play(final LongConsumer progress) throws IOException {
        final List<FaultPolicy> limits =
                policies.isPresent() ? policies.get() : loaded(Policies::parse, scenario.policy());
        try {
            bench = Bench.recorded(settings(limits));
            watcher.accept(bench);
            runAll(progress);
            return bench;
        } finally {
            if (bench == null) {
                limits.forEach(FaultPolicy::close);
            } else {
                bench.close();
            }
        }
    }

    /** An access that is to come. */
    private record Due(ScenarioEvent event, Scheduler.Timer timer) {}

    private <T> T loaded(final Function<String, T> loader, final String words) throws IOException {
        try {
            return loader.apply(words);
        } catch (final IllegalArgumentException e) {
            throw new IOException(scenario.name() + ": " + e.getMessage(), e);
        }
    }

    private void runAll(final LongConsumer progress) {
        build();
        final Scheduler scheduler = bench.scheduler();
        final long endNs = scenario.durationNs();
        for (long next = scheduler.nextTimerNs(); next <= endNs; next = scheduler.nextTimerNs()) {
            scheduler.runUntil(next);
            bench.settle(touched);
            touched = null;
            progress.accept(next);
        }
        scheduler.runUntil(endNs);
        bench.settle(null);
        bench.checkAllBooks();
        scenario.calmNs().ifPresent(bench::checkCalm);
    }

    private BenchSettings settings(final List<FaultPolicy> limits) throws IOException {
        final Profile rules =
                semantics.isPresent()
                        ? semantics.get()
                        : loaded(Profiles::of, scenario.semantics());
        final HardwareSettings its;
        try {
            its =
                    HardwareChoice.settings(
                            scenario.hardware().overriddenBy(hardware), false, rules, limits);
        } catch (final IOException e) {
            throw new IOException(scenario.name() + ": " + e.getMessage(), e);
        }
        if (scenario.needsVtd() && !its.hasGroupsOfSeveral()) {
            throw new IOException(
                    scenario.name()
                            + ": it has groups of several requests or stream requests, which"
                            + " SMMUv3 does not know; it needs VT-d");
        }
        hazards =
                new Hazards(
                        scenario.hazards(),
                        its instanceof VtdSettings,
                        scenario.calmNs().orElse(Hazard.TO_THE_END),
                        ~seed());
        return new BenchSettings(its, rules, limits, seed(), seams).with(hazards.seams());
    }

    private long seed() {
        return seed.orElse(scenario.seed());
    }

    private void build() {
        final SplittableRandom random = new SplittableRandom(seed());
        for (final ScenarioVm vm : scenario.vms()) {
            final GuestVm guestVm = bench.addVm(vm.name());
            vms.put(vm.name(), guestVm);
            guests.put(
                    guestVm,
                    new Guest(
                            bench,
                            guestVm,
                            new GuestBehaviour(heard(vm), scenario.events(), random.split()),
                            vm.guest() instanceof io.iopf4j.replay.scenario.Guest.Manual
                                    || scenario.calmNs().isPresent(),
                            scenario.course().isCareful()));
            final boolean isIdle = idle.filter(vm.name()::equals).isPresent();
            for (final String name : vm.devices()) {
                addDevice(name, guestVm, vm.workload(), random);
                if (isIdle) {
                    idleDevices.add(devices.get(name));
                    traffic.get(devices.get(name)).stop();
                }
            }
        }
        bench.ledger().setEndListener(index -> traffic.get(bench.devices().get(index)).ended());
        for (final ScenarioEvent event : scenario.events()) {
            final Scheduler.Timer timer = bench.scheduler().new Timer(() -> happen(event));
            timer.arm(event.atNs());
            if (event.kind() == ScenarioEvent.Kind.ACCESS) {
                accesses.add(new Due(event, timer));
            }
        }
        scenario.calmNs().ifPresent(bench.scheduler().new Timer(this::calm)::arm);
        final SplittableRandom picks = random.split();
        hazards.start(() -> issueEarly(picks));
    }

    private ScenarioVm heard(final ScenarioVm vm) {
        return guestDelayNs.isPresent()
                ? vm.withGuest(vm.guest().withDelay(Delay.fixed(guestDelayNs.getAsLong())))
                : vm;
    }

    /** The hardware is quicker than its driver: some device issues what is due later. */
    private void issueEarly(final SplittableRandom picks) {
        final List<GuestDevice> all = bench.devices();
        final int first = all.isEmpty() ? 0 : picks.nextInt(all.size());
        for (int i = 0; i < all.size(); i++) {
            if (traffic.get(all.get((first + i) % all.size())).issueEarly()) {
                return;
            }
        }
        while (!accesses.isEmpty() && !accesses.peek().timer().isArmed()) {
            accesses.remove();
        }
        final Due next = accesses.peek();
        if (next != null
                && !idleDevices.contains(devices.get(next.event().subject()))
                && devices.get(next.event().subject()).isPrepared(next.event().request().pasid())) {
            next.timer().cancel();
            traffic.get(devices.get(next.event().subject())).issue(next.event().request());
        }
    }

    private void addDevice(
            final String name,
            final GuestVm vm,
            final Optional<Workload> workload,
            final SplittableRandom random) {
        final GuestDevice device =
                bench.addDevice(
                        name,
                        vm,
                        pasids(name, workload),
                        workload.map(Workload::responseType).orElse(PageResponseType.GROUP));
        devices.put(name, device);
        device.attach();
        final Traffic its =
                new Traffic(
                        bench,
                        device,
                        workload.map(what -> new AccessStream(what, random.split())),
                        workload.map(Workload::inFlight).orElse(Integer.MAX_VALUE));
        traffic.put(device, its);
        its.start();
    }

    /** All that its workload and its events want. */
    private Set<Integer> pasids(final String device, final Optional<Workload> workload) {
        final Set<Integer> pasids = new TreeSet<>();
        workload.ifPresent(what -> pasids.addAll(what.pasids()));
        for (final ScenarioEvent event : scenario.events()) {
            if (event.kind() == ScenarioEvent.Kind.ACCESS
                    && event.subject().equals(device)
                    && event.request().pasid() != ScenarioEvent.Request.NO_PASID) {
                pasids.add(event.request().pasid());
            }
        }
        return pasids;
    }

    private void happen(final ScenarioEvent event) {
        if (event.kind().isOfDevice()) {
            touched = devices.get(event.subject());
        }
        switch (event.kind()) {
            case MOVE -> touched.moveTo(vms.get(event.to()));
            case REMOVE -> removeDevice(touched);
            case REPLACE_DOMAIN -> touched.replace();
            case RESET -> {
                touched.endpoint().plugged().reset();
                traffic.get(touched).ended();
            }
            case UNPLUG -> {
                traffic.get(touched).stop();
                touched.endpoint().plugged().unplug();
                unplugged.add(touched);
            }
            case KILL -> kill(vms.get(event.subject()));
            case CLOSE_FAULT_QUEUE -> closeFaultQueue(vms.get(event.subject()));
            case ACCESS -> {
                if (!idleDevices.contains(touched)) {
                    traffic.get(touched).issue(event.request());
                }
            }
            case ANSWER -> guests.get(vms.get(event.subject())).answer(event.reply());
            case SILENCE, WAKE -> {
                // The guest's behaviour knows when it is silent.
            }
        }
    }

    private void closeFaultQueue(final GuestVm vm) {
        unheard.add(vm);
        vm.closeFaultQueue();
    }

    /**
     * Nothing goes wrong any more. What no guest can answer, since it died without notice, has
     * thrown its records away or has its fault queue closed, ends with its machine; the host hears
     * of devices that are gone.
     */
    private void calm() {
        stormListener.accept(
                new StormEnd(
                        bench,
                        bench.vms().stream()
                                .map(
                                        vm ->
                                                new StormEnd.Machine(
                                                        vm,
                                                        guests.get(vm).owed(),
                                                        unheard.contains(vm),
                                                        gone.contains(vm)))
                                .toList()));
        traffic.values().forEach(Traffic::stop);
        unplugged.forEach(this::removeDevice);
        for (final ScenarioVm vm : scenario.vms()) {
            final GuestVm guestVm = vms.get(vm.name());
            if (gone.contains(guestVm)) {
                continue;
            }
            if (unheard.contains(guestVm) || !vm.guest().isHeardOnceCalm()) {
                kill(guestVm);
            } else {
                guests.get(guestVm).calm();
            }
        }
    }

    /** As a monitor's end closes its files: the fault queue can only go first. */
    private void kill(final GuestVm vm) {
        guests.get(vm).die();
        gone.add(vm);
        if (unheard.add(vm)) {
            vm.closeFaultQueue();
        }
        List.copyOf(vm.devices()).forEach(this::removeDevice);
    }

    private void removeDevice(final GuestDevice device) {
        traffic.get(device).stop();
        device.remove();
    }
}
