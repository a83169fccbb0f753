// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;

/**
 * One page request group from its first request to its end. Pooled. Touched under the gate's lock,
 * if there is more than one processor; a thread that has to do with it outside counts itself in
 * {@link #holders}, and nobody else ends it through the profile or gives it back to the pool
 * meanwhile.
 *
 * <p>It is the group's latest request itself, in the end the last one: one object and not two.
 */
final class FaultSlot extends IommuFault {
    /** Key of a group whose last request has not come, whatever its PASID: as the core finds it. */
    static final int INCOMPLETE = -2;

    /** Key of a group that is answered without PASID. */
    static final int NO_PASID = -1;

    /** Its number in the pool. */
    final int index;

    /** Once it is free: another free one of its device. */
    int nextFree;

    Charge charge;

    /**
     * What a profile with groups delivered, if {@link #isDelivered}. Group and slot come from pools
     * that are used alike, so that the next use most often finds the same one here.
     */
    IopfGroup group;

    int generation;
    boolean isDelivered;
    int requests;

    /** How many these were when the latest one was reported. */
    int requestsReported;

    /** It is counted in its accounts. */
    boolean isCharged;

    boolean isComplete;

    /** It has not ended. */
    boolean isLive;

    /** It is found by its key; a group that was delivered leads to its slot by itself. */
    boolean isInTable;

    /** It is its device's {@link DeviceRecord#reporting()} one. */
    boolean isReporting;

    /** Its consumer is not to see it: requests stop at the gate, the last one is answered there. */
    boolean isRefused;

    /** Why the host wants to end it; null: it does not. */
    ResponseOrigin endOrigin;

    /** An answer by group id is on its way through the profile. */
    boolean isAnswering;

    /** That answer went to the driver. */
    boolean isResponded;

    int holders;

    /** It waits in its device's queue of timeouts. */
    boolean isTimed;

    long deadlineNs;

    /** Its place in the order in which its device's groups were charged. */
    long arrival;

    int keyPasid;

    /** In place of device, group id and PASID, of a refused group: the very request it is. */
    IommuFault keyFault;

    int hash;

    FaultSlot(final int index) {
        this.index = index;
    }

    /** Whether it is charged and has not ended. */
    boolean isOutstanding() {
        return isCharged && isLive;
    }

    /** Whether that is its key, apart from its device. */
    boolean hasKey(final int itsGrpid, final int itsKeyPasid) {
        return keyFault == null && keyPasid == itsKeyPasid && grpid() == itsGrpid;
    }

    void reset(final Charge itsCharge) {
        if (charge != itsCharge) {
            charge = itsCharge;
        }
        isDelivered = false;
        requests = 0;
        isCharged = false;
        isComplete = false;
        isRefused = false;
        endOrigin = null;
        isAnswering = false;
        isResponded = false;
        isTimed = false;
        keyPasid = INCOMPLETE;
        keyFault = null;
    }
}
