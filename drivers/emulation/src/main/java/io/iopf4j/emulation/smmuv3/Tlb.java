// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.parts.SpanIndex;
import java.util.Arrays;

/**
 * Cached translations, each kept until a command names it or its place is needed: an entry is what
 * the tables said when they were walked, also after they have changed. IHI 0070, 3.17 and 4.4.
 *
 * <p>An entry is tagged with its world, its VMID and its ASID, and never with a StreamID. One that
 * is global is found under the ASID that it was walked for alone, as the architecture leaves open,
 * and goes with an address of any ASID and not with an ASID, as it demands. There are two kinds: of
 * virtual addresses, which for a stream of both stages hold the product of both, and of
 * intermediate addresses, which hold stage 2 alone. TLBI_S2_IPA names the latter kind only, as the
 * architecture allows: software that relies on more has a bug that shows here. Where stage 2 cuts a
 * page or block of stage 1 into pieces, an invalidation of any address of the page or block drops
 * all of them. Tables on the way to a leaf are not cached, so that Leaf makes no difference. With
 * TG set, an invalidation is held to its word: entries of another granule, or with TTL of another
 * level, stay.
 */
final class Tlb {
    static final int WORLD_EL1 = 0;
    static final int WORLD_EL2 = 1;

    /** EL2 with ASIDs and two ranges: CR2.E2H. */
    static final int WORLD_EL2_E2H = 2;

    /** Stage 2 alone: the addresses are intermediate ones. */
    static final int WORLD_STAGE_2 = 3;

    private static final int VMID_SHIFT = 16;
    private static final long ASID_BITS = 0xffff;
    private static final long VMID_BITS = ASID_BITS << VMID_SHIFT;
    private static final long GLOBAL = 1L << 32;
    private static final int WORLD_SHIFT = 33;
    private static final long WORLD_BITS = 3L << WORLD_SHIFT;
    private static final int[] GRANULE_OF_TG = {
        0, TableWalk.SHIFT_4K, TableWalk.SHIFT_16K, TableWalk.SHIFT_64K
    };

    /** Larger spans are looked for by a scan. */
    private static final long MOST_PROBES = 64;

    private final SpanIndex index;
    private long[] outputs = new long[0];
    private long[] intermediates = new long[0];
    private short[] rights = new short[0];
    private byte[] levels = new byte[0];
    private byte[] granules = new byte[0];
    private final long vmidMask;
    private final long asidMask;
    private final boolean hasRanges;

    /** Global entries may be there; forgotten when nothing is. */
    private boolean hasGlobals;

    /** Entries may be there that hold a piece of their leaf; forgotten when nothing is. */
    private boolean hasPieces;

    /**
     * An empty one.
     *
     * @param capacity most entries, a power of two
     * @param config what VMIDs, ASIDs and invalidations there are
     */
    Tlb(final int capacity, final SmmuV3Config config) {
        index = new SpanIndex(capacity, WORLD_SHIFT);
        vmidMask =
                !config.has(SmmuFeature.STAGE_2)
                        ? 0
                        : config.has(SmmuFeature.VMID16) ? 0xffff : 0xff;
        asidMask = config.has(SmmuFeature.ASID16) ? 0xffff : 0xff;
        hasRanges = config.has(SmmuFeature.RANGE_INVALIDATION);
    }

    static long tag(final int world, final int vmid, final int asid) {
        return (long) world << WORLD_SHIFT | (long) vmid << VMID_SHIFT | asid;
    }

    /** The entry for an address, {@link SpanIndex#NONE} or {@link SpanIndex#CONFLICT}. */
    int find(final long tag, final long address) {
        final int own = index.find(tag, address);
        if (!hasGlobals) {
            return own;
        }
        final int global = index.find(global(tag), address);
        if (own == SpanIndex.NONE) {
            return global;
        }
        return global == SpanIndex.NONE ? own : SpanIndex.CONFLICT;
    }

    /**
     * Keeps a translation.
     *
     * @param tag whose
     * @param isGlobal the leaf is not of one ASID
     * @param address input address, any in the page or block
     * @param log2 bytes that translate alike: those of the page or block, or fewer
     * @param output first output address
     * @param intermediate first intermediate address, if there are two stages
     * @param allowed {@link Rights}
     * @param level of the leaf of the table that the address indexes
     * @param granule log2 of that table's granule
     */
    void keep(
            final long tag,
            final boolean isGlobal,
            final long address,
            final int log2,
            final long output,
            final long intermediate,
            final int allowed,
            final int level,
            final int granule) {
        final long kept = isGlobal ? global(tag) : tag;
        final int slot = index.take(kept, address, log2);
        if (slot >= outputs.length) {
            makeRoom();
        }
        outputs[slot] = output;
        intermediates[slot] = intermediate;
        rights[slot] = (short) allowed;
        levels[slot] = (byte) level;
        granules[slot] = (byte) granule;
        hasGlobals |= isGlobal;
        hasPieces |= log2 < TableWalk.leafLog2(level, granule);
    }

    /** As long as this is the same, so is all that was found with tags of a tag's world. */
    long changes(final long tag) {
        return index.changes(tag);
    }

    /** What was found for an address is found for all with the same bits above these. */
    int smallestLog2(final long tag) {
        return index.smallestLog2(tag);
    }

    private void makeRoom() {
        final int room = index.room();
        outputs = Arrays.copyOf(outputs, room);
        intermediates = Arrays.copyOf(intermediates, room);
        rights = Arrays.copyOf(rights, room);
        levels = Arrays.copyOf(levels, room);
        granules = Arrays.copyOf(granules, room);
    }

    long output(final int slot, final long address) {
        return outputs[slot] | (address & offsetMask(slot));
    }

    long intermediate(final int slot, final long address) {
        return intermediates[slot] | (address & offsetMask(slot));
    }

    int rights(final int slot) {
        return rights[slot];
    }

    int log2(final int slot) {
        return index.log2(slot);
    }

    private long offsetMask(final int slot) {
        return (1L << index.log2(slot)) - 1;
    }

    private static long global(final long tag) {
        return tag | GLOBAL;
    }

    // ---- Invalidation ---------------------------------------------------------------------------

    /**
     * Forgets what a TLBI command names.
     *
     * @param word0 first doubleword
     * @param word1 second doubleword
     * @param isE2h CR2.E2H: which EL2 entries are meant
     * @return false if it is no TLBI command
     */
    boolean invalidate(final long word0, final long word1, final boolean isE2h) {
        final int vmid = (int) (Commands.vmid(word0) & vmidMask);
        final int asid = (int) (Commands.asid(word0) & asidMask);
        final int el2 = isE2h ? WORLD_EL2_E2H : WORLD_EL2;
        switch (Commands.opcode(word0)) {
            case CmdqOp.TLBI_NH_ALL ->
                    index.removeTagged(tag(WORLD_EL1, vmid, 0), WORLD_BITS | VMID_BITS);
            case CmdqOp.TLBI_NH_ASID ->
                    index.removeTagged(
                            tag(WORLD_EL1, vmid, asid),
                            WORLD_BITS | VMID_BITS | GLOBAL | ASID_BITS);
            case CmdqOp.TLBI_NH_VA -> removeAddress(tag(WORLD_EL1, vmid, asid), word0, word1);
            case CmdqOp.TLBI_NH_VAA -> removeOfAnyAsid(tag(WORLD_EL1, vmid, 0), word0, word1);
            case CmdqOp.TLBI_EL2_ALL -> {
                index.removeTagged(tag(WORLD_EL2, 0, 0), WORLD_BITS);
                index.removeTagged(tag(WORLD_EL2_E2H, 0, 0), WORLD_BITS);
            }
            // Without E2H nothing at EL2 has an ASID.
            case CmdqOp.TLBI_EL2_ASID ->
                    index.removeTagged(
                            tag(WORLD_EL2_E2H, 0, asid), WORLD_BITS | GLOBAL | ASID_BITS);
            case CmdqOp.TLBI_EL2_VA -> removeAddress(tag(el2, 0, isE2h ? asid : 0), word0, word1);
            case CmdqOp.TLBI_EL2_VAA -> removeOfAnyAsid(tag(el2, 0, 0), word0, word1);
            case CmdqOp.TLBI_S12_VMALL -> {
                index.removeTagged(tag(WORLD_EL1, vmid, 0), WORLD_BITS | VMID_BITS);
                index.removeTagged(tag(WORLD_STAGE_2, vmid, 0), WORLD_BITS | VMID_BITS);
            }
            case CmdqOp.TLBI_S2_IPA -> removeAddress(tag(WORLD_STAGE_2, vmid, 0), word0, word1);
            case CmdqOp.TLBI_NSNH_ALL -> {
                index.removeTagged(tag(WORLD_EL1, 0, 0), WORLD_BITS);
                index.removeTagged(tag(WORLD_STAGE_2, 0, 0), WORLD_BITS);
            }
            default -> {
                return false;
            }
        }
        if (index.sizesPresent() == 0) {
            hasGlobals = false;
            hasPieces = false;
        }
        return true;
    }

    /** With the ASID, and global ones. */
    private void removeAddress(final long tag, final long word0, final long word1) {
        removeRange(tag, WORLD_BITS | VMID_BITS | GLOBAL | ASID_BITS, word0, word1);
        if (hasGlobals) {
            final long first = firstAddress(word1);
            scan(
                    global(tag),
                    WORLD_BITS | VMID_BITS | GLOBAL,
                    first,
                    lastAddress(first, word0, word1),
                    word1);
        }
    }

    private void removeOfAnyAsid(final long tag, final long word0, final long word1) {
        final long first = firstAddress(word1);
        scan(tag, WORLD_BITS | VMID_BITS, first, lastAddress(first, word0, word1), word1);
    }

    private void removeRange(final long tag, final long mask, final long word0, final long word1) {
        final long first = firstAddress(word1);
        final long last = lastAddress(first, word0, word1);
        final long span = last - first;
        final long sizes = index.sizesPresent(tag);
        if (hasPieces || span >>> Long.numberOfTrailingZeros(sizes) >= MOST_PROBES) {
            scan(tag, mask, first, last, word1);
            return;
        }
        for (long left = sizes; left != 0; left &= left - 1) {
            final int log2 = Long.numberOfTrailingZeros(left);
            final long steps = (last >>> log2) - (first >>> log2);
            for (long step = 0; step <= steps; step++) {
                final int slot = index.at(tag, first + (step << log2), log2);
                if (slot != SpanIndex.NONE && isMeant(slot, word1)) {
                    index.remove(slot);
                }
            }
        }
    }

    private void scan(
            final long tag, final long mask, final long first, final long last, final long word1) {
        for (int slot = 0; slot < index.end(); slot++) {
            if (index.isUsed(slot) && ((index.tag(slot) ^ tag) & mask) == 0) {
                // Software names the leaf by any of its addresses, not the piece that is held.
                final long leafMask = (1L << TableWalk.leafLog2(levels[slot], granules[slot])) - 1;
                final long start = index.start(slot) & ~leafMask;
                // As distances, since addresses may lie in either half.
                final boolean overlaps =
                        start - first >= 0 ? start - last <= 0 : start + leafMask - first >= 0;
                if (overlaps && isMeant(slot, word1)) {
                    index.remove(slot);
                }
            }
        }
    }

    /** Addresses are as bit 55 has them, whether the top byte is ignored or not. */
    private static long canonical(final long address) {
        return address << Byte.SIZE >> Byte.SIZE;
    }

    private long firstAddress(final long word1) {
        final int granule = rangeGranule(word1);
        return canonical(Commands.address(word1)) & (granule == 0 ? -1 : -(1L << granule));
    }

    /** NUM, SCALE and TG; the end does not wrap. IHI 0070, 4.4.1. */
    private long lastAddress(final long first, final long word0, final long word1) {
        final int granule = rangeGranule(word1);
        if (granule == 0) {
            return first;
        }
        final long bytes =
                (Commands.rangeNum(word0) + 1L) << (Commands.rangeScale(word0) + granule);
        final long last = first + bytes - 1;
        // The half above ends at the end; the half below cannot reach it.
        return first < 0 && last >= 0 ? -1 : last;
    }

    private int rangeGranule(final long word1) {
        return hasRanges ? GRANULE_OF_TG[Commands.granule(word1)] : 0;
    }

    private boolean isMeant(final int slot, final long word1) {
        final int granule = rangeGranule(word1);
        if (granule == 0) {
            return true;
        }
        final int ttl = Commands.ttl(word1);
        // There is no leaf at level 1 with 16 KiB: as if TTL were 0.
        final boolean anyLevel = ttl == 0 || (ttl == 1 && granule == TableWalk.SHIFT_16K);
        return granules[slot] == granule && (anyLevel || levels[slot] == ttl);
    }
}
