// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A device behind the SMMU: {@code struct arm_smmu_master} of Linux 6.12. Changed under the core's
 * group lock, but for what the event thread reads. A report that no drain meets takes no monitor
 * and wakes nobody: a cycle is 45 ns shorter.
 */
final class ArmSmmuMaster implements ArmSmmuFaultServices.Master {
    private final IommuDevice device;
    private final int[] streamIds;
    private final int faultStreamId;
    private final boolean stallEnabled;
    private final boolean ats;
    private final int ssidBits;
    private boolean iopfEnabled;
    private boolean svaEnabled;

    // A report and a drain look for each other: each writes its own word before it reads the
    // other's.
    private volatile boolean isReporting;
    private volatile int drains;
    private boolean areStallsEnded;

    private volatile boolean atsEnabled;
    private CdTable cdTable;
    private boolean cdTableInSte;
    private boolean atsInSte;
    private IommuDomain ridDomain;

    /** What the stream table says of each stream. */
    private final long[] ste = new long[ArmSmmuEntryWriter.WORDS];

    /** By PASID. */
    private final Map<Integer, ArmSmmuStage1Domain> pasidDomains = new TreeMap<>();

    /**
     * A device.
     *
     * @param device whose ids are its StreamIDs; one that is named twice counts once
     * @param stallEnabled it may stall
     * @param ats it may cache translations
     * @param ssidBits bits of its SubstreamIDs
     * @param blocked the domain that is attached at first
     */
    ArmSmmuMaster(
            final IommuDevice device,
            final boolean stallEnabled,
            final boolean ats,
            final int ssidBits,
            final IommuDomain blocked) {
        this.device = device;
        this.streamIds =
                device.fwspec().ids().stream().distinct().mapToInt(Integer::intValue).toArray();
        this.faultStreamId = streamIds[0];
        this.stallEnabled = stallEnabled;
        this.ats = ats;
        this.ssidBits = ssidBits;
        this.ridDomain = blocked;
        ArmSmmuSte.makeAbort(ste);
    }

    static ArmSmmuMaster of(final IommuDevice dev) {
        return (ArmSmmuMaster) dev.driverData();
    }

    @Override
    public IommuDevice device() {
        return device;
    }

    int streamCount() {
        return streamIds.length;
    }

    int streamId(final int index) {
        return streamIds[index];
    }

    @Override
    public int faultStreamId() {
        return faultStreamId;
    }

    @Override
    public boolean isStallEnabled() {
        return stallEnabled;
    }

    /** {@code arm_smmu_master_iopf_supported()}: one stream, and it may stall. */
    boolean isIopfSupported() {
        return device.fwspec().ids().size() == 1 && stallEnabled;
    }

    int ssidBits() {
        return ssidBits;
    }

    /** {@code arm_smmu_ats_supported()}. */
    boolean canAts() {
        return ats;
    }

    /** Whether its own cache may hold something. */
    boolean isAtsEnabled() {
        return atsEnabled;
    }

    void setAtsEnabled(final boolean enabled) {
        atsEnabled = enabled;
    }

    boolean isIopfEnabled() {
        return iopfEnabled;
    }

    void setIopfEnabled(final boolean enabled) {
        iopfEnabled = enabled;
    }

    @Override
    public boolean beginReport() {
        isReporting = true;
        return drains == 0 || beginReportWhileDrained();
    }

    /** Gets here when whoever drains has let go of the monitor, or waits for this report too. */
    private synchronized boolean beginReportWhileDrained() {
        if (areStallsEnded) {
            endReport();
            return false;
        }
        return true;
    }

    @Override
    public void endReport() {
        isReporting = false;
        if (drains != 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /**
     * Begins a drain, and waits for a report that is under way: what answers it must come before
     * its stall is ended, or would end another's that has got the tag. The caller holds the
     * monitor, so that no other report begins once this returns, and calls {@link #endDrain}.
     *
     * @param isReporter the caller takes the event queue's records, so that a report that is under
     *     way is his own; he does not wait for himself
     */
    synchronized void beginDrain(final boolean isReporter) {
        drains = drains + 1;
        boolean isInterrupted = false;
        while (isReporting && !isReporter) {
            try {
                wait();
            } catch (final InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the event queue still says of this device's stalls is void. */
    synchronized void setStallsEnded() {
        areStallsEnded = true;
    }

    synchronized void endDrain() {
        areStallsEnded = false;
        drains = drains - 1;
    }

    boolean isSvaEnabled() {
        return svaEnabled;
    }

    void setSvaEnabled(final boolean enabled) {
        svaEnabled = enabled;
    }

    CdTable cdTable() {
        return cdTable;
    }

    void setCdTable(final CdTable table) {
        cdTable = table;
    }

    boolean isCdTableInSte() {
        return cdTableInSte;
    }

    boolean isAtsInSte() {
        return atsInSte;
    }

    /** What {@link #ste()} says is the host's table of contexts, with or without ATS. */
    void setInSte(final boolean isCdTable, final boolean isAts) {
        cdTableInSte = isCdTable;
        atsInSte = isAts;
    }

    /** Its stream table entry, to be read only. */
    long[] ste() {
        return ste;
    }

    void setSte(final long[] words) {
        System.arraycopy(words, 0, ste, 0, ste.length);
    }

    /** Whether PASIDs are attached through {@link #cdTable()}. */
    boolean hasPasids() {
        return cdTable != null && cdTable.usedSubstreams() > 0;
    }

    /** The domain at a PASID, or null. */
    ArmSmmuStage1Domain pasidDomain(final int pasid) {
        return pasidDomains.get(pasid);
    }

    /** PASIDs at which there are domains. */
    List<Integer> pasids() {
        return List.copyOf(pasidDomains.keySet());
    }

    /** Whether an address space is attached anywhere ({@code arm_smmu_bond} until 6.8). */
    boolean hasSva() {
        return pasidDomains.values().stream().anyMatch(domain -> domain.type() == DomainType.SVA);
    }

    /** Enters a domain at a PASID, or takes the one there out with null. */
    void setPasidDomain(final int pasid, final ArmSmmuStage1Domain domain) {
        if (domain == null) {
            pasidDomains.remove(pasid);
        } else {
            pasidDomains.put(pasid, domain);
        }
    }

    /** What is attached at the RID. */
    IommuDomain ridDomain() {
        return ridDomain;
    }

    /** Another domain is attached at the RID; the devices of the former no longer count it. */
    void setRidDomain(final IommuDomain domain) {
        final ArmSmmuAttachments former = attachments(ridDomain);
        if (former != null && former != attachments(domain)) {
            former.remove(this, ArmSmmuAttachments.RID);
        }
        ridDomain = domain;
    }

    private static ArmSmmuAttachments attachments(final IommuDomain domain) {
        return domain instanceof ArmSmmuAttachable attachable ? attachable.attachments() : null;
    }
}
