// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.Requester;

/**
 * Sees what the model does with each access; a ledger or a checker implements it. It sees, it does
 * not steer: an implementation must not touch the model.
 */
public interface SmmuObserver {
    /** Sees nothing. */
    SmmuObserver NONE = new SmmuObserver() {};

    /**
     * A transaction is stalled and its record is in the event queue.
     *
     * @param requester whose
     * @param id the requester's number for it
     * @param streamId its StreamID
     * @param stag the tag that it was given
     */
    default void stallRecorded(
            final Requester requester, final int id, final int streamId, final int stag) {}

    /**
     * A transaction is stalled and its record must wait for room.
     *
     * @param requester whose
     * @param id the requester's number for it
     */
    default void stallHeld(final Requester requester, final int id) {}

    /**
     * A RESUME matched a stalled transaction.
     *
     * @param requester whose
     * @param id the requester's number for it
     * @param action a {@code Commands.RESUME_} value
     */
    default void resumed(final Requester requester, final int id, final int action) {}

    /**
     * A transaction was stalled and is ended by STALL_TERM or by disabling the SMMU.
     *
     * @param requester whose
     * @param id the requester's number for it
     */
    default void stallTerminated(final Requester requester, final int id) {}

    /**
     * A terminated transaction's record was written, or lost because the queue was full.
     *
     * @param number the event's number
     * @param recorded false if it was lost
     */
    default void terminateEvent(final int number, final boolean recorded) {}

    /**
     * Software uses what the model does not do.
     *
     * @param what which of it
     */
    default void notModelled(final NotModelled what) {}
}
