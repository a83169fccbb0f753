// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * The queue of page requests, which all devices of the unit share: {@code intel_iommu_enable_prq()}
 * and {@code intel_iommu_finish_prq()} of Linux 6.12. Enabled and disabled on the thread of probe
 * and remove.
 */
final class PageRequestQueue {
    private static final int PAGE_BYTES = 4096;

    private final IntelIommu iommu;
    private final Mmio mmio;
    private final int order;
    private final int entryBytes;
    private final IntelInterrupt interrupt;
    private final PageResponder responder;
    private final PrqDrain drain;
    private PrqThread thread;
    private DmaMemory memory;
    private IopfQueue iopfQueue;

    PageRequestQueue(final IntelIommu iommu) {
        this.iommu = iommu;
        this.mmio = iommu.mmio();
        final boolean isRev2 = iommu.isExtended();
        this.order = iommu.options().pageRequestQueueOrder();
        this.entryBytes = isRev2 ? PageRequestRev2.BYTES : PageRequest.BYTES;
        this.interrupt = new IntelInterrupt(mmio, iommu.kernel(), VtdRegisters.PECTL);
        this.responder = PageResponder.of(iommu);
        this.drain =
                iommu.generation() == FaultGeneration.SERIES_2017
                        ? PrqDrain.NOTHING
                        : new PrqDrain(iommu, this);
    }

    /**
     * Makes the queue and lets requests come: {@code intel_iommu_enable_prq()}.
     *
     * @return 0, {@code -ENOMEM}, or what {@link IntelInterrupt#request} says
     */
    int enable() {
        memory = iommu.resources().alloc((long) PAGE_BYTES << order);
        if (memory == null) {
            return -Errno.ENOMEM;
        }
        iopfQueue = iommu.core().iopfQueueAlloc(iommu.name() + "-iopfq");
        thread =
                iommu.isExtended() ? new PrqThread2017(iommu, this) : new PrqThread256(iommu, this);
        final int ret = interrupt.request(iommu.platform(), "prq", thread::run);
        if (ret != 0) {
            return ret;
        }
        mmio.writeq(0, VtdRegisters.PQH);
        mmio.writeq(0, VtdRegisters.PQT);
        mmio.writeq(memory.dmaAddress() | order, VtdRegisters.PQA);
        return 0;
    }

    /**
     * Lets no request come any more: {@code intel_iommu_finish_prq()}. Its memory stays until the
     * unit's does.
     */
    void disable() {
        if (memory != null) {
            mmio.writeq(0, VtdRegisters.PQH);
            mmio.writeq(0, VtdRegisters.PQT);
            mmio.writeq(0, VtdRegisters.PQA);
        }
        interrupt.free();
        if (iopfQueue != null) {
            iopfQueue.free();
            iopfQueue = null;
        }
    }

    /**
     * Waits until the thread has run: {@code wait_for_completion(&iommu->prq_complete)}. If no
     * interrupt is pending, it runs here and now, as an interrupt would let it: Linux would wait
     * for one that may never come.
     *
     * @return false if nothing is different afterwards, or if this is the thread itself
     */
    boolean awaitRun() {
        if (thread.isRunningHere()) {
            return false;
        }
        final long before = mmio.readq(VtdRegisters.PQH);
        final int statusBefore = mmio.readl(VtdRegisters.PRS);
        final long runs = thread.runs();
        interrupt.synchronize();
        if (thread.runs() == runs) {
            thread.run();
        }
        return mmio.readq(VtdRegisters.PQH) != before
                || mmio.readl(VtdRegisters.PRS) != statusBefore;
    }

    /** Its entries, of which one stays free. */
    int entries() {
        return (PAGE_BYTES << order) / entryBytes;
    }

    /** Makes an offset of what the head and tail registers hold. */
    long ringMask() {
        return ((long) PAGE_BYTES << order) - entryBytes;
    }

    DmaMemory memory() {
        return memory;
    }

    /** The core's fault queue, or null once the queue is disabled. */
    IopfQueue iopfQueue() {
        return iopfQueue;
    }

    PageResponder responder() {
        return responder;
    }

    PrqDrain drain() {
        return drain;
    }

    /** How often PRO was found set. */
    long overflowNotices() {
        return thread == null ? 0 : thread.overflowNotices();
    }
}
