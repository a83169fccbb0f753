// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.uapi.HwptAlloc;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Whoever unmaps must know of an attachment as soon as the device can have cached anything: from
 * the first command of attaching on.
 */
final class AttachmentOrderTest {
    private static final int PASID = 7;

    /** For each command queue update since a domain is watched: whether its list had somebody. */
    private final List<Boolean> known = new ArrayList<>();

    private ArmSmmuAttachable watched;

    private final FakeSmmu fake =
            new FakeSmmu(
                    FakeSmmu.IDR0 | SmmuRegisters.IDR0_S2P | SmmuRegisters.IDR0_ATS,
                    FakeSmmu.IDR1 | 8 << SmmuRegisters.IDR1_SSIDSIZE_SHIFT) {
                @Override
                public void writel(final int value, final long offset) {
                    if (offset == SmmuRegisters.CMDQ_PROD && watched != null) {
                        known.add(!watched.attachments().all().isEmpty());
                    }
                    super.writel(value, offset);
                }
            };
    private final ArmSmmuDevice smmu = fake.probe();
    private final IommuDevice device =
            new IommuDevice("dev", smmu.ops(), new IommuFwspec(List.of(SID), false, 5, true));

    AttachmentOrderTest() {
        assertEquals(0, device.ops().probeDevice(device));
    }

    private void assertAlwaysKnown() {
        assertFalse(known.isEmpty());
        assertFalse(known.contains(false), known::toString);
    }

    @Test
    void shouldKnowOfTheRid() {
        final IommuDomain domain = smmu.ops().domainAllocPaging(device);
        watched = (ArmSmmuAttachable) domain;
        assertEquals(0, domain.attachDev(device));
        assertAlwaysKnown();
    }

    @Test
    void shouldKnowOfAPasid() {
        final IommuDomain domain = smmu.ops().domainAllocPaging(device);
        watched = (ArmSmmuAttachable) domain;
        assertEquals(0, domain.setDevPasid(device, PASID));
        assertAlwaysKnown();
    }

    @Test
    void shouldKnowOfStageTwo() {
        final IommuDomain domain =
                smmu.ops().domainAllocPagingFlags(device, HwptAlloc.FLAG_NEST_PARENT);
        watched = (ArmSmmuAttachable) domain;
        assertEquals(0, domain.attachDev(device));
        assertAlwaysKnown();
    }

    @Test
    void shouldKnowOfAGuestsTablesAtTheirParent() {
        final IommuDomain parent =
                smmu.ops().domainAllocPagingFlags(device, HwptAlloc.FLAG_NEST_PARENT);
        final IommufdViommu viommu =
                smmu.ops().viommuAlloc(device, parent, IommuUserData.VIOMMU_ARM_SMMUV3);
        final IommuDomain nested =
                viommu.allocDomainNested(new IommuUserData(IommuUserData.ARM_SMMUV3, 0x9, 0));
        watched = (ArmSmmuAttachable) parent;
        assertEquals(0, nested.attachDev(device));
        assertAlwaysKnown();
    }

    @Test
    void shouldNotRememberAnAttachmentThatFailed() {
        final IommuDomain domain = smmu.ops().domainAllocPaging(device);
        while (fake.allocator.allocCoherent(4096) != null) {
            // Until there is none for a table of contexts.
        }
        assertEquals(-Errno.ENOMEM, domain.attachDev(device));
        assertEquals(-Errno.ENOMEM, domain.setDevPasid(device, PASID));
        assertTrue(((ArmSmmuAttachable) domain).attachments().all().isEmpty());
    }
}
