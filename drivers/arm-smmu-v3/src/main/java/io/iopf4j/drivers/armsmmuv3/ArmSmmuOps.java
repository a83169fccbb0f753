// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.api.smmuv3.Commands;

/**
 * What the driver offers to the core: {@code arm_smmu_ops} of Linux 6.12, with the nested domain
 * and the {@code user_pasid_table} bit of later releases, so that a guest can have faults at all.
 */
final class ArmSmmuOps implements IommuOps {
    private static final int UNKNOWN_CODE = -1;

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
        for (final int pasid : master.svaPasids()) {
            master.svaDomain(pasid).removeDevPasid(master, pasid);
        }
        if (master.isIopfEnabled()) {
            leaveFaultQueue(dev);
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
    public IommuDomain domainAllocSva(final IommuDevice dev, final AddressSpace mm) {
        return ArmSmmuSvaDomain.alloc(smmu, mm);
    }

    @Override
    public int maxPasids(final IommuDevice dev) {
        final int bits = ArmSmmuMaster.of(dev).ssidBits();
        return bits == 0 ? 0 : 1 << bits;
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

    /**
     * Follows {@code arm_smmu_dev_disable_feature()}. Until 6.8 SVA stays on while the device is
     * bound; 6.12 does not look.
     */
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
            if (smmu.generation() == FaultGeneration.LINUX_5_X && !master.svaPasids().isEmpty()) {
                return -Errno.EBUSY;
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
        leaveFaultQueue(dev);
        master.setIopfEnabled(false);
        return 0;
    }

    /** The fault queue's work ends first: it holds groups that leaving would free. */
    private void leaveFaultQueue(final IommuDevice dev) {
        smmu.iopfQueue().flushDev(dev);
        smmu.iopfQueue().removeDevice(dev);
    }

    /**
     * Follows {@code arm_smmu_page_response()}: a code becomes the action of a RESUME.
     *
     * @return until 6.8 {@code -ENODEV} for a device that does not stall, or was released, and
     *     {@code -EINVAL} for a code that is none, and nothing was sent; in 6.12, whose operation
     *     returns nothing, 0: such a code leaves the action zero, which terminates. For November
     *     2017, whose SMMUv3 driver was never posted, a response that is not of a group is {@code
     *     -EINVAL}: a stall is one
     */
    @Override
    public int pageResponse(
            final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        final boolean isBefore612 = smmu.generation() != FaultGeneration.LINUX_6_12;
        if (master == null || !master.isStallEnabled()) {
            smmu.kernel().log().warn(smmu.platform().name(), "page response without stall");
            return isBefore612 ? -Errno.ENODEV : 0;
        }
        int action = resumeAction(msg.code());
        if (action == UNKNOWN_CODE) {
            if (isBefore612) {
                return -Errno.EINVAL;
            }
            action = Commands.RESUME_TERM;
        }
        if (smmu.generation() == FaultGeneration.SERIES_2017
                && msg.type() != PageResponseType.GROUP) {
            return -Errno.EINVAL;
        }
        // No SYNC: it would promise nothing more. A RESUME that is consumed has been obeyed, and a
        // retried access may stall again at once.
        smmu.commandQueue()
                .issue(Commands.resume(master.faultStreamId(), action), msg.grpid() & 0xffff);
        return 0;
    }

    private int resumeAction(final int code) {
        final int failure =
                smmu.generation() == FaultGeneration.SERIES_2017
                        ? PageResponseCode.FAILURE_2017
                        : PageResponseCode.FAILURE;
        if (code == PageResponseCode.SUCCESS) {
            return Commands.RESUME_RETRY;
        }
        return code == PageResponseCode.INVALID || code == failure
                ? Commands.RESUME_ABORT
                : UNKNOWN_CODE;
    }

    /**
     * What December 2017 asked for and Linux never got: {@code CMD_STALL_TERM} ends all stalls of
     * the stream, whatever their SubstreamID. Records of them that the driver has not taken yet
     * would name tags that the next owner's stalls may get, so they are taken and dropped here.
     */
    @Override
    public int drainFaults(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (!master.isStallEnabled()) {
            return 0;
        }
        master.setDraining(true);
        int ret = 0;
        for (final int sid : master.streamIds()) {
            ret = ret == 0 ? smmu.commandQueue().issueWithSync(Commands.stallTerm(sid), 0) : ret;
        }
        smmu.synchronizeEvents();
        master.setDraining(false);
        return ret;
    }

    /** Stalls share IDR5.STALL_MAX, and each needs a record in the event queue. */
    @Override
    public int sharedFaultCapacity(final IommuDevice dev) {
        return Math.min(smmu.maxStalls(), smmu.eventQueueEntries());
    }

    @Override
    public boolean userPasidTable() {
        return true;
    }
}
