// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;

/**
 * An answer ends the group that it is for, as it says, and no other. The ledger checks it three
 * times: when the core sends an answer to the driver, when it is known which fault the guest meant,
 * and when the hardware acts on the answer.
 */
public final class ResponsesCarryTheGroupTheyAnswer extends Invariant {
    /** A page group response has 4 bits for its code. */
    private static final int RESPONSE_MASK = 0xf;

    ResponsesCarryTheGroupTheyAnswer(final Breaches breaches) {
        super(breaches);
    }

    /**
     * The core sends an answer: its group is open and was not answered yet.
     *
     * @param device the device's name
     * @param grpid the group's number
     * @param isWaiting the group waits for it
     */
    public void isSent(final String device, final int grpid, final boolean isWaiting) {
        if (fails(isWaiting)) {
            tell("an answer went to " + device + " for group " + grpid + ", which waits for none");
        }
    }

    /**
     * A group is delivered: what will be answered is what its device asked for.
     *
     * @param row the fault
     * @param requests how many requests the group has
     * @param most how many its device asked for
     */
    public void isDelivered(final int row, final int requests, final int most) {
        if (fails(requests <= most)) {
            tell("fault " + row + " of " + most + " requests was delivered with " + requests);
        }
    }

    /**
     * What a guest answers is the fault whose record it read.
     *
     * @param meant the row of the fault that it means
     * @param answered the row of the fault that its answer ends
     */
    public void isOfItsFault(final int meant, final int answered) {
        if (fails(meant == answered)) {
            tell("an answer to fault " + meant + " was taken for fault " + answered);
        }
    }

    /**
     * A RESUME does to an access what its answer says.
     *
     * @param row the fault
     * @param code its answer, negative if it has none
     * @param action a {@code Commands.RESUME_} action
     */
    public void isResumed(final int row, final int code, final int action) {
        if (fails(code >= 0 && matches(code, action))) {
            tell("fault " + row + " answered " + code + " was resumed with action " + action);
        }
    }

    private static boolean matches(final int code, final int action) {
        return switch (code) {
            case PageResponseCode.SUCCESS -> action == Commands.RESUME_RETRY;
            case PageResponseCode.INVALID, PageResponseCode.FAILURE ->
                    action == Commands.RESUME_ABORT;
            // FAILURE of 2017; to a later driver a code that it does not know.
            case PageResponseCode.FAILURE_2017 -> action != Commands.RESUME_RETRY;
            default -> action == Commands.RESUME_TERM;
        };
    }

    /**
     * A device is told what the answer to its group says.
     *
     * @param row the fault
     * @param code its answer, negative if it has none
     * @param response the response code that reached the device
     */
    public void isTold(final int row, final int code, final int response) {
        if (fails(code >= 0 && (code & RESPONSE_MASK) == response)) {
            tell("fault " + row + " answered " + code + " was told " + response);
        }
    }
}
