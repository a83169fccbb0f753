// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.AtsReply;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.parts.SpanIndex;
import java.util.Arrays;

/**
 * Translations that a device keeps until it is told to forget them. Those that were asked for with
 * privilege serve only such accesses.
 */
final class DeviceTlb {
    static final long MISS = -1;

    private static final int PAGE_SHIFT = 12;
    private static final long PRIVILEGED = 1L << 32;
    private static final long WITH_PASID = 1L << 33;

    private final SpanIndex index;
    private long[] addresses = new long[0];
    private int[] perms = new int[0];

    /**
     * An empty one.
     *
     * @param capacity translations, 0 or a power of two from 2
     */
    DeviceTlb(final int capacity) {
        index = capacity == 0 ? null : new SpanIndex(capacity);
    }

    /** The translated address, or {@link #MISS}. */
    long find(final int pasid, final long iova, final int perm) {
        if (index == null) {
            return MISS;
        }
        final int slot = index.find(tag(pasid, perm), iova >>> PAGE_SHIFT);
        if (slot < 0 || !allows(perms[slot], perm)) {
            return MISS;
        }
        return addresses[slot] | (iova & offsetMask(index.log2(slot) + PAGE_SHIFT));
    }

    /** The translated address of one within a reply's span. */
    static long within(final AtsReply reply, final long iova) {
        return reply.address() | (iova & offsetMask(reply.log2Bytes()));
    }

    private static long offsetMask(final int log2Bytes) {
        return log2Bytes >= Long.SIZE ? -1 : (1L << log2Bytes) - 1;
    }

    /** Whether what was granted is enough; privilege is not granted, but asked with. */
    static boolean allows(final int granted, final int perm) {
        final int needed = perm & ~IommuFault.PERM_PRIV;
        return (granted & needed) == needed;
    }

    void keep(final int pasid, final long iova, final int perm, final AtsReply reply) {
        if (index == null) {
            return;
        }
        final long tag = tag(pasid, perm);
        index.removeHolding(tag, iova >>> PAGE_SHIFT);
        final int slot = index.take(tag, iova >>> PAGE_SHIFT, reply.log2Bytes() - PAGE_SHIFT);
        if (slot >= addresses.length) {
            addresses = Arrays.copyOf(addresses, index.room());
            perms = Arrays.copyOf(perms, index.room());
        }
        addresses[slot] = reply.address();
        perms[slot] = reply.perm();
    }

    void clear() {
        if (index != null) {
            index.removeTagged(0, 0);
        }
    }

    /** Forgets what overlaps a span, of everyone. */
    void forgetAll(final long address, final int log2Bytes) {
        forget(0, 0, address, log2Bytes);
    }

    /** Forgets what overlaps a span, of every PASID. */
    void forgetPasids(final long address, final int log2Bytes) {
        forget(WITH_PASID, WITH_PASID, address, log2Bytes);
    }

    /** Forgets what overlaps a span, of one PASID. */
    void forget(final int pasid, final long address, final int log2Bytes) {
        forget(tag(pasid, 0), ~PRIVILEGED, address, log2Bytes);
    }

    private void forget(final long tag, final long mask, final long address, final int log2Bytes) {
        if (index == null) {
            return;
        }
        if (log2Bytes >= Long.SIZE) {
            index.removeTagged(tag, mask);
            return;
        }
        for (int slot = 0; slot < index.end(); slot++) {
            if (index.isUsed(slot)
                    && ((index.tag(slot) ^ tag) & mask) == 0
                    && overlaps(slot, address >>> PAGE_SHIFT, log2Bytes - PAGE_SHIFT)) {
                index.remove(slot);
            }
        }
    }

    private boolean overlaps(final int slot, final long page, final int log2) {
        final int larger = Math.max(index.log2(slot), log2);
        return index.start(slot) >>> larger == page >>> larger;
    }

    private static long tag(final int pasid, final int perm) {
        return ((perm & IommuFault.PERM_PRIV) != 0 ? PRIVILEGED : 0)
                | (pasid == IommuModel.NO_SUBSTREAM ? 0 : WITH_PASID | pasid);
    }
}
