// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.emulation.Scheduler;
import java.util.SplittableRandom;

/**
 * A cycle, over and over: devices fault, their guests read, and as many of all that is outstanding
 * are answered. What is outstanding stays the same from one cycle to the next. One thread.
 */
abstract class Cycle {
    /** Cycles of one {@link #run}: the most that one batch can have. */
    static final int ROUND = 32;

    /** Of virtual time: with a timer armed for seconds, none expires and each is looked after. */
    private static final long NS_OF_A_FAULT = 1_000;

    private static final long PAGE_BYTES = 1L << 12;
    private static final long IOVA_MASK = (1L << 40) - 1;
    private static final long SEED = 1;

    private final CycleSettings settings;
    private final OutstandingFaults outstanding;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int[] faulted = new int[ROUND];
    private final int mostOfDevice;
    private final boolean hasTimer;
    private long iova;

    /**
     * Nothing is outstanding yet.
     *
     * @param settings what is measured
     * @param mostOfDevice most that a device can have outstanding; one that has goes without
     */
    Cycle(final CycleSettings settings, final int mostOfDevice) {
        this.settings = settings;
        this.mostOfDevice = mostOfDevice;
        hasTimer = settings.hasTimer();
        outstanding =
                new OutstandingFaults(
                        settings.outstanding() + settings.batch(), settings.devices());
        if (settings.outstanding() + (long) settings.batch()
                > (long) mostOfDevice * settings.devices()) {
            throw new IllegalArgumentException(
                    "a device can have " + mostOfDevice + " faults outstanding, not more");
        }
    }

    /**
     * Leaves all faults outstanding but one: to be called once, before {@link #run}.
     *
     * @throws IllegalStateException if a step does not come to what it must
     */
    final void fill() {
        while (outstanding.count() < settings.outstanding() - 1) {
            faults(1);
        }
    }

    /**
     * {@link #ROUND} cycles.
     *
     * @throws IllegalStateException if a step does not come to what it must
     */
    final void run() {
        for (int done = 0; done < ROUND; done += settings.batch()) {
            faults(settings.batch());
            answers(settings.batch());
        }
    }

    private void faults(final int count) {
        final int expected = outstanding.count() + count;
        for (int i = 0; i < count; i++) {
            iova = (iova + PAGE_BYTES) & IOVA_MASK;
            faulted[i] = anyDevice();
            raise(faulted[i], iova);
        }
        if (hasTimer) {
            scheduler().runUntil(scheduler().nowNs() + count * NS_OF_A_FAULT);
        } else {
            scheduler().runReady();
        }
        for (int i = 0; i < count; i++) {
            read(faulted[i]);
        }
        Expect.equal("faults that guests hold", expected, outstanding.count());
    }

    private int anyDevice() {
        int device = settings.devices() == 1 ? 0 : random.nextInt(settings.devices());
        while (outstanding.countOf(device) >= mostOfDevice) {
            device = device + 1 == settings.devices() ? 0 : device + 1;
        }
        return device;
    }

    private void answers(final int count) {
        final int before = ended();
        for (int i = 0; i < count; i++) {
            final int at =
                    settings.order() == Order.OLDEST
                            ? outstanding.oldest()
                            : outstanding.any(random);
            answer(outstanding, at);
            outstanding.remove(at);
        }
        Expect.equal("answers that arrived", before + count, ended());
    }

    /** A guest has read a fault. */
    final void seen(
            final int device,
            final int pasid,
            final int grpid,
            final int cookie,
            final long address) {
        outstanding.add(device, pasid, grpid, cookie, address);
    }

    final CycleSettings settings() {
        return settings;
    }

    final long seed() {
        return SEED;
    }

    /** Time and order. */
    abstract Scheduler scheduler();

    /** A device faults. */
    abstract void raise(int device, long address);

    /** Its guest reads all that waits: each is to be {@link #seen}. */
    abstract void read(int device);

    /** A guest answers one of what it has seen. */
    abstract void answer(OutstandingFaults faults, int at);

    /** Answers that have come through so far. */
    abstract int ended();
}
