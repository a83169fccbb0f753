// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.Events;

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
        STALL
    }

    Outcome outcome;
    long outputAddress;
    boolean isRecorded;
    int eventNumber;
    long eventWord1;
    long eventWord2;
    long eventWord3;
    boolean hasSubstream;

    void translated(final long address) {
        outcome = Outcome.TRANSLATED;
        outputAddress = address;
        isRecorded = false;
    }

    void silentAbort() {
        outcome = Outcome.ABORT;
        isRecorded = false;
    }

    /** A configuration error: ends with an abort and is always recorded. */
    void configurationError(final int number, final boolean withSubstream, final long fetch) {
        outcome = Outcome.ABORT;
        event(number, withSubstream, 0, 0, fetch);
    }

    void event(
            final int number,
            final boolean withSubstream,
            final long word1,
            final long word2,
            final long word3) {
        isRecorded = true;
        eventNumber = number;
        hasSubstream = withSubstream;
        eventWord1 = word1;
        eventWord2 = word2;
        eventWord3 = word3;
    }

    /** A translation fault of stage 1, whose context's S, R and A decide. IHI 0070, 5.5. */
    void translationFault(
            final int number,
            final long attributes,
            final long iova,
            final boolean stall,
            final boolean record,
            final boolean abort) {
        outcome = stall ? Outcome.STALL : abort ? Outcome.ABORT : Outcome.RAZ_WI;
        event(number, true, attributes | Events.classBits(Events.CLASS_IN), iova, 0);
        isRecorded = stall || record;
    }
}
