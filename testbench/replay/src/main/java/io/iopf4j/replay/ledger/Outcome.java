// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

/** What has become of a fault; a report counts faults by it. */
public enum Outcome {
    /** Its consumer answered it. */
    ANSWERED,
    /**
     * It was ended at once: no handler, no memory, a policy, or its stream refuses all accesses.
     */
    TERMINATED,
    /** It was ended because its time was up; no rule of this version does that. */
    TIMED_OUT,
    /** It was ended because its domain, device or fault queue went away. */
    DRAINED,
    /** The hardware still holds it or dropped it: no record of it was ever written. */
    UNREPORTED,
    /** It was reported, and waits for its answer. */
    OUTSTANDING
}
