// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * A domain whose context descriptors and page tables a guest owns, in intermediate addresses that
 * its machine's stage 2 translates: {@code struct arm_smmu_nested_domain}, {@code
 * arm-smmu-v3-iommufd.c} of Linux 6.13. Differs in that a device that must not stall is kept from
 * it by S1STALLD; there, the guest's own word is taken for it.
 */
final class ArmSmmuNestedDomain extends IommuDomain implements ArmSmmuAttachable {
    private static final long WORD0_ALLOWED =
            StreamTableEntry.V
                    | StreamTableEntry.CONFIG_MASK
                    | StreamTableEntry.S1FMT_MASK
                    | StreamTableEntry.S1CONTEXTPTR_MASK
                    | StreamTableEntry.S1CDMAX_MASK;
    private static final long EATS_MASK = 3L << StreamTableEntry.EATS_SHIFT;
    private static final long WORD1_ALLOWED =
            StreamTableEntry.S1DSS_MASK
                    | StreamTableEntry.S1CIR_MASK
                    | StreamTableEntry.S1COR_MASK
                    | StreamTableEntry.S1CSH_MASK
                    | StreamTableEntry.S1STALLD
                    | EATS_MASK;

    private final ArmSmmuVsmmu vsmmu;
    private final int config;
    private final long word0;
    private final long word1;
    private final boolean enableAts;

    private ArmSmmuNestedDomain(
            final ArmSmmuVsmmu vsmmu, final int config, final long word0, final long word1) {
        super(DomainType.NESTED);
        this.vsmmu = vsmmu;
        this.config = config;
        this.word0 = word0;
        this.word1 = word1 & ~EATS_MASK;
        this.enableAts =
                config == StreamTableEntry.CONFIG_S1
                        && StreamTableEntry.eats(word1) == StreamTableEntry.EATS_FULL;
    }

    /**
     * {@code arm_smmu_validate_vste()}: null if the guest sets what it may not in an entry that it
     * says is valid; the rest of one that is not does not matter, it aborts.
     */
    static ArmSmmuNestedDomain alloc(final ArmSmmuVsmmu vsmmu, final IommuUserData data) {
        if (data.type() != IommuUserData.ARM_SMMUV3) {
            return null;
        }
        if ((data.word0() & StreamTableEntry.V) == 0) {
            return new ArmSmmuNestedDomain(vsmmu, StreamTableEntry.CONFIG_ABORT, 0, 0);
        }
        final int config = StreamTableEntry.config(data.word0());
        final int eats = StreamTableEntry.eats(data.word1());
        final boolean isAllowed =
                (data.word0() & ~WORD0_ALLOWED) == 0
                        && (data.word1() & ~WORD1_ALLOWED) == 0
                        && (config == StreamTableEntry.CONFIG_ABORT
                                || config == StreamTableEntry.CONFIG_BYPASS
                                || config == StreamTableEntry.CONFIG_S1)
                        && (eats == StreamTableEntry.EATS_ABORT
                                || eats == StreamTableEntry.EATS_FULL);
        return isAllowed
                ? new ArmSmmuNestedDomain(vsmmu, config, data.word0(), data.word1())
                : null;
    }

    @Override
    public ArmSmmuAttachments attachments() {
        return vsmmu.s2Parent().attachments();
    }

    /** {@code arm_smmu_attach_dev_nested()}. */
    @Override
    public int attachDev(final IommuDevice dev) {
        final ArmSmmuDevice smmu = vsmmu.smmu();
        if (dev.ops() != smmu.ops()) {
            return -Errno.EINVAL;
        }
        final ArmSmmuMaster master = ArmSmmuMaster.of(dev);
        if (master.hasPasids()) {
            return -Errno.EBUSY;
        }
        final boolean ats = enableAts && ArmSmmuStage2Domain.canAts(master);
        final long[] ste = new long[ArmSmmuEntryWriter.WORDS];
        makeSte(ste, master, ats);
        attachments().add(master, ArmSmmuAttachments.RID);
        smmu.tables().installSte(master, ste);
        smmu.tables().commitAts(master, ats, ArmSmmuAttachments.RID);
        master.setRidDomain(this);
        return 0;
    }

    /** {@code arm_smmu_make_nested_domain_ste()}: bypass is the guest's; stage 2 is there still. */
    private void makeSte(final long[] ste, final ArmSmmuMaster master, final boolean ats) {
        switch (config) {
            case StreamTableEntry.CONFIG_S1 -> {
                vsmmu.s2Parent().makeSte(ste, master, ats);
                ste[0] =
                        StreamTableEntry.word0(StreamTableEntry.CONFIG_NESTED)
                                | (word0 & ~StreamTableEntry.CONFIG_MASK);
                ste[1] |=
                        word1
                                | ArmSmmuSte.stallDisable(
                                        vsmmu.smmu().features(), master.isStallEnabled());
            }
            case StreamTableEntry.CONFIG_BYPASS -> vsmmu.s2Parent().makeSte(ste, master, ats);
            default -> ArmSmmuSte.makeAbort(ste);
        }
    }
}
