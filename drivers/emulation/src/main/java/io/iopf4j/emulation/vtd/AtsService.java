// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.AtsReply;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.parts.MemoryPort;

/**
 * Translation requests and translated accesses while translation is enabled. What a device may mend
 * by a page request is the news that there is no translation, without a record. Every other fault
 * is recorded unless it is silenced, and ends a translation request with Unsupported Request where
 * the device is not let in, with Completer Abort where something on the way is broken. Without
 * ECAP.NWFS a request's promise not to write does not count: it is told of, and dirties, a page
 * that may be written. Intel VT-d specification, 4.1 and 7.1; PCI Express Base Specification,
 * 10.2.3.
 */
final class AtsService {
    private final boolean hasDeviceTlbs;
    private final Translator translator;
    private final FaultSink faults;
    private final MemoryPort memory;

    AtsService(
            final VtdConfig config,
            final Translator translator,
            final FaultSink faults,
            final MemoryPort memory) {
        hasDeviceTlbs = config.capabilities().hasEcap(VtdCapabilities.DT);
        this.translator = translator;
        this.faults = faults;
        this.memory = memory;
    }

    /** A translation request, answered by an object of its own. */
    AtsCompletion request(final int sid, final int pasid, final long iova, final int perm) {
        final AtsReply reply = new AtsReply();
        request(sid, pasid, iova, perm, reply);
        return reply.completion();
    }

    /** A translation request. Without ECAP.DT nobody is there who could answer. */
    void request(
            final int sid, final int pasid, final long iova, final int perm, final AtsReply reply) {
        if (!hasDeviceTlbs) {
            reply.set(AtsCompletion.UNSUPPORTED);
            return;
        }
        final Translation found = translator.result;
        if (translator.translate(sid, pasid, iova, perm, FaultRecord.AT_TRANSLATION_REQUEST)) {
            reply.succeed(found.output & -(1L << found.log2), found.log2, found.perm);
        } else if (found.isRecoverable) {
            reply.set(AtsCompletion.NO_TRANSLATION);
        } else {
            record(sid, pasid, iova, perm, FaultRecord.AT_TRANSLATION_REQUEST);
            reply.set(
                    FaultQualification.isUnsupportedRequest(found.reason)
                            ? AtsCompletion.UNSUPPORTED
                            : AtsCompletion.ABORT);
        }
    }

    /**
     * An access with a translated address: the device is let in or not, a PASID is not looked at.
     */
    void access(
            final Requester requester,
            final int id,
            final int sid,
            final int pasid,
            final long address,
            final int perm) {
        if (hasDeviceTlbs
                && translator.translate(sid, pasid, address, perm, FaultRecord.AT_TRANSLATED)) {
            memory.access(requester, id, translator.result.output);
            return;
        }
        if (hasDeviceTlbs) {
            record(sid, pasid, address, perm, FaultRecord.AT_TRANSLATED);
        }
        requester.ended(id, AccessResult.ABORTED);
    }

    private void record(
            final int sid,
            final int pasid,
            final long address,
            final int perm,
            final int addressType) {
        if (!translator.result.isSuppressed) {
            faults.record(sid, pasid, address, perm, addressType, translator.result.reason);
        }
    }
}
