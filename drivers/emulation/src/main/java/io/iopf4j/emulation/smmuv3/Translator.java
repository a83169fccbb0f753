// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * From a StreamID to a context: stream table, entry, context descriptor, then the stage 1 walk. The
 * order of the checks is the priority of the events. IHI 0070, 3.3 and 7.3.
 */
final class Translator {
    private static final int SPLIT_DEFAULT = 6;
    private static final long SPAN_MASK = 0x1f;
    private static final long L2PTR_MASK = 0x000f_ffff_ffff_ffc0L;

    private final PhysicalMemory memory;
    private final SmmuV3Config config;
    private final StageOneWalk walk;
    private final Translation result = new Translation();
    private long strtabBase;
    private int strtabBaseCfg;
    private boolean recordsBadStreams;

    Translator(final PhysicalMemory memory, final SmmuV3Config config) {
        this.memory = memory;
        this.config = config;
        this.walk = new StageOneWalk(memory, result);
    }

    void setStreamTable(final long base, final int cfg, final boolean recordBadStreams) {
        strtabBase = base;
        strtabBaseCfg = cfg;
        recordsBadStreams = recordBadStreams;
    }

    /** Looks one access up; the result is valid until the next call. */
    Translation translate(final int sid, final int ssid, final long iova, final int perm) {
        final long entry = streamTableEntry(sid);
        if (entry >= 0) {
            throughStream(entry, ssid, iova, perm);
        }
        return result;
    }

    /** Address of the entry, or -1 with the result filled. IHI 0070, 3.3.1. */
    private long streamTableEntry(final int sid) {
        final int statedLog2Size = strtabBaseCfg & SmmuRegisters.STRTAB_BASE_CFG_LOG2SIZE_MASK;
        final int log2Size = Math.min(statedLog2Size, config.sidBits());
        if (Integer.toUnsignedLong(sid) >= 1L << log2Size) {
            return badStream();
        }
        final long address = strtabBase & SmmuRegisters.STRTAB_BASE_ADDR_MASK;
        final boolean isTwoLevel =
                (strtabBaseCfg >>> SmmuRegisters.STRTAB_BASE_CFG_FMT_SHIFT & 3) == 1;
        final long entry =
                isTwoLevel
                        ? secondLevelEntry(address, sid)
                        // The stated size aligns the base, though fewer entries are looked at.
                        : (address & -((long) StreamTableEntry.BYTES << statedLog2Size))
                                + (long) sid * StreamTableEntry.BYTES;
        if (entry >= 0 && !memory.contains(entry, StreamTableEntry.BYTES)) {
            result.configurationError(Events.F_STE_FETCH, true, entry);
            return -1;
        }
        return entry;
    }

    private long secondLevelEntry(final long address, final int sid) {
        final int splitField = strtabBaseCfg >>> 6 & 0x1f;
        final int split = splitField == 8 || splitField == 10 ? splitField : SPLIT_DEFAULT;
        final int rawLog2Size = strtabBaseCfg & SmmuRegisters.STRTAB_BASE_CFG_LOG2SIZE_MASK;
        final long tableBytes = Math.max(64L, 8L << Math.max(0, rawLog2Size - split));
        final long descriptorAddress = (address & -tableBytes) + 8L * (sid >>> split);
        if (!memory.contains(descriptorAddress, Long.BYTES)) {
            result.configurationError(Events.F_STE_FETCH, true, descriptorAddress);
            return -1;
        }
        final long descriptor = memory.readLong(descriptorAddress);
        final int span = (int) (descriptor & SPAN_MASK);
        final int index = sid & ((1 << split) - 1);
        if (span == 0 || span > split + 1 || index >= 1 << (span - 1)) {
            return badStream();
        }
        final long tableAlign = (long) StreamTableEntry.BYTES << (span - 1);
        return (descriptor & L2PTR_MASK & -tableAlign) + (long) index * StreamTableEntry.BYTES;
    }

    private long badStream() {
        if (recordsBadStreams) {
            result.configurationError(Events.C_BAD_STREAMID, true, 0);
        } else {
            result.silentAbort();
        }
        return -1;
    }

    private void throughStream(final long entry, final int ssid, final long iova, final int perm) {
        final long word0 = memory.readLong(entry);
        final long word1 = memory.readLong(entry + 8);
        if ((word0 & StreamTableEntry.V) == 0) {
            result.configurationError(Events.C_BAD_STE, true, 0);
            return;
        }
        switch (StreamTableEntry.config(word0)) {
            case StreamTableEntry.CONFIG_BYPASS -> {
                if (ssid >= 0) {
                    result.configurationError(Events.C_BAD_SUBSTREAMID, true, 0);
                } else {
                    bypass(iova, perm);
                }
            }
            case StreamTableEntry.CONFIG_S1 -> {
                if (isIllegalStageOne(word0, word1)) {
                    result.configurationError(Events.C_BAD_STE, true, 0);
                } else {
                    throughSubstream(word0, word1, ssid, iova, perm);
                }
            }
            // Stage 2 is not implemented (IDR0.S2P is 0), which makes the entry illegal.
            case StreamTableEntry.CONFIG_S2, StreamTableEntry.CONFIG_NESTED ->
                    result.configurationError(Events.C_BAD_STE, true, 0);
            default -> result.silentAbort();
        }
    }

    /** IHI 0070, 5.2.2: what of an entry with stage 1 is ILLEGAL here. */
    private boolean isIllegalStageOne(final long word0, final long word1) {
        final int s1CdMax = StreamTableEntry.s1CdMax(word0);
        final boolean stallDisabledNeedlessly =
                (word1 & StreamTableEntry.S1STALLD) != 0
                        && config.stallModel() != SmmuV3Config.STALL_AND_TERMINATE;
        final boolean tooManyContexts = config.ssidBits() != 0 && s1CdMax > config.ssidBits();
        // CD2L is 0: a table of several descriptors is linear.
        final boolean twoLevelContexts =
                config.ssidBits() != 0
                        && s1CdMax != 0
                        && (StreamTableEntry.s1Fmt(word0) == 1
                                || StreamTableEntry.s1Fmt(word0) == 2);
        final boolean contextsBeyondOutput =
                StreamTableEntry.contextPtr(word0) >>> StageOneWalk.OAS_BITS != 0;
        return stallDisabledNeedlessly
                || tooManyContexts
                || twoLevelContexts
                || contextsBeyondOutput;
    }

    /** IHI 0070, 3.9 and 5.2: which context descriptor an access uses. */
    private void throughSubstream(
            final long word0, final long word1, final int ssid, final long iova, final int perm) {
        final int s1CdMax = config.ssidBits() == 0 ? 0 : StreamTableEntry.s1CdMax(word0);
        final int s1Dss = StreamTableEntry.s1Dss(word1);
        if (ssid >= 0 && (s1CdMax == 0 || ssid >= 1 << s1CdMax)) {
            result.configurationError(Events.C_BAD_SUBSTREAMID, true, 0);
            return;
        }
        if (s1CdMax > 0) {
            if (ssid == 0 && s1Dss == StreamTableEntry.S1DSS_SSID0) {
                result.configurationError(Events.F_STREAM_DISABLED, false, 0);
                return;
            }
            if (ssid < 0 && s1Dss == StreamTableEntry.S1DSS_BYPASS) {
                bypass(iova, perm);
                return;
            }
            if (ssid < 0 && s1Dss != StreamTableEntry.S1DSS_SSID0) {
                result.configurationError(Events.F_STREAM_DISABLED, false, 0);
                return;
            }
        }
        final long descriptor =
                StreamTableEntry.contextPtr(word0)
                        + (long) Math.max(ssid, 0) * ContextDescriptor.BYTES;
        if (!memory.contains(descriptor, ContextDescriptor.BYTES)) {
            result.configurationError(Events.F_CD_FETCH, true, descriptor);
            return;
        }
        final long cd0 = memory.readLong(descriptor);
        final long cd1 = memory.readLong(descriptor + 8);
        if (isIllegalContext(cd0, cd1, word1)) {
            result.configurationError(Events.C_BAD_CD, true, 0);
            return;
        }
        walk.walk(cd0, cd1, iova, attributes(perm));
    }

    /** IHI 0070, 5.4: what of a context descriptor is ILLEGAL here. */
    private boolean isIllegalContext(final long cd0, final long cd1, final long steWord1) {
        final boolean stalls = (cd0 & ContextDescriptor.S) != 0;
        final int model = config.stallModel();
        if ((cd0 & ContextDescriptor.V) == 0
                || (cd0 & ContextDescriptor.AA64) == 0
                || (cd0 & (ContextDescriptor.HA | ContextDescriptor.HD)) != 0
                || (stalls && (steWord1 & StreamTableEntry.S1STALLD) != 0)
                || (stalls && model == SmmuV3Config.TERMINATE_ONLY)
                || (!stalls && model == SmmuV3Config.STALL_FORCED)) {
            return true;
        }
        if ((cd0 & ContextDescriptor.EPD0) != 0) {
            return false;
        }
        final int t0sz = ContextDescriptor.t0sz(cd0);
        return (cd0 & ContextDescriptor.ENDI) != 0
                || t0sz < 16
                || t0sz > 39
                || ContextDescriptor.tg0(cd0) == 3
                || (cd1 & ContextDescriptor.TTB_MASK) >>> walk.outputBits(cd0) != 0;
    }

    /** An address that is too large aborts, whatever a context would say. IHI 0070, 3.4. */
    private void bypass(final long iova, final int perm) {
        if (iova >>> StageOneWalk.OAS_BITS == 0) {
            result.translated(iova);
            return;
        }
        result.outcome = Translation.Outcome.ABORT;
        result.event(
                Events.F_ADDR_SIZE,
                true,
                attributes(perm) | Events.classBits(Events.CLASS_IN),
                iova,
                0);
    }

    private static long attributes(final int perm) {
        final boolean isRead = (perm & IommuFault.PERM_WRITE) == 0;
        final boolean isFetch = isRead && (perm & IommuFault.PERM_EXEC) != 0;
        return (isRead ? Events.RNW : 0)
                | (isFetch ? Events.IND : 0)
                | ((perm & IommuFault.PERM_PRIV) != 0 ? Events.PNU : 0);
    }
}
