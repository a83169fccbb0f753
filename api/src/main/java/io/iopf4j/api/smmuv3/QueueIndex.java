// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/**
 * Arithmetic of PROD and CONS of a queue of 2^log2Size entries: an index, a wrap bit above it, and
 * in bit 31 an overflow flag that no step changes. IHI 0070, 3.5.1; the helpers at the head of
 * {@code arm-smmu-v3.c} of Linux 6.12. With log2Size 0 there is one entry and bit 0 is the wrap
 * bit.
 */
public final class QueueIndex {
    /** OVFLG of a PROD register, OVACKFLG of a CONS register. */
    public static final int OVERFLOW = 1 << 31;

    private QueueIndex() {}

    /**
     * The slot that a pointer names ({@code Q_IDX}).
     *
     * @param pointer a PROD or CONS value
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return in [0, 2^log2Size)
     */
    public static int index(final int pointer, final int log2Size) {
        return pointer & ((1 << log2Size) - 1);
    }

    /**
     * The wrap bit of a pointer, in place ({@code Q_WRP}).
     *
     * @param pointer a PROD or CONS value
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return 0 or 2^log2Size
     */
    public static int wrap(final int pointer, final int log2Size) {
        return pointer & (1 << log2Size);
    }

    /**
     * Whether nothing is queued.
     *
     * @param prod the producer's pointer
     * @param cons the consumer's pointer
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return index and wrap are equal
     */
    public static boolean isEmpty(final int prod, final int cons, final int log2Size) {
        return ((prod ^ cons) & mask(log2Size)) == 0;
    }

    /**
     * Whether no slot is free.
     *
     * @param prod the producer's pointer
     * @param cons the consumer's pointer
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return the index is equal and the wrap differs
     */
    public static boolean isFull(final int prod, final int cons, final int log2Size) {
        return ((prod ^ cons) & mask(log2Size)) == 1 << log2Size;
    }

    /**
     * Number of queued entries.
     *
     * @param prod the producer's pointer
     * @param cons the consumer's pointer
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return in [0, 2^log2Size] for a consistent pair; more for a pair that is not
     */
    public static int used(final int prod, final int cons, final int log2Size) {
        return (prod - cons) & mask(log2Size);
    }

    /**
     * Whether a pair of pointers can come from correct use.
     *
     * @param prod the producer's pointer
     * @param cons the consumer's pointer
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return at most 2^log2Size entries lie between them
     */
    public static boolean isConsistent(final int prod, final int cons, final int log2Size) {
        return used(prod, cons, log2Size) <= 1 << log2Size;
    }

    /**
     * Moves a pointer on, keeping its overflow flag ({@code queue_inc_cons}, {@code
     * queue_inc_prod_n}).
     *
     * @param pointer a PROD or CONS value
     * @param by how many entries, at least 0
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return the new value
     */
    public static int advance(final int pointer, final int by, final int log2Size) {
        return (pointer & OVERFLOW) | ((pointer + by) & mask(log2Size));
    }

    /**
     * Whether the consumer has passed an entry ({@code queue_consumed}).
     *
     * @param cons the consumer's pointer now
     * @param pointer the pointer of the entry when it was produced
     * @param log2Size log2 of the number of entries, in [0, 19]
     * @return the entry lies behind the consumer
     */
    public static boolean isConsumed(final int cons, final int pointer, final int log2Size) {
        final boolean sameWrap = wrap(cons, log2Size) == wrap(pointer, log2Size);
        final int consIndex = index(cons, log2Size);
        final int entryIndex = index(pointer, log2Size);
        return sameWrap ? consIndex > entryIndex : consIndex <= entryIndex;
    }

    private static int mask(final int log2Size) {
        return (2 << log2Size) - 1;
    }
}
