// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * The threaded half of the page request interrupt: takes a batch of requests off the queue, then
 * gives all their slots back at once: {@code prq_event_thread()}. Runs on one thread at a time.
 */
abstract class PrqThread {
    private final IntelIommu iommu;
    private final Mmio mmio;
    private final DmaMemory memory;
    private final long ringMask;
    private final int entryBytes;
    private final boolean isUniprocessor;
    private long runs;

    /** Of one processor alone, where no monitor is held meanwhile. */
    private boolean isRunning;

    PrqThread(final IntelIommu iommu, final PageRequestQueue queue, final int entryBytes) {
        this.iommu = iommu;
        this.mmio = iommu.mmio();
        this.isUniprocessor = iommu.kernel().isUniprocessor();
        this.memory = queue.memory();
        this.ringMask = queue.ringMask();
        this.entryBytes = entryBytes;
    }

    /** Handles the request at an offset of the queue. */
    abstract void handle(DmaMemory queue, long offset);

    /** What there is to do once the slots are given back. */
    void finish() {}

    /** How often PRO was found set. */
    long overflowNotices() {
        return 0;
    }

    /**
     * The status is cleared before the tail is read: a request that comes in between is in this
     * batch or sets it anew.
     */
    final void run() {
        if (isUniprocessor) {
            isRunning = true;
            try {
                takeBatch();
            } finally {
                isRunning = false;
            }
        } else {
            synchronized (this) {
                takeBatch();
            }
        }
    }

    private void takeBatch() {
        mmio.writel(VtdRegisters.PRS_PPR, VtdRegisters.PRS);
        final long tail = mmio.readq(VtdRegisters.PQT) & ringMask;
        long head = mmio.readq(VtdRegisters.PQH) & ringMask;
        while (head != tail) {
            handle(memory, head);
            head = (head + entryBytes) & ringMask;
        }
        mmio.writeq(tail, VtdRegisters.PQH);
        finish();
        runs++;
    }

    /** How often it has run. */
    final synchronized long runs() {
        return runs;
    }

    /**
     * Whether it is this very thread that runs: a report that goes on to drain must not wait for
     * itself, and the requests of its batch are in the queue still.
     */
    final boolean isRunningHere() {
        return isUniprocessor ? isRunning : Thread.holdsLock(this);
    }

    final boolean isUniprocessor() {
        return isUniprocessor;
    }

    final IntelIommu iommu() {
        return iommu;
    }

    /** {@code is_canonical_address()} of a processor with four levels of tables. */
    static boolean isCanonical(final long address) {
        return address << 16 >> 16 == address;
    }
}
