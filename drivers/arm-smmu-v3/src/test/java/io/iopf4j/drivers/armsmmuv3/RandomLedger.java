// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows each access of a random run from its issue to its end, and objects as soon as one goes a
 * way that the shadow of the mappings does not allow. While the driver changes something, an access
 * that is concerned may still meet the old state, or find its entry invalid for a moment.
 */
final class RandomLedger implements Requester, SmmuObserver, FaultObserver {
    /** All accesses of a device are concerned, whatever their PASID. */
    static final int ALL = -2;

    private static final int SLOTS = 1 << 8;

    private record Doubt(ShadowAccess access, long outcome) {}

    private final RandomLog log;
    private final ShadowAccess[] slots = new ShadowAccess[SLOTS];
    private final ShadowAccess[] byTag;
    private final AccessResult howTerminated;
    private final List<Doubt> doubts = new ArrayList<>();
    private int lastId;
    private int open;
    private int recorded;
    private int held;
    private int answersUnderWay;
    private boolean isChanging;
    private ShadowDevice changingDevice;
    private int changingPasid;
    private ShadowDomain changingDomain;
    private boolean mayTerminate;
    private boolean isGone;

    RandomLedger(final RandomLog log, final int stallMax, final boolean terminateAborts) {
        this.log = log;
        this.byTag = new ShadowAccess[stallMax];
        this.howTerminated = terminateAborts ? AccessResult.ABORTED : AccessResult.RAZ_WI;
    }

    // ---- What the run asks and says -------------------------------------------------------------

    int open() {
        return open;
    }

    int recorded() {
        return recorded;
    }

    int held() {
        return held;
    }

    /** Answers that the driver was given and the hardware has not obeyed. */
    int answersUnderWay() {
        return answersUnderWay;
    }

    /** Recorded stalls of a device; each must have been reported. */
    int reportedOf(final ShadowDevice device) {
        int count = 0;
        for (final ShadowAccess access : byTag) {
            if (access != null && access.device == device) {
                require(access.isReported, access, "its stall was never reported");
                count++;
            }
        }
        return count;
    }

    /** Recorded stalls of a device. */
    int recordedOf(final ShadowDevice device) {
        int count = 0;
        for (final ShadowAccess access : byTag) {
            count += access != null && access.device == device ? 1 : 0;
        }
        return count;
    }

    /** Stalls of a device, recorded and held. */
    int stalledOf(final ShadowDevice device) {
        int count = recordedOf(device);
        for (final ShadowAccess access : slots) {
            if (access != null
                    && access.device == device
                    && access.state == ShadowAccess.State.HELD) {
                count++;
            }
        }
        return count;
    }

    void issue(
            final IommuModel model,
            final ShadowDevice device,
            final int sid,
            final int pasid,
            final long iova,
            final int perm) {
        int id = ++lastId;
        while (slots[id % SLOTS] != null && slots[id % SLOTS].state != ShadowAccess.State.ENDED) {
            id = ++lastId;
        }
        final ShadowAccess access = new ShadowAccess(id, device, sid, pasid, iova, perm);
        slots[id % SLOTS] = access;
        open++;
        model.access(this, id, sid, pasid, iova, perm);
        require(
                access.state != ShadowAccess.State.ARRIVING,
                access,
                "it has neither ended nor stalled");
    }

    /** The driver is about to change where accesses go, of a device or through a domain. */
    void beginChange(final ShadowDevice device, final int pasid, final ShadowDomain domain) {
        isChanging = true;
        changingDevice = device;
        changingPasid = pasid;
        changingDomain = domain;
        if (domain != null) {
            domain.remember();
        }
    }

    /** The driver has returned, and the shadow says what is now. */
    void endChange() {
        isChanging = false;
        mayTerminate = false;
        changingDevice = null;
        changingDomain = null;
        for (final Doubt doubt : doubts) {
            final ShadowAccess access = doubt.access();
            final long after = access.device.expect(access.pasid, access.iova, access.perm, false);
            require(
                    doubt.outcome() == after,
                    access,
                    "came to "
                            + text(doubt.outcome())
                            + ", neither what was before nor "
                            + text(after));
        }
        doubts.clear();
    }

    /** The change ends stalls of its device. */
    void expectTermination() {
        mayTerminate = true;
    }

    /** The SMMU is being let go: everything ends. */
    void expectTheEnd() {
        mayTerminate = true;
        isGone = true;
    }

    // ---- How accesses go on ---------------------------------------------------------------------

    private ShadowAccess find(final int id) {
        final ShadowAccess access = slots[id % SLOTS];
        if (access == null || access.id != id) {
            throw new AssertionError("no such access: " + id);
        }
        return access;
    }

    @Override
    public void reached(final int id, final long address) {
        find(id).reached = address;
    }

    @Override
    public void ended(final int id, final AccessResult result) {
        final ShadowAccess access = find(id);
        log.add(result.name(), id, access.reached);
        require(access.state != ShadowAccess.State.ENDED, access, "ended again: " + result);
        require(
                access.state != ShadowAccess.State.RECORDED,
                access,
                "ended without an answer: " + result);
        if (access.state == ShadowAccess.State.HELD) {
            held--;
        }
        access.state = ShadowAccess.State.ENDED;
        open--;
        if (access.mustEnd != null) {
            require(
                    access.mustEnd == result,
                    access,
                    "ended " + result + ", not " + access.mustEnd);
        } else if (!isGone) {
            require(result != AccessResult.RAZ_WI, access, "ended " + result);
            came(access, result == AccessResult.DONE ? access.reached : ShadowDevice.ABORT);
        }
    }

    private void came(final ShadowAccess access, final long outcome) {
        final ShadowDevice device = access.device;
        if (device == null) {
            require(
                    outcome == ShadowDevice.ABORT,
                    access,
                    "of a stream of nobody's came to " + text(outcome));
            return;
        }
        final boolean concernsDomain =
                changingDomain != null && device.domainAt(access.pasid) == changingDomain;
        final boolean concernsDevice =
                isChanging
                        && device == changingDevice
                        && (changingPasid == ALL || changingPasid == access.pasid);
        final long expected = device.expect(access.pasid, access.iova, access.perm, concernsDomain);
        if (outcome == expected || (concernsDevice && outcome == ShadowDevice.ABORT)) {
            return;
        }
        if (concernsDevice || concernsDomain) {
            doubts.add(new Doubt(access, outcome));
            return;
        }
        require(false, access, "came to " + text(outcome) + ", not to " + text(expected));
    }

    @Override
    public void stallRecorded(
            final Requester requester, final int id, final int streamId, final int stag) {
        final ShadowAccess access = find(id);
        log.add("stall recorded", id, stag);
        stalls(access);
        require(streamId == access.sid, access, "is recorded with another stream");
        require(byTag[stag] == null, access, "is given a tag that is in use");
        byTag[stag] = access;
        access.tag = stag;
        access.isReported = false;
        access.answer = ShadowAccess.NO_ANSWER;
        access.state = ShadowAccess.State.RECORDED;
        recorded++;
        came(access, ShadowDevice.STALL);
    }

    @Override
    public void stallHeld(final Requester requester, final int id) {
        final ShadowAccess access = find(id);
        log.add("stall held", id);
        stalls(access);
        access.state = ShadowAccess.State.HELD;
        held++;
        came(access, ShadowDevice.STALL);
    }

    private void stalls(final ShadowAccess access) {
        require(
                access.mustEnd == null
                        && (access.state == ShadowAccess.State.ARRIVING
                                || access.state == ShadowAccess.State.HELD),
                access,
                "stalls");
        if (access.state == ShadowAccess.State.HELD) {
            held--;
        }
    }

    @Override
    public void resumed(final Requester requester, final int id, final int action) {
        final ShadowAccess access = find(id);
        log.add("resumed", id, action);
        require(
                access.state == ShadowAccess.State.RECORDED
                        && access.answer != ShadowAccess.NO_ANSWER,
                access,
                "is resumed though nobody answered it");
        final int wanted = actionOf(access.answer);
        if (action != wanted) {
            require(false, access, "is resumed by action " + action + ", not " + wanted);
        }
        answersUnderWay--;
        untag(access);
        if (action != Commands.RESUME_RETRY) {
            access.mustEnd = action == Commands.RESUME_ABORT ? AccessResult.ABORTED : howTerminated;
        }
    }

    private void untag(final ShadowAccess access) {
        byTag[access.tag] = null;
        recorded--;
        access.state = ShadowAccess.State.ARRIVING;
    }

    private static int actionOf(final int code) {
        return switch (code) {
            case PageResponseCode.SUCCESS -> Commands.RESUME_RETRY;
            case PageResponseCode.INVALID, PageResponseCode.FAILURE -> Commands.RESUME_ABORT;
            default -> Commands.RESUME_TERM;
        };
    }

    @Override
    public void stallTerminated(final Requester requester, final int id) {
        final ShadowAccess access = find(id);
        log.add("stall terminated", id);
        require(
                mayTerminate && (isGone || access.device == changingDevice),
                access,
                "is terminated though nobody wanted it");
        if (access.state == ShadowAccess.State.RECORDED) {
            if (access.answer != ShadowAccess.NO_ANSWER) {
                answersUnderWay--;
            }
            untag(access);
        } else {
            require(access.state == ShadowAccess.State.HELD, access, "is terminated");
            held--;
            access.state = ShadowAccess.State.ARRIVING;
        }
        access.mustEnd = AccessResult.ABORTED;
    }

    // ---- What the core sees ---------------------------------------------------------------------

    @Override
    public void reported(final IommuDevice dev, final IommuFault fault) {
        final ShadowAccess access = recordedAs(fault, "reported");
        log.add("reported", access.id, fault.grpid());
        require(access.device.device == dev, access, "is reported of another device");
        require(!access.isReported, access, "is reported again");
        final int pasid = fault.hasPasid() ? fault.pasid() : IommuModel.NO_SUBSTREAM;
        if (fault.addr() != access.iova
                || pasid != access.pasid
                || !fault.isLast()
                || fault.perm() != asReported(access.perm)) {
            require(false, access, "is reported as " + fault);
        }
        access.isReported = true;
    }

    private static int asReported(final int perm) {
        final int privilege = perm & IommuFault.PERM_PRIV;
        return (perm & IommuFault.PERM_WRITE) != 0
                ? IommuFault.PERM_WRITE | privilege
                : IommuFault.PERM_READ | (perm & IommuFault.PERM_EXEC) | privilege;
    }

    @Override
    public void responding(
            final IommuDevice dev,
            final IommuFault lastFault,
            final int code,
            final ResponseOrigin origin) {
        if (isGone) {
            return;
        }
        final ShadowAccess access = recordedAs(lastFault, "answered");
        log.add("answered", access.id, code);
        require(access.isReported, access, "is answered before it was reported");
        require(access.answer == ShadowAccess.NO_ANSWER, access, "is answered twice");
        access.answer = code;
        answersUnderWay++;
    }

    private ShadowAccess recordedAs(final IommuFault fault, final String what) {
        final ShadowAccess access = fault.grpid() < byTag.length ? byTag[fault.grpid()] : null;
        if (access == null) {
            throw new AssertionError(what + " without a stall: " + fault);
        }
        return access;
    }

    // ---------------------------------------------------------------------------------------------

    private static String text(final long outcome) {
        return outcome == ShadowDevice.STALL
                ? "a stall"
                : outcome == ShadowDevice.ABORT ? "an abort" : RandomLog.hex(outcome);
    }

    private static void require(
            final boolean isTrue, final ShadowAccess access, final String otherwise) {
        if (!isTrue) {
            throw new AssertionError(access + ": " + otherwise);
        }
    }
}
