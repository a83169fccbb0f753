// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.NotModelledUses;

/**
 * From a StreamID to an output address: stream table, entry, context descriptor, stage 1 and 2. The
 * order of the checks is the priority of the events. IHI 0070, 3.3 and 7.3.
 *
 * <p>Configuration and translations are cached once they were read, and used without another look
 * at memory until a command names them; see {@link StreamTable}, {@link ContextTable} and {@link
 * Tlb}. Faults are not cached, nor is a translation that did not allow the access for which it was
 * looked up. An entry that is short of a place gives way in turn, so that all is deterministic.
 */
final class Translator {
    /** Most cached translations. */
    private static final int TRANSLATIONS = 4096;

    private final SmmuV3Config config;
    private final boolean overridesAttributes;
    private final Translation result = new Translation();
    private final Access access = new Access();
    private final Tlb tlb;
    private final StageTwoWalk stageTwo;
    private final StageOneWalk stageOne;
    private final StreamRules streamRules;
    private final StreamTable streams;
    private final ContextTable contexts;
    private boolean isE2h;

    Translator(
            final PhysicalMemory memory,
            final SmmuV3Config config,
            final NotModelledUses<NotModelled> notModelled) {
        this.config = config;
        overridesAttributes = config.has(SmmuFeature.ATTRIBUTE_PERMISSIONS_OVERRIDE);
        tlb = new Tlb(TRANSLATIONS, config);
        stageTwo = new StageTwoWalk(memory, config, tlb, result);
        stageOne = new StageOneWalk(memory, config, tlb, stageTwo, result);
        streamRules = new StreamRules(config, notModelled);
        streams = new StreamTable(memory, config, streamRules, result);
        contexts =
                new ContextTable(
                        memory,
                        config,
                        new ContextRules(config, notModelled, stageOne),
                        stageTwo,
                        result);
    }

    void setStreamTable(final long base, final int cfg, final boolean recordBadStreams) {
        streams.set(base, cfg, recordBadStreams);
    }

    /** CR2.E2H: EL2 contexts have ASIDs and two address ranges. */
    void setE2h(final boolean isSet) {
        isE2h = isSet;
        stageOne.setE2h(isSet);
    }

    /** Looks one access up; the result is valid until the next call. */
    Translation translate(final int sid, final int ssid, final long iova, final int perm) {
        access.begin(sid, ssid, iova, perm, false);
        if (findStream()) {
            throughStream();
        }
        return result;
    }

    /**
     * Looks up what a translation request asks for: TRANSLATED with {@link Translation#permissions}
     * and {@link Translation#log2Bytes}, permissions 0 if there is no translation; ABORT and
     * UNSUPPORTED otherwise, each with or without a record. IHI 0070, 3.9.1.
     */
    Translation translateForAts(final int sid, final int ssid, final long iova, final int perm) {
        access.begin(sid, ssid, iova, perm, true);
        if (findStream()) {
            if (access.stream.config() < StreamTableEntry.CONFIG_BYPASS) {
                result.silentAbort();
                result.outcome = Translation.Outcome.UNSUPPORTED;
                return result;
            }
            if (effectiveEats() == StreamTableEntry.EATS_ABORT) {
                result.abort(Events.F_BAD_ATS_TREQ, true, requested(perm), iova, 0);
                result.outcome = Translation.Outcome.UNSUPPORTED;
                return result;
            }
            throughStream();
        }
        answerRequest();
        return result;
    }

    /** R, W, X and Priv of a request, where a record shows them. IHI 0070, 7.3.6. */
    private static long requested(final int perm) {
        return (perm & IommuFault.PERM_WRITE) == 0 ? Events.RNW : 0;
    }

    private void answerRequest() {
        if (result.outcome == Translation.Outcome.TRANSLATED) {
            result.permissions = Rights.permissions(result.rights, access.isPrivileged());
        } else if (isTranslationFault(result.eventNumber)) {
            result.translated(access.iova, Translation.LEAST_LOG2, 0);
        }
    }

    private static boolean isTranslationFault(final int number) {
        return number >= Events.F_TRANSLATION && number <= Events.F_PERMISSION;
    }

    /**
     * Checks a translated access against STE.EATS, as CR0.ATSCHK asks for: TRANSLATED with the
     * address as output (split-stage ATS is not modelled), or ABORT. IHI 0070, 3.9.1.
     */
    Translation checkTranslated(final int sid, final int ssid, final long address, final int perm) {
        access.begin(sid, ssid, address, perm, false);
        if (!findStream()) {
            // CR2.RECINVSID has no say here.
            result.isRecorded = true;
        } else if (access.stream.config() < StreamTableEntry.CONFIG_BYPASS) {
            result.silentAbort();
        } else if (effectiveEats() == StreamTableEntry.EATS_ABORT) {
            result.abort(
                    Events.F_TRANSL_FORBIDDEN, false, access.attributes & Events.RNW, address, 0);
        } else {
            result.untranslated(address);
        }
        return result;
    }

    /** A stream that only bypasses has no use for ATS. */
    private int effectiveEats() {
        return access.stream.config() == StreamTableEntry.CONFIG_BYPASS
                ? StreamTableEntry.EATS_ABORT
                : streamRules.eats(access.stream);
    }

    /**
     * How an overflowing page request is answered when IDR3.PPS is 0: 1 with PASID, 0 without, -1
     * because the stream's entry cannot be read or is not valid. IHI 0070, 8.1.
     */
    int answersOverflowWithPasid(final int sid) {
        access.begin(sid, -1, 0, 0, true);
        if (!findStream()) {
            return -1;
        }
        return (access.stream.word1 & StreamTableEntry.PPAR) != 0 ? 1 : 0;
    }

    /** False with the result filled if the stream has no entry that is legal. */
    private boolean findStream() {
        result.begin();
        final StreamEntry entry = streams.find(access.streamId);
        if (entry == null) {
            return false;
        }
        if (entry.isBad) {
            result.configurationError(Events.C_BAD_STE, true, 0);
            return false;
        }
        access.stream = entry;
        result.mayMerge = (entry.word1 & StreamTableEntry.MEV) != 0;
        return true;
    }

    private void throughStream() {
        final StreamEntry stream = access.stream;
        if (stream.config() < StreamTableEntry.CONFIG_BYPASS) {
            result.silentAbort();
            return;
        }
        if (overridesAttributes) {
            access.override(
                    StreamTableEntry.privCfg(stream.word1), StreamTableEntry.instCfg(stream.word1));
        }
        if (stream.hasStageOne()) {
            throughSubstream();
        } else if (access.substreamId >= 0) {
            result.configurationError(Events.C_BAD_SUBSTREAMID, true, 0);
        } else {
            pastStageOne();
        }
    }

    /** IHI 0070, 3.9 and 5.2: which context descriptor an access uses. */
    private void throughSubstream() {
        final int ssid = access.substreamId;
        final int s1CdMax =
                config.ssidBits() == 0 ? 0 : StreamTableEntry.s1CdMax(access.stream.word0);
        final int s1Dss = StreamTableEntry.s1Dss(access.stream.word1);
        if (ssid >= 0 && (s1CdMax == 0 || ssid >= 1 << s1CdMax)) {
            result.configurationError(Events.C_BAD_SUBSTREAMID, true, 0);
            return;
        }
        if (s1CdMax > 0) {
            if (ssid < 0 && s1Dss == StreamTableEntry.S1DSS_BYPASS) {
                pastStageOne();
                return;
            }
            // Context 0 belongs to one of the two: accesses with SubstreamID 0, or without any.
            final boolean usesContextZero = s1Dss == StreamTableEntry.S1DSS_SSID0;
            if (ssid < 0 ? !usesContextZero : ssid == 0 && usesContextZero) {
                result.configurationError(Events.F_STREAM_DISABLED, false, 0);
                return;
            }
        }
        access.context = contexts.find(access, Math.max(ssid, 0));
        if (access.context == null) {
            return;
        }
        if (access.context.isBad) {
            result.configurationError(Events.C_BAD_CD, true, 0);
            return;
        }
        stageOne.translate(access);
    }

    /**
     * The address is as it came: one that is too large aborts, whatever an entry would say, any
     * other goes on to stage 2, if there is one. IHI 0070, 3.4.
     */
    private void pastStageOne() {
        if (access.iova >>> config.outputBits() != 0) {
            result.bypassFault(access);
        } else if (!access.stream.hasStageTwo()) {
            result.untranslated(access.iova);
        } else if (stageTwo.translate(access, access.iova, Events.CLASS_IN)) {
            result.translated(
                    stageTwo.output(), stageTwo.log2(), Rights.ALL_STAGE_1 | stageTwo.rights());
        }
    }

    /**
     * Forgets what a CFGI or TLBI command names; any other is a mistake of the caller. CFGI_STE and
     * CFGI_STE_RANGE also name the contexts of their streams; neither touches translations.
     *
     * @param word0 first doubleword of the command
     * @param word1 second doubleword
     */
    void invalidate(final long word0, final long word1) {
        final int sid = Commands.streamId(word0);
        switch (Commands.opcode(word0)) {
            case CmdqOp.CFGI_STE -> {
                streams.forget(sid, Commands.isLeaf(word1));
                contexts.forgetStream(sid);
            }
            case CmdqOp.CFGI_STE_RANGE -> {
                final int log2 = Commands.steRange(word1) + 1;
                streams.forgetRange(sid, log2);
                contexts.forgetRange(sid, log2);
            }
            case CmdqOp.CFGI_CD ->
                    contexts.forget(sid, Commands.substreamId(word0), Commands.isLeaf(word1));
            case CmdqOp.CFGI_CD_ALL -> contexts.forgetStream(sid);
            default -> {
                if (!tlb.invalidate(word0, word1, isE2h)) {
                    throw new AssertionError("no invalidation: word0=0x" + Long.toHexString(word0));
                }
            }
        }
    }
}
