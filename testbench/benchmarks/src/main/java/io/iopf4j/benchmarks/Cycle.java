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
    private static final int DEVIATIONS = 8;

    private final CycleSettings settings;
    private final OutstandingFaults outstanding;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int[] faulted = new int[ROUND];
    private final int mostOfDevice;
    private final int mostOfAll;
    private final boolean hasTimer;
    private long iova;

    /**
     * Nothing is outstanding yet.
     *
     * @param settings what is measured
     * @param mostOfDevice most that a device can have outstanding; one that has goes without
     * @param mostOfAll most that all devices together can have outstanding
     * @throws IllegalArgumentException if that is less than what is measured
     */
    Cycle(final CycleSettings settings, final int mostOfDevice, final int mostOfAll) {
        this.settings = settings;
        this.mostOfDevice = mostOfDevice;
        this.mostOfAll = (int) Math.min(mostOfAll, (long) mostOfDevice * settings.devices());
        hasTimer = settings.hasTimer();
        if (settings.outstanding() - 1 + (long) settings.batch() > this.mostOfAll) {
            throw new IllegalArgumentException(
                    "at most " + this.mostOfAll + " faults can be outstanding");
        }
        outstanding = books(settings);
    }

    /** What a measurement keeps for itself. */
    static OutstandingFaults books(final CycleSettings settings) {
        return new OutstandingFaults(
                settings.outstanding() + spare(settings) + settings.batch(), settings.devices());
    }

    /**
     * Leaves all faults outstanding but one: to be called once.
     *
     * @throws IllegalStateException if a step does not come to what it must
     */
    final void fill() {
        while (outstanding.count() < settings.outstanding() - 1) {
            faults(1);
        }
    }

    /**
     * The same, after each device has had more outstanding than chance will ever give it, so that
     * what grows with the most of a device has grown.
     *
     * @throws IllegalStateException if a step does not come to what it must
     */
    final void warm() {
        fill();
        for (int device = 0; device < settings.devices(); device++) {
            for (int more = spare(settings); more > 0 && canHaveMore(device); more--) {
                faulted[0] = device;
                faultsOfThese(1);
            }
            while (outstanding.count() > settings.outstanding() - 1) {
                answers(1);
            }
        }
    }

    private boolean canHaveMore(final int device) {
        return outstanding.count() < mostOfAll && outstanding.countOf(device) < mostOfDevice;
    }

    /** Some standard deviations of what one of several devices has outstanding. */
    private static int spare(final CycleSettings settings) {
        final double mean = settings.outstanding() / (double) settings.devices();
        return settings.devices() == 1
                ? 0
                : (int) (DEVIATIONS * Math.sqrt(mean)) + settings.batch() + ROUND;
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
        for (int i = 0; i < count; i++) {
            faulted[i] = anyDevice();
        }
        faultsOfThese(count);
    }

    private void faultsOfThese(final int count) {
        final int expected = outstanding.count() + count;
        for (int i = 0; i < count; i++) {
            iova = (iova + PAGE_BYTES) & IOVA_MASK;
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
