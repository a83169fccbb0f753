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
import io.iopf4j.replay.scenario.AccessStream;
import io.iopf4j.replay.scenario.GuestBehaviour;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.ScenarioVm;
import io.iopf4j.replay.scenario.Workload;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
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
    private final Map<GuestDevice, Traffic> traffic = new HashMap<>();
    private final Map<GuestVm, Guest> guests = new HashMap<>();
    private Optional<Profile> semantics = Optional.empty();
    private Optional<List<FaultPolicy>> policies = Optional.empty();
    private Hardware hardware = Hardware.DEFAULT;
    private long seed = 1;
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
     * Sets the seed that all chance comes from.
     *
     * @param itsSeed any number
     * @return this
     */
    public ScenarioRun withSeed(final long itsSeed) {
        seed = itsSeed;
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
        final List<FaultPolicy> limits =
                policies.isPresent() ? policies.get() : loaded(Policies::parse, scenario.policy());
        try {
            bench = Bench.recorded(settings(limits));
            return runAll(progress);
        } finally {
            if (bench == null) {
                limits.forEach(FaultPolicy::close);
            } else {
                bench.close();
            }
        }
    }

    private <T> T loaded(final Function<String, T> loader, final String words) throws IOException {
        try {
            return loader.apply(words);
        } catch (final IllegalArgumentException e) {
            throw new IOException(scenario.name() + ": " + e.getMessage(), e);
        }
    }

    private RunResult runAll(final LongConsumer progress) {
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
        return new RunOutcome(bench).result();
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
        return new BenchSettings(its, rules, limits, seed);
    }

    private void build() {
        final SplittableRandom random = new SplittableRandom(seed);
        for (final ScenarioVm vm : scenario.vms()) {
            final GuestVm guestVm = bench.addVm(vm.name());
            vms.put(vm.name(), guestVm);
            guests.put(
                    guestVm,
                    new Guest(
                            bench,
                            guestVm,
                            new GuestBehaviour(vm, scenario.events(), random.split())));
            for (final String name : vm.devices()) {
                addDevice(name, guestVm, vm.workload(), random);
            }
        }
        bench.ledger().setEndListener(index -> traffic.get(bench.devices().get(index)).ended());
        for (final ScenarioEvent event : scenario.events()) {
            bench.scheduler().new Timer(() -> happen(event)).arm(event.atNs());
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
                        workload.map(what -> Set.copyOf(what.pasids())).orElse(Set.of()),
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

    private void happen(final ScenarioEvent event) {
        if (event.kind().isOfDevice()) {
            touched = devices.get(event.subject());
        }
        switch (event.kind()) {
            case MOVE -> touched.moveTo(vms.get(event.to()));
            case REMOVE -> removeDevice(touched);
            case REPLACE_DOMAIN -> touched.replace();
            case KILL -> kill(vms.get(event.subject()));
            case CLOSE_FAULT_QUEUE -> vms.get(event.subject()).closeFaultQueue();
            case SILENCE, WAKE -> {
                // The guest's behaviour knows when it is silent.
            }
        }
    }

    /** As a monitor's end closes its files: the fault queue can only go first. */
    private void kill(final GuestVm vm) {
        guests.get(vm).die();
        vm.closeFaultQueue();
        List.copyOf(vm.devices()).forEach(this::removeDevice);
    }

    private void removeDevice(final GuestDevice device) {
        traffic.get(device).stop();
        device.remove();
    }
}
