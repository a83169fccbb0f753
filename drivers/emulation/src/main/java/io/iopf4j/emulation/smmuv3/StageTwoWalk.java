// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.SpanIndex;

/**
 * From an intermediate address to a physical one, as words 2 and 3 of a stream's entry say: for an
 * access, for a context descriptor's fetch and for stage 1's tables. IHI 0070, 3.4 and 5.2; Arm
 * ARM, D8.2.
 */
final class StageTwoWalk {
    private static final int[] GRANULE_OF_TG = {
        TableWalk.SHIFT_4K, TableWalk.SHIFT_64K, TableWalk.SHIFT_16K, 0
    };
    private static final int[] START_OF_SL0_4K = {2, 1, 0, -1};
    private static final int[] START_OF_SL0 = {3, 2, 1, -1};
    private static final int TXSZ_MASK = 0x3f;

    /** Up to 16 first tables lie side by side. */
    private static final int CONCATENATION_BITS = 4;

    private final SmmuV3Config config;
    private final Tlb tlb;
    private final Translation result;
    private final TableWalk walk;
    private long output;
    private int log2;
    private int rights;

    StageTwoWalk(
            final PhysicalMemory memory,
            final SmmuV3Config config,
            final Tlb tlb,
            final Translation result) {
        this.config = config;
        this.tlb = tlb;
        this.result = result;
        this.walk = new TableWalk(memory);
    }

    /** log2 of the granule's bytes; 0 if the value is reserved. */
    static int granule(final long word2) {
        return GRANULE_OF_TG[(int) (word2 >>> StreamTableEntry.S2TG_SHIFT) & 3];
    }

    static int t0sz(final long word2) {
        return (int) (word2 >>> StreamTableEntry.S2T0SZ_SHIFT) & TXSZ_MASK;
    }

    /** The level that S2SL0 stands for; negative if it is reserved. */
    static int startLevel(final long word2) {
        final int sl0 = (int) (word2 >>> StreamTableEntry.S2SL0_SHIFT) & 3;
        return granule(word2) == TableWalk.SHIFT_4K ? START_OF_SL0_4K[sl0] : START_OF_SL0[sl0];
    }

    /**
     * Whether the start level fits the input size: at least two entries, and at most as many as 16
     * tables hold. Arm ARM, D8.2.
     */
    static boolean isStartConsistent(final long word2) {
        final int granule = granule(word2);
        final int stride = granule - 3;
        final int below = granule + stride * (3 - startLevel(word2));
        final int startBits = 64 - t0sz(word2) - below;
        return startBits >= 1 && startBits <= stride + CONCATENATION_BITS;
    }

    /** S2PS, no more than the SMMU can put out. */
    static int outputBits(final long word2, final SmmuV3Config config) {
        final int s2ps = (int) (word2 >>> StreamTableEntry.S2PS_SHIFT) & 7;
        return Math.min(config.outputBits(), SmmuRegisters.addressBits(s2ps));
    }

    /**
     * Translates; the access's stream has stage 2.
     *
     * @param access whose; the result is filled in if it fails
     * @param ipa intermediate address, any value
     * @param eventClass what it is the address of: {@code Events.CLASS_}
     * @return whether {@link #output} is the physical address
     */
    boolean translate(final Access access, final long ipa, final int eventClass) {
        final long word2 = access.stream.word2;
        final long tag = Tlb.tag(Tlb.WORLD_STAGE_2, access.stream.vmid(), 0);
        final int slot = find(access.stream, tag, ipa);
        if (slot == SpanIndex.CONFLICT) {
            result.tlbConflict(access, true, ipa);
            return false;
        }
        final boolean isCached = slot != SpanIndex.NONE;
        if (isCached) {
            rights = tlb.rights(slot);
            log2 = tlb.log2(slot);
            output = tlb.output(slot, ipa);
        } else if (!walk(access, ipa, eventClass)) {
            return false;
        }
        if (!isAllowed(access, eventClass)) {
            result.stageTwoFault(Events.F_PERMISSION, access, eventClass, ipa);
            return false;
        }
        if (!isCached) {
            tlb.keep(tag, false, ipa, log2, walk.output, 0, rights, walk.level, granule(word2));
        }
        return true;
    }

    /** What the cache has, without a search as long as it is the same as last time. */
    private int find(final StreamEntry stream, final long tag, final long ipa) {
        if (stream.stageTwoFoundAt != tlb.changes(tag)
                || (stream.stageTwoAddress ^ ipa) >>> stream.stageTwoLog2 != 0) {
            stream.stageTwoSlot = tlb.find(tag, ipa);
            stream.stageTwoAddress = ipa;
            stream.stageTwoLog2 = tlb.smallestLog2(tag);
            stream.stageTwoFoundAt = tlb.changes(tag);
        }
        return stream.stageTwoSlot;
    }

    private boolean walk(final Access access, final long ipa, final int eventClass) {
        final StreamEntry stream = access.stream;
        final int inputBits = 64 - t0sz(stream.word2);
        if (ipa >>> inputBits != 0) {
            result.stageTwoFault(Events.F_TRANSLATION, access, eventClass, ipa);
            return false;
        }
        final int fault =
                walk.walk(
                        stream.word3 & StreamTableEntry.S2TTB_MASK,
                        granule(stream.word2),
                        startLevel(stream.word2),
                        inputBits,
                        ipa,
                        outputBits(stream.word2, config),
                        (stream.word2 & StreamTableEntry.S2AFFD) != 0,
                        access,
                        null);
        if (fault == TableWalk.FOUND) {
            log2 = walk.log2;
            output = walk.output | (ipa & ((1L << log2) - 1));
            rights = Rights.ALL_STAGE_1 | Rights.ofStageTwo(walk.leaf);
            return true;
        }
        if (fault == Events.F_WALK_EABT) {
            result.walkAbort(access, true, eventClass, walk.fetchAddress);
        } else {
            result.stageTwoFault(fault, access, eventClass, ipa);
        }
        return false;
    }

    private boolean isAllowed(final Access access, final int eventClass) {
        if (eventClass == Events.CLASS_IN) {
            return access.isRequest || Rights.stageTwoAllows(rights, access.attributes);
        }
        final boolean isProtected =
                (access.stream.word2 & StreamTableEntry.S2PTW) != 0
                        && (rights & Rights.DEVICE) != 0;
        return !isProtected && Rights.stageTwoAllows(rights, Events.RNW);
    }

    /** Physical address, after {@link #translate} was true. */
    long output() {
        return output;
    }

    /** log2 of the bytes around it that translate alike. */
    int log2() {
        return log2;
    }

    /** What stage 2 allows there. */
    int rights() {
        return rights & ~Rights.ALL_STAGE_1;
    }
}
