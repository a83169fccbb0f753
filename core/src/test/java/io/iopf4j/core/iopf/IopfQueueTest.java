// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.pending;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices on fault queues: joining, leaving, flushing, and what becomes of their faults. */
class IopfQueueTest {
    private final List<String> seen = new ArrayList<>();
    private final CoreBench bench = new CoreBench(new Notebook());
    private final GroupCollector handler = new GroupCollector();
    private IommuDevice dev;

    /** Writes down drops, and why something was answered. */
    private final class Notebook implements FaultObserver {
        @Override
        public void responding(
                final IommuDevice who,
                final IommuFault lastFault,
                final int code,
                final ResponseOrigin origin) {
            seen.add(origin + " " + lastFault.grpid());
        }

        @Override
        public void partialDropped(final IommuDevice who, final IommuFault fault) {
            seen.add("dropped " + who + " " + fault.grpid());
        }
    }

    @BeforeEach
    void attach() {
        dev = attached("dev");
    }

    private IommuDevice attached(final String name) {
        final IommuDevice joined = bench.faultingDevice(name);
        final TestDomain domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(handler);
        assertEquals(0, IommuGroup.of(joined).attach(domain, new IommuAttachHandle()));
        return joined;
    }

    private void report(final IommuFault fault) {
        assertEquals(0, bench.core.reportDeviceFault(dev, fault));
    }

    @Test
    void shouldNameItsWorkqueueAfterItself() {
        assertEquals("iopf_queue/test", bench.kernel.workqueues.get(0).name());
    }

    @Test
    void shouldRefuseDeviceWhoseDriverCannotAnswer() {
        bench.driver.setHasPageResponse(false);
        final IommuDevice mute = bench.device("mute");
        assertEquals(-Errno.ENODEV, bench.queue.addDevice(mute));
        assertNull(mute.faultParam());
    }

    @Test
    void shouldRefuseDeviceThatIsOnThisQueue() {
        final Object before = dev.faultParam();
        assertEquals(-Errno.EBUSY, bench.queue.addDevice(dev));
        assertSame(before, dev.faultParam());
    }

    @Test
    void shouldRefuseDeviceThatIsOnAnotherQueue() {
        assertEquals(-Errno.EBUSY, bench.core.iopfQueueAlloc("second").addDevice(dev));
    }

    @Test
    void shouldRefuseDeviceWhenMemoryFails() {
        final IommuDevice unlucky = bench.device("unlucky");
        bench.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, bench.queue.addDevice(unlucky));
        bench.setOutOfMemory(false);
        assertEquals(0, bench.queue.addDevice(unlucky));
    }

    @Test
    void shouldAnswerPendingGroupsInvalidNewestFirstWhenDeviceLeaves() {
        report(last(1));
        report(last(2));
        report(last(3));
        bench.queue.removeDevice(dev);
        assertEquals(
                List.of(
                        new Answer("dev", 0, 3, INVALID),
                        new Answer("dev", 0, 2, INVALID),
                        new Answer("dev", 0, 1, INVALID)),
                bench.answers);
        assertNull(dev.faultParam());
    }

    @Test
    void shouldAnswerOnlyWhatIsStillPendingWhenDeviceLeaves() {
        report(last(1));
        report(last(2));
        report(last(3));
        final IopfGroup answered = handler.groups.get(1);
        answered.respond(SUCCESS);
        answered.free();
        bench.queue.removeDevice(dev);
        assertEquals(List.of("CONSUMER 2", "DEVICE_REMOVED 3", "DEVICE_REMOVED 1"), seen);
    }

    @Test
    void shouldDropPartialRequestsWithoutAnswerBeforeAnsweringWhenDeviceLeaves() {
        report(last(1));
        report(partial(2));
        report(partial(3));
        bench.queue.removeDevice(dev);
        assertEquals(List.of("dropped dev 2", "dropped dev 3", "DEVICE_REMOVED 1"), seen);
        assertEquals(1, bench.answers.size());
    }

    @Test
    void shouldStartAfreshWhenDeviceComesBack() {
        report(partial(1));
        bench.queue.removeDevice(dev);
        assertEquals(0, bench.queue.addDevice(dev));
        report(last(1));
        assertEquals(1, handler.groups.get(0).faultCount());
        assertEquals(1, pending(dev));
    }

    @Test
    void shouldWarnAndDoNothingWhenDeviceIsNotOnThisQueue() {
        final IopfQueue second = bench.core.iopfQueueAlloc("second");
        report(last(1));
        second.removeDevice(dev);
        assertEquals(1, bench.kernel.complaints.size());
        assertEquals(1, pending(dev));
        assertEquals(List.of(), bench.answers);
    }

    @Test
    void shouldWarnWhenDeviceIsRemovedTwice() {
        bench.queue.removeDevice(dev);
        assertEquals(List.of(), bench.kernel.complaints);
        bench.queue.removeDevice(dev);
        assertEquals(1, bench.kernel.complaints.size());
    }

    @Test
    void shouldRunQueuedWorkBeforeFlushReturns() {
        final List<String> ran = new ArrayList<>();
        bench.kernel.workqueues.get(0).queueWork(() -> ran.add("work"));
        assertEquals(0, bench.queue.flushDev(dev));
        assertEquals(List.of("work"), ran);
    }

    @Test
    void shouldRefuseToFlushDeviceThatIsOnNoQueue() {
        assertEquals(-Errno.ENODEV, bench.queue.flushDev(bench.device("offQueue")));
        assertEquals(1, bench.kernel.complaints.size());
    }

    @Test
    void shouldDiscardPartialRequestsOfAllDevices() {
        final IommuDevice other = attached("other");
        report(partial(1));
        bench.core.reportDeviceFault(other, partial(2));
        assertEquals(0, bench.queue.discardPartial());
        assertEquals(List.of("dropped dev 1", "dropped other 2"), seen);
        report(last(1));
        assertEquals(1, handler.groups.get(0).faultCount());
    }

    @Test
    void shouldKeepPendingGroupsWhenPartialRequestsAreDiscarded() {
        report(partial(1));
        report(last(1));
        bench.queue.discardPartial();
        assertEquals(2, handler.groups.get(0).faultCount());
        assertEquals(1, pending(dev));
        assertEquals(List.of(), bench.answers);
    }

    @Test
    void shouldRemoveEveryDeviceAndDestroyWorkqueueWhenFreed() {
        final IommuDevice other = attached("other");
        report(last(1));
        bench.queue.free();
        assertNull(dev.faultParam());
        assertNull(other.faultParam());
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.answers);
        assertTrue(bench.kernel.workqueues.get(0).isDestroyed());
    }

    @Test
    void shouldReportDeviceAndRequestsOfGroupByIndex() {
        report(partial(4));
        report(last(4));
        final IopfGroup group = handler.groups.get(0);
        assertSame(group.lastFault(), group.fault(1));
        assertThrows(IndexOutOfBoundsException.class, () -> group.fault(2));
        assertThrows(IndexOutOfBoundsException.class, () -> group.fault(-1));
    }

    @Test
    void shouldFindRequestsOfGroupInAnyOrder() {
        for (int i = 0; i < 4; i++) {
            report(CoreBench.at(partial(4), i));
        }
        report(CoreBench.at(last(4), 4));
        final IopfGroup group = handler.groups.get(0);
        for (final int index : new int[] {3, 0, 2, 2, 1, 4, 3}) {
            assertEquals(index, group.fault(index).addr());
        }
    }

    @Test
    void shouldFailAnAssertionWhenPendingGroupIsFreed() {
        report(last(4));
        final AssertionError error =
                assertThrows(AssertionError.class, () -> handler.groups.get(0).free());
        assertEquals("pending group freed: grpid=4", error.getMessage());
    }

    @Test
    void shouldFailAnAssertionWhenGroupIsFreedTwice() {
        report(last(4));
        final IopfGroup group = handler.groups.get(0);
        group.respond(SUCCESS);
        group.free();
        final AssertionError error = assertThrows(AssertionError.class, group::free);
        assertEquals("group freed twice: grpid=4", error.getMessage());
    }

    /** Reports on another thread, and lets the device leave before that thread gets its lock. */
    private int reportWhileLeaving(final IommuFault fault) throws InterruptedException {
        final int[] returned = new int[1];
        final Thread reporter =
                new Thread(() -> returned[0] = bench.core.reportDeviceFault(dev, fault));
        synchronized (dev.faultParam()) {
            reporter.start();
            while (reporter.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
            bench.queue.removeDevice(dev);
        }
        reporter.join();
        return returned[0];
    }

    @Test
    void shouldAnswerGroupThatItsDevicesRemovalOvertook() throws InterruptedException {
        assertEquals(-Errno.EINVAL, reportWhileLeaving(last(5)));
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
        assertEquals(List.of(), handler.groups);
    }

    @Test
    void shouldAnswerPartialRequestThatItsDevicesRemovalOvertook() throws InterruptedException {
        assertEquals(-Errno.EINVAL, reportWhileLeaving(partial(5)));
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
    }

    @Test
    void shouldFailAnAssertionWhenGroupIsAnsweredAfterItWasFreed() {
        report(last(5));
        final IopfGroup group = handler.groups.get(0);
        group.respond(SUCCESS);
        group.free();
        assertThrows(AssertionError.class, () -> group.respond(SUCCESS));
    }

    @Test
    void shouldLeaveQueueAfterItsDeviceLeftItsGroup() {
        report(last(5));
        IommuGroup.of(dev).removeDevice(dev);
        bench.queue.removeDevice(dev);
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
    }
}
