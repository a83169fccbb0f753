// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.PasidTableConfig;
import io.iopf4j.api.TlbInvalidateInfo;

/**
 * A guest's PASID tables on the host: {@code iommu_bind_pasid_table()}, {@code
 * iommu_unbind_pasid_table()} and {@code iommu_sva_invalidate()}, {@code drivers/iommu/iommu.c} of
 * the 2017 and 2018 series. The core checks nothing but that the driver can; it takes no lock, and
 * outstanding faults of the device are neither drained nor answered. What was merged in 5.x does
 * this in another way, so that later generations get {@code -EOPNOTSUPP} here.
 */
public final class GuestPasidTables {
    private final FaultGeneration generation;

    /**
     * The functions of one generation.
     *
     * @param generation {@code IommuCore.generation()}
     */
    public GuestPasidTables(final FaultGeneration generation) {
        this.generation = generation;
    }

    /**
     * Makes a guest's PASID table the device's own.
     *
     * @param domain the device's domain
     * @param dev a probed device
     * @param config the table, which stays the caller's
     * @return 0; {@code -ENODEV} if the driver cannot; or the driver's errno, nothing having
     *     changed; {@code -EOPNOTSUPP} after 2018
     */
    public int bindPasidTable(
            final IommuDomain domain, final IommuDevice dev, final PasidTableConfig config) {
        return exists() ? domain.bindPasidTable(dev, config) : -Errno.EOPNOTSUPP;
    }

    /**
     * Takes a guest's PASID table away again; nothing happens if the driver cannot.
     *
     * @param domain the device's domain
     * @param dev a probed device
     */
    public void unbindPasidTable(final IommuDomain domain, final IommuDevice dev) {
        if (exists()) {
            domain.unbindPasidTable(dev);
        }
    }

    /**
     * Invalidates what the IOMMU caches of a guest's tables.
     *
     * @param domain the device's domain
     * @param dev a probed device
     * @param info what to forget, which stays the caller's
     * @return 0; {@code -ENODEV} if the driver cannot; or the driver's errno; {@code -EOPNOTSUPP}
     *     after 2018
     */
    public int svaInvalidate(
            final IommuDomain domain, final IommuDevice dev, final TlbInvalidateInfo info) {
        return exists() ? domain.svaInvalidate(dev, info) : -Errno.EOPNOTSUPP;
    }

    private boolean exists() {
        return generation == FaultGeneration.SERIES_2017
                || generation == FaultGeneration.SERIES_2018;
    }
}
