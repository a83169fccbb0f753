// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.smmuv3.Commands;

/**
 * What an attachment changes of a master: the entries of its streams, its table of contexts, and
 * what it may have cached itself. {@code arm_smmu_install_ste_for_dev()}, {@code
 * arm_smmu_make_cdtable_ste()}, {@code arm_smmu_sync_cd()}, {@code arm_smmu_attach_commit()} of
 * Linux 6.12. The core's group lock serialises calls for one master.
 */
final class ArmSmmuMasterTables {
    private final ArmSmmuFeatures features;
    private final ArmSmmuStreamTable streamTable;
    private final ArmSmmuCommandQueue commandQueue;
    private final DmaAllocator dma;
    private final KernelLog log;
    private final String name;
    private final Object atcLock = new Object();
    private final ArmSmmuCommandBatch atcBatch;
    private boolean isClosed;

    ArmSmmuMasterTables(
            final ArmSmmuFeatures features,
            final ArmSmmuStreamTable streamTable,
            final ArmSmmuCommandQueue commandQueue,
            final DmaAllocator dma,
            final KernelLog log,
            final String name) {
        this.features = features;
        this.streamTable = streamTable;
        this.commandQueue = commandQueue;
        this.dma = dma;
        this.log = log;
        this.name = name;
        this.atcBatch = new ArmSmmuCommandBatch(commandQueue);
    }

    /** The hardware is gone, and the stream table with it: nothing is written any more. */
    void close() {
        isClosed = true;
    }

    /** Writes every stream table entry of a master ({@code arm_smmu_install_ste_for_dev}). */
    void installSte(final ArmSmmuMaster master, final long[] ste) {
        master.setSte(ste);
        master.setInSte(false, false);
        writeStes(master, ste);
    }

    private void writeStes(final ArmSmmuMaster master, final long[] ste) {
        if (isClosed) {
            return;
        }
        for (int i = 0; i < master.streamCount(); i++) {
            streamTable.write(master.streamId(i), ste);
        }
    }

    /** Makes a master's streams abort, without its domains taking note. */
    void block(final ArmSmmuMaster master) {
        final long[] abort = new long[ArmSmmuEntryWriter.WORDS];
        ArmSmmuSte.makeAbort(abort);
        writeStes(master, abort);
    }

    /** Takes {@link #block} back. */
    void unblock(final ArmSmmuMaster master) {
        writeStes(master, master.ste());
    }

    /**
     * Makes a master's streams use its table of contexts ({@code arm_smmu_make_cdtable_ste}).
     *
     * @param s1Dss what becomes of accesses without SubstreamID, an {@code S1DSS_} value
     */
    void installCdTable(final ArmSmmuMaster master, final int s1Dss) {
        final long[] ste = new long[ArmSmmuEntryWriter.WORDS];
        ArmSmmuSte.makeCdTable(
                ste,
                features,
                master.cdTable().dmaAddress(),
                master.cdTable().s1Fmt(),
                master.ssidBits(),
                master.isStallEnabled(),
                master.canAts(),
                s1Dss);
        installSte(master, ste);
        master.setInSte(true, master.canAts());
    }

    /** Makes a master's table of contexts if it has none; false without memory. */
    boolean allocCdTable(final ArmSmmuMaster master) {
        if (master.cdTable() == null) {
            master.setCdTable(
                    CdTable.alloc(dma, master.ssidBits(), features.twoLevelContexts(), log, name));
        }
        return master.cdTable() != null;
    }

    /** What follows a changed descriptor of a master ({@code arm_smmu_sync_cd}). */
    CdTable.Invalidation contextInvalidation(final ArmSmmuMaster master) {
        return new CdTable.Invalidation() {
            @Override
            public void contextDescriptor(final int ssid) {
                invalidate(ssid, 1);
            }

            @Override
            public void leaf(final int ssid) {
                invalidate(ssid, 0);
            }

            private void invalidate(final int ssid, final int isLeaf) {
                final ArmSmmuCommandBatch batch = new ArmSmmuCommandBatch(commandQueue);
                for (int i = 0; i < master.streamCount(); i++) {
                    batch.add(Commands.cfgiCd(master.streamId(i), ssid), isLeaf);
                }
                batch.submit();
            }
        };
    }

    /**
     * After the entry has changed: what the device cached under the old translation goes ({@code
     * arm_smmu_attach_commit}).
     *
     * @param isEnabled whether the entry lets it cache from now on
     * @param ssid the SubstreamID that has changed, or {@link ArmSmmuAttachments#RID}
     */
    void commitAts(final ArmSmmuMaster master, final boolean isEnabled, final int ssid) {
        final boolean wasEnabled = master.isAtsEnabled();
        master.setAtsEnabled(isEnabled);
        if (isEnabled != wasEnabled) {
            invalidateAtc(master, ArmSmmuAttachments.RID);
        } else if (isEnabled) {
            invalidateAtc(master, ssid);
        }
    }

    /**
     * After the entry leads to a domain that has no context at the RID: CD 0 is not needed any
     * more.
     *
     * @param domain what is attached now
     * @param isAtsEnabled whether the entry lets the device cache
     */
    void commitWithoutContext(
            final ArmSmmuMaster master, final IommuDomain domain, final boolean isAtsEnabled) {
        commitAts(master, isAtsEnabled, ArmSmmuAttachments.RID);
        master.setRidDomain(domain);
        if (master.cdTable() != null) {
            master.cdTable().clear(0, contextInvalidation(master));
        }
    }

    /** Makes a device forget a SubstreamID, or everything ({@code arm_smmu_atc_inv_master}). */
    void invalidateAtc(final ArmSmmuMaster master, final int ssid) {
        synchronized (atcLock) {
            ArmSmmuAttachments.addAtcInv(atcBatch, master, ssid, 0, 0);
            atcBatch.submit();
        }
    }
}
