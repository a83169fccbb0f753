// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.IommuDevice;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A device behind the unit: {@code struct device_domain_info} of Linux 6.12. Changed under the
 * core's group lock, but read by the threads of faults and page requests.
 */
final class DeviceInfo {
    /** {@code FLPT_DEFAULT_DID}: the domain id where no domain of its own is attached. */
    static final int DEFAULT_DID = 1;

    /** {@code IOMMU_NO_PASID}: requests without PASID. */
    static final int NO_PASID = 0;

    /** Log2 of the smallest unit of translation. */
    private static final int PAGE_SHIFT = 12;

    private final IommuDevice device;
    private final int rid;
    private final int pfsid;
    private boolean atsSupported;
    private boolean pasidSupported;
    private boolean priSupported;
    private volatile boolean atsEnabled;
    private volatile boolean pasidEnabled;
    private volatile boolean priEnabled;
    private volatile boolean hasForgotten;
    private int atsQueueDepth = 1;
    private int maxPasids;
    private PciFeatures pci;
    private boolean iopfEnabled;
    private volatile int ridDid = DEFAULT_DID;
    private volatile IntelDomain ridDomain;

    /** By PASID; the drain of page requests asks from other threads. */
    private final ConcurrentSkipListMap<Integer, PasidAttachment> pasids =
            new ConcurrentSkipListMap<>();

    /** What is at a PASID: a domain, and the id that the hardware knows it by there. */
    record PasidAttachment(IntelDomain domain, int did) {}

    DeviceInfo(final IommuDevice device, final int rid, final int pfsid) {
        this.device = device;
        this.rid = rid;
        this.pfsid = pfsid;
    }

    /** The record of a device, or null before probe and after release. */
    static DeviceInfo of(final IommuDevice dev) {
        return (DeviceInfo) dev.driverData();
    }

    IommuDevice device() {
        return device;
    }

    /** Requester id, 16 bits: bus, device and function. */
    int rid() {
        return rid;
    }

    int bus() {
        return rid >>> 8;
    }

    int devfn() {
        return rid & 0xff;
    }

    /** Source id of its physical function where ECAP.DIT wants that, else 0. */
    int pfsid() {
        return pfsid;
    }

    boolean isAtsSupported() {
        return atsSupported;
    }

    boolean isPasidSupported() {
        return pasidSupported;
    }

    boolean isPriSupported() {
        return priSupported;
    }

    /** What device and unit can do together. */
    void setSupported(final boolean ats, final boolean pasid, final boolean pri) {
        atsSupported = ats;
        pasidSupported = pasid;
        priSupported = pri;
    }

    boolean isAtsEnabled() {
        return atsEnabled;
    }

    void setAtsEnabled(final boolean enabled) {
        atsEnabled = enabled;
    }

    /** {@code iommu_enable_pci_ats()}: does nothing if it is on or there is none. */
    void enableAts() {
        if (atsSupported && !atsEnabled && pci != null && pci.enableAts(PAGE_SHIFT) == 0) {
            atsEnabled = true;
        }
    }

    /** {@code iommu_disable_pci_ats()}: the device caches nothing from now on. */
    void disableAts() {
        if (atsEnabled && pci != null) {
            pci.disableAts();
            atsEnabled = false;
        }
    }

    boolean isPasidEnabled() {
        return pasidEnabled;
    }

    void setPasidEnabled(final boolean enabled) {
        pasidEnabled = enabled;
    }

    boolean isPriEnabled() {
        return priEnabled;
    }

    void setPriEnabled(final boolean enabled) {
        priEnabled = enabled;
    }

    /** Whether it has forgotten what it asked for: requests that are in the queue are nobody's. */
    boolean hasForgotten() {
        return hasForgotten;
    }

    void setForgotten(final boolean forgotten) {
        hasForgotten = forgotten;
    }

    /** Its configuration space's features; null where nothing asks for them. */
    PciFeatures pci() {
        return pci;
    }

    void setPci(final PciFeatures features) {
        pci = features;
    }

    /** One more than the greatest PASID of device and unit, or 0. */
    int maxPasids() {
        return maxPasids;
    }

    void setMaxPasids(final int count) {
        maxPasids = count;
    }

    /** Whether it is on the fault queue. */
    boolean isIopfEnabled() {
        return iopfEnabled;
    }

    void setIopfEnabled(final boolean enabled) {
        iopfEnabled = enabled;
    }

    /** {@code ats_qdep}: invalidations that it may have outstanding, in [1, 32]. */
    int atsQueueDepth() {
        return atsQueueDepth;
    }

    void setAtsQueueDepth(final int depth) {
        atsQueueDepth = depth;
    }

    /** Domain id of what is attached at the RID, {@link #DEFAULT_DID} if nothing of its own is. */
    int ridDid() {
        return ridDid;
    }

    /** What is attached at the RID, or null before the first attachment. */
    IntelDomain ridDomain() {
        return ridDomain;
    }

    void setRidDomain(final IntelDomain domain, final int did) {
        ridDomain = domain;
        ridDid = did;
    }

    /** What is at a PASID, or null. */
    PasidAttachment pasid(final int pasid) {
        return pasids.get(pasid);
    }

    /** PASIDs at which there are domains, ascending. */
    List<Integer> pasids() {
        return List.copyOf(pasids.keySet());
    }

    /** Domain id of translations by a PASID: of what is there, or {@link #DEFAULT_DID}. */
    int did(final int pasid) {
        if (pasid == NO_PASID) {
            return ridDid;
        }
        final PasidAttachment attachment = pasids.get(pasid);
        return attachment == null ? DEFAULT_DID : attachment.did();
    }

    /** Enters what is at a PASID, or takes it out with null. */
    void setPasid(final int pasid, final PasidAttachment attachment) {
        if (attachment == null) {
            pasids.remove(pasid);
        } else {
            pasids.put(pasid, attachment);
        }
    }

    /** What is attached at the RID or at a PASID, or null. */
    IntelDomain domain(final int pasid) {
        if (pasid == NO_PASID) {
            return ridDomain;
        }
        final PasidAttachment attachment = pasids.get(pasid);
        return attachment == null ? null : attachment.domain();
    }

    /** A domain is at the RID or at a PASID, under an id. */
    void attached(final int pasid, final IntelDomain domain, final int did) {
        if (pasid == NO_PASID) {
            setRidDomain(domain, did);
        } else {
            setPasid(pasid, new PasidAttachment(domain, did));
        }
    }

    /** Nothing is there any more. */
    void detached(final int pasid) {
        if (pasid == NO_PASID) {
            setRidDomain(null, DEFAULT_DID);
        } else {
            setPasid(pasid, null);
        }
    }
}
