// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuDevice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A device behind the SMMU: {@code struct arm_smmu_master} of Linux 6.12. */
final class ArmSmmuMaster {
    private final IommuDevice device;
    private final List<Integer> streamIds;
    private final boolean stallEnabled;
    private final int ssidBits;
    private boolean iopfEnabled;
    private boolean svaEnabled;
    private volatile boolean draining;
    private CdTable cdTable;
    private boolean cdTableInSte;
    private DomainType ridDomainType = DomainType.BLOCKED;

    /** By PASID. */
    private final Map<Integer, ArmSmmuSvaDomain> svaDomains = new TreeMap<>();

    ArmSmmuMaster(final IommuDevice device, final boolean stallEnabled, final int ssidBits) {
        this.device = device;
        this.streamIds = device.fwspec().ids();
        this.stallEnabled = stallEnabled;
        this.ssidBits = ssidBits;
    }

    static ArmSmmuMaster of(final IommuDevice dev) {
        return (ArmSmmuMaster) dev.driverData();
    }

    IommuDevice device() {
        return device;
    }

    List<Integer> streamIds() {
        return streamIds;
    }

    /** The stream that answers name: a device with faults has exactly one. */
    int faultStreamId() {
        return streamIds.get(0);
    }

    boolean isStallEnabled() {
        return stallEnabled;
    }

    /** {@code arm_smmu_master_iopf_supported()}: one stream, and it may stall. */
    boolean isIopfSupported() {
        return streamIds.size() == 1 && stallEnabled;
    }

    int ssidBits() {
        return ssidBits;
    }

    boolean isIopfEnabled() {
        return iopfEnabled;
    }

    void setIopfEnabled(final boolean enabled) {
        iopfEnabled = enabled;
    }

    /** Its stalls are being ended: what the event queue still says of them is void. */
    boolean isDraining() {
        return draining;
    }

    void setDraining(final boolean draining) {
        this.draining = draining;
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

    void setCdTableInSte(final boolean inSte) {
        cdTableInSte = inSte;
    }

    /** Whether PASIDs are attached through {@link #cdTable()}. */
    boolean hasPasids() {
        return cdTable != null && cdTable.usedSubstreams() > 0;
    }

    /** The SVA domain at a PASID, or null ({@code arm_smmu_bond} until 6.8). */
    ArmSmmuSvaDomain svaDomain(final int pasid) {
        return svaDomains.get(pasid);
    }

    /** PASIDs at which there are SVA domains. */
    List<Integer> svaPasids() {
        return List.copyOf(svaDomains.keySet());
    }

    void addSvaDomain(final int pasid, final ArmSmmuSvaDomain domain) {
        svaDomains.put(pasid, domain);
    }

    void removeSvaDomain(final int pasid) {
        svaDomains.remove(pasid);
    }

    /** What is attached at the RID. */
    DomainType ridDomainType() {
        return ridDomainType;
    }

    void setRidDomainType(final DomainType type) {
        ridDomainType = type;
    }
}
