// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.emulation.MemoryGate;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.inject.Chance;
import io.iopf4j.emulation.inject.ChangedPlatform;
import io.iopf4j.emulation.inject.CommandErrors;
import io.iopf4j.emulation.inject.FailingMemory;
import io.iopf4j.emulation.inject.LateInterrupts;
import io.iopf4j.emulation.inject.LostInterrupts;
import io.iopf4j.emulation.inject.MemoryRange;
import io.iopf4j.emulation.inject.Preemption;
import io.iopf4j.emulation.inject.QueueFull;
import io.iopf4j.emulation.inject.SlowMemory;
import io.iopf4j.emulation.inject.SpuriousInterrupts;
import io.iopf4j.replay.bench.Seams;
import io.iopf4j.replay.scenario.Hazard;
import io.iopf4j.replay.scenario.Odds;
import java.util.SplittableRandom;

/**
 * Puts one hazard between the parts of a bench; several compose. Nothing happens before {@link
 * #start}: machines are built in peace. One thread, one use.
 */
final class HazardSeams implements Seams {
    private final Hazard hazard;
    private final boolean isVtd;
    private final long untilNs;
    private final SplittableRandom random;
    private Runnable hardware = () -> {};
    private Scheduler clock;
    private boolean isStarted;
    private long happened;

    /**
     * A hazard.
     *
     * @param hazard what goes wrong
     * @param isVtd whether the bench has VT-d, else SMMUv3
     * @param endNs when it ends at the latest, in virtual nanoseconds
     * @param random what chance comes from, for this hazard alone
     */
    HazardSeams(
            final Hazard hazard,
            final boolean isVtd,
            final long endNs,
            final SplittableRandom random) {
        this.hazard = hazard;
        this.isVtd = isVtd;
        this.untilNs = Math.min(hazard.untilNs(), endNs);
        this.random = random;
    }

    /** Lets it happen from now on; a preemption runs what the hardware then does. */
    void start(final Runnable itsHardware) {
        hardware = itsHardware;
        isStarted = true;
    }

    /** What it is. */
    Hazard hazard() {
        return hazard;
    }

    /** How often it has happened. */
    long happened() {
        return happened;
    }

    private Chance chance() {
        final Odds odds = hazard.odds();
        final Chance drawn =
                switch (odds.how()) {
                    case EVERY -> Chance.each(odds.number());
                    case NTH -> Chance.only(odds.number());
                    case CHANCE ->
                            Chance.of((double) odds.number() / Odds.CERTAIN, random.nextLong());
                };
        final Chance timely = drawn.during(clock, hazard.fromNs(), untilNs);
        return () -> {
            final boolean fires = isStarted && timely.fires();
            happened += fires ? 1 : 0;
            return fires;
        };
    }

    @Override
    public Kernel kernel(final Kernel given, final Scheduler scheduler) {
        clock = scheduler;
        return switch (hazard.kind()) {
            case LOST_INTERRUPTS -> {
                final LostInterrupts lossy = new LostInterrupts(given, chance());
                if (untilNs != Hazard.TO_THE_END) {
                    scheduler.new Timer(lossy::deliver).arm(untilNs);
                }
                yield lossy;
            }
            case LATE_INTERRUPTS ->
                    new LateInterrupts(given, scheduler, hazard.lengthNs(), chance());
            case SPURIOUS_INTERRUPTS ->
                    new SpuriousInterrupts(given, scheduler, chance(), random.nextLong());
            default -> given;
        };
    }

    @Override
    public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
        return switch (hazard.kind()) {
            case SPOILED_COMMANDS ->
                    isVtd
                            ? CommandErrors.ofVtd(given, chance())
                            : CommandErrors.ofSmmu(given, chance());
            case FULL_QUEUE -> ChangedPlatform.withMmio(given, mmio -> queueFull(given, scheduler));
            case PREEMPTION ->
                    ChangedPlatform.withMmio(
                            given, mmio -> new Preemption(mmio, chance(), () -> hardware.run()));
            default -> given;
        };
    }

    private Mmio queueFull(final PlatformDevice given, final Scheduler scheduler) {
        return isVtd
                ? QueueFull.ofPageRequests(given, scheduler, hazard.lengthNs(), chance())
                : QueueFull.ofEvents(given, scheduler, hazard.lengthNs(), chance());
    }

    @Override
    public MemoryGate memory(final MemoryGate given, final Scheduler scheduler) {
        final MemoryRange range = new MemoryRange(hazard.address(), hazard.bytes());
        return switch (hazard.kind()) {
            case SLOW_MEMORY ->
                    new SlowMemory(given, range, scheduler, hazard.lengthNs(), chance());
            case FAILING_MEMORY -> new FailingMemory(given, range, chance());
            default -> given;
        };
    }

    @Override
    public FailSlab failSlab(final FailSlab given) {
        if (hazard.kind() != Hazard.Kind.FAILED_ALLOCATIONS) {
            return given;
        }
        final Chance chance = chance();
        return () -> given.fails() || chance.fires();
    }
}
