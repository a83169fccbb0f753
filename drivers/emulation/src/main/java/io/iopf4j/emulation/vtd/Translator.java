// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.RootEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.SpanIndex;

/**
 * From a request to a physical address or a fault reason: contexts, PASIDs, walks, caches. Intel
 * VT-d specification, chapters 3 and 6.
 *
 * <p>Context entries, PASID entries and translations are kept once they were read, and used without
 * another look at memory until an invalidation names them; see {@link ContextTable}, {@link
 * PasidTable} and {@link Iotlb}. Faults are not kept. A kept translation that does not allow what
 * is asked for is dropped and the tables are walked anew, as processors do before they fault: what
 * was allowed or dirtied since needs no invalidation, what was taken away does.
 *
 * <p>A write without PASID to an untranslated address 0xfeexxxxx is an interrupt: it goes through
 * no table and comes out as it is, with write permission alone. All else there is translated as
 * usual. Whatever comes out of the tables in that range is a fault, also from a kept translation.
 */
final class Translator {
    /** Most cached translations. */
    private static final int TRANSLATIONS = 4096;

    private static final int PAGE_SHIFT = 12;
    private static final int TTM_SHIFT = 10;
    private static final long EXTENDED_ROOT = 1L << 11;
    private static final long REVISION_2_RESERVED = 1L << 10;
    private static final int EXTENDED = -1;
    private static final int LEGACY = 0;
    private static final int SCALABLE = 1;
    private static final int ABORT = 3;

    /** The result of the last call. */
    final Translation result = new Translation();

    private final VtdCapabilities capabilities;
    private final boolean isRevision2;
    private final boolean hasNoWrite;
    private final Access access = new Access();
    private final ContextTable contexts;
    private final PasidTable pasids;
    private final Iotlb iotlb = new Iotlb(TRANSLATIONS);
    private final SecondStageWalk second;
    private final FirstStageWalk first;
    private int mode;

    /** 0, or why nothing at all is translated. */
    private int modeFault;

    Translator(final PhysicalMemory memory, final VtdConfig config) {
        capabilities = config.capabilities();
        isRevision2 = config.isRevision2();
        hasNoWrite = capabilities.hasEcap(VtdCapabilities.NWFS);
        contexts = new ContextTable(memory, config);
        pasids = new PasidTable(memory, config);
        final TableMarks marks = new TableMarks(memory, config);
        second = new SecondStageWalk(memory, config, marks);
        first = new FirstStageWalk(memory, config, marks, second);
        setRootTable(0);
    }

    /**
     * GCMD.SRTP: from now on RTADDR's value is in force. Caches are forgotten with CAP.ESRTPS
     * alone.
     */
    void setRootTable(final long rtaddr) {
        final int ttm = (int) (rtaddr >>> TTM_SHIFT) & 3;
        modeFault = 0;
        if (isRevision2) {
            mode = (rtaddr & EXTENDED_ROOT) != 0 ? EXTENDED : LEGACY;
            if ((rtaddr & REVISION_2_RESERVED) != 0) {
                modeFault = VtdFaultReason.RTADDR_INVALID;
            }
        } else {
            mode = ttm;
            modeFault = faultOf(ttm);
        }
        contexts.set(rtaddr & RootEntry.TABLE_MASK, form());
        if (capabilities.hasCap(VtdCapabilities.ESRTPS)) {
            contexts.forgetAll();
            pasids.forgetAll();
            iotlb.forgetAll();
        }
    }

    private int faultOf(final int ttm) {
        final boolean isSupported =
                switch (ttm) {
                    case LEGACY -> true;
                    case SCALABLE -> capabilities.hasEcap(VtdCapabilities.SMTS);
                    case ABORT -> capabilities.hasEcap(VtdCapabilities.ADMS);
                    default -> false;
                };
        if (!isSupported) {
            return VtdFaultReason.RTADDR_INVALID;
        }
        return ttm == ABORT ? VtdFaultReason.ABORT_DMA : 0;
    }

    private Context.Form form() {
        return switch (mode) {
            case EXTENDED -> Context.Form.EXTENDED;
            case SCALABLE -> Context.Form.SCALABLE;
            default -> Context.Form.LEGACY;
        };
    }

    /** RTADDR.TTM in force, or -1 in revision 2's extended mode. */
    int mode() {
        return mode;
    }

    /**
     * Translates; {@link #result} says what came of it. A translated request (AT_TRANSLATED) is
     * only let pass or not.
     *
     * @param sid source id
     * @param pasid PASID or {@code NO_SUBSTREAM}
     * @param iova address
     * @param perm {@code IommuFault.PERM_} bits
     * @param addressType a {@code FaultRecord.AT_}
     * @return whether it is translated
     */
    boolean translate(
            final int sid,
            final int pasid,
            final long iova,
            final int perm,
            final int addressType) {
        access.begin(sid, pasid, iova, perm, addressType, hasNoWrite);
        result.begin(pasid);
        if (TableMarks.isInterrupt(iova)
                && pasid < 0
                && addressType == FaultRecord.AT_UNTRANSLATED
                && access.asked == IommuFault.PERM_WRITE) {
            return result.translated(iova, PAGE_SHIFT, IommuFault.PERM_WRITE);
        }
        int reason = findContext();
        if (reason == 0
                && addressType != FaultRecord.AT_UNTRANSLATED
                && !access.context.hasDeviceTlb) {
            reason = isScalable(access.context) ? VtdFaultReason.DTE : VtdFaultReason.TT_BLOCKS;
        }
        if (reason != 0) {
            return result.fault(reason, access);
        }
        if (addressType == FaultRecord.AT_TRANSLATED) {
            return passTranslated();
        }
        reason = findRegime();
        return reason == 0 ? throughRegime() : result.fault(reason, access);
    }

    private static boolean isScalable(final Context context) {
        return context.form == Context.Form.SCALABLE;
    }

    private boolean passTranslated() {
        if (TableMarks.isInterrupt(access.iova)) {
            return result.fault(interruptRange(!isScalable(access.context)), access);
        }
        return result.translated(access.iova, PAGE_SHIFT, access.asked);
    }

    private static int interruptRange(final boolean isLegacy) {
        return isLegacy ? VtdFaultReason.INTERRUPT_RANGE : VtdFaultReason.SM_INTERRUPT_RANGE;
    }

    private int findContext() {
        if (modeFault != 0) {
            return modeFault;
        }
        if (mode == LEGACY && access.pasid >= 0) {
            return VtdFaultReason.LEGACY_PASID;
        }
        return contexts.find(access);
    }

    /** Which entry says how the request is translated, and whether it may be of its kind. */
    private int findRegime() {
        final Context context = access.context;
        int pasid = access.pasid;
        if (pasid >= 0) {
            final int reason = checkPasid(context, pasid);
            if (reason != 0) {
                return reason;
            }
        } else if (isScalable(context)) {
            pasid = context.ridPasid;
            if (pasid < 0) {
                return VtdFaultReason.RID_PASID;
            }
            access.isPrivileged = context.isRidPrivileged;
            result.pasid = pasid;
        } else {
            access.regime = context.regime;
            result.did = context.regime.did;
            return 0;
        }
        final int reason = pasids.find(access, pasid);
        if (reason != 0) {
            return reason;
        }
        result.did = access.regime.did;
        if (access.wants(IommuFault.PERM_EXEC) && !access.regime.has(PasidEntry.ERE)) {
            return VtdFaultReason.ERE;
        }
        return access.isPrivileged && !access.regime.has(PasidEntry.SRE) ? VtdFaultReason.SRE : 0;
    }

    private static int checkPasid(final Context context, final int pasid) {
        if (context.form == Context.Form.LEGACY) {
            return VtdFaultReason.LEGACY_PASID;
        }
        if (!context.hasPasids) {
            return VtdFaultReason.PASIDE;
        }
        return pasid >= context.pasidLimit ? VtdFaultReason.PASID_BEYOND : 0;
    }

    private boolean throughRegime() {
        final Regime regime = access.regime;
        final long iova = access.iova;
        final int beyond = widthFault(regime, iova);
        if (beyond != 0) {
            return result.fault(beyond, access);
        }
        if (regime.kind == PasidEntry.PGTT_PASS_THROUGH) {
            return TableMarks.isInterrupt(iova)
                    ? result.fault(interruptRange(regime.isLegacy), access)
                    : result.translated(iova, PAGE_SHIFT, access.asked);
        }
        final long tag =
                regime.hasFirst()
                        ? Iotlb.firstStage(regime.did, result.pasid)
                        : Iotlb.secondStage(regime.did);
        final int slot = iotlb.find(tag, iova);
        if (slot != SpanIndex.NONE) {
            if (access.hasAll(iotlb.rights(slot))) {
                return put(iotlb.output(slot, iova), iotlb.log2(slot), iotlb.rights(slot));
            }
            iotlb.remove(slot);
        }
        return regime.hasFirst() ? walkFirst(tag) : walkSecond(tag);
    }

    private int widthFault(final Regime regime, final long iova) {
        if (regime.hasFirst()) {
            return regime.isCanonical(iova) ? 0 : VtdFaultReason.NOT_CANONICAL;
        }
        if (regime.isLegacy) {
            return second.isBeyond(regime, iova) ? VtdFaultReason.ADDRESS_BEYOND : 0;
        }
        if (regime.kind == PasidEntry.PGTT_PASS_THROUGH) {
            return iova >>> SecondStageWalk.HOST_BITS != 0 ? VtdFaultReason.FS_OUTPUT_BEYOND : 0;
        }
        return second.isBeyond(regime, iova) ? VtdFaultReason.SS_INPUT_BEYOND : 0;
    }

    private boolean put(final long output, final int log2, final int rights) {
        if (TableMarks.isInterrupt(output)) {
            return result.fault(interruptRange(access.regime.isLegacy), access);
        }
        final int granted = access.granted(rights);
        return result.translated(output, log2, access.isRequest ? granted & access.asked : granted);
    }

    private boolean walkSecond(final long tag) {
        second.begin();
        final int reason = second.walk(access.regime, access.iova, access.asked, access.isRequest);
        if (reason != 0) {
            return result.fault(reason, access);
        }
        iotlb.keep(
                tag,
                access.iova,
                second.log2,
                second.log2,
                second.output & -(1L << second.log2),
                Rights.same(second.rightsToKeep));
        return put(second.output, second.log2, Rights.same(second.rights));
    }

    private boolean walkFirst(final long tag) {
        int reason = first.walk(access);
        if (reason != 0) {
            return result.fault(reason, access);
        }
        long output = first.output;
        int log2 = first.log2;
        int rights = first.rights;
        int rightsToKeep = first.rightsToKeep;
        if (access.regime.kind == PasidEntry.PGTT_NESTED) {
            final int asked = access.asked & (access.isRequest ? access.granted(rights) : -1);
            reason = second.walk(access.regime, output, asked, access.isRequest);
            if (reason != 0) {
                return result.fault(reason, access);
            }
            output = second.output;
            log2 = Math.min(log2, second.log2);
            rights &= Rights.same(second.rights);
            rightsToKeep &= Rights.same(second.rightsToKeep);
        }
        iotlb.keep(tag, access.iova, log2, first.log2, output & -(1L << log2), rightsToKeep);
        return put(output, log2, rights);
    }

    /**
     * Whether a page request may be queued: contexts, PRE, PASIDE, the PASID's range.
     *
     * @return true, and {@code result.did} is that of the PASID's entry, or negative if there is
     *     none; false, and {@code result.reason} says why
     */
    boolean admitsPageRequest(final int sid, final int pasid) {
        access.begin(sid, pasid, 0, 0, FaultRecord.AT_UNTRANSLATED, hasNoWrite);
        result.begin(pasid);
        final int reason = findPageRequestContext();
        if (reason != 0) {
            return result.fault(reason, access);
        }
        final int effective =
                pasid >= 0 || !isScalable(access.context) ? pasid : access.context.ridPasid;
        result.pasid = effective;
        if (effective < 0) {
            result.did = isScalable(access.context) ? -1 : access.context.regime.did;
        } else if (pasids.find(access, effective) == 0) {
            result.did = access.regime.did;
        }
        return true;
    }

    private int findPageRequestContext() {
        if (modeFault == 0 && mode == LEGACY) {
            return VtdFaultReason.LEGACY_PAGE_REQUEST;
        }
        int reason = findContext();
        if (reason == 0 && access.context.form == Context.Form.LEGACY) {
            reason = VtdFaultReason.LEGACY_PAGE_REQUEST;
        }
        if (reason == 0 && !access.context.hasPageRequests) {
            reason = VtdFaultReason.PRE;
        }
        return reason == 0 && access.pasid >= 0 ? checkPasid(access.context, access.pasid) : reason;
    }

    /**
     * What an admitted page request implies, of the last call's domain and PASID: what is kept of
     * the page goes, and nothing else. An IOTLB invalidation of the page would take all of the
     * first stage in the domain.
     */
    void forgetRequestedPage(final long address) {
        if (result.did >= 0) {
            iotlb.forgetPage(result.did, result.pasid, address);
        }
    }

    /** Context cache: {@code Invalidation.CC_}. */
    void invalidateContexts(
            final int granularity, final int did, final int sid, final int functionMask) {
        contexts.forget(granularity, did, sid, functionMask);
    }

    /** PASID cache: {@code Invalidation.PC_}. */
    void invalidatePasids(final int granularity, final int did, final int pasid) {
        pasids.forget(granularity, did, pasid);
    }

    /** IOTLB: {@code Invalidation.IOTLB_}; 2^mask pages around address. */
    void invalidateIotlb(
            final int granularity,
            final int did,
            final long address,
            final int mask,
            final boolean leavesOnly) {
        iotlb.forget(granularity, did, address, mask);
    }

    /** IOTLB by PASID: {@code Invalidation.PASID_IOTLB_}. A negative PASID has no entries. */
    void invalidatePasidIotlb(
            final int granularity,
            final int did,
            final int pasid,
            final long address,
            final int mask,
            final boolean leavesOnly) {
        if (pasid >= 0) {
            iotlb.forgetPasid(granularity, did, pasid, address, mask);
        }
    }
}
