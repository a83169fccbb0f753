// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;

/**
 * One page request group from its first request to its end. Pooled. Touched under the gate's lock;
 * a thread that has to do with it outside counts itself in {@link #holders}, and nobody else ends
 * it through the profile or gives it back to the pool meanwhile.
 */
final class FaultSlot {
    /** Kinds of lists that a slot may be in, one of each kind. */
    static final int IN_CHARGE = 0;

    static final int IN_FIFO = 1;
    static final int IN_INCOMPLETE = 2;

    /** Key of a group whose last request has not come, whatever its PASID: as the core finds it. */
    static final int INCOMPLETE = -2;

    /** Key of a group that is answered without PASID. */
    static final int NO_PASID = -1;

    Charge charge;

    /** The latest request, in the end the last one. */
    final IommuFault fault = new IommuFault();

    /** What a profile with groups delivered, or null. */
    IopfGroup group;

    int generation;
    int requests;

    /** How many these were when the latest one was reported. */
    int requestsReported;

    /** It is counted in its accounts and linked to them. */
    boolean isCharged;

    boolean isComplete;

    /** It has not ended. */
    boolean isLive;

    /** It is found by its key; a group that was delivered leads to its slot by itself. */
    boolean isInTable;

    /** Its consumer is not to see it: requests stop at the gate, the last one is answered there. */
    boolean isRefused;

    /** Why the host wants to end it; null: it does not. */
    ResponseOrigin endOrigin;

    /** An answer by group id is on its way through the profile. */
    boolean isAnswering;

    /** That answer went to the driver. */
    boolean isResponded;

    int holders;
    TimeoutFifo timeout;
    long deadlineNs;

    int keyPasid;

    /** In place of device, group id and PASID, of a refused group: the very request it is. */
    IommuFault keyFault;

    int hash;
    FaultSlot chainPrevious;
    FaultSlot chainNext;
    private FaultSlot chargePrevious;
    private FaultSlot chargeNext;
    private FaultSlot fifoPrevious;
    private FaultSlot fifoNext;
    private FaultSlot incompletePrevious;
    private FaultSlot incompleteNext;

    void reset(final Charge itsCharge) {
        charge = itsCharge;
        group = null;
        requests = 0;
        isCharged = false;
        isComplete = false;
        isRefused = false;
        endOrigin = null;
        isAnswering = false;
        isResponded = false;
        timeout = null;
        keyPasid = INCOMPLETE;
        keyFault = null;
    }

    FaultSlot previous(final int kind) {
        return switch (kind) {
            case IN_CHARGE -> chargePrevious;
            case IN_FIFO -> fifoPrevious;
            default -> incompletePrevious;
        };
    }

    FaultSlot next(final int kind) {
        return switch (kind) {
            case IN_CHARGE -> chargeNext;
            case IN_FIFO -> fifoNext;
            default -> incompleteNext;
        };
    }

    void setPrevious(final int kind, final FaultSlot slot) {
        switch (kind) {
            case IN_CHARGE -> chargePrevious = slot;
            case IN_FIFO -> fifoPrevious = slot;
            default -> incompletePrevious = slot;
        }
    }

    void setNext(final int kind, final FaultSlot slot) {
        switch (kind) {
            case IN_CHARGE -> chargeNext = slot;
            case IN_FIFO -> fifoNext = slot;
            default -> incompleteNext = slot;
        }
    }
}
