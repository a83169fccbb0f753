// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;

/**
 * Which context entries are valid, and what they say. A field whose feature the unit lacks is
 * reserved; RID_PASID without ECAP.RPS is not looked at. Intel VT-d specification, 9.3 and 9.4;
 * specification 2.5, 9.4 for extended entries, whose faults have the numbers of legacy mode.
 */
final class ContextRules {
    private static final long LEGACY_RESERVED_0 = 0xff0;
    private static final long LEGACY_RESERVED_1 = 0xffff_ffff_ff00_0080L;
    private static final long SCALABLE_RESERVED_0 = 0x1e0;
    private static final long SCALABLE_RESERVED_1 = -1L << 21;
    private static final long EXTENDED_RESERVED_2 = 0xfe0;
    private static final long EXTENDED_RESERVED_3 = 0xfff;
    private static final int DIRECTORY_LOG2 = 7;
    private static final int FLAT_LOG2 = 5;
    private static final int PASID_BITS = 20;

    // Doubleword 1 of an extended entry.
    private static final long EXTENDED_NXE = 1L << 4;
    private static final long EXTENDED_WPE = 1L << 5;
    private static final long EXTENDED_SMEP = 1L << 24;
    private static final long EXTENDED_EAFE = 1L << 25;
    private static final long EXTENDED_ERE = 1L << 26;
    private static final long EXTENDED_SLEE = 1L << 27;

    private final VtdCapabilities capabilities;

    ContextRules(final VtdConfig config) {
        capabilities = config.capabilities();
    }

    /** Whether the second stage has a width. */
    static boolean isWidth(final int aw, final VtdCapabilities capabilities) {
        return aw >= PasidEntry.AW_39
                && aw <= PasidEntry.AW_57
                && (capabilities.sagaw() >>> aw & 1) != 0;
    }

    /** Fills in what a present entry says; the reason why it is not valid, or 0. */
    int apply(final Context context) {
        return switch (context.form) {
            case LEGACY -> applyLegacy(context);
            case EXTENDED -> applyExtended(context);
            case SCALABLE -> applyScalable(context);
        };
    }

    private int applyLegacy(final Context context) {
        if ((context.word0 & LEGACY_RESERVED_0) != 0 || (context.word1 & LEGACY_RESERVED_1) != 0) {
            return VtdFaultReason.CONTEXT_RESERVED;
        }
        final int type = (int) (context.word0 >>> ContextEntry.TT_SHIFT) & 3;
        final boolean isSupported =
                switch (type) {
                    case ContextEntry.TT_UNTRANSLATED -> true;
                    case ContextEntry.TT_DEVICE_TLB -> capabilities.hasEcap(VtdCapabilities.DT);
                    case ContextEntry.TT_PASS_THROUGH -> capabilities.hasEcap(VtdCapabilities.PT);
                    default -> false;
                };
        context.hasDeviceTlb = type == ContextEntry.TT_DEVICE_TLB;
        context.hasPageRequests = false;
        context.hasPasids = false;
        context.pasidLimit = 0;
        return applySecondStage(
                context, isSupported, type == ContextEntry.TT_PASS_THROUGH, context.word0);
    }

    /** What legacy and extended entries say of requests without PASID. */
    private int applySecondStage(
            final Context context,
            final boolean isSupported,
            final boolean isPassThrough,
            final long root) {
        final int aw = (int) context.word1 & ContextEntry.AW_MASK;
        final int did = ContextEntry.did(context.word1);
        if (!isSupported
                || !isWidth(aw, capabilities)
                || did >>> Math.min(16, capabilities.domainIdBits()) != 0) {
            return VtdFaultReason.CONTEXT_INVALID;
        }
        final Regime regime = context.regime;
        regime.clear();
        regime.isLegacy = true;
        regime.kind = isPassThrough ? PasidEntry.PGTT_PASS_THROUGH : PasidEntry.PGTT_SECOND;
        regime.did = did;
        regime.secondRoot = root & ContextEntry.TABLE_MASK;
        regime.secondLevels = Regime.levelsOf(aw);
        return 0;
    }

    private int applyExtended(final Context context) {
        final long word0 = context.word0;
        if (lacks(word0, ExtendedContextEntry.DINVE, VtdCapabilities.DIS)
                || lacks(word0, ExtendedContextEntry.PRS, VtdCapabilities.PRS)
                || lacks(word0, ExtendedContextEntry.NESTE, VtdCapabilities.NEST)
                || lacks(word0, ExtendedContextEntry.PASIDE, VtdCapabilities.PASID)
                || (context.word2 & EXTENDED_RESERVED_2) != 0
                || (context.word3 & EXTENDED_RESERVED_3) != 0) {
            return VtdFaultReason.CONTEXT_RESERVED;
        }
        final int type = (int) (word0 >>> ExtendedContextEntry.T_SHIFT) & 7;
        final boolean isPassThrough = type >= ExtendedContextEntry.T_PASS_THROUGH;
        final boolean hasDeviceTlb =
                type == ExtendedContextEntry.T_DEVICE_TLB
                        || type == ExtendedContextEntry.T_PASS_THROUGH_PASID_DEVICE_TLB;
        final boolean isSupported =
                type <= ExtendedContextEntry.T_PASS_THROUGH_PASID_DEVICE_TLB
                        && type != ExtendedContextEntry.T_PASS_THROUGH + 1
                        && (!isPassThrough || capabilities.hasEcap(VtdCapabilities.PT))
                        && (!hasDeviceTlb || capabilities.hasEcap(VtdCapabilities.DT));
        context.hasDeviceTlb = hasDeviceTlb;
        context.hasPageRequests = (word0 & ExtendedContextEntry.PRS) != 0;
        context.hasPasids =
                (word0 & ExtendedContextEntry.PASIDE) != 0
                        && type != ExtendedContextEntry.T_PASS_THROUGH;
        final int log2 = (int) (context.word2 & ExtendedContextEntry.PTS_MASK) + FLAT_LOG2;
        context.pasidLimit = 1 << Math.min(log2, PASID_BITS);
        context.pasids = context.word2 & ExtendedContextEntry.PASID_TABLE_MASK;
        final int reason = applySecondStage(context, isSupported, isPassThrough, word0);
        if (reason == 0) {
            context.regime.controls = controls(context.word1);
            context.regime.hasSecondExecute = (context.word1 & EXTENDED_SLEE) != 0;
        }
        return reason;
    }

    private static long controls(final long word1) {
        return ((word1 & EXTENDED_NXE) != 0 ? PasidEntry.NXE : 0)
                | ((word1 & EXTENDED_WPE) != 0 ? PasidEntry.WPE : 0)
                | ((word1 & EXTENDED_SMEP) != 0 ? PasidEntry.SMEP : 0)
                | ((word1 & EXTENDED_EAFE) != 0 ? PasidEntry.EAFE : 0)
                | ((word1 & EXTENDED_ERE) != 0 ? PasidEntry.ERE : 0);
    }

    private int applyScalable(final Context context) {
        final long word0 = context.word0;
        if ((word0 & SCALABLE_RESERVED_0) != 0
                || (context.word1 & SCALABLE_RESERVED_1) != 0
                || context.word2 != 0
                || context.word3 != 0
                || lacks(word0, ScalableContextEntry.DTE, VtdCapabilities.DT)
                || lacks(word0, ScalableContextEntry.PASIDE, VtdCapabilities.PASID)
                || lacks(word0, ScalableContextEntry.PRE, VtdCapabilities.PRS)) {
            return VtdFaultReason.SM_CONTEXT_RESERVED;
        }
        context.pasids = word0 & ScalableContextEntry.DIRECTORY_MASK;
        if (context.pasids >>> SecondStageWalk.HOST_BITS != 0) {
            return VtdFaultReason.SM_CONTEXT_INVALID;
        }
        context.regime.clear();
        context.hasDeviceTlb = (word0 & ScalableContextEntry.DTE) != 0;
        context.hasPasids = (word0 & ScalableContextEntry.PASIDE) != 0;
        context.hasPageRequests = (word0 & ScalableContextEntry.PRE) != 0;
        context.pasidLimit =
                1 << (ScalableContextEntry.pdts(word0) + DIRECTORY_LOG2 + PasidEntry.TABLE_LOG2);
        applyRid(context);
        return 0;
    }

    private void applyRid(final Context context) {
        final boolean asksPrivilege = (context.word1 & ScalableContextEntry.RID_PRIV) != 0;
        final int number =
                capabilities.hasEcap(VtdCapabilities.RPS)
                        ? (int) context.word1 & ScalableContextEntry.RID_PASID_MASK
                        : 0;
        final boolean isValid =
                number < context.pasidLimit
                        && !lacks(
                                context.word1,
                                ScalableContextEntry.RID_PRIV,
                                VtdCapabilities.RPRIVS);
        context.ridPasid = isValid ? number : -1;
        context.isRidPrivileged = asksPrivilege;
    }

    private boolean lacks(final long word, final long field, final long feature) {
        return (word & field) != 0 && !capabilities.hasEcap(feature);
    }
}
