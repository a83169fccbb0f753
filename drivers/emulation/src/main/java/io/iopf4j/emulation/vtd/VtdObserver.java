// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

/** Looks on at what a remapping unit does with faults. Must not call back into it. */
public interface VtdObserver {
    /** Sees nothing. */
    VtdObserver NONE = new VtdObserver() {};

    /**
     * A page request was written to the queue.
     *
     * @param rid requester id
     * @param pasid PASID, or {@code IommuModel.NO_SUBSTREAM}
     * @param group group index
     * @param isLast last in its group
     */
    default void requestQueued(
            final int rid, final int pasid, final int group, final boolean isLast) {}

    /**
     * A page request found the queue full, or not yet ready again after that.
     *
     * @param rid requester id
     * @param pasid PASID, or {@code IommuModel.NO_SUBSTREAM}
     * @param group group index
     * @param isLast last in its group; then the unit answers it by itself
     */
    default void requestOverflowed(
            final int rid, final int pasid, final int group, final boolean isLast) {}

    /**
     * A page request was refused with a fault.
     *
     * @param rid requester id
     * @param pasid PASID, or {@code IommuModel.NO_SUBSTREAM}
     * @param group group index
     * @param isLast last in its group; then the unit answers it by itself
     * @param reason a {@code VtdFaultReason}
     */
    default void requestRefused(
            final int rid,
            final int pasid,
            final int group,
            final boolean isLast,
            final int reason) {}

    /**
     * Software answered a group, or a request of a stream.
     *
     * @param rid requester id
     * @param pasid PASID, or {@code IommuModel.NO_SUBSTREAM}
     * @param group group index
     * @param code response code, 4 bits
     */
    default void responseSent(final int rid, final int pasid, final int group, final int code) {}

    /**
     * A fault was recorded, or lost because there was no free register.
     *
     * @param sid source id
     * @param reason a {@code VtdFaultReason}
     * @param recorded false if it was lost
     */
    default void fault(final int sid, final int reason, final boolean recorded) {}

    /**
     * Software used what the model does not do.
     *
     * @param what which
     */
    default void notModelled(final VtdNotModelled what) {}
}
