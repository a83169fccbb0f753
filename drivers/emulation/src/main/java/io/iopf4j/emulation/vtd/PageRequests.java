// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.parts.AutomaticResponses;

/**
 * Page request messages: each is checked and queued, or answered by the unit itself. VT-d
 * specification, 7.4 to 7.6.
 *
 * <p>One that the context does not allow is answered as an invalid request, one that met any other
 * fault as a failure, one that found no room as a success: the device translates again and asks
 * again. Only the last request of a group is answered, or one of a stream; a stop marker never is.
 * Without page request support, or while translation is off, and malformed, a message is discarded
 * as a root complex discards what it does not support.
 */
final class PageRequests {
    private final boolean hasPageRequests;
    private final boolean isRevision2;
    private final GlobalCommands global;
    private final Translator translator;
    private final FaultRecorder faults;
    private final PageRequestQueue queue;
    private final AutomaticResponses responses;
    private final VtdCounters counters;
    private final VtdObserver observer;

    PageRequests(
            final VtdConfig config,
            final GlobalCommands global,
            final Translator translator,
            final FaultRecorder faults,
            final PageRequestQueue queue,
            final AutomaticResponses responses,
            final VtdCounters counters,
            final VtdObserver observer) {
        hasPageRequests = config.capabilities().hasEcap(VtdCapabilities.PRS);
        isRevision2 = config.isRevision2();
        this.global = global;
        this.translator = translator;
        this.faults = faults;
        this.queue = queue;
        this.responses = responses;
        this.counters = counters;
        this.observer = observer;
    }

    /**
     * Takes a message.
     *
     * @param sentPerm {@code IommuFault.PERM_} bits; EXEC and PRIV do not travel without a PASID
     * @param isOfStream it wants a response of its own; revision 2
     */
    void request(
            final int rid,
            final int pasid,
            final long address,
            final int sentPerm,
            final int group,
            final boolean isLast,
            final boolean isOfStream,
            final int privateData) {
        final int perm =
                pasid < 0 ? sentPerm & (IommuFault.PERM_READ | IommuFault.PERM_WRITE) : sentPerm;
        final boolean isMalformed =
                (perm & (IommuFault.PERM_EXEC | IommuFault.PERM_READ)) == IommuFault.PERM_EXEC;
        if (!hasPageRequests || !global.isTranslating() || isMalformed) {
            return;
        }
        if (!translator.admitsPageRequest(rid, pasid)) {
            refuse(rid, pasid, address, perm, group, isLast, isOfStream);
        } else if (queue.hasRoom()) {
            translator.forgetRequestedPage(address);
            write(rid, pasid, address, perm, group, isLast, isOfStream, privateData);
        } else {
            counters.requestsOverflowed++;
            observer.requestOverflowed(rid, pasid, group, isLast);
            answer(PcieBus.SUCCESS, rid, pasid, address, perm, group, isLast, isOfStream);
        }
    }

    private void refuse(
            final int rid,
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast,
            final boolean isOfStream) {
        final int reason = translator.result.reason;
        observer.requestRefused(rid, pasid, group, isLast, reason);
        if (!translator.result.isSuppressed) {
            faults.record(
                    rid,
                    pasid,
                    address,
                    reason,
                    FaultRecord.TYPE_PAGE_REQUEST,
                    FaultRecord.AT_UNTRANSLATED,
                    FaultRecorder.flags(pasid, perm));
        }
        final int code =
                switch (reason) {
                    case VtdFaultReason.PRE, VtdFaultReason.PASIDE, VtdFaultReason.PASID_BEYOND ->
                            PcieBus.INVALID_REQUEST;
                    default -> PcieBus.RESPONSE_FAILURE;
                };
        answer(code, rid, pasid, address, perm, group, isLast, isOfStream);
    }

    private void write(
            final int rid,
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast,
            final boolean isOfStream,
            final int privateData) {
        final boolean isWritten =
                isRevision2
                        ? writeRev2(
                                rid, pasid, address, perm, group, isLast, isOfStream, privateData)
                        : queue.write(
                                PageRequest.qw0(
                                        rid,
                                        pasid,
                                        bit(perm, IommuFault.PERM_EXEC, PageRequest.EXR)
                                                | bit(perm, IommuFault.PERM_PRIV, PageRequest.PMR)),
                                PageRequest.qw1(
                                        address,
                                        group,
                                        bit(perm, IommuFault.PERM_READ, PageRequest.RDR)
                                                | bit(perm, IommuFault.PERM_WRITE, PageRequest.WRR)
                                                | (isLast ? PageRequest.LPIG : 0)));
        if (isWritten) {
            observer.requestQueued(rid, pasid, group, isLast);
            queue.signal();
        }
    }

    private boolean writeRev2(
            final int rid,
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast,
            final boolean isOfStream,
            final int privateData) {
        return queue.write(
                PageRequestRev2.qw0(
                        rid,
                        pasid,
                        group,
                        privateData,
                        (isOfStream ? PageRequestRev2.SRR : 0)
                                | (isLast ? PageRequestRev2.LPIG : 0)),
                PageRequestRev2.qw1(
                        rid,
                        address,
                        bit(perm, IommuFault.PERM_READ, PageRequestRev2.RDR)
                                | bit(perm, IommuFault.PERM_WRITE, PageRequestRev2.WRR)
                                | bit(perm, IommuFault.PERM_EXEC, PageRequestRev2.EXR)
                                | bit(perm, IommuFault.PERM_PRIV, PageRequestRev2.PMR)));
    }

    private static long bit(final int perm, final int which, final long flag) {
        return (perm & which) != 0 ? flag : 0;
    }

    /** A request that is last is answered as a group, whatever else it is. */
    private void answer(
            final int code,
            final int rid,
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast,
            final boolean isOfStream) {
        final boolean isStopMarker =
                isLast
                        && pasid >= 0
                        && (perm & (IommuFault.PERM_READ | IommuFault.PERM_WRITE)) == 0;
        if (isLast && !isStopMarker) {
            responses.answer(rid, pasid, code, group);
        } else if (!isLast && isOfStream) {
            responses.answerOne(rid, pasid, code, group, address & -0x1000L);
        }
    }
}
