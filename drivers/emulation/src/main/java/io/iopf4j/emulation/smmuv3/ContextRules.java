// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.parts.NotModelledUses;

/** What of a context descriptor is ILLEGAL, as if it were not valid. IHI 0070, 5.4. */
final class ContextRules {
    private static final int SHORTEST_TXSZ = 16;
    private static final int LONGEST_TXSZ = 39;

    private final SmmuV3Config config;
    private final NotModelledUses<NotModelled> notModelled;
    private final StageOneWalk walk;

    ContextRules(
            final SmmuV3Config config,
            final NotModelledUses<NotModelled> notModelled,
            final StageOneWalk walk) {
        this.config = config;
        this.notModelled = notModelled;
        this.walk = walk;
    }

    /** Whether a descriptor that was just fetched is not valid or has something ILLEGAL. */
    boolean isBad(final ContextEntry entry, final StreamEntry stream) {
        final long word0 = entry.word0;
        if ((word0 & ContextDescriptor.V) == 0) {
            return true;
        }
        final boolean hasTwoRanges = walk.worldOf(stream) != Tlb.WORLD_EL2;
        // Where there is one range it cannot be disabled, and what is said of the other is ignored.
        final boolean walksBelow = !hasTwoRanges || !entry.isDisabled(false);
        final boolean walksAbove = hasTwoRanges && !entry.isDisabled(true);
        return isNotModelled(word0, walksBelow || walksAbove)
                || areFaultBitsIllegal(word0, stream.word1)
                || (hasTwoRanges
                        && !config.has(SmmuFeature.ASID16)
                        && ContextDescriptor.asid(word0) > 0xff)
                || (walksBelow && isRangeIllegal(entry, false))
                || (walksAbove && isRangeIllegal(entry, true));
    }

    private boolean areFaultBitsIllegal(final long word0, final long streamWord1) {
        final boolean stalls = (word0 & ContextDescriptor.S) != 0;
        final int model = config.stallModel();
        return (stalls && (streamWord1 & StreamTableEntry.S1STALLD) != 0)
                || (stalls && model == SmmuV3Config.TERMINATE_ONLY)
                || (!stalls && model == SmmuV3Config.STALL_FORCED)
                || (config.has(SmmuFeature.TERMINATE_ABORTS) && (word0 & ContextDescriptor.A) == 0);
    }

    private boolean isNotModelled(final long word0, final boolean walks) {
        final NotModelled what;
        if ((word0 & ContextDescriptor.AA64) == 0) {
            what = NotModelled.AARCH32_TABLES;
        } else if ((word0 & ContextDescriptor.ENDI) != 0 && walks) {
            what = NotModelled.BIG_ENDIAN_TABLES;
        } else if ((word0 & (ContextDescriptor.HA | ContextDescriptor.HD)) != 0) {
            what = NotModelled.HARDWARE_TABLE_UPDATE;
        } else {
            return false;
        }
        notModelled.report(what);
        return true;
    }

    private boolean isRangeIllegal(final ContextEntry entry, final boolean upper) {
        final int txsz = entry.txsz(upper);
        return txsz < SHORTEST_TXSZ
                || txsz > LONGEST_TXSZ
                || !TableWalk.isGranule(entry.granule(upper), config)
                || entry.table(upper) >>> StageOneWalk.outputBits(entry.word0, config) != 0;
    }
}
