// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.AutomaticResponses;

/**
 * Consumes invalidation descriptors, in order and at once, each read from memory when its turn
 * comes. One in error stays at the head until software has cleared IQE; then it is read anew. VT-d
 * specification, 6.5.2.
 */
final class InvalidationQueue {
    private static final long ADDRESS_BITS = 0xffff_ffff_ffff_f807L;
    private static final long TAIL_BITS = 0x7_fff0;
    private static final int PAGE_BYTES = 0x1000;
    private static final int NARROW_BYTES = 16;
    private static final int WIDE_BYTES = 32;
    private static final int NOWHERE = -1;
    private static final int STOPPED = VtdRegisters.FSTS_IQE | VtdRegisters.FSTS_ITE;
    private static final int TTM_RESERVED = 2;

    private final PhysicalMemory memory;
    private final VtdCapabilities capabilities;
    private final Translator translator;
    private final DescriptorRules rules;
    private final DescriptorWork work;
    private final FaultStatus status;
    private final EventInterrupt event;
    private final AutomaticResponses responses;
    private final VtdCounters counters;
    private long address;
    private long base;
    private int sizeBytes;
    private boolean isWide;
    private boolean isEnabled;
    private int head;
    private int tail;
    private int errorInfo;
    private int timedOutDevice;
    private int unexpectedDevice;
    private boolean hasCompleted;
    private boolean isConsuming;

    // The descriptor that was fetched last, of the queue's width.
    private final long[] wide = new long[WIDE_BYTES / Long.BYTES];
    private final long[] narrow = new long[NARROW_BYTES / Long.BYTES];

    /** Changes whenever the queue is enabled or disabled. */
    private int life;

    InvalidationQueue(
            final PhysicalMemory memory,
            final VtdConfig config,
            final Translator translator,
            final DescriptorRules rules,
            final DescriptorWork work,
            final FaultStatus status,
            final EventInterrupt event,
            final AutomaticResponses responses,
            final VtdCounters counters) {
        this.memory = memory;
        this.capabilities = config.capabilities();
        this.translator = translator;
        this.rules = rules;
        this.work = work;
        this.status = status;
        this.event = event;
        this.responses = responses;
        this.counters = counters;
    }

    // ---- Registers ------------------------------------------------------------------------------

    boolean isEnabled() {
        return isEnabled;
    }

    /** IQA, which counts from the next time on that the queue is enabled. */
    long address() {
        return address;
    }

    void setAddress(final long value) {
        address = value & ADDRESS_BITS;
    }

    int head() {
        return head;
    }

    int tail() {
        return tail;
    }

    void setTail(final long value) {
        tail = (int) (value & TAIL_BITS);
    }

    /** IQERCD. */
    long errorRecord() {
        return errorInfo
                | (long) timedOutDevice << VtdRegisters.IQERCD_ITESID_SHIFT
                | (long) unexpectedDevice << VtdRegisters.IQERCD_ICESID_SHIFT;
    }

    /** ICS. */
    int completionStatus() {
        return hasCompleted ? VtdRegisters.ICS_IWC : 0;
    }

    void clearCompletion(final int value) {
        if ((value & VtdRegisters.ICS_IWC) != 0) {
            hasCompleted = false;
            event.served();
        }
    }

    /** GCMD.QIE has changed. */
    void setEnabled(final boolean value) {
        life++;
        isEnabled = value;
        head = 0;
        if (value) {
            base = address & -PAGE_BYTES;
            sizeBytes = PAGE_BYTES << (int) (address & VtdRegisters.QUEUE_SIZE_MASK);
            isWide = (address & VtdRegisters.IQA_DW) != 0;
        }
    }

    /** Software has cleared some of FSTS: what went with it is forgotten. */
    void acknowledged() {
        if (!status.isAnySet(VtdRegisters.FSTS_IQE)) {
            errorInfo = VtdRegisters.IQEI_NONE;
        }
        if (!status.isAnySet(VtdRegisters.FSTS_ITE)) {
            timedOutDevice = 0;
        }
        if (!status.isAnySet(VtdRegisters.FSTS_ICE)) {
            unexpectedDevice = 0;
        }
    }

    /** A device has completed an invalidation that nobody sent. */
    void unexpectedCompletion(final int rid) {
        if (!status.isAnySet(VtdRegisters.FSTS_ICE)) {
            unexpectedDevice = rid;
            status.set(VtdRegisters.FSTS_ICE);
        }
    }

    // ---- Consumption ----------------------------------------------------------------------------

    /**
     * Consumes until the queue is empty, disabled or stopped by an error. What is stored from
     * within, by an interrupt's listener or a device, adds to what is consumed here. Two queues'
     * worth is the most: a listener that answers each descriptor with another would never end, and
     * the next store goes on.
     */
    void consume() {
        if (isConsuming) {
            return;
        }
        isConsuming = true;
        int errorAt = NOWHERE;
        for (int left = 2 * sizeBytes / NARROW_BYTES; left > 0 && canConsume(); left--) {
            final int at = head;
            if (!consumeOne()) {
                // One that is in error again, acknowledged from within the interrupt, waits for the
                // next store.
                if (errorAt == at) {
                    break;
                }
                errorAt = at;
            }
        }
        isConsuming = false;
    }

    private boolean canConsume() {
        return isEnabled && head != tail && !status.isAnySet(STOPPED);
    }

    /** False if there is an error. */
    private boolean consumeOne() {
        final int error = fetch();
        if (error != VtdRegisters.IQEI_NONE) {
            fail(error);
            return false;
        }
        final long qw0 = fetched(0);
        final long qw1 = fetched(1);
        final int thisLife = life;
        if (rules.type(qw0) == Invalidation.WAIT) {
            writeStatus(qw0, qw1);
            advance(thisLife);
            complete(qw0);
            return true;
        }
        final boolean isDone = work.execute(qw0, qw1);
        advance(thisLife);
        if (!isDone) {
            timeOut(work.deviceOf(qw0), thisLife);
            return false;
        }
        return true;
    }

    /** Reads the next descriptor, and says whether it can be had and is sound. */
    private int fetch() {
        final int ofQueue = findQueueError();
        if (ofQueue != VtdRegisters.IQEI_NONE) {
            return ofQueue;
        }
        memory.readLongs(base + head, isWide ? wide : narrow);
        return rules.check(
                isWide, fetched(0), fetched(1), isWide ? wide[2] : 0, isWide ? wide[3] : 0);
    }

    private long fetched(final int doubleword) {
        return (isWide ? wide : narrow)[doubleword];
    }

    private int findQueueError() {
        final int ofMode = findModeError();
        if (ofMode != VtdRegisters.IQEI_NONE) {
            return ofMode;
        }
        if ((tail & (entryBytes() - 1)) != 0) {
            return VtdRegisters.IQEI_ALIGNMENT;
        }
        if (tail >= sizeBytes) {
            return VtdRegisters.IQEI_TAIL;
        }
        return memory.contains(base + head, entryBytes())
                ? VtdRegisters.IQEI_NONE
                : VtdRegisters.IQEI_FETCH;
    }

    /** Descriptors of 128 bits are not for scalable mode, of 256 bits not for units without it. */
    private int findModeError() {
        final int mode = translator.mode();
        final boolean hasWide =
                capabilities.hasEcap(VtdCapabilities.SMTS)
                        || capabilities.hasEcap(VtdCapabilities.ADMS);
        if (mode == TTM_RESERVED
                || (mode == VtdRegisters.TTM_SCALABLE
                        && !capabilities.hasEcap(VtdCapabilities.SMTS))
                || (mode == VtdRegisters.TTM_ABORT
                        && !capabilities.hasEcap(VtdCapabilities.ADMS))) {
            return VtdRegisters.IQEI_TTM;
        }
        final boolean isRight = isWide ? hasWide : mode != VtdRegisters.TTM_SCALABLE;
        return isRight ? VtdRegisters.IQEI_NONE : VtdRegisters.IQEI_WIDTH;
    }

    private int entryBytes() {
        return isWide ? WIDE_BYTES : NARROW_BYTES;
    }

    /** Whoever heard of the effect may have disabled the queue, and the head with it. */
    private void advance(final int thisLife) {
        if (life == thisLife) {
            head = (head + entryBytes()) & (sizeBytes - 1);
        }
    }

    /**
     * The effects of a wait but its event. All that came before is done: every request that a
     * device had sent is in its queue, and of what was answered automatically the rest goes out
     * now.
     */
    private void writeStatus(final long qw0, final long qw1) {
        responses.send();
        final long target = qw1 & ~3L;
        if ((qw0 & Invalidation.WAIT_SW) != 0 && memory.contains(target, Integer.BYTES)) {
            memory.writeInt(target, (int) (qw0 >>> Integer.SIZE));
        }
    }

    private void complete(final long qw0) {
        if ((qw0 & Invalidation.WAIT_IF) != 0 && !hasCompleted) {
            hasCompleted = true;
            event.raise();
        }
    }

    /**
     * A device has not answered in time. What lies up to the next wait was fetched with it and is
     * done; the wait is dropped.
     */
    private void timeOut(final int rid, final int thisLife) {
        if (!status.isAnySet(VtdRegisters.FSTS_ITE)) {
            timedOutDevice = rid;
        }
        boolean isWait = false;
        for (int left = sizeBytes / NARROW_BYTES;
                left > 0 && !isWait && life == thisLife && canConsume();
                left--) {
            final int error = fetch();
            if (error != VtdRegisters.IQEI_NONE) {
                fail(error);
                break;
            }
            isWait = rules.type(fetched(0)) == Invalidation.WAIT;
            if (!isWait) {
                work.execute(fetched(0), fetched(1));
            }
            advance(thisLife);
        }
        counters.commandErrors++;
        status.set(VtdRegisters.FSTS_ITE);
    }

    private void fail(final int error) {
        counters.commandErrors++;
        errorInfo = error;
        status.set(VtdRegisters.FSTS_IQE);
    }
}
