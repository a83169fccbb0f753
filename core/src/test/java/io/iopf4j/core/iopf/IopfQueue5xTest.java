// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_NEEDS_PASID;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.at;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.partialOfPasid;
import static io.iopf4j.core.testing.CoreBench.pending;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.FaultReason;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.core.semantics.Mainline5x;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fault queue of 5.x: a handler that gathers groups, and work that answers them. */
class IopfQueue5xTest {
    private static final int PASID = 7;

    private final List<String> dropped = new ArrayList<>();
    private final CoreBench bench =
            new CoreBench(
                    Semantics.MAINLINE_5_X,
                    new FaultObserver() {
                        @Override
                        public void partialDropped(final IommuDevice dev, final IommuFault fault) {
                            dropped.add(dev + " " + Long.toHexString(fault.addr()));
                        }
                    });
    private final Mainline5x core = (Mainline5x) bench.core;
    private final IopfQueue queue = bench.queue;

    /** Pages that were asked for, in order, and those that cannot be brought in. */
    private final List<Long> handled = new ArrayList<>();

    private final Set<Long> unmapped = new HashSet<>();
    private IommuDevice dev;

    @BeforeEach
    void register() {
        dev = registered("dev");
        core.setPageFaultHandler(
                (from, fault) -> {
                    handled.add(fault.addr());
                    return unmapped.contains(fault.addr()) ? INVALID : SUCCESS;
                });
    }

    private IommuDevice registered(final String name) {
        final IommuDevice made = bench.faultingDevice(name);
        assertEquals(0, core.registerDeviceFaultHandler(made, IopfQueue5x::queueIopf, made));
        return made;
    }

    private int report(final IommuFault fault) {
        return core.reportDeviceFault(dev, fault);
    }

    private void flush() {
        assertEquals(0, queue.flushDev(dev));
    }

    // ---- Devices --------------------------------------------------------------------------------

    @Test
    void shouldRefuseADeviceInNoGroup() {
        final IommuDevice loner =
                new IommuDevice("loner", bench.driver, new IommuFwspec(List.of(2), true, 0));
        assertEquals(-Errno.ENODEV, queue.addDevice(loner));
        assertEquals(-Errno.ENODEV, queue.flushDev(loner));
    }

    @Test
    void shouldRefuseADeviceThatIsOnAQueue() {
        assertEquals(-Errno.EBUSY, queue.addDevice(dev));
        assertEquals(-Errno.EBUSY, core.iopfQueueAlloc("second").addDevice(dev));
    }

    @Test
    void shouldRefuseADeviceWithoutMemory() {
        final IommuDevice unlucky = bench.device("unlucky");
        bench.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, queue.addDevice(unlucky));
        assertNull(unlucky.iopfParam());
    }

    @Test
    void shouldRefuseToRemoveADeviceOfAnotherQueue() {
        final IopfQueue second = core.iopfQueueAlloc("second");
        assertEquals(-Errno.EINVAL, second.removeDevice(dev));
        assertEquals(-Errno.EBUSY, queue.addDevice(dev));
        assertEquals(List.of(), bench.kernel.complaints);
    }

    @Test
    void shouldRefuseToRemoveADeviceTwice() {
        assertEquals(0, queue.removeDevice(dev));
        assertEquals(-Errno.EINVAL, queue.removeDevice(dev));
    }

    @Test
    void shouldDropPartialFaultsAndAnswerNothingWhenADeviceLeaves() {
        report(at(partial(5), 0x1000));
        report(at(last(6), 0x2000));
        assertEquals(0, queue.removeDevice(dev));
        assertEquals(List.of("dev 1000"), dropped);
        assertEquals(List.of(), bench.answers);
        assertEquals(1, pending(dev));
    }

    @Test
    void shouldAnswerAGroupThatWasQueuedWhenItsDeviceLeft() {
        report(lastOfPasid(PASID, 5));
        queue.removeDevice(dev);
        bench.kernel.workqueues.get(0).flush();
        assertEquals(List.of(new Answer("dev", PASID, 5, SUCCESS)), bench.answers);
        assertEquals(0, pending(dev));
    }

    @Test
    void shouldSayNoDeviceWhenADeviceThatIsOnNoQueueIsFlushed() {
        queue.removeDevice(dev);
        assertEquals(-Errno.ENODEV, queue.flushDev(dev));
        assertEquals(List.of(), bench.kernel.complaints);
    }

    @Test
    void shouldFlushTheWorkOfAllDevices() {
        final IommuDevice other = registered("other");
        core.reportDeviceFault(other, lastOfPasid(PASID, 5));
        flush();
        assertEquals(1, bench.answers.size());
    }

    @Test
    void shouldDiscardThePartialFaultsOfAllDevices() {
        final IommuDevice other = registered("other");
        report(at(partial(5), 0x1000));
        core.reportDeviceFault(other, at(partial(6), 0x2000));
        assertEquals(0, queue.discardPartial());
        assertEquals(List.of("dev 1000", "other 2000"), dropped);
    }

    @Test
    void shouldLetEveryDeviceGoAndDestroyItsWorkqueueWhenFreed() {
        report(at(partial(5), 0x1000));
        queue.free();
        assertNull(dev.iopfParam());
        assertEquals(List.of("dev 1000"), dropped);
        assertTrue(bench.kernel.workqueues.get(0).isDestroyed());
        assertEquals("iopf_queue/test", bench.kernel.workqueues.get(0).name());
    }

    // ---- Faults ---------------------------------------------------------------------------------

    @Test
    void shouldRefuseWhatIsNoPageRequest() {
        assertEquals(
                -Errno.EOPNOTSUPP,
                report(new IommuFault().unrecoverable(FaultReason.ACCESS, 0, 0, 1, 0, 0)));
    }

    @Test
    void shouldSayNoDeviceWhenTheDeviceIsOnNoQueue() {
        queue.removeDevice(dev);
        assertEquals(-Errno.ENODEV, report(last(5)));
        assertEquals(-Errno.ENODEV, report(partial(5)));
        assertEquals(0, pending(dev));
    }

    @Test
    void shouldHandleTheGroupsPagesInOrderOfArrivalAndAnswerOnce() {
        report(at(partialOfPasid(PASID, 5), 0x1000));
        report(at(partialOfPasid(PASID, 6), 0x9000));
        report(at(partialOfPasid(PASID, 5), 0x2000));
        report(at(lastOfPasid(PASID, 5), 0x3000));
        assertEquals(List.of(), bench.answers);
        flush();
        assertEquals(List.of(0x1000L, 0x2000L, 0x3000L), handled);
        assertEquals(List.of(new Answer("dev", PASID, 5, SUCCESS)), bench.answers);
        assertEquals(0, pending(dev));
    }

    @Test
    void shouldStopAtTheFirstErrorAndAnswerWithIt() {
        unmapped.add(0x2000L);
        for (long addr = 0x1000; addr <= 0x3000; addr += 0x1000) {
            report(at(partialOfPasid(PASID, 5), addr));
        }
        report(at(lastOfPasid(PASID, 5), 0x4000));
        flush();
        assertEquals(List.of(0x1000L, 0x2000L), handled);
        assertEquals(List.of(new Answer("dev", PASID, 5, INVALID)), bench.answers);
    }

    @Test
    void shouldAnswerInvalidWhenARequestHasNoPasid() {
        report(last(5));
        flush();
        assertEquals(List.of(), handled);
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
    }

    @Test
    void shouldKnowNoPasidUntilSomebodySharesAddressSpaces() {
        final CoreBench fresh = new CoreBench(Semantics.MAINLINE_5_X, FaultObserver.NONE);
        final IommuDevice alone = fresh.faultingDevice("alone");
        fresh.core.registerDeviceFaultHandler(alone, IopfQueue5x::queueIopf, alone);
        fresh.core.reportDeviceFault(alone, lastOfPasid(PASID, 5));
        fresh.queue.flushDev(alone);
        assertEquals(List.of(new Answer("alone", PASID, 5, INVALID)), fresh.answers);
    }

    @Test
    void shouldFlagThePasidWhereTheRequestNeedsIt() {
        report(
                new IommuFault()
                        .pageRequest(
                                FLAG_LAST_PAGE | FLAG_PASID_VALID | FLAG_NEEDS_PASID,
                                PASID,
                                5,
                                1,
                                0x1000));
        flush();
        // Without the flag the core would have refused it.
        assertEquals(List.of(new Answer("dev", PASID, 5, SUCCESS)), bench.answers);
    }

    @Test
    void shouldMergeRequestsOfTwoPasids() {
        report(at(partialOfPasid(8, 5), 0x1000));
        report(at(lastOfPasid(PASID, 5), 0x2000));
        flush();
        assertEquals(List.of(0x1000L, 0x2000L), handled);
        assertEquals(1, bench.answers.size());
    }

    @Test
    void shouldNotMixTheRequestsOfTwoDevices() {
        final IommuDevice other = registered("other");
        core.reportDeviceFault(other, at(partialOfPasid(PASID, 5), 0x9000));
        report(at(lastOfPasid(PASID, 5), 0x1000));
        flush();
        assertEquals(List.of(0x1000L), handled);
    }

    @Test
    void shouldLoseANonLastRequestWithoutMemory() {
        bench.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, report(at(partial(5), 0x1000)));
        assertEquals(List.of("dev 1000"), dropped);
    }

    @Test
    void shouldDropTheGroupsPartialFaultsWithoutMemoryForTheGroup() {
        report(at(partialOfPasid(PASID, 5), 0x1000));
        report(at(partialOfPasid(PASID, 6), 0x2000));
        bench.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, IopfQueue5x.queueIopf(at(lastOfPasid(PASID, 5), 0x3000), dev));
        assertEquals(List.of("dev 1000"), dropped);
        bench.setOutOfMemory(false);
        report(at(lastOfPasid(PASID, 6), 0x4000));
        flush();
        assertEquals(List.of(0x2000L, 0x4000L), handled);
    }

    @Test
    void shouldUseAGroupAgainWithNothingLeftInIt() {
        report(at(partialOfPasid(PASID, 5), 0x1000));
        report(at(lastOfPasid(PASID, 5), 0x2000));
        flush();
        handled.clear();
        report(at(lastOfPasid(PASID, 5), 0x3000));
        flush();
        assertEquals(List.of(0x3000L), handled);
        assertEquals(2, bench.answers.size());
    }
}
