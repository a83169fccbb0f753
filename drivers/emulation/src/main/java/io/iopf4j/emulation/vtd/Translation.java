// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

/** What became of a request, filled in anew by each; the translator keeps the only one. */
final class Translation {
    /** A {@code VtdFaultReason}, or 0 if it was translated. */
    int reason;

    /** The fault is not to be recorded: FPD of an entry that the request went through. */
    boolean isSuppressed;

    /**
     * The fault of a translation request that the device may mend by a page request: no fault, but
     * no access. Never set for other requests, which end with the fault.
     */
    boolean isRecoverable;

    /** Physical address, if translated. */
    long output;

    /** log2 of the bytes around it that translate alike, if translated. */
    int log2;

    /**
     * {@code IommuFault.PERM_} bits that the tables allow there, if translated; of what a
     * translation request asked for.
     */
    int perm;

    /** Domain id that what is cached of it is tagged with; negative if there is none. */
    int did;

    /** PASID that it was translated with: the request's or RID_PASID; negative for none. */
    int pasid;

    void begin(final int itsPasid) {
        reason = 0;
        isSuppressed = false;
        isRecoverable = false;
        output = 0;
        log2 = 0;
        perm = 0;
        did = -1;
        pasid = itsPasid;
    }

    boolean translated(final long address, final int size, final int allowed) {
        output = address;
        log2 = size;
        perm = allowed;
        return true;
    }

    /** Ends it with a fault: false. */
    boolean fault(final int itsReason, final Access access) {
        reason = itsReason;
        isSuppressed = access.isSilenced && FaultQualification.isQualified(itsReason);
        isRecoverable = access.isRequest && FaultQualification.isRecoverable(itsReason);
        return false;
    }
}
