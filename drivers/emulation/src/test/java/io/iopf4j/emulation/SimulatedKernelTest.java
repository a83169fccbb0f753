// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.iopf4j.api.Errno;
import io.iopf4j.api.kernel.Workqueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Interrupt threads, work, time and log in the simulation; and the endpoint. */
final class SimulatedKernelTest {
    private final Scheduler scheduler = new Scheduler(1);
    private final RecentLog log = new RecentLog(2);
    private final SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
    private final WiredInterrupt wire = new WiredInterrupt("eventq");
    private final List<String> ran = new ArrayList<>();

    // ---- Interrupts -----------------------------------------------------------------------------

    @Test
    void shouldRunTheThreadWhenTheSchedulerGetsToIt() {
        kernel.requestThreadedIrq(wire, null, () -> ran.add("thread"));
        wire.pulse();
        assertEquals(List.of(), ran);
        scheduler.runReady();
        assertEquals(List.of("thread"), ran);
    }

    @Test
    void shouldRunTheThreadOnceMoreForAPulseWhileItRuns() {
        kernel.requestThreadedIrq(
                wire,
                null,
                () -> {
                    ran.add("thread");
                    if (ran.size() == 1) {
                        wire.pulse();
                        wire.pulse();
                    }
                });
        wire.pulse();
        scheduler.runReady();
        assertEquals(List.of("thread", "thread"), ran);
    }

    @Test
    void shouldRunTheHardHalfAtOnce() {
        kernel.requestThreadedIrq(wire, () -> ran.add("hard"), () -> ran.add("thread"));
        wire.pulse();
        assertEquals(List.of("hard"), ran);
        scheduler.runReady();
        assertEquals(List.of("hard", "thread"), ran);
    }

    @Test
    void shouldNotWakeTheThreadWhenTheHardHalfDidItAll() {
        kernel.requestThreadedIrq(wire, () -> false, () -> ran.add("thread"));
        wire.pulse();
        assertEquals(0, scheduler.runReady());
    }

    @Test
    void shouldDoWithoutAThread() {
        kernel.requestThreadedIrq(wire, () -> ran.add("hard"), null);
        wire.pulse();
        scheduler.runReady();
        assertEquals(List.of("hard"), ran);
    }

    @Test
    void shouldRefuseALineThatIsClaimed() {
        assertEquals(0, kernel.requestThreadedIrq(wire, null, () -> {}));
        assertEquals(-Errno.EBUSY, kernel.requestThreadedIrq(wire, null, () -> {}));
    }

    @Test
    void shouldNotRunTheThreadOfALineThatWasGivenUp() {
        kernel.requestThreadedIrq(wire, null, () -> ran.add("thread"));
        wire.pulse();
        kernel.freeIrq(wire);
        wire.pulse();
        scheduler.runReady();
        assertEquals(List.of(), ran);
    }

    @Test
    void shouldLetALineBeClaimedAgain() {
        kernel.requestThreadedIrq(wire, null, () -> {});
        kernel.freeIrq(wire);
        assertEquals(0, kernel.requestThreadedIrq(wire, null, () -> {}));
    }

    @Test
    void shouldCountPulsesThatNobodyHears() {
        wire.pulse();
        assertEquals(1, wire.pulses());
        assertEquals("eventq", wire.name());
    }

    // ---- Work -----------------------------------------------------------------------------------

    @Test
    void shouldRunWorkInTheOrderInWhichItWasQueued() {
        final Workqueue queue = kernel.allocWorkqueue("test");
        for (int i = 0; i < 5; i++) {
            final String name = "work" + i;
            queue.queueWork(() -> ran.add(name));
        }
        scheduler.runReady();
        assertEquals(List.of("work0", "work1", "work2", "work3", "work4"), ran);
    }

    @Test
    void shouldRunQueuedWorkWhenFlushed() {
        final Workqueue queue = kernel.allocWorkqueue("test");
        queue.queueWork(() -> ran.add("a"));
        queue.flush();
        assertEquals(List.of("a"), ran);
        scheduler.runReady();
        assertEquals(List.of("a"), ran, "not twice");
    }

    @Test
    void shouldNotWaitForWorkThatIsQueuedDuringTheFlush() {
        final Workqueue queue = kernel.allocWorkqueue("test");
        queue.queueWork(() -> queue.queueWork(() -> ran.add("later")));
        queue.flush();
        assertEquals(List.of(), ran);
    }

    @Test
    void shouldRunAllWorkWhenDestroyed() {
        final Workqueue queue = kernel.allocWorkqueue("test");
        queue.queueWork(() -> ran.add("a"));
        queue.destroy();
        assertEquals(List.of("a"), ran);
        assertEquals(0, scheduler.runReady());
    }

    // ---- Time and log ---------------------------------------------------------------------------

    @Test
    void shouldLetTimePassInUdelay() {
        kernel.udelay(3);
        assertEquals(3_000, kernel.nowNs());
    }

    @Test
    void shouldKeepTheMostRecentLines() {
        kernel.log().err("a", "1");
        kernel.log().warn("b", "2");
        kernel.log().info("c", "3");
        assertEquals(List.of("b: 2", "c: 3"), log.recent());
        assertEquals(1, log.errors());
        assertEquals(1, log.warnings());
    }

    // ---- Endpoint -------------------------------------------------------------------------------

    @Test
    void shouldPassAnAccessOnAndTellHowItEnded() {
        final IommuModel iommu =
                (requester, id, streamId, substreamId, iova, perm) -> {
                    ran.add(id + " " + streamId + " " + substreamId + " " + iova + " " + perm);
                    requester.ended(id, AccessResult.RAZ_WI);
                };
        final Endpoint endpoint =
                new Endpoint(0, "disk", 9, iommu, (from, id, result) -> ran.add(id + " " + result));
        assertEquals(1, endpoint.access(3, 0x1000, 2));
        assertEquals(2, endpoint.nextId());
        assertEquals(0, endpoint.inFlight());
        assertEquals(List.of("1 9 3 4096 2", "1 RAZ_WI"), ran);
    }

    @Test
    void shouldCountAccessesThatHaveNotEnded() {
        final List<Requester> waiting = new ArrayList<>();
        final Endpoint endpoint =
                new Endpoint(
                        0,
                        "disk",
                        9,
                        (requester, id, streamId, substreamId, iova, perm) ->
                                waiting.add(requester),
                        (from, id, result) -> {});
        endpoint.access(IommuModel.NO_SUBSTREAM, 0, 1);
        endpoint.access(IommuModel.NO_SUBSTREAM, 0, 1);
        assertEquals(2, endpoint.inFlight());
        endpoint.ended(1, AccessResult.DONE);
        assertEquals(1, endpoint.inFlight());
        assertSame(endpoint, waiting.get(0));
        assertEquals("disk", endpoint.name());
        assertEquals(9, endpoint.streamId());
    }

    // ---- Interrupts of a busy machine -----------------------------------------------------------

    @Test
    void shouldRunTheThreadAfterTheLatencyOnceForAllPulses() {
        final SimulatedKernel busy = new SimulatedKernel(scheduler, log, 500);
        busy.requestThreadedIrq(wire, null, () -> ran.add("thread " + scheduler.nowNs()));
        wire.pulse();
        scheduler.runUntil(499);
        wire.pulse();
        assertEquals(List.of(), ran);
        scheduler.runUntil(2000);
        assertEquals(List.of("thread 500"), ran);
        wire.pulse();
        scheduler.runUntil(3000);
        assertEquals(List.of("thread 500", "thread 2500"), ran);
    }

    @Test
    void shouldRunAThreadThatIsOnItsWayWhenSomebodyWaitsForIt() {
        final SimulatedKernel busy = new SimulatedKernel(scheduler, log, 500);
        busy.requestThreadedIrq(wire, null, () -> ran.add("thread " + scheduler.nowNs()));
        busy.synchronizeIrq(wire);
        assertEquals(List.of(), ran);
        wire.pulse();
        busy.synchronizeIrq(wire);
        assertEquals(List.of("thread 0"), ran);
        scheduler.runUntil(2000);
        assertEquals(List.of("thread 0"), ran, "not again");
    }

    @Test
    void shouldNotRunAThreadOnItsWayOfALineThatWasGivenUp() {
        final SimulatedKernel busy = new SimulatedKernel(scheduler, log, 500);
        busy.requestThreadedIrq(wire, null, () -> ran.add("thread"));
        wire.pulse();
        busy.freeIrq(wire);
        scheduler.runUntil(2000);
        assertEquals(List.of(), ran);
    }
}
