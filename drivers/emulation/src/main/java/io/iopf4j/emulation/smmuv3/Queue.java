// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/** Base, PROD and CONS of one queue in memory, as its registers hold them. IHI 0070, 3.5. */
final class Queue {
    /** Bits that exist in PROD and CONS: overflow or error above, wrap and index below. */
    private static final int POINTER_MASK = 0xfffff;

    private final int entryBytes;
    private final int log2Max;
    private long base;
    private int prod;
    private int cons;

    // What the base says.
    private int log2Size;
    private long firstEntry;

    Queue(final int entryBytes, final int log2Max) {
        this.entryBytes = entryBytes;
        this.log2Max = log2Max;
    }

    long base() {
        return base;
    }

    void setBase(final long value) {
        base =
                value
                        & (SmmuRegisters.BASE_ALLOCATE
                                | SmmuRegisters.QUEUE_BASE_ADDR_MASK
                                | SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK);
        log2Size = Math.min((int) base & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK, log2Max);
        // It is aligned down to the queue's size, at least 32 bytes (IHI 0070, 6.3.26).
        final long queueBytes = Math.max((long) entryBytes << log2Size, 32L);
        firstEntry = base & SmmuRegisters.QUEUE_BASE_ADDR_MASK & -queueBytes;
    }

    int prod() {
        return prod;
    }

    int cons() {
        return cons;
    }

    void setProd(final int value) {
        prod = value;
    }

    void setCons(final int value) {
        cons = value;
    }

    /** PROD as software reads it: bits above the wrap bit are zero. */
    int visibleProd() {
        return visible(prod);
    }

    /** CONS as software reads it, with the bits that are no pointer. */
    int visibleCons() {
        return visible(cons);
    }

    private int visible(final int pointer) {
        return pointer & (~POINTER_MASK | ((2 << log2Size) - 1));
    }

    /** OVFLG and OVACKFLG of an output queue differ. IHI 0070, 7.4. */
    boolean isOverflowPresent() {
        return ((prod ^ cons) & QueueIndex.OVERFLOW) != 0;
    }

    /** Says that something was discarded, unless that is said already. */
    void sayOverflow() {
        if (!isOverflowPresent()) {
            prod ^= QueueIndex.OVERFLOW;
        }
    }

    /** Keeps bit 31 and the pointer of what software stores. */
    static int pointerBits(final int value) {
        return value & (QueueIndex.OVERFLOW | POINTER_MASK);
    }

    int log2Size() {
        return log2Size;
    }

    boolean isEmpty() {
        return QueueIndex.isEmpty(prod, cons, log2Size);
    }

    /**
     * A pair that software cannot have reached by correct use counts as full and as not readable.
     */
    boolean isConsistent() {
        return QueueIndex.isConsistent(prod, cons, log2Size);
    }

    boolean isFull() {
        return !isConsistent() || QueueIndex.isFull(prod, cons, log2Size);
    }

    int used() {
        return QueueIndex.used(prod, cons, log2Size);
    }

    /** Address of the entry before PROD: the newest one, if there is one. */
    long newestAddress() {
        return entryAddress(prod - 1);
    }

    long prodAddress() {
        return entryAddress(prod);
    }

    long consAddress() {
        return entryAddress(cons);
    }

    void advanceProd() {
        prod = QueueIndex.advance(prod, 1, log2Size);
    }

    void advanceCons() {
        final int errorBits = cons & ~POINTER_MASK;
        cons = errorBits | QueueIndex.advance(cons & POINTER_MASK, 1, log2Size);
    }

    private long entryAddress(final int pointer) {
        return firstEntry + (long) QueueIndex.index(pointer, log2Size) * entryBytes;
    }
}
