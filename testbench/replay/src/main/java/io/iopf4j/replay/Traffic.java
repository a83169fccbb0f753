// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.scenario.AccessStream;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.Workload;
import java.util.Arrays;
import java.util.Optional;

/**
 * One device at work: issues its stream's accesses when their time has come, but never more at once
 * than the device can have in flight. What waits for room is issued as soon as an access ends.
 */
final class Traffic {
    private final Bench bench;
    private final GuestDevice device;
    private final Optional<AccessStream> stream;
    private final int mostInFlight;
    private final Scheduler.Timer timer;
    private final long[] iovas;
    private final int[] perms;
    private boolean waitsForRoom;
    private boolean isStopped;

    Traffic(
            final Bench bench,
            final GuestDevice device,
            final Optional<AccessStream> stream,
            final int mostInFlight) {
        this.bench = bench;
        this.device = device;
        this.stream = stream;
        this.mostInFlight = mostInFlight;
        final int groupSize = stream.map(AccessStream::groupSize).orElse(1);
        this.iovas = new long[groupSize];
        this.perms = new int[groupSize];
        this.timer = bench.scheduler().new Timer(this::issue);
    }

    void start() {
        stream.ifPresent(this::next);
    }

    /**
     * Issues at once what is due later, as long as it takes nobody but the device: the hardware is
     * quicker than whoever runs now. False if there is nothing.
     */
    boolean issueEarly() {
        if (!timer.isArmed() || !device.isPrepared(stream.orElseThrow().pasid())) {
            return false;
        }
        timer.cancel();
        issue();
        return true;
    }

    void stop() {
        isStopped = true;
        timer.cancel();
    }

    /** An access of the device has ended. */
    void ended() {
        if (waitsForRoom && !isStopped) {
            waitsForRoom = false;
            timer.arm(bench.scheduler().nowNs());
        }
    }

    private void next(final AccessStream itsStream) {
        if (!isStopped && itsStream.next()) {
            timer.arm(itsStream.timeNs());
        }
    }

    private void issueGroup(final AccessStream access) {
        for (int i = 0; i < iovas.length; i++) {
            iovas[i] = access.address(i);
            perms[i] = access.perm();
        }
        device.issue(access.pasid(), iovas, perms, iovas.length);
    }

    /** Issues an access of its own, whatever is in flight. */
    void issue(final ScenarioEvent.Request request) {
        final int perm = request.isWrite() ? IommuFault.PERM_WRITE : IommuFault.PERM_READ;
        if (device.endpoint().isStreaming()) {
            for (int i = 0; i < request.pages(); i++) {
                device.issue(request.pasid(), page(request, i), perm);
            }
            return;
        }
        final long[] pages = new long[request.pages()];
        final int[] each = new int[request.pages()];
        Arrays.setAll(pages, i -> page(request, i));
        Arrays.fill(each, perm);
        device.issue(request.pasid(), pages, each, request.pages());
    }

    private static long page(final ScenarioEvent.Request request, final int index) {
        return request.address() + (long) index * Workload.Addresses.PAGE_BYTES;
    }

    private void issue() {
        if (device.endpoint().inFlight() >= mostInFlight) {
            waitsForRoom = true;
            return;
        }
        final AccessStream access = stream.orElseThrow();
        if (device.endpoint().isStreaming()) {
            for (int i = 0; i < iovas.length; i++) {
                device.issue(access.pasid(), access.address(i), access.perm());
            }
        } else {
            issueGroup(access);
        }
        next(access);
    }
}
