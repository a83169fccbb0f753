// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/**
 * Context descriptors of domains whose tables the host owns: what paging and SVA domains do alike.
 * Follows {@code arm_smmu_write_cd_entry()} and {@code arm_smmu_set_pasid()} of Linux 6.12. The
 * core's group lock serialises calls for one master.
 */
final class ArmSmmuContexts {
    /** All eight attributes normal, write-back: what Linux puts first in its MAIR. */
    private static final long MAIR_WRITE_BACK = 0xffL;

    private ArmSmmuContexts() {}

    /**
     * Word 0 of a master's context by a table of {@link IoPgtable} ({@code arm_smmu_make_s1_cd}).
     */
    static long word0(final ArmSmmuDevice smmu, final ArmSmmuMaster master, final int asid) {
        return ContextDescriptor.word0(
                IoPgtable.ADDRESS_BITS, smmu.features().oasField(), asid, master.isStallEnabled());
    }

    /** Makes one context a table's, allocating the table of contexts first; 0 or -ENOMEM. */
    static int write(
            final ArmSmmuDevice smmu,
            final ArmSmmuMaster master,
            final int ssid,
            final IoPgtable pgtable,
            final int asid) {
        if (master.cdTable() == null) {
            final CdTable table = CdTable.alloc(smmu.platform().dma(), master.ssidBits());
            if (table == null) {
                return -Errno.ENOMEM;
            }
            master.setCdTable(table);
        }
        master.cdTable()
                .write(
                        ssid,
                        word0(smmu, master, asid),
                        pgtable.ttb(),
                        MAIR_WRITE_BACK,
                        invalidation(smmu, master));
        return 0;
    }

    /**
     * {@code arm_smmu_set_pasid()}, {@code arm_smmu_update_ste()}: the entry changes only if it is
     * no table of contexts yet. 0, -EINVAL or -ENOMEM.
     */
    static int setPasid(
            final ArmSmmuDevice smmu,
            final ArmSmmuMaster master,
            final int pasid,
            final IoPgtable pgtable,
            final int asid) {
        if (pasid < 1 || pasid >= 1 << master.ssidBits()) {
            return -Errno.EINVAL;
        }
        if (!master.isCdTableInSte() && master.ridDomainType() != DomainType.BLOCKED) {
            // A guest owns the contexts.
            return -Errno.EINVAL;
        }
        final int ret = write(smmu, master, pasid, pgtable, asid);
        if (ret == 0 && !master.isCdTableInSte()) {
            smmu.installCdTable(master, StreamTableEntry.S1DSS_TERMINATE);
        }
        return ret;
    }

    /** What follows a changed descriptor of a master: the hardware forgets it. */
    static CdTable.Invalidation invalidation(final ArmSmmuDevice smmu, final ArmSmmuMaster master) {
        return ssid -> {
            for (final int sid : master.streamIds()) {
                smmu.commandQueue().issueWithSync(Commands.cfgiCd(sid, ssid), 1);
            }
        };
    }
}
