// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.Scheduler;

/**
 * A device's page requests: what waits until it may ask, what has asked, and what waits before it
 * asks again. An access is in one of these places at most. PCI Express Base Specification, 10.4.
 *
 * <p>An IOMMU may answer while a request is being sent. So an access that has been answered is no
 * longer touched by whoever was sending, and those that wait are sent for in a loop, not by one
 * another.
 */
final class PageRequests {
    private static final int PRIVATE_DATA_MASK = 0x7f_ffff;

    private final PciEndpoint endpoint;
    private final PriState pri;
    private final PciFunctionConfig config;
    private final RequestWire wire;
    private final Scheduler scheduler;
    private final Scheduler.Timer retryTimer;
    private final PageRequestGroups groups = new PageRequestGroups();
    private final AccessQueue waiting = new AccessQueue();
    private final AccessQueue resting = new AccessQueue();
    private boolean isSending;
    private long unexpected;

    PageRequests(
            final PciEndpoint endpoint,
            final PciFunction function,
            final RequestWire wire,
            final Scheduler scheduler) {
        this.endpoint = endpoint;
        this.pri = function.pri();
        this.config = function.config();
        this.wire = wire;
        this.scheduler = scheduler;
        this.retryTimer = scheduler.new Timer(this::retryRested);
    }

    int outstandingGroups() {
        return groups.count();
    }

    int waiting() {
        return waiting.size();
    }

    long unexpectedResponses() {
        return unexpected;
    }

    // ---- Asking ---------------------------------------------------------------------------------

    boolean mayAsk() {
        return pri != null && pri.isEnabled();
    }

    /** Asks for what an access misses, as soon as that is allowed. */
    void ask(final PciAccess access) {
        if (!mayAsk() || access.missing > pri.limit()) {
            endpoint.end(access, AccessResult.ABORTED);
            return;
        }
        if (isSending || waiting.first() != null || !hasRoomFor(access)) {
            waiting.add(access);
            sendWaiting();
            return;
        }
        isSending = true;
        try {
            send(access);
        } finally {
            isSending = false;
        }
        sendWaiting();
    }

    /** Asks again, but not at once: a full queue answers as if all was well. */
    void askLater(final PciAccess access) {
        access.dueNs = scheduler.nowNs() + config.retryDelayNs();
        resting.add(access);
        if (!retryTimer.isArmed()) {
            retryTimer.arm(access.dueNs);
        }
    }

    private void retryRested() {
        while (resting.first() != null && resting.first().dueNs <= scheduler.nowNs()) {
            endpoint.attempt(resting.poll(), false);
        }
        if (resting.first() != null) {
            retryTimer.arm(resting.first().dueNs);
        }
    }

    /** Sends what may be sent, first come, first served. */
    void sendWaiting() {
        if (isSending || waiting.first() == null) {
            return;
        }
        isSending = true;
        try {
            while (waiting.first() != null && isAnythingToDoFor(waiting.first())) {
                final PciAccess access = waiting.poll();
                if (access.missing > pri.limit()) {
                    endpoint.end(access, AccessResult.ABORTED);
                } else {
                    send(access);
                }
            }
        } finally {
            isSending = false;
        }
    }

    private boolean isAnythingToDoFor(final PciAccess access) {
        return access.missing > pri.limit() || hasRoomFor(access);
    }

    private boolean hasRoomFor(final PciAccess access) {
        return pri.hasRoomFor(access.missing) && !groups.isFull();
    }

    private void send(final PciAccess access) {
        final int group = groups.take(access);
        final int sent = ++access.groupsSent;
        access.group = group;
        access.code = PcieBus.SUCCESS;
        pri.sent(access.missing);
        endpoint.listener().requesting(endpoint, access.id, group);
        int left = access.missing;
        for (int page = 0; page < access.count; page++) {
            if (!isStillSending(access, group, sent)) {
                return;
            }
            if (!access.isMissing(page)) {
                continue;
            }
            left--;
            if (config.isStreaming()) {
                wire.streamRequest(
                        access.pasid,
                        access.iova(page),
                        access.perm(page),
                        group,
                        access.id & PRIVATE_DATA_MASK);
            } else {
                wire.request(access.pasid, access.iova(page), access.perm(page), group, left == 0);
            }
        }
    }

    private boolean isStillSending(final PciAccess access, final int group, final int sent) {
        return groups.at(group) == access && access.groupsSent == sent;
    }

    // ---- Answers --------------------------------------------------------------------------------

    /** A group is answered. */
    void groupResponse(final int pasid, final int code, final int group) {
        if (isDeaf()) {
            return;
        }
        final PciAccess access = groups.at(group);
        if (access == null || config.isStreaming() || !isPasidRight(access, pasid)) {
            unexpected(group, code);
            return;
        }
        access.code = code;
        pri.answered(access.missing);
        answered(access);
    }

    /** One page is answered. */
    void streamResponse(final int pasid, final int code, final int group, final long address) {
        if (isDeaf()) {
            return;
        }
        final PciAccess access = groups.at(group);
        final int page = access == null ? -1 : missingPage(access, address);
        if (page < 0 || !config.isStreaming() || !isPasidRight(access, pasid)) {
            unexpected(group, code);
            return;
        }
        access.answered(page);
        pri.answered(1);
        if (access.code == PcieBus.SUCCESS || isFailure(code)) {
            access.code = code;
        }
        if (access.missing == 0 || isFailure(code)) {
            answered(access);
        } else {
            sendWaiting();
        }
    }

    private boolean isDeaf() {
        return pri == null || pri.ignoresResponses() || endpoint.isUnplugged();
    }

    private boolean isPasidRight(final PciAccess access, final int pasid) {
        return !pri.isPasidRequired() || access.pasid == pasid;
    }

    private void unexpected(final int group, final int code) {
        unexpected++;
        pri.unexpectedResponse();
        endpoint.listener().unexpectedResponse(endpoint, group, code);
    }

    private static int missingPage(final PciAccess access, final long address) {
        for (int page = 0; page < access.count; page++) {
            if (access.isMissing(page) && PciEndpoint.isSamePage(access.iova(page), address)) {
                return page;
            }
        }
        return -1;
    }

    private static boolean isFailure(final int code) {
        return code != PcieBus.SUCCESS && code != PcieBus.INVALID_REQUEST;
    }

    private void answered(final PciAccess access) {
        final int code = access.code;
        groups.free(access.group);
        endpoint.listener().answered(endpoint, access.id, access.group, code);
        if (isFailure(code)) {
            pri.failed();
            endpoint.end(access, AccessResult.ABORTED);
            abortOutstanding();
            abortUnsent();
            return;
        }
        if (code == PcieBus.SUCCESS && !access.isStale) {
            endpoint.attempt(access, true);
        } else {
            endpoint.end(access, AccessResult.ABORTED);
        }
        sendWaiting();
    }

    // ---- Ends -----------------------------------------------------------------------------------

    /** No answer is expected any more. */
    void abortOutstanding() {
        for (int group = 0; group < PageRequestGroups.COUNT; group++) {
            final PciAccess access = groups.at(group);
            if (access != null) {
                groups.free(group);
                endpoint.end(access, AccessResult.ABORTED);
            }
        }
    }

    /** Nothing may be asked for any more. */
    void abortUnsent() {
        abort(waiting);
        abort(resting);
        retryTimer.cancel();
    }

    private void abort(final AccessQueue queue) {
        for (PciAccess access = queue.poll(); access != null; access = queue.poll()) {
            endpoint.end(access, AccessResult.ABORTED);
        }
    }

    /**
     * The device was reset: answers must come, but no longer matter. Returns how many it forgot.
     */
    int forgetOutstanding() {
        int forgotten = 0;
        for (int group = 0; group < PageRequestGroups.COUNT; group++) {
            final PciAccess access = groups.at(group);
            if (access != null && !access.isForgotten) {
                access.isStale = true;
                access.isForgotten = true;
                forgotten++;
            }
        }
        return forgotten;
    }

    /**
     * The device stops using a PASID: it asks for nothing more, and what it has asked for no longer
     * matters, but its answers must come. PCI Express Base Specification, 6.20.2.
     *
     * @return whether it could say so
     */
    boolean stop(final int pasid) {
        if (!mayAsk()) {
            return false;
        }
        abortOf(pasid, waiting);
        abortOf(pasid, resting);
        for (int group = 0; group < PageRequestGroups.COUNT; group++) {
            final PciAccess access = groups.at(group);
            if (access != null && access.pasid == pasid) {
                access.isStale = true;
            }
        }
        wire.stopMarker(pasid);
        sendWaiting();
        return true;
    }

    private void abortOf(final int pasid, final AccessQueue queue) {
        for (int left = queue.size(); left > 0; left--) {
            final PciAccess access = queue.poll();
            if (access.pasid == pasid) {
                endpoint.end(access, AccessResult.ABORTED);
            } else {
                queue.add(access);
            }
        }
    }
}
