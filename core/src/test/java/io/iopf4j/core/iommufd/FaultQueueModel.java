// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static io.iopf4j.api.PageResponseCode.SUCCESS;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.IommufdBench;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * One device with a fault queue as several threads use it, for Lincheck to interleave. Each report
 * is a group of two requests with an id of its own. Reports are kept out of a change of domain, as
 * a driver's own lock keeps them out; reads and answers are not.
 */
final class FaultQueueModel {
    private static final int MAX_REPORTS = 16;

    private final IommufdBench bench = new IommufdBench(new Watcher());
    private final Object driverLock = new Object();
    private final AtomicIntegerArray answers = new AtomicIntegerArray(MAX_REPORTS);
    private final AtomicInteger answersAfterRemoval = new AtomicInteger();
    private int reports;
    private volatile boolean isStarted;
    private volatile boolean isRemoved;

    private final class Watcher implements FaultObserver {
        @Override
        public void responding(
                final IommuDevice dev,
                final IommuFault fault,
                final int code,
                final ResponseOrigin origin) {
            if (isRemoved && origin != ResponseOrigin.NO_HANDLER) {
                answersAfterRemoval.incrementAndGet();
            }
            if (fault.isLast()) {
                answers.incrementAndGet(fault.grpid());
            }
        }
    }

    /**
     * Attaches, and delivers three groups of which two are read. Not in a constructor, which
     * Lincheck does not watch: hash codes are others there.
     */
    private void start() {
        if (isStarted) {
            return;
        }
        synchronized (driverLock) {
            if (!isStarted) {
                bench.core.driver.setQuiet();
                bench.idev.attach(bench.nested);
                for (int i = 0; i < 3; i++) {
                    reportGroup();
                }
                readGroup();
                readGroup();
                isStarted = true;
            }
        }
    }

    private int reportGroup() {
        final int grpid = reports++;
        bench.report(CoreBench.partial(grpid));
        return bench.report(CoreBench.last(grpid));
    }

    private int readGroup() {
        final ByteBuffer records = ByteBuffer.allocate(2 * HwptPgfault.BYTES);
        final int ret = bench.queue.read(records);
        return ret > 0 ? HwptPgfault.cookie(records, HwptPgfault.BYTES) : ret;
    }

    int report() {
        start();
        synchronized (driverLock) {
            return reportGroup();
        }
    }

    /** The cookie of the group that was read, or 0. */
    int read() {
        start();
        return readGroup();
    }

    int answer(final int cookie) {
        start();
        return bench.write(cookie, SUCCESS);
    }

    int attach() {
        start();
        synchronized (driverLock) {
            return isRemoved ? -Errno.ENODEV : bench.idev.attach(bench.nested);
        }
    }

    int detach() {
        start();
        synchronized (driverLock) {
            return bench.idev.detach();
        }
    }

    int removeDevice() {
        start();
        synchronized (driverLock) {
            if (isRemoved) {
                return -Errno.ENODEV;
            }
            bench.idev.detach();
            IommuGroup.of(bench.dev).removeDevice(bench.dev);
            isRemoved = true;
            return 0;
        }
    }

    /** After all: whatever is left is answered by the detach, and nothing twice. */
    void check() {
        bench.idev.detach();
        require(answersAfterRemoval.get() == 0, "answered after removal");
        require(!bench.queue.isReadable(), "a group stays unread");
        require(bench.queue.unanswered() == 0, "a group stays unanswered");
        for (int grpid = 0; grpid < reports; grpid++) {
            require(answers.get(grpid) == 1, "grpid=" + grpid + " answers=" + answers.get(grpid));
        }
    }

    private static void require(final boolean isTrue, final String what) {
        if (!isTrue) {
            throw new IllegalStateException(what);
        }
    }
}
