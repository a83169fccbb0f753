// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;

/**
 * What a unit looks up for a device's requests: one subclass for each kind of table. The core's
 * group lock serialises calls for one device; the end of a process may come from any thread, so
 * that each is atomic besides.
 */
abstract class Translations implements DevicePri.ContextEntries {
    /** {@link #tearDown}: there was nothing. */
    static final int NOTHING = 0;

    /** {@link #tearDown}: it is gone, and page requests are to be drained. */
    static final int TORN_DOWN = 1;

    private final IntelIommu iommu;

    Translations(final IntelIommu iommu) {
        this.iommu = iommu;
    }

    /** Those of a unit's mode. */
    static Translations of(final IntelIommu iommu) {
        if (iommu.isScalable()) {
            return new ScalableTranslations(iommu);
        }
        return iommu.isExtended()
                ? new ExtendedTranslations(iommu)
                : new LegacyTranslations(iommu, false);
    }

    /**
     * Takes a device in; it reaches nothing yet.
     *
     * @return 0 or {@code -ENOMEM}, and nothing is kept
     */
    abstract int add(DeviceInfo info);

    /** Lets a device go; nothing is set up for it any more. */
    abstract void remove(DeviceInfo info);

    /**
     * Whether a regime can be set up, once what is there is torn down. Makes what memory it needs.
     *
     * @param regime its domain id is not looked at
     * @return 0; {@code -EOPNOTSUPP} if this kind of table has no such thing; {@code -EINVAL} for
     *     what device or unit cannot; {@code -EBUSY} if something else of the device is in the way;
     *     {@code -ENOMEM}
     */
    abstract int prepare(DeviceInfo info, int pasid, Regime regime);

    /**
     * The domain id by which the hardware is to know a domain at a PASID.
     *
     * @return the id, to be given to {@link #releaseDid}, or {@code -ENOSPC}
     */
    int acquireDid(final DeviceInfo info, final int pasid, final IntelDomain domain) {
        return domain.did();
    }

    /** The hardware does not know anything by it any more. */
    void releaseDid(final DeviceInfo info, final IntelDomain domain, final int did) {}

    /**
     * Sets up what {@link #prepare} let pass. A request finds the former or the new, nothing in
     * between.
     *
     * @return 0; {@code -EBUSY} if something is set up there
     */
    abstract int setUp(DeviceInfo info, int pasid, Regime regime);

    /**
     * Tears down what is set up, and makes hardware and device forget it.
     *
     * @param ignoresFaults the device may be at work still: what it does is not recorded
     * @return {@link #NOTHING}, {@link #TORN_DOWN}, or the negative errno of the unit, which then
     *     may know of it still
     */
    abstract int tearDown(DeviceInfo info, int pasid, boolean ignoresFaults);

    /** Gives all memory back; the unit does not look anything up any more. */
    abstract void free();

    final IntelIommu iommu() {
        return iommu;
    }

    final boolean is612() {
        return iommu.generation() == FaultGeneration.LINUX_6_12;
    }

    /**
     * Forgets all that a device has cached of a PASID: {@code devtlb_invalidation_with_pasid()}.
     */
    final int flushDevice(final DeviceInfo info, final int pasid) {
        if (!info.isAtsEnabled()) {
            return 0;
        }
        return pasid == DeviceInfo.NO_PASID
                ? iommu.flush().flushDevTlb(info, 0, QiFlush.ALL_LOG2)
                : iommu.flush().flushDevTlbPasid(info, pasid, 0, QiFlush.ALL_LOG2);
    }

    final int flushContext(final DeviceInfo info, final int did) {
        return iommu.flush().flushContext(Invalidation.CC_DEVICE, did, info.rid(), 0);
    }

    /** Whether what is not present may be cached. */
    final boolean cachesAbsence() {
        return iommu.capabilities().hasCap(VtdCapabilities.CM);
    }

    /** What changed in memory is on its way: {@code iommu_flush_write_buffer()}. */
    final void flushWriteBuffer() {
        if (iommu.capabilities().hasCap(VtdCapabilities.RWBF)) {
            iommu.control().flushWriteBuffer();
        }
    }

    /** The first of two results that failed. */
    static int worse(final int first, final int second) {
        return first < 0 ? first : second;
    }
}
