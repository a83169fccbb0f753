// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseType;
import java.util.Arrays;

/**
 * Which types of response a guest owes, for each group id: ours, no posting had it. VT-d wants a
 * stream response for each request that asks for one and a group response for a group's last
 * request, so that an id may be owed both. The core of 2017 tracks nothing, so VFIO must.
 *
 * <pre>
 *  31                        3 2   1 0
 * +---------------------------+-----+---+
 * | stream responses owed     |last | G |   G: a group response is owed; last: type seen last
 * +---------------------------+-----+---+
 * </pre>
 *
 * <p>Only what was delivered makes it grow, at most to the 2^9 ids that an answer can name; an
 * answer never does. Thread-safe.
 */
final class ResponseTypes {
    private static final int MAX_IDS = 1 << 9;
    private static final int GROUP_OWED = 1;
    private static final int LAST_SHIFT = 1;
    private static final int LAST_MASK = 3 << LAST_SHIFT;
    private static final int ONE_STREAM = 1 << 3;

    private final boolean isUniprocessor;
    private int[] states = {};

    /** One thread does it all, or several take this object's lock. */
    ResponseTypes(final boolean isUniprocessor) {
        this.isUniprocessor = isUniprocessor;
    }

    void delivered(final IommuFault fault) {
        if (isUniprocessor) {
            owe(fault);
        } else {
            synchronized (this) {
                owe(fault);
            }
        }
    }

    private void owe(final IommuFault fault) {
        final int type = fault.responseType();
        final int grpid = fault.grpid();
        if (!isKnown(type) || grpid < 0 || grpid >= MAX_IDS) {
            return;
        }
        if (grpid >= states.length) {
            states = Arrays.copyOf(states, Integer.highestOneBit(grpid | 1) * 2);
        }
        int state = states[grpid];
        if ((state & GROUP_OWED) != 0) {
            // The device uses the id anew: somebody else has ended the old group.
            state = 0;
        }
        if (type == PageResponseType.STREAM) {
            state += ONE_STREAM;
        } else if (fault.isLast()) {
            state |= GROUP_OWED;
        }
        states[grpid] = (state & ~LAST_MASK) | (type << LAST_SHIFT);
    }

    /**
     * Takes an answer's type off what is owed; false if it is the other type. Where nothing is owed
     * the type that was seen last is right, and where nothing was ever delivered any is: such an
     * answer is wrong for another reason, which is the core's affair.
     */
    boolean answered(final int grpid, final int type) {
        if (isUniprocessor) {
            return take(grpid, type);
        }
        synchronized (this) {
            return take(grpid, type);
        }
    }

    private boolean take(final int grpid, final int type) {
        final int state = grpid >= 0 && grpid < states.length ? states[grpid] : 0;
        if (state == 0) {
            return true;
        }
        final boolean isGroupOwed = (state & GROUP_OWED) != 0;
        final boolean isStreamOwed = state >= ONE_STREAM;
        if (type == PageResponseType.GROUP && isGroupOwed) {
            states[grpid] = state & ~GROUP_OWED;
            return true;
        }
        if (type == PageResponseType.STREAM && isStreamOwed) {
            states[grpid] = state - ONE_STREAM;
            return true;
        }
        return !isGroupOwed && !isStreamOwed && type == (state & LAST_MASK) >> LAST_SHIFT;
    }

    private static boolean isKnown(final int type) {
        return type == PageResponseType.STREAM || type == PageResponseType.GROUP;
    }
}
