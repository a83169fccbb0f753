// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.parts.NotModelledUses;

/** What of a stream table entry is ILLEGAL, as if it were not valid. IHI 0070, 5.2.2. */
final class StreamRules {
    private static final int SHORTEST_T0SZ = 16;
    private static final int LONGEST_T0SZ = 39;
    private static final int PA_FOR_LEVEL_0 = 42;
    private static final int PA_FOR_LEVEL_1_16K = 40;
    private static final int PA_FOR_LEVEL_1_64K = 42;

    private final SmmuV3Config config;
    private final NotModelledUses<NotModelled> notModelled;

    StreamRules(final SmmuV3Config config, final NotModelledUses<NotModelled> notModelled) {
        this.config = config;
        this.notModelled = notModelled;
    }

    /** Whether an entry that was just fetched is not valid or has something ILLEGAL. */
    boolean isBad(final StreamEntry entry) {
        if ((entry.word0 & StreamTableEntry.V) == 0) {
            return true;
        }
        final int stages = entry.config();
        if (stages <= StreamTableEntry.CONFIG_BYPASS) {
            return false;
        }
        return isEatsIllegal(entry)
                || (entry.hasStageOne() && isStageOneIllegal(entry))
                || (entry.hasStageTwo() && isStageTwoIllegal(entry))
                || isVmidIllegal(entry);
    }

    /** EATS as it takes effect: 0 where it is reserved or ATS is not built in. */
    int eats(final StreamEntry entry) {
        final int eats = StreamTableEntry.eats(entry.word1);
        return config.has(SmmuFeature.ATS) && eats != StreamTableEntry.EATS_PERMISSION_TABLE
                ? eats
                : 0;
    }

    private boolean isEatsIllegal(final StreamEntry entry) {
        final int eats = eats(entry);
        if (eats == StreamTableEntry.EATS_SPLIT) {
            notModelled.report(NotModelled.SPLIT_STAGE_ATS);
            return true;
        }
        return eats == StreamTableEntry.EATS_FULL
                && entry.hasStageTwo()
                && (entry.word2 & StreamTableEntry.S2S) != 0;
    }

    private boolean isStageOneIllegal(final StreamEntry entry) {
        final int s1CdMax = StreamTableEntry.s1CdMax(entry.word0);
        final int s1Fmt = StreamTableEntry.s1Fmt(entry.word0);
        final boolean hasTable = config.ssidBits() != 0 && s1CdMax != 0;
        return !config.has(SmmuFeature.STAGE_1)
                || (usesStrw(entry) && (StreamTableEntry.strw(entry.word1) & 1) != 0)
                || ((entry.word1 & StreamTableEntry.S1STALLD) != 0
                        && config.stallModel() != SmmuV3Config.STALL_AND_TERMINATE)
                || (hasTable && s1CdMax > config.ssidBits())
                || (hasTable
                        && !config.has(SmmuFeature.TWO_LEVEL_CD_TABLE)
                        && (s1Fmt == StreamTableEntry.S1FMT_4K_L2
                                || s1Fmt == StreamTableEntry.S1FMT_64K_L2))
                // With stage 2 an intermediate address, of as many bits.
                || StreamTableEntry.contextPtr(entry.word0) >>> config.outputBits() != 0;
    }

    private boolean usesStrw(final StreamEntry entry) {
        return config.has(SmmuFeature.HYP) && entry.config() == StreamTableEntry.CONFIG_S1;
    }

    private boolean isVmidIllegal(final StreamEntry entry) {
        final boolean isUsed =
                config.has(SmmuFeature.STAGE_2)
                        && !(usesStrw(entry)
                                && StreamTableEntry.strw(entry.word1) == StreamTableEntry.STRW_EL2);
        return isUsed && !config.has(SmmuFeature.VMID16) && entry.vmid() > 0xff;
    }

    private boolean isStageTwoIllegal(final StreamEntry entry) {
        final boolean stalls = (entry.word2 & StreamTableEntry.S2S) != 0;
        return !config.has(SmmuFeature.STAGE_2)
                || (stalls && config.stallModel() == SmmuV3Config.TERMINATE_ONLY)
                || (!stalls && config.stallModel() == SmmuV3Config.STALL_FORCED)
                || isNotModelled(entry.word2)
                || isStageTwoWalkIllegal(entry.word2, entry.word3);
    }

    private boolean isNotModelled(final long word2) {
        final NotModelled what;
        if ((word2 & StreamTableEntry.S2AA64) == 0) {
            what = NotModelled.AARCH32_TABLES;
        } else if ((word2 & StreamTableEntry.S2ENDI) != 0) {
            what = NotModelled.BIG_ENDIAN_TABLES;
        } else if ((word2 & (StreamTableEntry.S2HA | StreamTableEntry.S2HD)) != 0) {
            what = NotModelled.HARDWARE_TABLE_UPDATE;
        } else {
            return false;
        }
        notModelled.report(what);
        return true;
    }

    private boolean isStageTwoWalkIllegal(final long word2, final long word3) {
        final int t0sz = StageTwoWalk.t0sz(word2);
        final int granule = StageTwoWalk.granule(word2);
        return !TableWalk.isGranule(granule, config)
                || t0sz < Math.max(SHORTEST_T0SZ, 64 - config.outputBits())
                || t0sz > LONGEST_T0SZ
                || !mayStart(StageTwoWalk.startLevel(word2), granule)
                || !StageTwoWalk.isStartConsistent(word2)
                || (word3 & StreamTableEntry.S2TTB_MASK) >>> StageTwoWalk.outputBits(word2, config)
                        != 0;
    }

    /** A first level that only a large address size has. Arm ARM, D8.2. */
    private boolean mayStart(final int level, final int granule) {
        return switch (level) {
            case 0 -> granule == TableWalk.SHIFT_4K && config.outputBits() > PA_FOR_LEVEL_0;
            case 1 ->
                    granule == TableWalk.SHIFT_4K
                            || config.outputBits()
                                    > (granule == TableWalk.SHIFT_16K
                                            ? PA_FOR_LEVEL_1_16K
                                            : PA_FOR_LEVEL_1_64K);
            case 2, 3 -> true;
            default -> false;
        };
    }
}
