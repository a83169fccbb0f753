// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;

/**
 * A virtual machine's part of the SMMU, its VMID: {@code struct arm_vsmmu}, {@code
 * arm-smmu-v3-iommufd.c} of Linux 6.13.
 */
final class ArmSmmuVsmmu extends IommufdViommu {
    private final ArmSmmuDevice smmu;
    private final ArmSmmuStage2Domain s2Parent;
    private final int vmid;

    private ArmSmmuVsmmu(final ArmSmmuStage2Domain s2Parent) {
        super(s2Parent);
        this.smmu = s2Parent.smmu();
        this.s2Parent = s2Parent;
        this.vmid = s2Parent.vmid();
    }

    /**
     * {@code arm_vsmmu_alloc()}: null for another type, for hardware without nesting or whose walks
     * are not coherent, so that a guest could get around caches, and for a parent that is not this
     * SMMU's or was not made to be one.
     */
    static ArmSmmuVsmmu alloc(final ArmSmmuDevice smmu, final IommuDomain parent, final int type) {
        if (type != IommuUserData.VIOMMU_ARM_SMMUV3
                || !smmu.features().nesting()
                || !smmu.platform().isCoherent()
                || !(parent instanceof ArmSmmuStage2Domain s2Parent)
                || !s2Parent.isNestParent()
                || s2Parent.smmu() != smmu) {
            return null;
        }
        return new ArmSmmuVsmmu(s2Parent);
    }

    ArmSmmuDevice smmu() {
        return smmu;
    }

    ArmSmmuStage2Domain s2Parent() {
        return s2Parent;
    }

    /** {@code arm_vsmmu_alloc_domain_nested()}. */
    @Override
    public IommuDomain allocDomainNested(final IommuUserData data) {
        return ArmSmmuNestedDomain.alloc(this, data);
    }

    /**
     * {@code arm_vsmmu_cache_invalidate()}, {@code arm_vsmmu_convert_user_cmd()}: a guest's command
     * goes on with the host's ids in it.
     */
    @Override
    public int cacheInvalidate(final long word0, final long word1) {
        if (!ArmSmmuVcmd.isAllowed(smmu.features(), word0, word1)) {
            return -Errno.EIO;
        }
        final int opcode = Commands.opcode(word0);
        if (opcode == CmdqOp.TLBI_NSNH_ALL) {
            // Everything that is the guest's.
            return issue(Commands.tlbiNhAll(vmid), 0);
        }
        if (opcode == CmdqOp.CFGI_CD || opcode == CmdqOp.CFGI_CD_ALL || opcode == CmdqOp.ATC_INV) {
            final IommuDevice dev = findDev(Commands.streamId(word0) & 0xffff_ffffL);
            final ArmSmmuMaster master = dev == null ? null : ArmSmmuMaster.of(dev);
            return master == null
                    ? -Errno.EIO
                    : issue(Commands.withStreamId(word0, master.faultStreamId()), word1);
        }
        return issue(Commands.withVmid(word0, vmid), word1);
    }

    private int issue(final long word0, final long word1) {
        return smmu.commandQueue().issueWithSync(word0, word1);
    }
}
