// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * A domain whose context descriptors and page tables a guest owns: {@code
 * arm_smmu_attach_dev_nested()} and {@code arm_vsmmu_cache_invalidate()} of {@code
 * arm-smmu-v3-iommufd.c}, Linux 6.13. Differs in that no stage 2 lies below: guest memory is mapped
 * one to one, so that the guest's tables are found where it says.
 */
final class ArmSmmuNestedDomain extends IommuDomain {
    private static final long WORD0_ALLOWED =
            StreamTableEntry.V
                    | StreamTableEntry.CONFIG_MASK
                    | StreamTableEntry.S1FMT_MASK
                    | StreamTableEntry.S1CONTEXTPTR_MASK
                    | StreamTableEntry.S1CDMAX_MASK;
    private static final long WORD1_ALLOWED =
            StreamTableEntry.S1DSS_MASK
                    | StreamTableEntry.S1CIR_MASK
                    | StreamTableEntry.S1COR_MASK
                    | StreamTableEntry.S1CSH_MASK
                    | StreamTableEntry.S1STALLD;

    private final ArmSmmuDevice smmu;
    private final int streamId;
    private final long word0;
    private final long word1;

    private ArmSmmuNestedDomain(
            final ArmSmmuDevice smmu, final int streamId, final long word0, final long word1) {
        super(DomainType.NESTED);
        this.smmu = smmu;
        this.streamId = streamId;
        this.word0 = word0;
        this.word1 = word1;
    }

    /**
     * {@code arm_smmu_validate_vste()}: null if the guest sets what it may not in an entry that it
     * says is valid; the rest of one that is not does not matter.
     */
    static ArmSmmuNestedDomain alloc(
            final ArmSmmuDevice smmu, final ArmSmmuMaster master, final IommuUserData data) {
        if (data.type() != IommuUserData.ARM_SMMUV3 || master == null) {
            return null;
        }
        final int config = StreamTableEntry.config(data.word0());
        final boolean isValid = (data.word0() & StreamTableEntry.V) != 0;
        final boolean isAllowed =
                (data.word0() & ~WORD0_ALLOWED) == 0
                        && (data.word1() & ~WORD1_ALLOWED) == 0
                        && (config == StreamTableEntry.CONFIG_ABORT
                                || config == StreamTableEntry.CONFIG_S1);
        if (isValid && !isAllowed) {
            return null;
        }
        final boolean translates = isValid && config == StreamTableEntry.CONFIG_S1;
        return new ArmSmmuNestedDomain(
                smmu,
                master.faultStreamId(),
                translates ? data.word0() : ArmSmmuStreamTable.ABORT,
                translates ? data.word1() | smmu.stallDisable(master) : 0);
    }

    @Override
    public int attachDev(final IommuDevice dev) {
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master.hasPasids()) {
            return -Errno.EBUSY;
        }
        smmu.installSte(master, word0, word1);
        master.setCdTableInSte(false);
        master.setRidDomainType(type());
        return 0;
    }

    /** A guest's command goes on with the host's ids in it; others are refused. */
    @Override
    public int cacheInvalidateUser(final long cmd0, final long cmd1) {
        final long safe =
                switch (Commands.opcode(cmd0)) {
                    case CmdqOp.TLBI_NH_ALL,
                            CmdqOp.TLBI_NH_ASID,
                            CmdqOp.TLBI_NH_VA,
                            CmdqOp.TLBI_NH_VAA ->
                            Commands.withVmid(cmd0, 0);
                    case CmdqOp.CFGI_CD, CmdqOp.CFGI_CD_ALL ->
                            Commands.withStreamId(cmd0, streamId);
                    default -> 0;
                };
        return safe == 0 || (cmd0 & Commands.SSEC) != 0
                ? -Errno.EIO
                : smmu.commandQueue().issueWithSync(safe, cmd1);
    }
}
