// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

import io.iopf4j.api.Errno;
import io.iopf4j.api.PasidTableConfig;

/**
 * May a guest's PASID table be bound: {@code intel_iommu_bind_pasid_table()}, {@code
 * drivers/iommu/intel-iommu.c} of the 2018 series. Neither version nor size of the configuration is
 * looked at. Stateless; any thread.
 */
public final class VtdBinding {
    /** The narrowest PASID that a context entry can express. */
    public static final int MIN_PASID_BITS = 5;

    private static final long PAGE_MASK = 0xfff;

    private VtdBinding() {}

    /** What the host knows of a device; asked in the order of the methods, and no further. */
    public interface Host {
        /**
         * Whether an IOMMU covers the device ({@code device_to_iommu}).
         *
         * @return false gives {@code -ENODEV}
         */
        boolean hasIommu();

        /**
         * Width of the host's PASIDs ({@code intel_iommu_get_pts}).
         *
         * @return bits, at most 20
         */
        int pasidBits();

        /**
         * Whether the IOMMU can translate nested ({@code ecap_nest}).
         *
         * @return false gives {@code -EINVAL}
         */
        boolean canNest();

        /**
         * Whether the driver has a record of the device ({@code dev->archdata.iommu}).
         *
         * @return false gives {@code -EINVAL}
         */
        boolean hasDeviceInfo();

        /**
         * Whether a guest's table is bound to the device already.
         *
         * @return true gives {@code -EBUSY}
         */
        boolean isBound();

        /**
         * Enables PASIDs on the device unless they are.
         *
         * @return 0, or the negative errno that becomes the result
         */
        int enablePasid();

        /**
         * Whether the device's context entry is present.
         *
         * @return false gives {@code -EINVAL}
         */
        boolean isContextPresent();
    }

    /**
     * Checks everything that the driver checks, in its order.
     *
     * @param host the device
     * @param config the guest's table, or null
     * @return 0; {@code -ENODEV} without IOMMU; {@code -ERANGE} without configuration, or for a
     *     PASID that is wider than the host's or narrower than {@link #MIN_PASID_BITS}; {@code
     *     -EINVAL} if the IOMMU cannot nest or the driver does not know the device; {@code -EBUSY}
     *     if a table is bound; the errno of {@link Host#enablePasid()}; {@code -EINVAL} without
     *     context entry
     */
    public static int check(final Host host, final PasidTableConfig config) {
        if (!host.hasIommu()) {
            return -Errno.ENODEV;
        }
        if (config == null
                || config.pasidBits() > host.pasidBits()
                || config.pasidBits() < MIN_PASID_BITS) {
            return -Errno.ERANGE;
        }
        if (!host.canNest() || !host.hasDeviceInfo()) {
            return -Errno.EINVAL;
        }
        if (host.isBound()) {
            return -Errno.EBUSY;
        }
        final int ret = host.enablePasid();
        if (ret != 0) {
            return ret;
        }
        return host.isContextPresent() ? 0 : -Errno.EINVAL;
    }

    /**
     * The table's address as the context entry takes it.
     *
     * @param config a configuration that {@link #check} let pass
     * @return its base, rounded down to 4 KiB
     */
    public static long tableBase(final PasidTableConfig config) {
        return config.basePtr() & ~PAGE_MASK;
    }

    /**
     * The table's size as the context entry takes it.
     *
     * @param config a configuration that {@link #check} let pass
     * @return the field's value, log2 of the number of entries less {@link #MIN_PASID_BITS}
     */
    public static int tableSizeField(final PasidTableConfig config) {
        return config.pasidBits() - MIN_PASID_BITS;
    }
}
