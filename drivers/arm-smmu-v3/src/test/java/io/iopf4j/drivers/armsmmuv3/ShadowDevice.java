// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.TreeMap;

/** What a random run knows of a device: which domain is where, and so what an access comes to. */
final class ShadowDevice {
    /** An access waits for an answer. */
    static final long STALL = -1;

    /** An access is aborted. Any other outcome is the physical address that is reached. */
    static final long ABORT = -2;

    final int index;
    final IommuFwspec fwspec;
    final boolean mayStall;
    final int ssidBits;
    final boolean isStallForced;
    private final PhysicalMemory memory;
    private final int outputBits;

    /** Null while it is not there. */
    IommuDevice device;

    IommuGroup group;
    boolean hasFaults;
    boolean isIdentity;

    /** What is attached at the RID; null for blocked and identity. */
    ShadowDomain rid;

    final TreeMap<Integer, ShadowDomain> pasids = new TreeMap<>();

    /** Groups that the run has not answered. */
    int kept;

    ShadowDevice(
            final int index,
            final IommuFwspec fwspec,
            final boolean mayStall,
            final boolean isStallForced,
            final int ssidBits,
            final PhysicalMemory memory,
            final int outputBits) {
        this.index = index;
        this.fwspec = fwspec;
        this.mayStall = mayStall;
        this.isStallForced = isStallForced;
        this.ssidBits = ssidBits;
        this.memory = memory;
        this.outputBits = outputBits;
    }

    boolean isThere() {
        return device != null;
    }

    /** The domain that an access would go through, or null. */
    ShadowDomain domainAt(final int pasid) {
        return pasid == IommuModel.NO_SUBSTREAM ? rid : pasids.get(pasid);
    }

    /** Whether it may ask for translations. */
    boolean canTranslate() {
        return fwspec.ats() && (rid == null || rid.isCachedBy(this));
    }

    /** Whether a PASID can be attached. */
    boolean takesPasids() {
        return ssidBits > 0 && (rid == null || rid.takesPasids());
    }

    /** What an access comes to. */
    long expect(final int pasid, final long iova, final int perm, final boolean before) {
        if (!isThere()) {
            return ABORT;
        }
        if (pasid == IommuModel.NO_SUBSTREAM && isIdentity) {
            return iova >>> outputBits == 0 && memory.contains(iova, 1) ? iova : ABORT;
        }
        final ShadowDomain domain = domainAt(pasid);
        return domain == null ? ABORT : through(domain, iova, perm, before);
    }

    private long through(
            final ShadowDomain domain, final long iova, final int perm, final boolean before) {
        if (domain.inputBits() < Long.SIZE && iova >>> domain.inputBits() != 0) {
            return ABORT;
        }
        if (domain.isDead(before)) {
            return mayStall && isStallForced ? STALL : ABORT;
        }
        final long page = domain.page(iova, before);
        if (page == ShadowDomain.NO_PAGE
                || ShadowDomain.isRefused(domain.perm(iova, before), perm)) {
            return mayStall ? STALL : ABORT;
        }
        return page | (iova & ShadowDomain.PAGE_MASK);
    }

    @Override
    public String toString() {
        return "dev" + index;
    }
}
