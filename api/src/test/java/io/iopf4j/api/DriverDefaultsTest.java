// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a driver gets that implements no more than it must. */
class DriverDefaultsTest {
    private final IommuDomain domain =
            new IommuDomain(DomainType.BLOCKED) {
                @Override
                public int attachDev(final IommuDevice dev) {
                    return 0;
                }
            };

    private final IommuOps ops =
            new IommuOps() {
                @Override
                public int probeDevice(final IommuDevice dev) {
                    return 0;
                }

                @Override
                public void releaseDevice(final IommuDevice dev) {}

                @Override
                public IommuDomain blockedDomain() {
                    return domain;
                }

                @Override
                public int pageResponse(
                        final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
                    return 0;
                }
            };

    private final IommuFwspec fwspec = new IommuFwspec(List.of(16), false, 0);
    private final IommuDevice dev = new IommuDevice("0000:00:02.0", ops, fwspec);

    @Test
    void shouldHaveNoFeatures() {
        for (final DevFeature feature : DevFeature.values()) {
            assertEquals(-Errno.ENODEV, ops.devEnableFeature(dev, feature));
            assertEquals(-Errno.EBUSY, ops.devDisableFeature(dev, feature));
        }
    }

    @Test
    void shouldMakeNoDomains() {
        assertNull(ops.domainAllocPaging(dev));
        assertNull(ops.domainAllocPagingFlags(dev, 1));
        assertNull(ops.viommuAlloc(dev, domain, IommuUserData.VIOMMU_ARM_SMMUV3));
        assertNull(ops.domainAllocSva(dev, null));
    }

    @Test
    void shouldUseThePasidsThatTheDeviceCan() {
        assertEquals(0, ops.maxPasids(dev));
        final IommuFwspec wide = new IommuFwspec(List.of(16), false, 20);
        assertEquals(1 << 20, ops.maxPasids(new IommuDevice("wide", ops, wide)));
    }

    @Test
    void shouldTakeNoPasidTableOfAGuest() {
        final PasidTableConfig config = new PasidTableConfig().set(1, 24, 0x1000, 20);
        assertEquals(-Errno.ENODEV, domain.bindPasidTable(dev, config));
        assertEquals(-Errno.ENODEV, domain.svaInvalidate(dev, new TlbInvalidateInfo()));
        domain.unbindPasidTable(dev);
    }

    @Test
    void shouldAnswerPageRequestsAndOwnPasidTables() {
        assertTrue(ops.hasPageResponse());
        assertFalse(ops.userPasidTable());
    }

    @Test
    void shouldSupportNeitherPasidsNorMapping() {
        assertEquals(-Errno.EOPNOTSUPP, domain.setDevPasid(dev, 1));
        assertEquals(-Errno.EOPNOTSUPP, domain.map(0, 0, 4096, 1));
        assertEquals(0, domain.unmap(0, 4096));
    }

    @Test
    void shouldKeepWhatOwnersPutIntoDomain() {
        final IopfHandler handler = group -> 0;
        domain.setIopfHandler(handler);
        domain.setFaultData("data");
        assertSame(handler, domain.iopfHandler());
        assertEquals("data", domain.faultData());
        assertEquals(DomainType.BLOCKED, domain.type());
    }

    @Test
    void shouldKeepWhatOwnersPutIntoDevice() {
        dev.setDriverData("driver");
        dev.setFaultParam("core");
        dev.setIommuGroup("group");
        assertEquals("driver", dev.driverData());
        assertEquals("core", dev.faultParam());
        assertEquals("group", dev.iommuGroup());
    }

    @Test
    void shouldGoByItsName() {
        assertEquals("0000:00:02.0", dev.toString());
        assertEquals("0000:00:02.0", dev.name());
        assertSame(ops, dev.ops());
        assertSame(fwspec, dev.fwspec());
    }

    @Test
    void shouldAttachHandleToDomain() {
        final IommuAttachHandle handle = new IommuAttachHandle();
        assertNull(handle.domain());
        handle.setDomain(domain);
        assertSame(domain, handle.domain());
    }
}
