// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.ResponseOrigin;

/**
 * What a {@link FaultGate} keeps of a fault that is outstanding, in the fault itself: whose it is,
 * when it came, when its time is over. Nobody's business but the gate's, under whose lock it is
 * touched, if there is more than one processor.
 *
 * <p>28 bytes: a group that waits for its answer has no second object that a cycle would have to
 * find and fetch. A slot beside each had it take 318 bytes with a quota and a timeout, and this has
 * it take 123: that is why a word has several things in it:
 *
 * <pre>
 *  31               8     7      6      5      4    3        0
 * +------------------+--------+------+-------+------+---------+
 * | requests charged | marked | held | timed | live | why end |
 * +------------------+--------+------+-------+------+---------+
 * </pre>
 *
 * <p>For {@link io.iopf4j.core.iopf.PendingGroup} to extend, and nobody else outside.
 */
public abstract class ChargedFault extends IommuFault {
    /** The most requests of a group that are counted. */
    static final int MAX_REQUESTS = (1 << 24) - 1;

    private static final ResponseOrigin[] ORIGINS = ResponseOrigin.values();
    private static final int ORIGIN_MASK = 0xf;
    private static final int LIVE = 1 << 4;
    private static final int TIMED = 1 << 5;
    private static final int HELD = 1 << 6;
    private static final int MARKED = 1 << 7;
    private static final int REQUESTS_SHIFT = 8;

    /** Whom it is charged to; of one that is not live, whom it was charged to, or null. */
    Charge charge;

    /** In the order of deadlines, while it is timed. */
    ChargedFault previous;

    ChargedFault next;
    long deadlineNs;

    /** Its place in the order in which its device's groups were charged, counted round. */
    int arrival;

    private int word;

    /** Nothing is outstanding. */
    protected ChargedFault() {}

    /** Nothing is outstanding, and it will be charged to somebody. */
    void reset(final Charge itsCharge) {
        if (charge != itsCharge) {
            charge = itsCharge;
        }
        word = 0;
    }

    /** Takes over what another one was. */
    void takeOver(final ChargedFault from) {
        reset(from.charge);
        arrival = from.arrival;
        word = from.word & ~TIMED;
    }

    /** It has not ended. */
    boolean isLive() {
        return is(LIVE);
    }

    void setLive(final boolean isLive) {
        set(LIVE, isLive);
    }

    /** It waits in its device's queue of timeouts. */
    boolean isTimed() {
        return is(TIMED);
    }

    void setTimed(final boolean isTimed) {
        set(TIMED, isTimed);
    }

    /** Somebody reports, answers or ends it: nobody else ends it meanwhile. */
    boolean isHeld() {
        return is(HELD);
    }

    void setHeld(final boolean isHeld) {
        set(HELD, isHeld);
    }

    /** Whoever goes through many of them has met it. */
    boolean isMarked() {
        return is(MARKED);
    }

    void setMarked(final boolean isMarked) {
        set(MARKED, isMarked);
    }

    /** Why the host wants to end it; null: it does not. */
    ResponseOrigin endOrigin() {
        final int origin = word & ORIGIN_MASK;
        return origin == 0 ? null : ORIGINS[origin - 1];
    }

    boolean hasEndOrigin() {
        return (word & ORIGIN_MASK) != 0;
    }

    @SuppressWarnings("EnumOrdinal") // packed, and never stored for longer than a run
    void setEndOrigin(final ResponseOrigin origin) {
        word = (word & ~ORIGIN_MASK) | (origin.ordinal() + 1);
    }

    /** Requests that are counted in its accounts; 0 of one that was refused at once. */
    int requests() {
        return word >>> REQUESTS_SHIFT;
    }

    /** One more; false if there are so many that it cannot be counted. */
    boolean addRequest() {
        if (requests() == MAX_REQUESTS) {
            return false;
        }
        word += 1 << REQUESTS_SHIFT;
        return true;
    }

    void removeRequest() {
        word -= 1 << REQUESTS_SHIFT;
    }

    /** Whether it is counted in its accounts and has not ended. */
    boolean isOutstanding() {
        return requests() > 0 && isLive();
    }

    private boolean is(final int bit) {
        return (word & bit) != 0;
    }

    private void set(final int bit, final boolean isSet) {
        word = isSet ? word | bit : word & ~bit;
    }
}
