// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A group from its last request to its answer: {@code struct iopf_group} of Linux 6.12. It belongs
 * to the {@link IommuFaultParam} of its device, which pools it. It is on the pending list until it
 * is answered; its consumer may link it into one list of its own meanwhile ({@code group->node}).
 */
public final class PendingGroup implements IopfGroup {
    private final IommuFaultParam param;
    private final IommuFault lastFault = new IommuFault();
    private IommuAttachHandle attachHandle;
    private int faultCount;

    /** Earlier requests, oldest first; the last one is embedded. */
    PartialFault firstFault;

    /** Where the last look-up ended: a walk from the first to the last takes one step for each. */
    private PartialFault cursor;

    private int cursorIndex;

    PendingGroup pendingPrevious;
    PendingGroup pendingNext;
    boolean isPending;
    boolean isInUse;
    private int generation;
    private Object note;

    private PendingGroup nodePrevious;
    private PendingGroup nodeNext;
    private int cookie;

    private final AtomicBoolean isWorkQueued = new AtomicBoolean();
    private final Runnable runWork = this::runWork;
    private Consumer<PendingGroup> work;
    private int workGeneration;

    PendingGroup(final IommuFaultParam param) {
        this.param = param;
    }

    void open(final IommuFault last, final IommuAttachHandle handle) {
        lastFault.copyFrom(last);
        attachHandle = handle;
        faultCount = 1;
        cookie = 0;
        cursor = null;
        generation++;
        isInUse = true;
    }

    /** Puts requests in front of the last one; they come linked in the order of arrival. */
    void addEarlier(final PartialFault earlier) {
        firstFault = earlier;
        for (PartialFault at = earlier; at != null; at = at.next) {
            faultCount++;
        }
    }

    /**
     * Where its device's faults are kept.
     *
     * @return {@code group->fault_param}
     */
    public IommuFaultParam param() {
        return param;
    }

    @Override
    public IommuDevice device() {
        return param.device();
    }

    @Override
    public IommuFault lastFault() {
        return lastFault;
    }

    @Override
    public int faultCount() {
        return faultCount;
    }

    @Override
    public IommuFault fault(final int index) {
        if (index < 0 || index >= faultCount) {
            throw new IndexOutOfBoundsException(
                    "index must be in [0, " + faultCount + "): index=" + index);
        }
        if (index == faultCount - 1) {
            return lastFault;
        }
        if (cursor == null || index < cursorIndex) {
            cursor = firstFault;
            cursorIndex = 0;
        }
        for (; cursorIndex < index; cursorIndex++) {
            cursor = cursor.next;
        }
        return cursor.fault();
    }

    @Override
    public IommuAttachHandle attachHandle() {
        return attachHandle;
    }

    @Override
    public void respond(final int code) {
        param.responder().groupResponse(this, code, io.iopf4j.api.ResponseOrigin.CONSUMER);
    }

    @Override
    public void free() {
        param.responder().freeGroup(this);
    }

    @Override
    public int generation() {
        return generation;
    }

    /**
     * What an observer wrote down about this instance, maybe about a use of it before this one.
     *
     * @return the note, or null
     */
    public Object note() {
        return note;
    }

    /**
     * Writes down what an observer wants to find again when the group is answered. Not a part of
     * the kernel's structure.
     *
     * @param note anything that knows which use it is about
     */
    public void setNote(final Object note) {
        if (this.note != note) {
            this.note = note;
        }
    }

    /**
     * Whether a use of this instance lasts. Wants the monitor of {@link #param()} held.
     *
     * @param itsGeneration of that use
     * @return false once it was freed
     */
    public boolean isInUse(final int itsGeneration) {
        return isInUse && generation == itsGeneration;
    }

    /**
     * Queues work for this group on its fault queue ({@code queue_work} of {@code group->work}). It
     * runs once, unless the group has been freed meanwhile.
     *
     * @param work what to run; it owns the group then
     * @return false if work of it is queued already, and nothing has happened
     */
    public boolean queueWork(final Consumer<PendingGroup> work) {
        if (!isWorkQueued.compareAndSet(false, true)) {
            return false;
        }
        this.work = work;
        workGeneration = generation;
        param.workqueue().queueWork(runWork);
        return true;
    }

    private void runWork() {
        final Consumer<PendingGroup> queued = work;
        isWorkQueued.set(false);
        final boolean isOurs;
        synchronized (param) {
            isOurs = isInUse(workGeneration);
        }
        if (isOurs) {
            queued.accept(this);
        }
    }

    /**
     * What its consumer answers it by ({@code group->cookie}).
     *
     * @return 0 until the consumer gave it one
     */
    public int cookie() {
        return cookie;
    }

    /**
     * Gives it the consumer's cookie.
     *
     * @param cookie any number
     */
    public void setCookie(final int cookie) {
        this.cookie = cookie;
    }

    /** One consumer's list of groups, doubly linked through the groups themselves. */
    public static final class Fifo {
        private PendingGroup head;
        private PendingGroup tail;

        /** An empty list. */
        public Fifo() {}

        /**
         * Whether nothing is in it.
         *
         * @return no group
         */
        public boolean isEmpty() {
            return head == null;
        }

        /**
         * The oldest group.
         *
         * @return the head, or null
         */
        public PendingGroup first() {
            return head;
        }

        /**
         * The newest group.
         *
         * @return the tail, or null
         */
        public PendingGroup last() {
            return tail;
        }

        /**
         * The next older group.
         *
         * @param group in this list
         * @return its predecessor, or null
         */
        public PendingGroup previous(final PendingGroup group) {
            return group.nodePrevious;
        }

        /**
         * Appends a group.
         *
         * @param group in no list
         */
        public void addLast(final PendingGroup group) {
            group.nodePrevious = tail;
            group.nodeNext = null;
            if (tail == null) {
                head = group;
            } else {
                tail.nodeNext = group;
            }
            tail = group;
        }

        /**
         * Puts a group back in front.
         *
         * @param group in no list
         */
        public void addFirst(final PendingGroup group) {
            group.nodePrevious = null;
            group.nodeNext = head;
            if (head == null) {
                tail = group;
            } else {
                head.nodePrevious = group;
            }
            head = group;
        }

        /**
         * Whether a group is in this list.
         *
         * @param group in this list or in none
         * @return it is in a list
         */
        public boolean contains(final PendingGroup group) {
            return group == head || group.nodePrevious != null;
        }

        /**
         * Takes a group out.
         *
         * @param group in this list
         */
        public void remove(final PendingGroup group) {
            if (group.nodePrevious == null) {
                head = group.nodeNext;
            } else {
                group.nodePrevious.nodeNext = group.nodeNext;
            }
            if (group.nodeNext == null) {
                tail = group.nodePrevious;
            } else {
                group.nodeNext.nodePrevious = group.nodePrevious;
            }
            group.nodePrevious = null;
            group.nodeNext = null;
        }
    }
}
