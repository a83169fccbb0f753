// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static io.iopf4j.api.Errno.EBADF;
import static io.iopf4j.api.Errno.EBUSY;
import static io.iopf4j.api.Errno.EINVAL;
import static io.iopf4j.api.Errno.EIO;
import static io.iopf4j.api.Errno.ENODEV;
import static io.iopf4j.api.FaultGeneration.LINUX_5_X;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.vfio.VfioUapi.PASID_TABLE_FLAG_SET;
import static io.iopf4j.core.vfio.VfioUapi.PASID_TABLE_FLAG_UNSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.RecordingCore;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of an assigned device. */
class VfioPciDeviceTest {
    private final VfioBench bench = new VfioBench(LINUX_5_X);
    private final VfioPciDevice device = bench.device;
    private final List<String> steps = bench.driver.steps;
    private final List<String> calls = bench.core.calls;
    private final IommuDomain second = bench.driver.domain("second", DomainType.NESTED);

    private IommuDomain attachedDomain() {
        final IommuAttachHandle handle = IommuGroup.of(bench.dev).attachHandle(IommuGroup.NO_PASID);
        return handle == null ? null : handle.domain();
    }

    @Test
    void shouldAttachAndReceiveFaults() {
        assertEquals(0, device.attach(bench.nested));
        assertSame(bench.nested, attachedDomain());
        assertEquals(List.of("register dev"), calls);
        assertEquals(0, bench.report(last(1)));
        assertEquals(1, new VfioFaultReader(device.faultRegion()).pollFault(new IommuFault()));
        assertSame(bench.dev, device.device());
    }

    @Test
    void shouldMakeNoRegionsForADomainThatIsNotNested() {
        assertEquals(0, device.attach(bench.paging));
        assertNull(device.faultRegion());
        assertNull(device.responseRegion());
        assertEquals(List.of(), calls);
        assertEquals(List.of(), bench.kernel.workqueues);
        assertEquals(0, device.detach());
    }

    @Test
    void shouldNotAttachTwice() {
        device.attach(bench.nested);
        assertEquals(-EBUSY, device.attach(second));
        assertSame(bench.nested, attachedDomain());
    }

    @Test
    void shouldNotAttachADeviceWithoutGroup() {
        final IommuDevice lone =
                new IommuDevice("lone", bench.driver.driver, new IommuFwspec(List.of(), true, 0));
        final VfioPciDevice opened =
                VfioPciDevice.open(bench.core, bench.kernel, lone, FaultObserver.NONE);
        assertEquals(-ENODEV, opened.attach(bench.nested));
    }

    @Test
    void shouldAttachNothingWhenTheDriverRefuses() {
        bench.nested.refuse(bench.dev, -EIO);
        assertEquals(-EIO, device.attach(bench.nested));
        assertEquals(List.of(), calls);
        assertEquals(-EINVAL, device.detach());
    }

    @Test
    void shouldAttachNothingWhenSomebodyElseReceivesTheFaults() {
        bench.core.registerDeviceFaultHandler(bench.dev, (fault, data) -> 0, null);
        assertEquals(-EBUSY, device.attach(bench.nested));
        assertNull(attachedDomain());
        assertEquals(List.of("attach nested dev", "attach blocked dev"), steps);
    }

    @Test
    void shouldDetachTheHandlerFirst() {
        device.attach(bench.nested);
        calls.clear();
        bench.driver.driver.blocked().whileAttaching(() -> calls.add("attach blocked"));
        assertEquals(0, device.detach());
        assertEquals(List.of("unregister dev", "attach blocked"), calls);
        assertNull(attachedDomain());
        assertEquals(-EINVAL, device.detach());
    }

    @Test
    void shouldDetachTheDomainThoughTheHandlerStays() {
        device.attach(bench.nested);
        bench.core.refuseUnregistration(-EBUSY);
        assertEquals(-EBUSY, device.detach());
        assertNull(attachedDomain());
        assertTrue(bench.core.hasHandler());
        assertEquals(0, bench.report(last(1)));
    }

    @Test
    void shouldAttachAnewWithTheHandlerThatStayed() {
        device.attach(bench.nested);
        bench.core.refuseUnregistration(-EBUSY);
        device.detach();
        calls.clear();
        assertEquals(0, device.attach(second));
        assertEquals(List.of(), calls);
        assertSame(second, attachedDomain());
    }

    @Test
    void shouldAttachAnewWithTheSameRegions() {
        device.attach(bench.nested);
        final VfioFaultRegion region = device.faultRegion();
        device.detach();
        assertEquals(0, device.attach(second));
        assertSame(region, device.faultRegion());
        assertEquals(1, bench.kernel.workqueues.size());
        assertTrue(bench.core.hasHandler());
    }

    @Test
    void shouldNameTheLastDomainInALateAnswer() {
        device.attach(bench.nested);
        device.detach();
        calls.clear();
        new VfioResponseWriter(device.responseRegion())
                .respond(new IommuPageResponse().set(0, 1, 0));
        bench.work();
        assertEquals(
                List.of("respond dev domain=nested flags=0 pasid=0 grpid=1 code=0 type=2"), calls);
    }

    @Test
    void shouldNameTheDomainThatReplacedAnother() {
        device.attach(bench.nested);
        device.replace(second);
        calls.clear();
        new VfioResponseWriter(device.responseRegion())
                .respond(new IommuPageResponse().set(0, 1, 0));
        bench.work();
        assertEquals(
                List.of("respond dev domain=second flags=0 pasid=0 grpid=1 code=0 type=2"), calls);
    }

    @Test
    void shouldReplaceOneNestedDomainByAnother() {
        device.attach(bench.nested);
        calls.clear();
        assertEquals(0, device.replace(second));
        assertSame(second, attachedDomain());
        assertEquals(List.of(), calls);
    }

    @Test
    void shouldStartToReceiveBeforeANestedDomainTranslates() {
        device.attach(bench.paging);
        bench.nested.whileAttaching(() -> calls.add("attach nested"));
        assertEquals(0, device.replace(bench.nested));
        assertEquals(List.of("register dev", "attach nested"), calls);
        assertNotNull(device.faultRegion());
    }

    @Test
    void shouldStopToReceiveAfterTheLastNestedDomain() {
        device.attach(bench.nested);
        assertEquals(0, device.replace(bench.paging));
        assertFalse(bench.core.hasHandler());
        assertSame(bench.paging, attachedDomain());
    }

    @Test
    void shouldReplaceThoughTheHandlerStays() {
        device.attach(bench.nested);
        bench.core.refuseUnregistration(-EBUSY);
        assertEquals(-EBUSY, device.replace(bench.paging));
        assertSame(bench.paging, attachedDomain());
        assertTrue(bench.core.hasHandler());
    }

    @Test
    void shouldKeepTheOldDomainWhenTheDriverRefusesTheNew() {
        device.attach(bench.paging);
        bench.nested.refuse(bench.dev, -EIO);
        assertEquals(-EIO, device.replace(bench.nested));
        assertSame(bench.paging, attachedDomain());
        assertFalse(bench.core.hasHandler());
    }

    @Test
    void shouldKeepTheHandlerWhenTheDriverRefusesAnotherNestedDomain() {
        device.attach(second);
        bench.nested.refuse(bench.dev, -EIO);
        assertEquals(-EIO, device.replace(bench.nested));
        assertTrue(bench.core.hasHandler());
    }

    @Test
    void shouldKeepTheOldDomainWhenSomebodyElseReceivesTheFaults() {
        device.attach(bench.paging);
        bench.core.registerDeviceFaultHandler(bench.dev, (fault, data) -> 0, null);
        assertEquals(-EBUSY, device.replace(bench.nested));
        assertSame(bench.paging, attachedDomain());
    }

    @Test
    void shouldNotReplaceNothing() {
        assertEquals(-EINVAL, device.replace(bench.nested));
    }

    @Test
    void shouldSetReplaceAndUnsetAPasidTable() {
        assertEquals(0, device.setPasidTable(PASID_TABLE_FLAG_SET, bench.nested));
        assertEquals(0, device.setPasidTable(PASID_TABLE_FLAG_SET, second));
        assertSame(second, attachedDomain());
        assertEquals(0, device.setPasidTable(PASID_TABLE_FLAG_UNSET, null));
        assertNull(attachedDomain());
        assertTrue(bench.core.hasHandler());
        assertEquals(0, device.setPasidTable(PASID_TABLE_FLAG_UNSET, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 5, -1})
    void shouldRefuseOtherFlagsOfAPasidTable(final int flags) {
        assertEquals(-EINVAL, device.setPasidTable(flags, bench.nested));
        assertNull(attachedDomain());
    }

    @Test
    void shouldRefuseAPasidTableThatIsNotNested() {
        assertEquals(-EINVAL, device.setPasidTable(PASID_TABLE_FLAG_SET, bench.paging));
        assertEquals(-EINVAL, device.setPasidTable(PASID_TABLE_FLAG_SET, null));
    }

    @Test
    void shouldRelease() {
        device.attach(bench.nested);
        assertEquals(0, device.release());
        assertFalse(bench.core.hasHandler());
        assertTrue(bench.kernel.workqueues.get(0).isDestroyed());
        assertSame(bench.nested, attachedDomain());
        assertEquals(0, device.detach());
        assertEquals(0, device.release());
    }

    @Test
    void shouldReleaseWithFaultsPending() {
        device.attach(bench.nested);
        bench.core.refuseUnregistration(-EBUSY);
        assertEquals(-EBUSY, device.release());
        assertTrue(bench.core.hasHandler());
        assertEquals(-EINVAL, bench.report(last(1)));
        bench.core.refuseUnregistration(0);
        assertEquals(0, device.detach());
        assertFalse(bench.core.hasHandler());
    }

    @Test
    void shouldReleaseWithoutRegions() {
        assertEquals(0, device.release());
        assertEquals(List.of(), calls);
    }

    @Test
    void shouldAttachNothingOnceReleased() {
        device.attach(bench.nested);
        device.release();
        assertEquals(-EBADF, device.replace(second));
        device.detach();
        assertEquals(-EBADF, device.attach(bench.nested));
    }

    @Test
    void shouldNotOpenIn612() {
        final RecordingCore core = new RecordingCore(FaultGeneration.LINUX_6_12);
        assertThrows(
                IllegalArgumentException.class,
                () -> VfioPciDevice.open(core, bench.kernel, bench.dev, FaultObserver.NONE));
    }

    // ---- PASIDs ---------------------------------------------------------------------------------

    @Test
    void shouldReceiveFaultsFromTheFirstPasidOn() {
        device.attach(bench.paging);
        assertNull(device.faultRegion());
        assertEquals(0, device.bindPasid(5, bench.nested));
        assertEquals(0, device.bindPasid(6, second));
        assertEquals(List.of("register dev"), calls);
        assertNotNull(device.faultRegion());
        assertEquals(
                List.of(
                        "attach paging dev",
                        "attach nested dev pasid=5",
                        "attach second dev pasid=6"),
                steps);
    }

    @Test
    void shouldBindNoPasidWithoutADomainOrTwice() {
        assertEquals(-EINVAL, device.bindPasid(5, bench.nested));
        device.attach(bench.paging);
        assertEquals(-EINVAL, device.bindPasid(5, bench.paging));
        assertEquals(0, device.bindPasid(5, bench.nested));
        assertEquals(-EBUSY, device.bindPasid(5, second));
        device.release();
        assertEquals(-EBADF, device.bindPasid(6, second));
    }

    @Test
    void shouldBindNothingWhenSomebodyElseReceivesTheFaults() {
        device.attach(bench.paging);
        bench.core.registerDeviceFaultHandler(bench.dev, (fault, data) -> 0, null);
        assertEquals(-EBUSY, device.bindPasid(5, bench.nested));
        assertNull(IommuGroup.of(bench.dev).attachHandle(5));
        assertEquals(-EINVAL, device.unbindPasid(5));
    }

    @Test
    void shouldTakeItsPasidsAlongWhenItIsDetached() {
        device.attach(bench.paging);
        device.bindPasid(5, bench.nested);
        device.bindPasid(6, second);
        steps.clear();
        assertEquals(0, device.unbindPasid(5));
        assertEquals(List.of("attach blocked dev pasid=5"), steps);
        steps.clear();
        assertEquals(0, device.detach());
        assertEquals(List.of("attach blocked dev pasid=6", "attach blocked dev"), steps);
        assertEquals(List.of("register dev", "unregister dev"), calls);
        assertEquals(-EINVAL, device.unbindPasid(6));
    }
}
