// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.emulation.AccessResult;

/** One access of a random run, and how far it has come. */
final class ShadowAccess {
    static final int NO_ANSWER = Integer.MIN_VALUE;

    enum State {
        /** The SMMU is looking it up, or will say how it ends before it returns. */
        ARRIVING,
        /** Stalled, its record waiting. */
        HELD,
        /** Stalled, its record written. */
        RECORDED,
        /** Over. */
        ENDED
    }

    final int id;
    final ShadowDevice device;
    final int sid;
    final int pasid;
    final long iova;
    final int perm;
    State state = State.ARRIVING;
    int tag;
    boolean isReported;
    int answer = NO_ANSWER;

    /** How it must end now, whatever is mapped; null while that is not settled. */
    AccessResult mustEnd;

    /** Where it reached memory. */
    long reached = ShadowDevice.ABORT;

    ShadowAccess(
            final int id,
            final ShadowDevice device,
            final int sid,
            final int pasid,
            final long iova,
            final int perm) {
        this.id = id;
        this.device = device;
        this.sid = sid;
        this.pasid = pasid;
        this.iova = iova;
        this.perm = perm;
    }

    @Override
    public String toString() {
        return "access "
                + id
                + " sid="
                + RandomLog.hex(sid)
                + " pasid="
                + pasid
                + " iova="
                + RandomLog.hex(iova)
                + " perm="
                + perm
                + " "
                + state
                + " tag="
                + tag;
    }
}
