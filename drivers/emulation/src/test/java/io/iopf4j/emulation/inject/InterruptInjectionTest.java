// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.WiredInterrupt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Interrupts that are lost, late or nobody's. */
final class InterruptInjectionTest {
    private static final long LATE_NS = 30_000;

    private final Scheduler scheduler = new Scheduler(1);
    private final SimulatedKernel simulated = new SimulatedKernel(scheduler, new RecentLog(2));
    private final WiredInterrupt wire = new WiredInterrupt("eventq");
    private final WiredInterrupt other = new WiredInterrupt("gerror");
    private final List<String> ran = new ArrayList<>();

    private void claim(final Kernel kernel) {
        kernel.requestThreadedIrq(wire, null, () -> ran.add("eventq " + scheduler.nowNs()));
        kernel.requestThreadedIrq(other, () -> ran.add("gerror " + scheduler.nowNs()), null);
    }

    private void pulseAt(final long timeNs) {
        scheduler.runUntil(timeNs);
        wire.pulse();
        scheduler.runReady();
    }

    // ---- Lost -----------------------------------------------------------------------------------

    @Test
    void shouldLoseInterruptsUntilTheyAreDelivered() {
        final LostInterrupts kernel = new LostInterrupts(simulated, Chance.each(2));
        claim(kernel);
        pulseAt(1);
        pulseAt(2);
        assertEquals(List.of("eventq 1"), ran);
        assertEquals(1, kernel.lost());
        kernel.deliver();
        kernel.deliver();
        scheduler.runUntil(3);
        assertEquals(List.of("eventq 1", "eventq 2"), ran);
    }

    @Test
    void shouldDeliverNothingThatALaterInterruptTold() {
        final LostInterrupts kernel = new LostInterrupts(simulated, Chance.only(1));
        claim(kernel);
        pulseAt(1);
        pulseAt(2);
        kernel.deliver();
        scheduler.runUntil(3);
        assertEquals(List.of("eventq 2"), ran);
    }

    @Test
    void shouldForgetWhatAFreedLineLost() {
        final LostInterrupts kernel = new LostInterrupts(simulated, Chance.ALWAYS);
        claim(kernel);
        pulseAt(1);
        kernel.freeIrq(wire);
        kernel.deliver();
        scheduler.runUntil(3);
        assertEquals(List.of(), ran);
    }

    // ---- Late -----------------------------------------------------------------------------------

    @Test
    void shouldBeLateOnceForAllThatComeMeanwhile() {
        final LateInterrupts kernel =
                new LateInterrupts(simulated, scheduler, LATE_NS, Chance.only(1));
        claim(kernel);
        pulseAt(1);
        pulseAt(2);
        assertEquals(List.of(), ran);
        scheduler.runUntil(LATE_NS + 10);
        pulseAt(LATE_NS + 20);
        assertEquals(List.of("eventq " + (LATE_NS + 1), "eventq " + (LATE_NS + 20)), ran);
        assertEquals(1, kernel.late());
    }

    @Test
    void shouldWaitForALateInterrupt() {
        final LateInterrupts kernel =
                new LateInterrupts(simulated, scheduler, LATE_NS, Chance.ALWAYS);
        claim(kernel);
        pulseAt(1);
        kernel.synchronizeIrq(wire);
        assertEquals(List.of("eventq 1"), ran);
        scheduler.runUntil(2 * LATE_NS);
        assertEquals(1, ran.size(), "it came once");
    }

    @Test
    void shouldNotComeAfterTheLineWasFreed() {
        final LateInterrupts kernel =
                new LateInterrupts(simulated, scheduler, LATE_NS, Chance.ALWAYS);
        claim(kernel);
        pulseAt(1);
        kernel.freeIrq(wire);
        scheduler.runUntil(2 * LATE_NS);
        assertEquals(List.of(), ran);
    }

    @Test
    void shouldLoseWhatIsLateIfBothAreThere() {
        final LostInterrupts lossy = new LostInterrupts(simulated, Chance.only(2));
        claim(new LateInterrupts(lossy, scheduler, LATE_NS, Chance.ALWAYS));
        pulseAt(1);
        scheduler.runUntil(2 * LATE_NS);
        assertEquals(List.of(), ran);
        assertEquals(1, lossy.lost());
    }

    // ---- Spurious -------------------------------------------------------------------------------

    @Test
    void shouldRaiseWhatNobodyRaised() {
        final SpuriousInterrupts kernel =
                new SpuriousInterrupts(simulated, scheduler, Chance.ALWAYS, 7);
        claim(kernel);
        for (int i = 1; i <= 50; i++) {
            pulseAt(i * 1_000_000L);
        }
        scheduler.runUntil(60_000_000);
        assertEquals(50, kernel.raised());
        assertEquals(100, ran.size());
        assertTrue(ran.stream().anyMatch(what -> what.startsWith("gerror")), "any line");
        assertTrue(ran.stream().filter(what -> what.startsWith("eventq")).count() > 60, "any line");
    }

    @Test
    void shouldHaveNobodyLeftToRaise() {
        final SpuriousInterrupts kernel =
                new SpuriousInterrupts(simulated, scheduler, Chance.ALWAYS, 7);
        claim(kernel);
        pulseAt(1);
        kernel.freeIrq(wire);
        kernel.freeIrq(other);
        scheduler.runUntil(1_000_000);
        assertEquals(0, kernel.raised());
    }

    // ---- Everything else ------------------------------------------------------------------------

    @Test
    void shouldServeAsTheKernelBelow() {
        final Kernel kernel = new LostInterrupts(simulated, Chance.NEVER);
        claim(kernel);
        assertEquals(-Errno.EBUSY, kernel.requestThreadedIrq(wire, null, null));
        kernel.udelay(1);
        assertEquals(1_000, kernel.nowNs());
        kernel.newTimer(() -> ran.add("timer")).arm(2_000);
        kernel.allocWorkqueue("q").queueWork(() -> ran.add("work"));
        scheduler.runUntil(3_000);
        assertEquals(List.of("work", "timer"), ran);
        assertEquals(simulated.log(), kernel.log());
    }
}
