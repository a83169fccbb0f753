// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Requester;

/**
 * How a transaction stalls and how it goes on. Its record is written if a tag and room in the event
 * queue are there; otherwise it is held, in order of arrival, and arrives anew once both are. IHI
 * 0070, 3.12.2, 4.6 and 7.2.
 */
final class StalledTransactions {
    private final StallBuffer buffer;
    private final EventQueue events;
    private final EventRecorder recorder;
    private final SmmuObserver observer;
    private final Arrivals arrivals;
    private final AccessResult howTerminated;
    private boolean isRecordingHeld;

    StalledTransactions(
            final SmmuV3Config config,
            final EventQueue events,
            final EventRecorder recorder,
            final SmmuObserver observer,
            final Arrivals arrivals) {
        this.buffer = new StallBuffer(config.stallMax());
        this.events = events;
        this.recorder = recorder;
        this.observer = observer;
        this.arrivals = arrivals;
        this.howTerminated =
                config.has(SmmuFeature.TERMINATE_ABORTS)
                        ? AccessResult.ABORTED
                        : AccessResult.RAZ_WI;
    }

    int recorded() {
        return buffer.recorded();
    }

    int held() {
        return buffer.held();
    }

    int highWater() {
        return buffer.highWater();
    }

    /** Stalls a transaction; while others are held a newcomer queues up behind them. */
    void stall(
            final Translation found,
            final Requester requester,
            final int id,
            final int sid,
            final int ssid,
            final long iova,
            final int perm,
            final boolean wasHeld) {
        final int slot = buffer.take(requester, id, sid, ssid, iova, perm);
        if ((wasHeld || buffer.held() == 0) && canRecord()) {
            final int tag = buffer.giveTag(slot);
            observer.stallRecorded(requester, id, sid, tag);
            recorder.stalled(found, sid, ssid, tag);
        } else {
            buffer.hold(slot);
            observer.stallHeld(requester, id);
        }
    }

    private boolean canRecord() {
        return buffer.hasFreeTag() && events.hasRoom();
    }

    /** Room or a tag may have come up: held transactions arrive again, in order. */
    void recordHeld() {
        if (isRecordingHeld || buffer.held() == 0) {
            return;
        }
        isRecordingHeld = true;
        while (buffer.held() > 0 && canRecord()) {
            final int slot = buffer.firstHeld();
            buffer.removeFirstHeld();
            retry(slot, true);
        }
        isRecordingHeld = false;
    }

    /** A RESUME that matches no stalled transaction does nothing. IHI 0070, 4.6.1. */
    void resume(final int sid, final int tag, final int action) {
        final int slot = buffer.find(sid, tag);
        if (slot == StallBuffer.NONE) {
            return;
        }
        buffer.freeTag(tag);
        observer.resumed(buffer.requester(slot), buffer.id(slot), action);
        if ((action & Commands.RESUME_RETRY) != 0) {
            retry(slot, false);
        } else if (action == Commands.RESUME_ABORT) {
            terminate(slot, AccessResult.ABORTED);
        } else {
            terminate(slot, howTerminated);
        }
    }

    /** Ends every stalled transaction of one stream, or of all, with abort. IHI 0070, 4.6.2. */
    void terminateAll(final boolean allStreams, final int sid) {
        // All are taken out first: whoever hears of an end may issue accesses that stall anew, and
        // those are not meant.
        int slot = buffer.takeOut(allStreams, sid);
        while (slot != StallBuffer.NONE) {
            final int next = buffer.nextTakenOut(slot);
            observer.stallTerminated(buffer.requester(slot), buffer.id(slot));
            terminate(slot, AccessResult.ABORTED);
            slot = next;
        }
    }

    private void retry(final int slot, final boolean wasHeld) {
        final Requester requester = buffer.requester(slot);
        final int id = buffer.id(slot);
        final int sid = buffer.streamId(slot);
        final int ssid = buffer.substreamId(slot);
        final long iova = buffer.iova(slot);
        final int perm = buffer.perm(slot);
        buffer.release(slot);
        arrivals.arrive(requester, id, sid, ssid, iova, perm, wasHeld);
    }

    private void terminate(final int slot, final AccessResult how) {
        final Requester requester = buffer.requester(slot);
        final int id = buffer.id(slot);
        buffer.release(slot);
        requester.ended(id, how);
    }
}
