// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.vtd.PageRequestRev2;

/**
 * The page request thread of revision 2: {@code prq_event_thread()} of {@code intel-svm.c} of Linux
 * 4.15, which reports to the core as the series of November 2017 wants. What nobody takes is
 * refused with FAILURE, as that kernel refuses a PASID that it does not know; it would handle one
 * that it knows by itself, which here is a handler's affair. PRO is neither looked at nor cleared:
 * after an overflow the queue stays shut.
 */
final class PrqThread2017 extends PrqThread {
    private static final int QW1 = 8;
    private static final int HANDED_ON = -1;

    private final PageResponder2017 responder;
    private final IommuFault fault = new IommuFault();
    private final OutstandingRequests.Taken taken = new OutstandingRequests.Taken();

    PrqThread2017(final IntelIommu iommu, final PageRequestQueue queue) {
        super(iommu, queue, PageRequestRev2.BYTES);
        this.responder = (PageResponder2017) queue.responder();
    }

    @Override
    void handle(final DmaMemory memory, final long offset) {
        final long qw0 = memory.getLong(offset);
        final long qw1 = memory.getLong(offset + QW1);
        final int result = decide(qw0, qw1);
        if (result != HANDED_ON) {
            respond(qw0, qw1, result);
        }
    }

    private int decide(final long qw0, final long qw1) {
        if ((qw0 & PageRequestRev2.PP) == 0) {
            iommu().kernel()
                    .log()
                    .err(
                            iommu().name(),
                            String.format("page request without PASID: %08x %08x", qw0, qw1));
            return PageResponseCode.FAILURE_2017;
        }
        if (!isCanonical(PageRequestRev2.address(qw1))) {
            return PageResponseCode.INVALID;
        }
        final DeviceTable devices = iommu().devices();
        synchronized (devices) {
            final DeviceInfo info = devices.findLocked(PageRequestRev2.rid(qw0, qw1));
            if (info == null) {
                return PageResponseCode.FAILURE_2017;
            }
            return info.hasForgotten() ? HANDED_ON : report(info, qw0, qw1);
        }
    }

    private int report(final DeviceInfo info, final long qw0, final long qw1) {
        fill(qw0, qw1);
        final boolean isOwed = isOwed(qw0);
        if (isOwed
                && !responder.expect(
                        fault.responseType(),
                        info.rid(),
                        fault.pasid(),
                        fault.grpid(),
                        fault.addr(),
                        false,
                        PageRequestRev2.privateData(qw0),
                        0)) {
            return PageResponseCode.FAILURE_2017;
        }
        if (iommu().core().reportDeviceFault(info.device(), fault) == 0) {
            return HANDED_ON;
        }
        return isOwed && !responder.forget(info.rid(), fault, taken)
                ? HANDED_ON
                : PageResponseCode.FAILURE_2017;
    }

    private void fill(final long qw0, final long qw1) {
        final boolean isLast = (qw0 & PageRequestRev2.LPIG) != 0;
        int perm = (qw1 & PageRequestRev2.RDR) != 0 ? IommuFault.PERM_READ : 0;
        if ((qw1 & PageRequestRev2.WRR) != 0) {
            perm |= IommuFault.PERM_WRITE;
        }
        if ((qw1 & PageRequestRev2.EXR) != 0) {
            perm |= IommuFault.PERM_EXEC;
        }
        if ((qw1 & PageRequestRev2.PMR) != 0) {
            perm |= IommuFault.PERM_PRIV;
        }
        fault.pageRequest(
                        IommuFault.FLAG_PASID_VALID | (isLast ? IommuFault.FLAG_LAST_PAGE : 0),
                        PageRequestRev2.pasid(qw0),
                        PageRequestRev2.group(qw0),
                        perm,
                        PageRequestRev2.address(qw1))
                .privateData(0, PageRequestRev2.privateData(qw0))
                .responseType(
                        !isLast && (qw0 & PageRequestRev2.SRR) != 0
                                ? PageResponseType.STREAM
                                : PageResponseType.GROUP);
    }

    private static boolean isOwed(final long qw0) {
        return (qw0 & (PageRequestRev2.LPIG | PageRequestRev2.SRR)) != 0;
    }

    /** The last of a group is answered for the group, whether or not it wants a stream response. */
    private void respond(final long qw0, final long qw1, final int code) {
        final int rid = PageRequestRev2.rid(qw0, qw1);
        final int group = PageRequestRev2.group(qw0);
        final int privateData = PageRequestRev2.privateData(qw0);
        if ((qw0 & PageRequestRev2.LPIG) != 0) {
            final int pasid = (qw0 & PageRequestRev2.PP) == 0 ? -1 : PageRequestRev2.pasid(qw0);
            responder.respondGroup(rid, pasid, group, privateData, code);
        } else if ((qw0 & PageRequestRev2.SRR) != 0) {
            responder.respondStream(
                    rid,
                    PageRequestRev2.pasid(qw0),
                    group,
                    PageRequestRev2.address(qw1),
                    privateData,
                    code);
        }
    }
}
