// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.emulation.parts.SpanIndex;
import java.util.Arrays;

/**
 * Cached translations, each kept until an invalidation names it or its place is needed: an entry is
 * what the tables said when they were walked, also after they have changed. Intel VT-d
 * specification, 6.2 and 6.5.2.
 *
 * <p>There are two kinds. What the second stage alone translates is tagged with the domain; what
 * the first stage translates, with or without a second, is tagged with domain and PASID. No tag has
 * a source id. By domain both kinds go; by pages of a domain those pages of the second stage go,
 * and all of the first stage in the domain, whatever the address, as the specification says of
 * page-selective-within-domain invalidation; by PASID, and pages of it, the first stage alone.
 * Pass-through is not cached, nor is what is not present, not even with CAP.CM. Where a second
 * stage cuts a page of the first into pieces, an invalidation of any address in the page drops all
 * of them. Tables on the way to a page are not cached, so that IH makes no difference.
 */
final class Iotlb {
    private static final int PASID_SHIFT = 17;
    private static final long FIRST_STAGE = 1L << 16;
    private static final long DID_BITS = 0xffff;
    private static final long ALL_BITS = -1;
    private static final int PAGE_SHIFT = 12;

    /** Larger ranges are looked for by a scan. */
    private static final long MOST_PROBES = 64;

    private final SpanIndex index;
    private long[] outputs = new long[0];
    private byte[] rights = new byte[0];
    private byte[] pageLog2 = new byte[0];

    /** Domains of which the first stage may have entries, until all of a domain's are forgotten. */
    private long[] firstStageDomains = new long[1];

    /** Entries may be there that hold a piece of their page; forgotten when nothing is kept. */
    private boolean hasPieces;

    /**
     * An empty one.
     *
     * @param capacity most entries, a power of two
     */
    Iotlb(final int capacity) {
        index = new SpanIndex(capacity);
    }

    static long secondStage(final int did) {
        return did;
    }

    static long firstStage(final int did, final int pasid) {
        return FIRST_STAGE | did | (long) pasid << PASID_SHIFT;
    }

    /**
     * The entry for an address or {@link SpanIndex#NONE}. Where two match, which hardware may take
     * either of, both are dropped.
     */
    int find(final long tag, final long address) {
        final int slot = index.find(tag, address);
        if (slot == SpanIndex.CONFLICT) {
            index.removeHolding(tag, address);
            return SpanIndex.NONE;
        }
        return slot;
    }

    /**
     * Keeps a translation.
     *
     * @param tag of either kind
     * @param address input address, any in the span
     * @param log2 bytes that translate alike
     * @param page log2 of the page of the table that the address indexes, not less
     * @param output first output address
     * @param allowed {@link Rights}
     */
    void keep(
            final long tag,
            final long address,
            final int log2,
            final int page,
            final long output,
            final int allowed) {
        final int slot = index.take(tag, address, log2);
        if (slot >= outputs.length) {
            makeRoom();
        }
        outputs[slot] = output;
        rights[slot] = (byte) allowed;
        pageLog2[slot] = (byte) page;
        hasPieces |= log2 < page;
        if ((tag & FIRST_STAGE) != 0) {
            noteFirstStage((int) (tag & DID_BITS));
        }
    }

    private void makeRoom() {
        final int room = index.room();
        outputs = Arrays.copyOf(outputs, room);
        rights = Arrays.copyOf(rights, room);
        pageLog2 = Arrays.copyOf(pageLog2, room);
    }

    long output(final int slot, final long address) {
        return outputs[slot] | (address & ((1L << index.log2(slot)) - 1));
    }

    int rights(final int slot) {
        return rights[slot];
    }

    int log2(final int slot) {
        return index.log2(slot);
    }

    void remove(final int slot) {
        index.remove(slot);
    }

    // ---- Invalidation ---------------------------------------------------------------------------

    void forgetAll() {
        index.removeTagged(0, 0);
        noteEmpty();
    }

    /** {@code Invalidation.IOTLB_}. */
    void forget(final int granularity, final int did, final long address, final int mask) {
        switch (granularity) {
            case Invalidation.IOTLB_GLOBAL -> index.removeTagged(0, 0);
            case Invalidation.IOTLB_DOMAIN -> {
                index.removeTagged(did, DID_BITS);
                forgetFirstStage(did);
            }
            case Invalidation.IOTLB_PAGES -> {
                removeRange(secondStage(did), address, mask);
                if (mayHaveFirstStage(did)) {
                    index.removeTagged(FIRST_STAGE | did, FIRST_STAGE | DID_BITS);
                    forgetFirstStage(did);
                }
            }
            default -> {
                // Whoever decodes descriptors has refused it.
            }
        }
        noteEmpty();
    }

    /** {@code Invalidation.PASID_IOTLB_}. */
    void forgetPasid(
            final int granularity,
            final int did,
            final int pasid,
            final long address,
            final int mask) {
        final long tag = firstStage(did, pasid);
        if (granularity == Invalidation.PASID_IOTLB_ALL) {
            index.removeTagged(tag, ALL_BITS);
        } else if (granularity == Invalidation.PASID_IOTLB_PAGES) {
            removeRange(tag, address, mask);
        }
        noteEmpty();
    }

    /** What is kept of one page of one PASID, and of the page in the second stage; no more. */
    void forgetPage(final int did, final int pasid, final long address) {
        removeRange(secondStage(did), address, 0);
        if (pasid >= 0) {
            removeRange(firstStage(did, pasid), address, 0);
        }
        noteEmpty();
    }

    private void noteFirstStage(final int did) {
        final int word = did >>> 6;
        if (word >= firstStageDomains.length) {
            firstStageDomains =
                    Arrays.copyOf(
                            firstStageDomains, Math.max(word + 1, 2 * firstStageDomains.length));
        }
        firstStageDomains[word] |= 1L << did;
    }

    private boolean mayHaveFirstStage(final int did) {
        final int word = (did & 0xffff) >>> 6;
        return word < firstStageDomains.length && (firstStageDomains[word] >>> did & 1) != 0;
    }

    private void forgetFirstStage(final int did) {
        if (mayHaveFirstStage(did)) {
            firstStageDomains[(did & 0xffff) >>> 6] &= ~(1L << did);
        }
    }

    private void noteEmpty() {
        if (index.sizesPresent() == 0) {
            hasPieces = false;
        }
    }

    /** 2^mask pages around an address; all addresses if that is more than there are. */
    private void removeRange(final long tag, final long address, final int mask) {
        final int log2 = PAGE_SHIFT + mask;
        if (log2 >= Long.SIZE) {
            index.removeTagged(tag, ALL_BITS);
            return;
        }
        final long first = address & -(1L << log2);
        final int smallest = Long.numberOfTrailingZeros(index.sizesPresent());
        if (hasPieces || (log2 > smallest && 1L << (log2 - smallest) > MOST_PROBES)) {
            scan(tag, first, log2);
            return;
        }
        for (long left = index.sizesPresent(); left != 0; left &= left - 1) {
            final int size = Long.numberOfTrailingZeros(left);
            final long steps = log2 > size ? 1L << (log2 - size) : 1;
            for (long step = 0; step < steps; step++) {
                final int slot = index.at(tag, first + (step << size), size);
                if (slot != SpanIndex.NONE) {
                    index.remove(slot);
                }
            }
        }
    }

    private void scan(final long tag, final long first, final int log2) {
        for (int slot = 0; slot < index.end(); slot++) {
            if (index.isUsed(slot) && index.tag(slot) == tag) {
                // Both are aligned: they meet if they agree in what the larger has fixed.
                final int larger = Math.max(log2, pageLog2[slot]);
                if ((index.start(slot) ^ first) >>> larger == 0) {
                    index.remove(slot);
                }
            }
        }
    }
}
