// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;

/**
 * What the driver offers to the core: {@code arm_smmu_ops} of Linux 6.12, with the nested domain
 * and the {@code user_pasid_table} bit of later releases, so that a guest can have faults at all.
 */
final class ArmSmmuOps implements IommuOps {
    private final ArmSmmuDevice smmu;
    private final ArmSmmuBlockedDomain blocked;

    ArmSmmuOps(final ArmSmmuDevice smmu) {
        this.smmu = smmu;
        this.blocked = new ArmSmmuBlockedDomain(smmu);
    }

    /** Follows {@code arm_smmu_probe_device()}. */
    @Override
    public int probeDevice(final IommuDevice dev) {
        if (dev.driverData() != null) {
            return -Errno.EBUSY;
        }
        if (dev.fwspec().ids().isEmpty()) {
            return -Errno.ENODEV;
        }
        final ArmSmmuFeatures features = smmu.features();
        final boolean stallEnabled =
                (features.stalls() && dev.fwspec().dmaCanStall()) || features.stallForced();
        final ArmSmmuMaster master =
                new ArmSmmuMaster(
                        dev,
                        stallEnabled,
                        Math.min(features.ssidBits(), dev.fwspec().pasidNumBits()));
        final int ret = smmu.streams().insert(master);
        if (ret == 0) {
            dev.setDriverData(master);
        }
        return ret;
    }

    /** Follows {@code arm_smmu_release_device()}. */
    @Override
    public void releaseDevice(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master.isIopfEnabled()) {
            smmu.iopfQueue().removeDevice(dev);
        }
        smmu.installSte(master, ArmSmmuStreamTable.ABORT, 0);
        if (master.cdTable() != null) {
            master.cdTable().free(smmu.platform().dma());
        }
        smmu.streams().remove(master);
        dev.setDriverData(null);
    }

    @Override
    public IommuDomain blockedDomain() {
        return blocked;
    }

    @Override
    public IommuDomain domainAllocPaging(final IommuDevice dev) {
        return ArmSmmuPagingDomain.alloc(smmu);
    }

    @Override
    public IommuDomain domainAllocNested(final IommuDevice dev, final IommuUserData data) {
        return ArmSmmuNestedDomain.alloc(smmu, ArmSmmuMaster.of(dev), data);
    }

    /**
     * Follows {@code arm_smmu_dev_enable_feature()}. Linux 6.12 joins the fault queue when SVA is
     * enabled; here, as in 6.16, when faults are, since a nested domain needs them without SVA.
     */
    @Override
    public int devEnableFeature(final IommuDevice dev, final DevFeature feature) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master == null) {
            return -Errno.ENODEV;
        }
        if (feature == DevFeature.SVA) {
            if (master.ssidBits() == 0) {
                return -Errno.EINVAL;
            }
            if (master.isSvaEnabled()) {
                return -Errno.EBUSY;
            }
            if (master.isIopfSupported() && !master.isIopfEnabled()) {
                return -Errno.EINVAL;
            }
            master.setSvaEnabled(true);
            return 0;
        }
        if (!master.isIopfSupported()) {
            return -Errno.EINVAL;
        }
        if (master.isIopfEnabled()) {
            return -Errno.EBUSY;
        }
        final int ret = smmu.iopfQueue().addDevice(dev);
        if (ret == 0) {
            master.setIopfEnabled(true);
        }
        return ret;
    }

    /** Follows {@code arm_smmu_dev_disable_feature()}. */
    @Override
    public int devDisableFeature(final IommuDevice dev, final DevFeature feature) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master == null) {
            return -Errno.EINVAL;
        }
        if (feature == DevFeature.SVA) {
            if (!master.isSvaEnabled()) {
                return -Errno.EINVAL;
            }
            master.setSvaEnabled(false);
            return 0;
        }
        if (!master.isIopfEnabled()) {
            return -Errno.EINVAL;
        }
        if (master.isSvaEnabled()) {
            return -Errno.EBUSY;
        }
        smmu.iopfQueue().removeDevice(dev);
        master.setIopfEnabled(false);
        return 0;
    }

    /** Follows {@code arm_smmu_page_response()}: a code becomes the action of a RESUME. */
    @Override
    public void pageResponse(
            final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (!master.isStallEnabled()) {
            smmu.kernel().log().warn(smmu.platform().name(), "page response without stall");
            return;
        }
        final int action =
                switch (msg.code()) {
                    case PageResponseCode.SUCCESS -> Commands.RESUME_RETRY;
                    case PageResponseCode.INVALID, PageResponseCode.FAILURE ->
                            Commands.RESUME_ABORT;
                    // An unknown code leaves the field zero in Linux too, which terminates.
                    default -> Commands.RESUME_TERM;
                };
        // No SYNC: it would promise nothing more. A RESUME that is consumed has been obeyed, and a
        // retried access may stall again at once.
        smmu.commandQueue()
                .issue(Commands.resume(master.faultStreamId(), action), msg.grpid() & 0xffff);
    }

    @Override
    public boolean userPasidTable() {
        return true;
    }
}
