// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.parts.MemoryPort;

/**
 * Translation requests and translated accesses. IHI 0070, 3.9.1. Errors of the configuration are
 * recorded if CR2.REC_CFG_ATS says so; F_BAD_ATS_TREQ and F_TRANSL_FORBIDDEN always are.
 */
final class AtsService {
    private static final int PAGE_SHIFT = 12;
    private static final int UNTAGGED = IommuFault.PERM_READ | IommuFault.PERM_WRITE;

    private final SmmuV3Config config;
    private final ControlRegisters control;
    private final Translator translator;
    private final EventRecorder recorder;
    private final MemoryPort memory;

    AtsService(
            final SmmuV3Config config,
            final ControlRegisters control,
            final Translator translator,
            final EventRecorder recorder,
            final MemoryPort memory) {
        this.config = config;
        this.control = control;
        this.translator = translator;
        this.recorder = recorder;
        this.memory = memory;
    }

    /** Without ATS nobody is there who could answer. */
    AtsCompletion request(final int sid, final int ssid, final long iova, final int perm) {
        if (!config.has(SmmuFeature.ATS)) {
            return AtsCompletion.UNSUPPORTED;
        }
        // Execute and privileged travel with a PASID; a read is always asked for.
        final int asked = (ssid < 0 ? perm & UNTAGGED : perm) | IommuFault.PERM_READ;
        if (!control.isTranslating()) {
            recorder.badTranslationRequest(sid, ssid, iova, asked, false);
            return AtsCompletion.UNSUPPORTED;
        }
        final Translation found = translator.translateForAts(sid, ssid, iova, asked);
        return switch (found.outcome) {
            case TRANSLATED -> completion(found, asked);
            case UNSUPPORTED -> {
                if (found.isRecorded) {
                    recorder.badTranslationRequest(sid, ssid, iova, asked, found.mayMerge);
                }
                yield AtsCompletion.UNSUPPORTED;
            }
            case ABORT -> {
                if (control.recordsAtsErrors()) {
                    recorder.terminated(found, sid, ssid);
                }
                yield AtsCompletion.ABORT;
            }
            case STALL, RAZ_WI ->
                    throw new AssertionError("a translation request " + found.outcome);
        };
    }

    private static AtsCompletion completion(final Translation found, final int asked) {
        final int granted = found.permissions & asked;
        if ((granted & UNTAGGED) == 0) {
            return AtsCompletion.NO_TRANSLATION;
        }
        final int log2Bytes = Math.max(found.log2Bytes, PAGE_SHIFT);
        return new AtsCompletion(
                AtsCompletion.Status.SUCCESS,
                found.outputAddress & -1L << log2Bytes,
                log2Bytes,
                granted);
    }

    /** A PASID of a translated access counts for nothing: IDR3.PASIDTT is 0. */
    void access(
            final Requester requester,
            final int id,
            final int sid,
            final long address,
            final int perm) {
        if (!config.has(SmmuFeature.ATS)) {
            requester.ended(id, AccessResult.ABORTED);
        } else if (!control.isTranslating()) {
            recorder.translatedForbidden(sid, address, perm, false);
            requester.ended(id, AccessResult.ABORTED);
        } else if (address >>> config.outputBits() != 0) {
            requester.ended(id, AccessResult.ABORTED);
        } else if (control.isAnySet(SmmuRegisters.CR0_ATSCHK)) {
            check(requester, id, sid, address, perm);
        } else {
            memory.access(requester, id, address);
        }
    }

    private void check(
            final Requester requester,
            final int id,
            final int sid,
            final long address,
            final int perm) {
        final Translation found =
                translator.checkTranslated(sid, IommuModel.NO_SUBSTREAM, address, perm & UNTAGGED);
        if (found.outcome == Translation.Outcome.TRANSLATED) {
            memory.access(requester, id, found.outputAddress);
            return;
        }
        if (found.isRecorded && found.eventNumber == Events.F_TRANSL_FORBIDDEN) {
            recorder.translatedForbidden(sid, address, perm, found.mayMerge);
        } else if (control.recordsAtsErrors()) {
            recorder.terminated(found, sid, IommuModel.NO_SUBSTREAM);
        }
        requester.ended(id, AccessResult.ABORTED);
    }
}
