// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.IommufdBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands on what, and goes in which order. */
class IommufdViommuObjectTest {
    private static final int TYPE = IommuUserData.VIOMMU_ARM_SMMUV3;
    private static final int NO_OBJECT = 99;
    private static final IommuUserData TABLES = new IommuUserData(IommuUserData.ARM_SMMUV3, 1, 0);

    private final IommufdBench bench = new IommufdBench();
    private final IommufdContext context = bench.context;
    private final IommufdHwpt parent =
            context.hwptAllocPaging(bench.idev, HwptAlloc.FLAG_NEST_PARENT);
    private final int viommu = context.viommuAlloc(TYPE, bench.idev, parent);

    @Test
    void shouldStandOnItsParent() {
        assertSame(parent.domain(), context.viommu(viommu).parent());
        assertEquals(DomainType.PAGING, parent.domain().type());
        assertEquals(-Errno.EBUSY, context.destroy(parent.id()));
    }

    @Test
    void shouldGoBeforeItsParent() {
        bench.core.steps.clear();
        assertEquals(0, context.destroy(viommu));
        assertNull(context.viommu(viommu));
        assertEquals(0, context.destroy(parent.id()));
        assertEquals(List.of("destroy viommu on parent"), bench.core.steps);
        assertTrue(((TestDomain) parent.domain()).isFreed());
    }

    @Test
    void shouldStayWhileSomethingIsMadeOnIt() {
        final IommufdHwpt nested = context.hwptAllocNested(viommu, TABLES, bench.queueId);
        assertEquals(DomainType.NESTED, nested.domain().type());
        assertSame(bench.queue, nested.faultQueue());
        assertEquals(-Errno.EBUSY, context.destroy(viommu));
        assertEquals(0, context.destroy(nested.id()));
        assertEquals(0, context.destroy(viommu));
    }

    @Test
    void shouldStayWhileItKnowsADevice() {
        final int vdevice = context.vdeviceAlloc(viommu, bench.idev, 7);
        assertSame(bench.dev, context.viommu(viommu).findDev(7));
        assertEquals(-Errno.EBUSY, context.destroy(viommu));
        assertEquals(0, context.destroy(vdevice));
        assertNull(context.viommu(viommu).findDev(7));
        assertEquals(0, context.destroy(viommu));
    }

    @Test
    void shouldForgetADeviceThatIsGivenBack() {
        final int vdevice = context.vdeviceAlloc(viommu, bench.idev, 7);
        context.vdeviceAlloc(viommu, bench.idev, 8);
        final IommufdDevice other = context.bind(bench.core.device("other"));
        context.vdeviceAlloc(viommu, other, 9);
        assertEquals(0, context.destroy(bench.idev.id()));
        assertEquals(-Errno.ENOENT, context.destroy(vdevice));
        assertNull(context.viommu(viommu).findDev(7));
        assertNull(context.viommu(viommu).findDev(8));
        assertSame(other.device(), context.viommu(viommu).findDev(9));
        assertEquals(-Errno.EBUSY, context.destroy(viommu), "one name is left");
        assertEquals(0, context.destroy(other.id()));
        assertEquals(0, context.destroy(viommu));
    }

    @Test
    void shouldRefuseANameThatIsTakenOrTooLong() {
        assertEquals(0, Math.min(0, context.vdeviceAlloc(viommu, bench.idev, 7)));
        final IommufdDevice other = context.bind(bench.core.device("other"));
        assertEquals(-Errno.EEXIST, context.vdeviceAlloc(viommu, other, 7));
        assertEquals(-Errno.EINVAL, context.vdeviceAlloc(viommu, other, 1L << 32));
        assertSame(bench.dev, context.viommu(viommu).findDev(7));
    }

    @Test
    void shouldRefuseADeviceBehindAnotherIommu() {
        final IommufdDevice stranger = context.bind(new CoreBench().device("stranger"));
        assertEquals(-Errno.EINVAL, context.vdeviceAlloc(viommu, stranger, 7));
    }

    @Test
    void shouldRefuseDataThatTheDriverRefuses() {
        assertNull(
                context.hwptAllocNested(
                        viommu, new IommuUserData(IommuUserData.ARM_SMMUV3, 0, 0), 0));
        assertEquals(-Errno.EIO, context.lastError());
        assertEquals(0, context.destroy(viommu), "nothing stays behind");
    }

    @Test
    void shouldRefuseIdsOfOtherObjects() {
        assertNull(context.hwptAllocNested(parent.id(), TABLES, 0));
        assertEquals(-Errno.ENOENT, context.lastError());
        assertNull(context.hwptAllocNested(viommu, TABLES, NO_OBJECT));
        assertEquals(-Errno.ENOENT, context.lastError());
        assertTrue(bench.core.domains.get(bench.core.domains.size() - 1).isFreed());
        assertEquals(-Errno.ENOENT, context.vdeviceAlloc(parent.id(), bench.idev, 7));
        assertNull(context.viommu(parent.id()));
        assertEquals(0, context.destroy(viommu), "nothing stays behind");
    }

    @Test
    void shouldRefuseWhatTheDriverDoesNotHave() {
        assertEquals(-Errno.EOPNOTSUPP, context.viommuAlloc(TYPE + 1, bench.idev, parent));
        assertNull(context.hwptAllocPaging(bench.idev, HwptAlloc.FLAG_DIRTY_TRACKING));
        assertEquals(-Errno.EOPNOTSUPP, context.lastError());
        assertEquals(0, context.destroy(viommu));
        assertEquals(0, context.destroy(parent.id()), "a failure holds no reference");
    }

    @Test
    void shouldRefuseAParentThatIsGone() {
        final IommufdHwpt gone = context.hwptAllocPaging(bench.idev, 0);
        assertNotNull(gone);
        context.destroy(gone.id());
        assertEquals(-Errno.ENOENT, context.viommuAlloc(TYPE, bench.idev, gone));
        assertFalse(gone.get());
    }

    // ---- On a second stage, without viommu ------------------------------------------------------

    @Test
    void shouldKeepTheSecondStageInUse() {
        final IommufdHwpt nested =
                context.hwptAllocNested(bench.idev, parent, TABLES, bench.queueId);
        assertEquals(DomainType.NESTED, nested.domain().type());
        assertSame(bench.queue, nested.faultQueue());
        assertEquals(0, context.destroy(viommu));
        assertEquals(-Errno.EBUSY, context.destroy(parent.id()));
        assertEquals(0, context.destroy(nested.id()));
        assertEquals(0, context.destroy(parent.id()));
    }

    @Test
    void shouldHoldNothingOfTablesThatTheDriverRefuses() {
        final IommuUserData wrong = new IommuUserData(IommuUserData.VTD_S1, 0, 0);
        assertNull(context.hwptAllocNested(bench.idev, parent, wrong, 0));
        assertEquals(-Errno.EOPNOTSUPP, context.lastError());
        assertEquals(0, context.destroy(viommu));
        assertEquals(0, context.destroy(parent.id()));
    }

    @Test
    void shouldHoldNothingOfTablesWhoseFaultQueueIsNone() {
        assertNull(context.hwptAllocNested(bench.idev, parent, TABLES, NO_OBJECT));
        assertEquals(-Errno.ENOENT, context.lastError());
        assertTrue(bench.core.domains.get(bench.core.domains.size() - 1).isFreed());
        assertEquals(0, context.destroy(viommu));
        assertEquals(0, context.destroy(parent.id()));
    }

    @Test
    void shouldRefuseASecondStageThatIsGone() {
        final IommufdHwpt gone = context.hwptAllocPaging(bench.idev, 0);
        context.destroy(gone.id());
        assertNull(context.hwptAllocNested(bench.idev, gone, TABLES, 0));
        assertEquals(-Errno.ENOENT, context.lastError());
    }
}
