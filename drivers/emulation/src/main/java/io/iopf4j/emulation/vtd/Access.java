// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.FaultRecord;

/** What is being looked up, and what has been found for it so far; one instance is reused. */
final class Access {
    private static final int DATA = IommuFault.PERM_READ | IommuFault.PERM_WRITE;

    int sid;

    /** Negative for none. */
    int pasid;

    long iova;

    /** {@link Rights} that it needs, or, of a translation request, would like. */
    int asked;

    boolean isPrivileged;

    /** A translation request: it asks what is allowed instead of whether something is. */
    boolean isRequest;

    /** FPD of an entry that was met so far: what is qualified is not recorded. */
    boolean isSilenced;

    Context context;
    Regime regime;

    /**
     * Starts anew.
     *
     * @param hasNoWrite ECAP.NWFS: a translation request's promise not to write counts
     */
    void begin(
            final int sourceId,
            final int pasidOrNone,
            final long address,
            final int perm,
            final int addressType,
            final boolean hasNoWrite) {
        sid = sourceId & 0xffff;
        pasid = pasidOrNone;
        iova = address;
        isRequest = addressType == FaultRecord.AT_TRANSLATION_REQUEST;
        isSilenced = false;
        context = null;
        regime = null;
        asked = perm & DATA;
        if (isRequest) {
            asked = IommuFault.PERM_READ | (hasNoWrite ? asked : IommuFault.PERM_WRITE);
        } else if (asked == 0) {
            asked = IommuFault.PERM_READ;
        }
        // Execute and privileged travel with a PASID; only what is read is executed.
        if (pasid >= 0 && (asked & IommuFault.PERM_READ) != 0) {
            asked |= perm & IommuFault.PERM_EXEC;
        }
        isPrivileged = pasid >= 0 && (perm & IommuFault.PERM_PRIV) != 0;
    }

    boolean wants(final int right) {
        return (asked & right) != 0;
    }

    /** Whether all that is asked for is there. */
    boolean hasAll(final int rights) {
        return (granted(rights) & asked) == asked;
    }

    /** Whether there is too little to go on: for a translation request, nothing at all. */
    boolean isRefused(final int rights) {
        return isRequest ? (granted(rights) & asked & DATA) == 0 : !hasAll(rights);
    }

    /** {@code IommuFault.PERM_} bits that {@link Rights} mean for this one. */
    int granted(final int rights) {
        return Rights.of(rights, isPrivileged);
    }
}
