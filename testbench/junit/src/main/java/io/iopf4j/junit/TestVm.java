// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.bench.GuestRecord;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.scenario.Delay;
import io.iopf4j.replay.scenario.Guest;
import io.iopf4j.replay.scenario.GuestBehaviour;
import io.iopf4j.replay.scenario.ScenarioVm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** A virtual machine of a {@link GuestBench}: its devices, and its guest. */
public final class TestVm {
    private final GuestBench bench;
    private final GuestVm vm;
    private final List<GuestRecord> faults = new ArrayList<>();
    private io.iopf4j.replay.Guest guest;

    TestVm(final GuestBench bench, final GuestVm vm) {
        this.bench = bench;
        this.vm = vm;
        vm.setListener(this::keep);
    }

    private void keep(final GuestRecord record) {
        if (record.isOwedAnswer()) {
            faults.add(new GuestRecord().copyFrom(record));
        }
    }

    /**
     * Adds a device and attaches it.
     *
     * @param name its name in reports
     * @param pasids those that it uses, each in [1, 2^20)
     * @return the device
     */
    public TestDevice device(final String name, final int... pasids) {
        final Set<Integer> uses = new TreeSet<>();
        for (final int pasid : pasids) {
            uses.add(pasid);
        }
        final GuestDevice device = bench.bench().addDevice(name, vm, uses);
        device.attach();
        return new TestDevice(bench, device);
    }

    /**
     * Gives it a guest that answers each fault rightly, so long after it heard of it.
     *
     * @param delay from record to answer
     * @return this
     */
    public TestVm answersAfter(final Duration delay) {
        return with(new Guest.Prompt(Delay.fixed(delay.toNanos())));
    }

    /**
     * Gives it a guest that behaves as those of scenarios do: slow, lying, dying. Its chance comes
     * from the machine's seed.
     *
     * @param behaviour how
     * @return this
     * @throws IllegalStateException if it has one already
     */
    public TestVm with(final Guest behaviour) {
        if (guest != null) {
            throw new IllegalStateException(vm.name() + " has a guest already");
        }
        guest =
                new io.iopf4j.replay.Guest(
                        bench.bench(),
                        vm,
                        new GuestBehaviour(
                                new ScenarioVm(vm.name(), List.of(), behaviour, Optional.empty()),
                                List.of(),
                                new SplittableRandom(
                                        bench.machine().seed()
                                                ^ (long) vm.index() << Integer.SIZE)));
        return this;
    }

    /**
     * What a guest without a behaviour has read and not answered; reads all that waits.
     *
     * @return oldest first
     */
    public List<GuestRecord> faults() {
        vm.readAll();
        return List.copyOf(faults);
    }

    /**
     * Answers the oldest of {@link #faults} rightly: its pages are mapped, and the access is done.
     *
     * @return 0 if the host took the answer, or its negative errno
     * @throws AssertionError if there is none
     */
    public int answer() {
        return answer(PageResponseCode.SUCCESS);
    }

    /**
     * Answers the oldest of {@link #faults}.
     *
     * @param code a {@link PageResponseCode}, or what is none
     * @return 0 if the host took the answer, or its negative errno
     * @throws AssertionError if there is none
     */
    public int answer(final int code) {
        if (faults().isEmpty()) {
            throw new AssertionError(vm.name() + " has no fault to answer");
        }
        return answer(faults.remove(0), code);
    }

    /**
     * Answers any record, right or wrong, as often as the test likes.
     *
     * @param record what is answered
     * @param code a {@link PageResponseCode}, or what is none
     * @return 0 if the host took the answer, or its negative errno
     */
    public int answer(final GuestRecord record, final int code) {
        final int ret = vm.answer(record, code);
        bench.clock().run();
        return ret;
    }

    /** Its monitor closes its fault queue, as when the process dies. */
    public void closeFaultQueue() {
        if (guest != null) {
            guest.die();
        }
        vm.closeFaultQueue();
        bench.clock().run();
    }

    /**
     * The machine on the bench.
     *
     * @return with all that it can
     */
    public GuestVm vm() {
        return vm;
    }

    @Override
    public String toString() {
        return vm.name();
    }
}
