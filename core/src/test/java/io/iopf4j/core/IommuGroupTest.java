// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attaching a group's devices together: all of them or none. */
class IommuGroupTest {
    private final CoreBench bench = new CoreBench();
    private final IommuGroup group = new IommuGroup(3);
    private final TestDomain first = bench.domain("first", DomainType.PAGING);
    private final TestDomain second = bench.domain("second", DomainType.NESTED);
    private final IommuAttachHandle handle = new IommuAttachHandle();
    private IommuDevice devA;
    private IommuDevice devB;

    @BeforeEach
    void join() {
        devA = bench.device("a", group);
        devB = bench.device("b", group);
        bench.steps.clear();
    }

    @Test
    void shouldKnowItsNumberAndItsDevicesInOrder() {
        assertEquals(3, group.id());
        assertEquals(List.of(devA, devB), group.devices());
        assertSame(group, IommuGroup.of(devA));
    }

    @Test
    void shouldProbeAndBlockDeviceThatJoins() {
        bench.device("c", group);
        assertEquals(List.of("probe c", "attach blocked c"), bench.steps);
    }

    @Test
    void shouldAttachNewcomerToWhatTheGroupIsAttachedTo() {
        group.attach(first, handle);
        bench.steps.clear();
        bench.device("c", group);
        assertEquals(List.of("probe c", "attach first c"), bench.steps);
    }

    @Test
    void shouldRefuseDeviceThatIsInGroup() {
        assertEquals(-Errno.EBUSY, new IommuGroup(4).addDevice(devA));
        assertSame(group, IommuGroup.of(devA));
    }

    @Test
    void shouldNotTakeDeviceWhoseProbeFails() {
        bench.driver.refuseProbe(-Errno.ENODEV);
        final IommuDevice dev = newcomer();
        assertEquals(-Errno.ENODEV, group.addDevice(dev));
        assertNull(IommuGroup.of(dev));
        assertEquals(List.of("probe c"), bench.steps);
    }

    @Test
    void shouldReleaseDeviceThatCannotBeAttached() {
        final IommuDevice dev = newcomer();
        bench.driver.blocked().refuse(dev, -Errno.EIO);
        assertEquals(-Errno.EIO, group.addDevice(dev));
        assertEquals(List.of("probe c", "attach blocked c refused", "release c"), bench.steps);
        assertEquals(List.of(devA, devB), group.devices());
    }

    private IommuDevice newcomer() {
        return new IommuDevice("c", bench.driver, new IommuFwspec(List.of(3), true, 0));
    }

    @Test
    void shouldReleaseDeviceThatLeaves() {
        group.removeDevice(devA);
        assertNull(IommuGroup.of(devA));
        assertEquals(List.of(devB), group.devices());
        assertEquals(List.of("release a"), bench.steps);
    }

    @Test
    void shouldAttachEveryDevice() {
        assertEquals(0, group.attach(first, handle));
        assertEquals(List.of("attach first a", "attach first b"), bench.steps);
        assertSame(handle, group.attachHandle(IommuGroup.NO_PASID));
        assertSame(first, handle.domain());
    }

    @Test
    void shouldRefuseSecondAttachment() {
        group.attach(first, handle);
        assertEquals(-Errno.EBUSY, group.attach(second, new IommuAttachHandle()));
        assertSame(handle, group.attachHandle(IommuGroup.NO_PASID));
    }

    @Test
    void shouldBlockFirstDeviceAgainWhenSecondRefuses() {
        first.refuse(devB, -Errno.EINVAL);
        assertEquals(-Errno.EINVAL, group.attach(first, handle));
        assertEquals(
                List.of("attach first a", "attach first b refused", "attach blocked a"),
                bench.steps);
        assertNull(group.attachHandle(IommuGroup.NO_PASID));
    }

    @Test
    void shouldRestoreOldDomainWhenSecondDeviceRefusesReplacement() {
        group.attach(first, handle);
        bench.steps.clear();
        second.refuse(devB, -Errno.ENOMEM);
        assertEquals(-Errno.ENOMEM, group.replace(second, new IommuAttachHandle()));
        assertEquals(
                List.of("attach second a", "attach second b refused", "attach first a"),
                bench.steps);
        assertSame(handle, group.attachHandle(IommuGroup.NO_PASID));
    }

    @Test
    void shouldReplaceWithoutBlockingInBetween() {
        group.attach(first, handle);
        bench.steps.clear();
        final IommuAttachHandle newHandle = new IommuAttachHandle();
        assertEquals(0, group.replace(second, newHandle));
        assertEquals(List.of("attach second a", "attach second b"), bench.steps);
        assertSame(newHandle, group.attachHandle(IommuGroup.NO_PASID));
        assertSame(second, newHandle.domain());
    }

    @Test
    void shouldHaveHandleInPlaceBeforeAttachedHardwareCanFault() {
        final List<IommuAttachHandle> seen = new ArrayList<>();
        first.whileAttaching(() -> seen.add(group.attachHandle(IommuGroup.NO_PASID)));
        group.attach(first, handle);
        assertEquals(List.of(handle, handle), seen);
    }

    @Test
    void shouldKeepOldHandleUntilAllHardwareIsReplaced() {
        group.attach(first, handle);
        final List<IommuAttachHandle> seen = new ArrayList<>();
        second.whileAttaching(() -> seen.add(group.attachHandle(IommuGroup.NO_PASID)));
        group.replace(second, new IommuAttachHandle());
        assertEquals(List.of(handle, handle), seen);
    }

    @Test
    void shouldKeepHandleUntilAllHardwareIsBlocked() {
        group.attach(first, handle);
        final List<IommuAttachHandle> seen = new ArrayList<>();
        bench.driver
                .blocked()
                .whileAttaching(() -> seen.add(group.attachHandle(IommuGroup.NO_PASID)));
        group.detach();
        assertEquals(List.of(handle, handle), seen);
    }

    @Test
    void shouldBlockEveryDeviceWhenDetached() {
        group.attach(first, handle);
        bench.steps.clear();
        group.detach();
        assertEquals(List.of("attach blocked a", "attach blocked b"), bench.steps);
        assertNull(group.attachHandle(IommuGroup.NO_PASID));
        assertEquals(0, group.attach(second, new IommuAttachHandle()));
    }

    @Test
    void shouldAttachPasidOfEveryDevice() {
        assertEquals(0, group.attachPasid(first, 7, handle));
        assertEquals(List.of("attach first a pasid=7", "attach first b pasid=7"), bench.steps);
        assertSame(handle, group.attachHandle(7));
        assertNull(group.attachHandle(IommuGroup.NO_PASID));
    }

    @Test
    void shouldKeepPasidsApart() {
        final IommuAttachHandle[] handles = new IommuAttachHandle[4];
        for (final int pasid : new int[] {9, 0xfffff, 1, 5}) {
            final IommuAttachHandle at = new IommuAttachHandle();
            handles[pasid == 9 ? 0 : pasid == 1 ? 1 : pasid == 5 ? 2 : 3] = at;
            assertEquals(0, group.attachPasid(first, pasid, at));
        }
        group.detachPasid(5);
        assertSame(handles[0], group.attachHandle(9));
        assertSame(handles[1], group.attachHandle(1));
        assertNull(group.attachHandle(5));
        assertSame(handles[3], group.attachHandle(0xfffff));
    }

    @Test
    void shouldRefuseToAttachPasidZero() {
        assertEquals(-Errno.EINVAL, group.attachPasid(first, IommuGroup.NO_PASID, handle));
        assertEquals(List.of(), bench.steps);
    }

    @Test
    void shouldRefuseSecondAttachmentAtPasid() {
        group.attachPasid(first, 7, handle);
        assertEquals(-Errno.EBUSY, group.attachPasid(second, 7, new IommuAttachHandle()));
        assertSame(handle, group.attachHandle(7));
    }

    @Test
    void shouldClearPasidOfFirstDeviceWhenSecondRefuses() {
        first.refuse(devB, -Errno.ENOSPC);
        assertEquals(-Errno.ENOSPC, group.attachPasid(first, 7, handle));
        assertEquals(
                List.of(
                        "attach first a pasid=7",
                        "attach first b pasid=7 refused",
                        "attach blocked a pasid=7"),
                bench.steps);
        assertNull(group.attachHandle(7));
    }

    @Test
    void shouldBlockPasidOfEveryDeviceWhenDetached() {
        group.attachPasid(first, 7, handle);
        bench.steps.clear();
        group.detachPasid(7);
        assertEquals(List.of("attach blocked a pasid=7", "attach blocked b pasid=7"), bench.steps);
        assertNull(group.attachHandle(7));
    }

    @Test
    void shouldChangeNothingWhenUnattachedPasidIsDetached() {
        group.attachPasid(first, 7, handle);
        group.detachPasid(8);
        assertSame(handle, group.attachHandle(7));
    }

    @Test
    void shouldTellTypesOfAttachmentsApart() {
        assertEquals(
                -Errno.ENOENT, group.checkAttachHandle(IommuGroup.NO_PASID, DomainType.PAGING));
        group.attach(first, handle);
        assertEquals(0, group.checkAttachHandle(IommuGroup.NO_PASID, DomainType.PAGING));
        assertEquals(-Errno.EBUSY, group.checkAttachHandle(IommuGroup.NO_PASID, DomainType.NESTED));
    }

    /** A driver that attaches looks the device's group up, and a fault may come at once. */
    @Test
    void shouldKnowGroupWhileNewcomerIsAttached() {
        group.attach(first, handle);
        final IommuDevice dev = newcomer();
        first.whileAttaching(() -> assertSame(group, IommuGroup.of(dev)));
        assertEquals(0, group.addDevice(dev));
    }

    @Test
    void shouldLeaveNewcomerThatCannotBeAttachedInNoGroup() {
        group.attach(first, handle);
        final IommuDevice dev = newcomer();
        first.refuse(dev, -Errno.EINVAL);
        assertEquals(-Errno.EINVAL, group.addDevice(dev));
        assertNull(IommuGroup.of(dev));
        assertEquals(List.of(devA, devB), group.devices());
    }

    @Test
    void shouldReplaceAtAPasid() {
        group.attachPasid(first, 7, handle);
        bench.steps.clear();
        final IommuAttachHandle next = new IommuAttachHandle();
        assertEquals(0, group.replacePasid(second, 7, next));
        assertEquals(List.of("attach second a pasid=7", "attach second b pasid=7"), bench.steps);
        assertSame(next, group.attachHandle(7));
        assertSame(second, next.domain());
    }

    @Test
    void shouldKeepTheOldDomainAtAPasidWhenOneDeviceRefuses() {
        group.attachPasid(first, 7, handle);
        second.refuse(devB, -Errno.ENOSPC);
        bench.steps.clear();
        assertEquals(-Errno.ENOSPC, group.replacePasid(second, 7, new IommuAttachHandle()));
        assertEquals(
                List.of(
                        "attach second a pasid=7",
                        "attach second b pasid=7 refused",
                        "attach first a pasid=7"),
                bench.steps);
        assertSame(handle, group.attachHandle(7));
    }

    @Test
    void shouldReplaceNothingWhereNothingIsAttached() {
        group.attach(first, handle);
        assertEquals(-Errno.EINVAL, group.replacePasid(second, 7, new IommuAttachHandle()));
        assertEquals(
                -Errno.EINVAL,
                group.replacePasid(second, IommuGroup.NO_PASID, new IommuAttachHandle()));
    }
}
