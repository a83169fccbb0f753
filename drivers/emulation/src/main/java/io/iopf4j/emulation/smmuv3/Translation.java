// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.StreamTableEntry;

/** What a lookup came to; one instance is reused for every access. */
final class Translation {
    /** How the access goes on. */
    enum Outcome {
        /** It is done at {@link #outputAddress}. */
        TRANSLATED,
        /** It ends with an abort. */
        ABORT,
        /** It ends as read-as-zero or write-ignored. */
        RAZ_WI,
        /** It waits for a RESUME. */
        STALL,
        /** A translation request is answered with Unsupported Request. */
        UNSUPPORTED
    }

    /** log2 of the least that a translation covers. */
    static final int LEAST_LOG2 = 12;

    Outcome outcome;
    long outputAddress;
    boolean isRecorded;
    int eventNumber;
    long eventWord1;
    long eventWord2;
    long eventWord3;
    boolean hasSubstream;

    /**
     * STE.MEV: this record may be merged with its like. What comes before an entry was read could
     * always be merged (IHI 0070, 7.3) and never is, since a flood of it should show.
     */
    boolean mayMerge;

    /** log2 of the bytes around the output address that translate alike; for ATS. */
    int log2Bytes;

    /** {@code IommuFault.PERM_} bits that the translation allows; for ATS. */
    int permissions;

    /** {@link Rights} of the translation. */
    int rights;

    void begin() {
        isRecorded = false;
        eventNumber = 0;
        mayMerge = false;
        permissions = 0;
    }

    /** Translated by neither stage: everything is allowed. */
    void untranslated(final long address) {
        translated(address, LEAST_LOG2, Rights.ALL_STAGE_1 | Rights.ALL_STAGE_2);
    }

    void translated(final long address, final int log2, final int allowed) {
        outcome = Outcome.TRANSLATED;
        outputAddress = address;
        isRecorded = false;
        log2Bytes = log2;
        rights = allowed;
    }

    void silentAbort() {
        outcome = Outcome.ABORT;
        isRecorded = false;
    }

    /** A configuration error: ends with an abort and is always recorded. */
    void configurationError(final int number, final boolean withSubstream, final long fetch) {
        abort(number, withSubstream, 0, 0, fetch);
    }

    /** A fault of stage 1, whose context's S, R and A decide. IHI 0070, 5.5. */
    void stageOneFault(final int number, final Access access) {
        final long cd0 = access.context.word0;
        final boolean stall = (cd0 & ContextDescriptor.S) != 0;
        abort(number, true, access.attributes | Events.classBits(Events.CLASS_IN), access.iova, 0);
        outcome =
                stall
                        ? Outcome.STALL
                        : (cd0 & ContextDescriptor.A) != 0 ? Outcome.ABORT : Outcome.RAZ_WI;
        isRecorded = stall || (cd0 & ContextDescriptor.R) != 0;
    }

    /**
     * A fault of stage 2, where the entry's S2S and S2R decide and A is as if set. IHI 0070, 5.5.
     *
     * @param eventClass what was fetched: {@code Events.CLASS_}
     */
    void stageTwoFault(
            final int number, final Access access, final int eventClass, final long ipa) {
        final long word2 = access.stream.word2;
        final boolean stall = (word2 & StreamTableEntry.S2S) != 0;
        final boolean ofTable = number == Events.F_PERMISSION && eventClass == Events.CLASS_TTD;
        abort(
                number,
                true,
                access.attributes
                        | Events.S2
                        | Events.classBits(eventClass)
                        // Nothing is written to tables: the hardware updates none.
                        | (ofTable ? Events.TTRNW : 0),
                access.iova,
                ipa & Events.IPA_MASK);
        outcome = stall ? Outcome.STALL : Outcome.ABORT;
        isRecorded = stall || (word2 & StreamTableEntry.S2R) != 0;
    }

    /** An address that stage 1 would pass on as it is does not fit: always an abort. */
    void bypassFault(final Access access) {
        abort(
                Events.F_ADDR_SIZE,
                true,
                access.attributes | Events.classBits(Events.CLASS_IN),
                access.iova,
                0);
    }

    /** A table could not be read: an abort, whatever stalls. */
    void walkAbort(
            final Access access, final boolean ofStageTwo, final int eventClass, final long at) {
        abort(
                Events.F_WALK_EABT,
                true,
                access.attributes | (ofStageTwo ? Events.S2 : 0) | Events.classBits(eventClass),
                access.iova,
                at & Events.FETCH_ADDR_MASK);
    }

    /** Two cached translations match. */
    void tlbConflict(final Access access, final boolean ofStageTwo, final long ipa) {
        abort(
                Events.F_TLB_CONFLICT,
                true,
                access.attributes | (ofStageTwo ? Events.S2 : 0),
                access.iova,
                ipa & Events.IPA_MASK);
    }

    void abort(
            final int number,
            final boolean withSubstream,
            final long word1,
            final long word2,
            final long word3) {
        outcome = Outcome.ABORT;
        isRecorded = true;
        eventNumber = number;
        hasSubstream = withSubstream;
        eventWord1 = word1;
        eventWord2 = word2;
        eventWord3 = word3;
    }
}
