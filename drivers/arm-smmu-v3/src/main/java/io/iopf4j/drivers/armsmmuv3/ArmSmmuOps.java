// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.uapi.HwptAlloc;

/**
 * What the driver offers to the core: {@code arm_smmu_ops} of Linux 6.12, with the nested domain
 * and the {@code user_pasid_table} bit of later releases, so that a guest can have faults at all.
 */
final class ArmSmmuOps implements IommuOps {
    private final ArmSmmuDevice smmu;
    private final ArmSmmuSteDomain blocked;
    private final ArmSmmuSteDomain identity;

    ArmSmmuOps(final ArmSmmuDevice smmu) {
        this.smmu = smmu;
        this.blocked = new ArmSmmuSteDomain(smmu, DomainType.BLOCKED);
        this.identity = new ArmSmmuSteDomain(smmu, DomainType.IDENTITY);
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
                        features.ats() && dev.fwspec().ats(),
                        Math.min(features.ssidBits(), dev.fwspec().pasidNumBits()),
                        blocked);
        final int ret = insert(master);
        if (ret == 0) {
            dev.setDriverData(master);
        }
        return ret;
    }

    /** {@code arm_smmu_insert_master()}: every stream gets an entry, or nothing is kept. */
    private int insert(final ArmSmmuMaster master) {
        for (int i = 0; i < master.streamCount(); i++) {
            if (!smmu.streamTable().covers(master.streamId(i))) {
                return -Errno.ERANGE;
            }
        }
        for (int i = 0; i < master.streamCount(); i++) {
            final int ret = smmu.streamTable().init(master.streamId(i));
            if (ret != 0) {
                return ret;
            }
        }
        final int ret = smmu.streams().insert(master);
        if (ret != 0) {
            smmu.warn("another device has a stream of " + master.device().name());
        }
        return ret;
    }

    /**
     * Follows {@code arm_smmu_release_device()}. The streams abort before the fault queue is left:
     * nothing stalls any more, so that every stall there is has its record taken, and is answered
     * when the queue is left. Linux lets the core block the device first.
     */
    @Override
    public void releaseDevice(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        smmu.tables().block(master);
        for (final int pasid : master.pasids()) {
            master.pasidDomain(pasid).removeDevPasid(master, pasid);
        }
        blocked.attachDev(dev);
        if (master.isStallEnabled()) {
            // Once the stream is nobody's, whatever has stalled would stay so.
            smmu.synchronizeEvents();
        }
        if (master.isIopfEnabled()) {
            leaveFaultQueue(dev);
        }
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
    public IommuDomain identityDomain() {
        return identity;
    }

    /**
     * Follows {@code arm_smmu_domain_alloc_paging_flags()} and {@code arm_smmu_domain_finalise()}:
     * stage 1 where it is there, unless guests' tables are to stand on the domain.
     */
    @Override
    public IommuDomain domainAllocPagingFlags(final IommuDevice dev, final int flags) {
        return switch (flags) {
            case 0 ->
                    smmu.features().stage1()
                            ? ArmSmmuPagingDomain.alloc(smmu)
                            : ArmSmmuStage2Domain.alloc(smmu, false);
            case HwptAlloc.FLAG_NEST_PARENT ->
                    smmu.features().nesting() ? ArmSmmuStage2Domain.alloc(smmu, true) : null;
            default -> null;
        };
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

    /** Follows {@code arm_vsmmu_alloc()}. */
    @Override
    public IommufdViommu viommuAlloc(
            final IommuDevice dev, final IommuDomain parent, final int type) {
        return ArmSmmuVsmmu.alloc(smmu, parent, type);
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
            if (!smmu.features().sva() || master.ssidBits() == 0) {
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
            if (smmu.generation() == FaultGeneration.LINUX_5_X && master.hasSva()) {
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

    /** The fault path's affair. */
    @Override
    public int pageResponse(
            final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
        return smmu.faultPath().pageResponse(dev, evt, msg);
    }

    /**
     * What December 2017 asked for and Linux never got: {@code CMD_STALL_TERM} ends all stalls of
     * the stream, whatever their SubstreamID. The streams abort meanwhile, which the command needs
     * to be of any use (IHI 0070, 4.6.2). Records of them that the driver has not taken yet would
     * name tags that the next owner's stalls may get, so they are taken and dropped here.
     *
     * @return 0; or the errno of a command that failed, and no record was dropped: the stalls are
     *     there still, and are reported; or {@code -EOPNOTSUPP}, and nothing was done, where the
     *     fault path does not say what it is reporting
     */
    @Override
    public int drainFaults(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (!master.isStallEnabled()) {
            return 0;
        }
        if (!smmu.canDrain()) {
            return -Errno.EOPNOTSUPP;
        }
        smmu.tables().block(master);
        final int ret;
        // The event thread must not report a stall that the command has ended.
        synchronized (master) {
            master.beginDrain(smmu.takesEvents());
            ret = terminateStalls(master);
            if (ret == 0) {
                master.setStallsEnded();
            }
        }
        if (ret == 0) {
            smmu.synchronizeEvents();
        }
        master.endDrain();
        smmu.tables().unblock(master);
        return ret;
    }

    private int terminateStalls(final ArmSmmuMaster master) {
        int ret = 0;
        for (int i = 0; i < master.streamCount() && ret == 0; i++) {
            ret = smmu.commandQueue().issueWithSync(Commands.stallTerm(master.streamId(i)), 0);
        }
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
