// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;

/** The two domains without tables: {@code identity_domain} and {@code blocking_domain} of 6.12. */
final class IntelFixedDomain {
    private IntelFixedDomain() {}

    /** Addresses pass untranslated: {@code identity_domain_attach_dev()}. */
    static final class Identity extends IntelDomain {
        Identity(final IntelIommu iommu) {
            super(DomainType.IDENTITY, iommu, DeviceInfo.DEFAULT_DID, true);
        }

        @Override
        Regime regime(final int id) {
            return Regime.passThrough(IntelWidths.aw(iommu().capabilities(), iommu().isScalable()));
        }
    }

    /** Everything is refused: {@code blocking_domain_attach_dev()}. Attaching is detaching. */
    static final class Blocked extends IommuDomain {
        private final IntelIommu iommu;

        Blocked(final IntelIommu iommu) {
            super(DomainType.BLOCKED);
            this.iommu = iommu;
        }

        @Override
        public int attachDev(final IommuDevice dev) {
            return detach(dev, DeviceInfo.NO_PASID);
        }

        @Override
        public int setDevPasid(final IommuDevice dev, final int pasid) {
            return pasid < 1 ? -Errno.EINVAL : detach(dev, pasid);
        }

        private int detach(final IommuDevice dev, final int pasid) {
            if (dev.ops() != iommu.ops()) {
                return -Errno.EINVAL;
            }
            IntelDomain.detach(iommu, DeviceInfo.of(dev), pasid);
            return 0;
        }
    }
}
