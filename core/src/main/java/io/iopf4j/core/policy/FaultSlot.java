// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuFault;
import io.iopf4j.core.iopf.PendingGroup;

/**
 * One page request group while it is reported, answered or ended, and as long as nothing else
 * stands for it: until its last request has come, and in a generation without groups until its end.
 * Once a profile has delivered a {@link #group}, that one is charged, and the slot is no more than
 * what the thread remembers of it. Pooled. Touched under the gate's lock, if there is more than one
 * processor; a thread that has to do with it outside counts itself in {@link #holders}, and nobody
 * else ends it through the profile or gives it back to the pool meanwhile.
 *
 * <p>It is the group's latest request itself, in the end the last one: one object and not two.
 */
final class FaultSlot extends ChargedFault {
    /** Key of a group whose last request has not come, whatever its PASID: as the core finds it. */
    static final int INCOMPLETE = -2;

    /** Key of a group that is answered without PASID. */
    static final int NO_PASID = -1;

    /** Its number in the pool. */
    final int index;

    /** Once it is free: another free one. */
    int nextFree;

    /** What a profile with groups delivered; null until then. */
    PendingGroup group;

    /** Which use of the group it is about. */
    int generation;

    /** How many requests were charged when the latest one was reported. */
    int requestsReported;

    boolean isComplete;

    /** It is found by its key. */
    boolean isInTable;

    /** It is its device's {@link DeviceRecord#reporting()} one. */
    boolean isReporting;

    /** Its consumer is not to see it: requests stop at the gate, the last one is answered there. */
    boolean isRefused;

    /** An answer by group id is on its way through the profile. */
    boolean isAnswering;

    /** That answer went to the driver. */
    boolean isResponded;

    int holders;
    int keyPasid;

    /** In place of device, group id and PASID, of a refused group: the very request it is. */
    IommuFault keyFault;

    int hash;

    FaultSlot(final int index) {
        this.index = index;
    }

    /** Whether that is its key, apart from its device. */
    boolean hasKey(final int itsGrpid, final int itsKeyPasid) {
        return keyFault == null && keyPasid == itsKeyPasid && grpid() == itsGrpid;
    }

    /** Whether a group was delivered for it that has not ended. */
    boolean isOfLiveGroup() {
        final ChargedFault charged = group;
        // Of one that is live no use begins without the gate's lock.
        return charged != null && charged.isLive() && group.generation() == generation;
    }

    @Override
    void reset(final Charge itsCharge) {
        super.reset(itsCharge);
        group = null;
        isComplete = false;
        isRefused = false;
        isAnswering = false;
        isResponded = false;
        keyPasid = INCOMPLETE;
        keyFault = null;
    }
}
