// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.core.testing.CoreBench.at;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.partialOfPasid;
import static io.iopf4j.core.testing.CoreBench.pending;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.TestDomain;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code iommu_report_device_fault()} makes of each case, and what it leaves behind. */
class Mainline612ReportTest {
    private static final int UNKNOWN_PASID = 9;

    private final CoreBench bench = new CoreBench();
    private final GroupCollector handler = new GroupCollector();
    private final IommuAttachHandle ridHandle = new IommuAttachHandle();
    private IommuDevice dev;

    @BeforeEach
    void attach() {
        dev = bench.faultingDevice("dev");
        assertEquals(0, attachAtRid(dev, DomainType.PAGING));
    }

    private int attachAtRid(final IommuDevice to, final DomainType type) {
        final TestDomain domain = bench.domain("rid", type);
        domain.setIopfHandler(handler);
        return IommuGroup.of(to).attach(domain, ridHandle);
    }

    private int report(final IommuFault fault) {
        return bench.core.reportDeviceFault(dev, fault);
    }

    @Test
    void shouldDeliverLastRequestAndOweItsAnswer() {
        assertEquals(0, report(last(5)));
        assertEquals(1, handler.groups.size());
        assertEquals(5, handler.groups.get(0).lastFault().grpid());
        assertSame(dev, handler.groups.get(0).device());
        assertSame(ridHandle, handler.groups.get(0).attachHandle());
        assertEquals(List.of(), bench.answers);
        assertEquals(1, pending(dev));
    }

    @Test
    void shouldKeepNonLastRequestWithoutCallingTheHandler() {
        assertEquals(0, report(partial(5)));
        assertEquals(0, handler.calls());
        assertEquals(List.of(), bench.answers);
        assertEquals(0, pending(dev));
    }

    @Test
    void shouldCopyTheFaultBecauseDriversReuseIt() {
        final IommuFault reused = at(partial(5), 0x1000);
        report(reused);
        report(at(reused.pageRequest(IommuFault.FLAG_LAST_PAGE, 0, 5, 1, 0), 0x2000));
        reused.pageRequest(0, 0, 77, 0, 0x3000);
        assertEquals(List.of(0x1000L, 0x2000L), addresses(handler.groups.get(0)));
    }

    @Test
    void shouldPutEarlierRequestsInFrontInOrderOfArrival() {
        report(at(partial(5), 0x1000));
        report(at(partial(6), 0x9000));
        report(at(partial(5), 0x2000));
        report(at(partial(5), 0x3000));
        report(at(last(5), 0x4000));
        assertEquals(List.of(0x1000L, 0x2000L, 0x3000L, 0x4000L), addresses(handler.groups.get(0)));
    }

    @Test
    void shouldLeavePartialRequestsOfOtherGroupsForTheirOwnLast() {
        report(at(partial(6), 0x9000));
        report(at(last(5), 0x4000));
        report(at(last(6), 0xa000));
        assertEquals(List.of(0x4000L), addresses(handler.groups.get(0)));
        assertEquals(List.of(0x9000L, 0xa000L), addresses(handler.groups.get(1)));
    }

    @Test
    void shouldNotMixPartialRequestsOfTwoDevices() {
        final IommuDevice other = bench.faultingDevice("other");
        attachAtRid(other, DomainType.PAGING);
        bench.core.reportDeviceFault(other, at(partial(5), 0x9000));
        report(at(last(5), 0x4000));
        assertEquals(List.of(0x4000L), addresses(handler.groups.get(0)));
    }

    @Test
    void shouldAnswerInvalidWhenPasidIsUnknown() {
        assertEquals(-Errno.EINVAL, report(lastOfPasid(UNKNOWN_PASID, 5)));
        assertEquals(List.of(new Answer("dev", UNKNOWN_PASID, 5, INVALID)), bench.answers);
        assertEquals(0, handler.calls());
        assertEquals(0, pending(dev));
    }

    @Test
    void shouldAnswerInvalidEvenToNonLastRequestWithoutHandler() {
        assertEquals(-Errno.EINVAL, report(partialOfPasid(UNKNOWN_PASID, 5)));
        assertEquals(List.of(new Answer("dev", UNKNOWN_PASID, 5, INVALID)), bench.answers);
    }

    @Test
    void shouldStoreNothingOfRefusedNonLastRequest() {
        report(partialOfPasid(UNKNOWN_PASID, 5));
        report(last(5));
        assertEquals(1, handler.groups.get(0).faultCount());
    }

    @Test
    void shouldAnswerInvalidWhenDomainHasNoHandler() {
        IommuGroup.of(dev)
                .replace(bench.domain("deaf", DomainType.PAGING), new IommuAttachHandle());
        assertEquals(-Errno.EINVAL, report(last(5)));
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
    }

    @Test
    void shouldAnswerInvalidWhenNothingIsAttached() {
        IommuGroup.of(dev).detach();
        assertEquals(-Errno.EINVAL, report(last(5)));
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
    }

    @Test
    void shouldAnswerInvalidWhenDeviceIsInNoGroup() {
        final IommuDevice loner =
                new IommuDevice("loner", bench.driver, new IommuFwspec(List.of(2), true, 0));
        assertEquals(-Errno.EINVAL, bench.core.reportDeviceFault(loner, last(5)));
        assertEquals(List.of(new Answer("loner", 0, 5, INVALID)), bench.answers);
    }

    @Test
    void shouldNotAnswerWhatIsNoPageRequest() {
        assertEquals(
                -Errno.EINVAL,
                report(lastOfPasid(UNKNOWN_PASID, 5).type(IommuFault.TYPE_DMA_UNRECOV)));
        assertEquals(List.of(), bench.answers);
    }

    @Test
    void shouldWarnAndAnswerInvalidWhenDeviceIsOnNoQueue() {
        final IommuDevice offQueue = bench.device("offQueue");
        attachAtRid(offQueue, DomainType.PAGING);
        assertEquals(-Errno.EINVAL, bench.core.reportDeviceFault(offQueue, last(5)));
        assertEquals(List.of(new Answer("offQueue", 0, 5, INVALID)), bench.answers);
        assertEquals(1, bench.kernel.complaints.size());
        assertTrue(bench.kernel.complaints.get(0).startsWith("offQueue: "));
    }

    @Test
    void shouldLoseNonLastRequestWithoutAnswerWhenMemoryFails() {
        bench.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, report(partial(5)));
        bench.setOutOfMemory(false);
        report(last(5));
        assertEquals(List.of(), bench.answers);
        assertEquals(1, handler.groups.get(0).faultCount());
    }

    @Test
    void shouldAnswerFailureAndSucceedWhenGroupCannotBeAllocated() {
        bench.setOutOfMemory(true);
        assertEquals(0, report(last(5)));
        assertEquals(List.of(new Answer("dev", 0, 5, FAILURE)), bench.answers);
        assertEquals(0, handler.calls());
        assertEquals(0, pending(dev));
    }

    @Test
    void shouldDropPartialRequestsOfGroupThatCannotBeAllocated() {
        report(partial(5));
        report(partial(6));
        report(partial(5));
        bench.setOutOfMemory(true);
        report(last(5));
        bench.setOutOfMemory(false);
        report(last(5));
        report(last(6));
        assertEquals(1, handler.groups.get(0).faultCount());
        assertEquals(2, handler.groups.get(1).faultCount());
    }

    @Test
    void shouldAnswerFailureAndSucceedWhenHandlerRefuses() {
        handler.refuseWith(-Errno.EBUSY);
        report(partial(5));
        assertEquals(0, report(last(5)));
        assertEquals(List.of(new Answer("dev", 0, 5, FAILURE)), bench.answers);
        assertEquals(0, pending(dev));
    }

    @Test
    void shouldDeliverPasidToTheDomainAttachedThere() {
        final IommuAttachHandle pasidHandle = new IommuAttachHandle();
        final TestDomain sva = bench.domain("sva", DomainType.SVA);
        sva.setIopfHandler(handler);
        IommuGroup.of(dev).attachPasid(sva, 7, pasidHandle);
        assertEquals(0, report(lastOfPasid(7, 5)));
        assertSame(pasidHandle, handler.groups.get(0).attachHandle());
    }

    @Test
    void shouldDeliverUnknownPasidToNestedRidDomainWhenGuestOwnsThePasidTable() {
        final IommuDevice nested = bench.faultingDevice("nested");
        attachAtRid(nested, DomainType.NESTED);
        bench.driver.setUserPasidTable(true);
        assertEquals(0, bench.core.reportDeviceFault(nested, lastOfPasid(UNKNOWN_PASID, 5)));
        assertSame(ridHandle, handler.groups.get(0).attachHandle());
        assertEquals(UNKNOWN_PASID, handler.groups.get(0).lastFault().pasid());
    }

    @Test
    void shouldNotFallBackToRidDomainThatIsNotNested() {
        bench.driver.setUserPasidTable(true);
        assertEquals(-Errno.EINVAL, report(lastOfPasid(UNKNOWN_PASID, 5)));
        assertEquals(1, bench.answers.size());
    }

    @Test
    void shouldNotFallBackToNestedRidDomainWhenHostOwnsThePasidTable() {
        final IommuDevice nested = bench.faultingDevice("nested");
        attachAtRid(nested, DomainType.NESTED);
        assertEquals(
                -Errno.EINVAL, bench.core.reportDeviceFault(nested, lastOfPasid(UNKNOWN_PASID, 5)));
        assertEquals(0, handler.calls());
    }

    @Test
    void shouldNotFallBackFromPasidWhoseDomainHasNoHandler() {
        final IommuDevice nested = bench.faultingDevice("nested");
        attachAtRid(nested, DomainType.NESTED);
        bench.driver.setUserPasidTable(true);
        IommuGroup.of(nested)
                .attachPasid(bench.domain("deaf", DomainType.SVA), 7, new IommuAttachHandle());
        assertEquals(-Errno.EINVAL, bench.core.reportDeviceFault(nested, lastOfPasid(7, 5)));
    }

    private static List<Long> addresses(final IopfGroup group) {
        return IntStream.range(0, group.faultCount()).mapToObj(i -> group.fault(i).addr()).toList();
    }
}
