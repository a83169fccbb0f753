// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.vtd.Invalidation;

/**
 * What attaching has in common, at the RID and at PASIDs: {@code intel_iommu_attach_device()},
 * {@code intel_iommu_set_dev_pasid()} and {@code device_block_translation()} of Linux 6.12. What
 * was there is torn down, then the new is set up; between the two the device is refused. The core's
 * group lock serialises attaching of one device.
 */
abstract class IntelDomain extends IommuDomain {
    private final IntelIommu iommu;
    private final int did;
    private final CacheTags tags;
    private volatile boolean isLost;

    /**
     * A domain of a unit.
     *
     * @param did the id that the hardware knows it by
     * @param isFirstStage its translations are known by PASID
     */
    IntelDomain(
            final DomainType type,
            final IntelIommu iommu,
            final int did,
            final boolean isFirstStage) {
        super(type);
        this.iommu = iommu;
        this.did = did;
        this.tags = new CacheTags(iommu, isFirstStage);
    }

    final IntelIommu iommu() {
        return iommu;
    }

    /** The id that the hardware knows it by, unless {@link Translations#acquireDid} says other. */
    final int did() {
        return did;
    }

    final CacheTags tags() {
        return tags;
    }

    /** Whether guests' first stages may stand on it. */
    boolean isNestParent() {
        return false;
    }

    /** Whether the unit knows nothing of it: if not, its memory must not be used again. */
    final boolean isForgotten() {
        return !isLost || iommu.isOff();
    }

    /** Makes the unit forget its id, and says whether it {@linkplain #isForgotten has}. */
    final boolean forget() {
        if (!iommu.isOff() && iommu.flush().flushIotlb(Invalidation.IOTLB_DOMAIN, did, 0, 0) != 0) {
            isLost = true;
        }
        return isForgotten();
    }

    /** What is set up for it, under an id. */
    abstract Regime regime(int id);

    @Override
    public int attachDev(final IommuDevice dev) {
        return attach(dev, DeviceInfo.NO_PASID);
    }

    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        return pasid < 1 ? -Errno.EINVAL : attach(dev, pasid);
    }

    private int attach(final IommuDevice dev, final int pasid) {
        if (dev.ops() != iommu.ops()) {
            return -Errno.EINVAL;
        }
        if (iommu.isGone()) {
            return -Errno.ENODEV;
        }
        final DeviceInfo info = DeviceInfo.of(dev);
        final Translations translations = iommu.translations();
        int ret = translations.prepare(info, pasid, regime(did));
        if (ret != 0) {
            return ret;
        }
        final int id = translations.acquireDid(info, pasid, this);
        if (id < 0) {
            return id;
        }
        final IntelDomain before = info.domain(pasid);
        detach(iommu, info, pasid);
        ret = enterUnder(info, pasid, id);
        if (ret != 0 && before != null) {
            before.comeBack(info, pasid);
        }
        return ret;
    }

    /** Gives the id back if that fails. */
    private int enterUnder(final DeviceInfo info, final int pasid, final int id) {
        final int ret = enter(info, pasid, id);
        if (ret != 0) {
            iommu.translations().releaseDid(info, this, id);
        }
        return ret;
    }

    /** What was to take its place could not: whoever asked takes this to be there still. */
    private void comeBack(final DeviceInfo info, final int pasid) {
        final int id = iommu.translations().acquireDid(info, pasid, this);
        if (id >= 0) {
            enterUnder(info, pasid, id);
        }
    }

    /** Its pages may change while it is set up: whoever changes them knows of the device first. */
    int enter(final DeviceInfo info, final int pasid, final int id) {
        assign(info, pasid, id);
        final int ret = iommu.translations().setUp(info, pasid, regime(id));
        if (ret == 0) {
            info.attached(pasid, this, id);
        } else {
            unassign(info, pasid);
        }
        return ret;
    }

    void assign(final DeviceInfo info, final int pasid, final int id) {
        tags.add(info, pasid, id);
    }

    void unassign(final DeviceInfo info, final int pasid) {
        tags.remove(info, pasid);
    }

    /** Tears down one attachment; as {@link Translations#tearDown}, nothing if the unit is gone. */
    int leave(final DeviceInfo info, final int pasid, final boolean ignoresFaults) {
        if (iommu.isGone()) {
            return Translations.NOTHING;
        }
        final int ret = iommu.translations().tearDown(info, pasid, ignoresFaults);
        if (ret < 0) {
            isLost = true;
        }
        return ret;
    }

    /**
     * Ends what is attached at the RID or at a PASID. Page requests are drained while the id of
     * what is at the RID is known still, and without a lock that their handling takes.
     */
    static void detach(final IntelIommu iommu, final DeviceInfo info, final int pasid) {
        final IntelDomain domain = info.domain(pasid);
        if (domain == null) {
            return;
        }
        final int ret = domain.leave(info, pasid, false);
        // Before 6.12 draining is a part of unbinding, whatever was there.
        final boolean drains =
                iommu.translations().is612()
                        ? ret != Translations.NOTHING
                        : pasid != DeviceInfo.NO_PASID;
        if (drains) {
            iommu.prqDrain().drain(info, pasid);
        }
        final int id = info.did(pasid);
        info.detached(pasid);
        domain.unassign(info, pasid);
        if (ret >= 0) {
            iommu.translations().releaseDid(info, domain, id);
        }
    }
}
