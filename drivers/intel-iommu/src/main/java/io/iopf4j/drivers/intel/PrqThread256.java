// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * The page request thread of 256-bit requests: {@code drivers/iommu/intel/prq.c} of Linux 6.12, and
 * {@code svm.c} of 6.1 for all others. What is refused here never reaches the core.
 */
final class PrqThread256 extends PrqThread {
    private static final int QW1 = 8;
    private static final int QW2 = 16;
    private static final int QW3 = 24;

    private final FaultGeneration generation;
    private final boolean is612;
    private final DeviceTable devices;
    private final PageRequestQueue queue;
    private final PageResponder responder;
    private final IntelRateLimit overflowLogs;
    private final IommuFault fault = new IommuFault();
    private final OutstandingRequests.Taken taken = new OutstandingRequests.Taken();
    private long overflowNotices;

    PrqThread256(final IntelIommu iommu, final PageRequestQueue queue) {
        super(iommu, queue, PageRequest.BYTES);
        this.devices = iommu.devices();
        this.queue = queue;
        this.generation = iommu.generation();
        this.is612 = generation == FaultGeneration.LINUX_6_12;
        this.responder = queue.responder();
        this.overflowLogs = new IntelRateLimit(iommu.kernel());
    }

    @Override
    long overflowNotices() {
        return overflowNotices;
    }

    /** The order of the rules counts: a stop marker without PASID is answered. */
    @Override
    void handle(final DmaMemory memory, final long offset) {
        final long qw0 = memory.getLong(offset);
        final long qw1 = memory.getLong(offset + QW1);
        // The upper half says nothing without private data.
        final boolean hasPrivate = isPrivate(qw0);
        final long qw2 = hasPrivate ? memory.getLong(offset + QW2) : 0;
        final long qw3 = hasPrivate ? memory.getLong(offset + QW3) : 0;
        final boolean isRead = (qw1 & PageRequest.RDR) != 0;
        final boolean isWrite = (qw1 & PageRequest.WRR) != 0;
        final boolean isLast = (qw1 & PageRequest.LPIG) != 0;
        if ((qw0 & PageRequest.PP) == 0) {
            refuse("page request without PASID", qw0, qw1, qw2, qw3);
        } else if (!isCanonical(PageRequest.address(qw1))) {
            refuse("address is not canonical", qw0, qw1, qw2, qw3);
        } else if ((qw0 & PageRequest.PMR) != 0 && (isRead || isWrite)) {
            refuse("page request in privileged mode", qw0, qw1, qw2, qw3);
        } else if ((qw0 & PageRequest.EXR) != 0 && isRead) {
            refuse("execution is not supported", qw0, qw1, qw2, qw3);
        } else if (!isLast || isRead || isWrite) {
            final int ret = report(qw0, qw1, qw2, qw3);
            if (ret != 0) {
                answerBad(qw0, qw1, qw2, qw3, ret);
            }
        }
    }

    /** 0, or the code of the response that the driver owes. */
    private int report(final long qw0, final long qw1, final long qw2, final long qw3) {
        if (isUniprocessor()) {
            return reportLocked(qw0, qw1, qw2, qw3);
        }
        synchronized (devices) {
            return reportLocked(qw0, qw1, qw2, qw3);
        }
    }

    private int reportLocked(final long qw0, final long qw1, final long qw2, final long qw3) {
        final DeviceInfo info = devices.findLocked(PageRequest.rid(qw0));
        if (info == null || (is612 && !info.isAtsSupported())) {
            return PageResponseCode.INVALID;
        }
        if (info.hasForgotten()) {
            return 0;
        }
        fill(qw0, qw1, qw2, qw3);
        if (generation == FaultGeneration.SERIES_2017) {
            return report2017(info);
        }
        final int ret = iommu().core().reportDeviceFault(info.device(), fault);
        return ret == 0 || is612 ? 0 : PageResponseCode.INVALID;
    }

    private void fill(final long qw0, final long qw1, final long qw2, final long qw3) {
        int flags = IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_NEEDS_PASID;
        if ((qw1 & PageRequest.LPIG) != 0) {
            flags |= IommuFault.FLAG_LAST_PAGE;
        }
        final boolean isPrivate = isPrivate(qw0);
        if (isPrivate) {
            // The hardware wants an answer: the request becomes a group of its own.
            flags |= IommuFault.FLAG_LAST_PAGE | IommuFault.FLAG_PRIV_DATA;
        }
        int perm = (qw1 & PageRequest.RDR) != 0 ? IommuFault.PERM_READ : 0;
        if ((qw1 & PageRequest.WRR) != 0) {
            perm |= IommuFault.PERM_WRITE;
        }
        if ((qw0 & PageRequest.EXR) != 0) {
            perm |= IommuFault.PERM_EXEC;
        }
        if ((qw0 & PageRequest.PMR) != 0) {
            perm |= IommuFault.PERM_PRIV;
        }
        fault.pageRequest(
                        flags,
                        PageRequest.pasid(qw0),
                        PageRequest.group(qw1),
                        perm,
                        PageRequest.address(qw1))
                .privateData(qw2, qw3);
    }

    /** The bit is reserved for 6.12. */
    private boolean isPrivate(final long qw0) {
        return !is612 && (qw0 & PageRequest.PDP) != 0;
    }

    /** The core of 2017 keeps nothing, so that the driver must. */
    private int report2017(final DeviceInfo info) {
        final PageResponder2017 expecting = (PageResponder2017) responder;
        final boolean isOwed = fault.isLast();
        if (isOwed
                && !expecting.expect(
                        PageResponseType.GROUP,
                        info.rid(),
                        fault.pasid(),
                        fault.grpid(),
                        fault.addr(),
                        (fault.flags() & IommuFault.FLAG_PRIV_DATA) != 0,
                        fault.privateData0(),
                        fault.privateData1())) {
            return PageResponseCode.FAILURE_2017;
        }
        if (iommu().core().reportDeviceFault(info.device(), fault) == 0) {
            return 0;
        }
        return isOwed && expecting.forget(info.rid(), fault, taken)
                ? PageResponseCode.FAILURE_2017
                : 0;
    }

    private void refuse(
            final String why, final long qw0, final long qw1, final long qw2, final long qw3) {
        iommu().kernel().log().err(iommu().name(), why);
        answerBad(qw0, qw1, qw2, qw3, PageResponseCode.INVALID);
    }

    /** Follows {@code handle_bad_prq_event()}: nothing is known but the request itself. */
    private void answerBad(
            final long qw0, final long qw1, final long qw2, final long qw3, final int code) {
        iommu().kernel().log().err(iommu().name(), "invalid page request: %08x %08x", qw0, qw1);
        final boolean isLast = (qw1 & PageRequest.LPIG) != 0;
        if (isLast || isPrivate(qw0)) {
            responder.respond(
                    PageRequest.rid(qw0),
                    (qw0 & PageRequest.PP) == 0 ? -1 : PageRequest.pasid(qw0),
                    PageRequest.group(qw1),
                    isLast,
                    code,
                    isPrivate(qw0),
                    qw2,
                    qw3);
        }
    }

    /**
     * After an overflow nobody knows which groups are whole. If a request came meanwhile, PRO stays
     * set, and nothing is queued until the next run finds the queue empty.
     */
    @Override
    void finish() {
        final Mmio mmio = iommu().mmio();
        if ((mmio.readl(VtdRegisters.PRS) & VtdRegisters.PRS_PRO) == 0) {
            return;
        }
        overflowNotices++;
        log("PRQ overflow detected");
        final long head = mmio.readq(VtdRegisters.PQH) & queue.ringMask();
        final long tail = mmio.readq(VtdRegisters.PQT) & queue.ringMask();
        if (head == tail) {
            iommu().iopfQueue().discardPartial();
            mmio.writel(VtdRegisters.PRS_PRO, VtdRegisters.PRS);
            log("PRQ overflow cleared");
        }
    }

    private void log(final String message) {
        if (overflowLogs.allows()) {
            iommu().kernel().log().info(iommu().name(), message);
        }
    }
}
