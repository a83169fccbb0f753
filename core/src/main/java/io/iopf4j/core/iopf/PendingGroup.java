// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Workqueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A group from its last request to its answer: {@code struct iopf_group} of Linux 6.12, of which
 * this is what its consumer works with. The requests are the business of the semantics profile that
 * extends it and pools it. Its consumer may link it into one list of its own until it is answered
 * ({@code group->node}).
 */
public abstract class PendingGroup implements IopfGroup {
    private final GroupResponder responder;
    private final Workqueue workqueue;
    private int generation;
    private Object note;

    private PendingGroup nodePrevious;
    private PendingGroup nodeNext;
    private int cookie;

    private final AtomicBoolean isWorkQueued = new AtomicBoolean();
    private final Runnable runWork = this::runWork;
    private Consumer<PendingGroup> work;
    private int workGeneration;

    /**
     * An instance that is not in use.
     *
     * @param responder who answers and frees it
     * @param workqueue of the fault queue that its device is on
     */
    protected PendingGroup(final GroupResponder responder, final Workqueue workqueue) {
        this.responder = responder;
        this.workqueue = workqueue;
    }

    /** Says that the profile fills it anew: another generation, and no cookie yet. */
    protected final void beginUse() {
        cookie = 0;
        generation++;
    }

    /**
     * Whether a use of this instance lasts. Takes the lock by which the profile frees it; any
     * thread, with no lock of the core held.
     *
     * @param itsGeneration of that use
     * @return false once it was freed
     */
    protected abstract boolean lasts(int itsGeneration);

    @Override
    public final void respond(final int code) {
        responder.groupResponse(this, code, ResponseOrigin.CONSUMER);
    }

    @Override
    public final void free() {
        responder.freeGroup(this);
    }

    @Override
    public final int generation() {
        return generation;
    }

    /**
     * What an observer wrote down about this instance, maybe about a use of it before this one.
     *
     * @return the note, or null
     */
    public final Object note() {
        return note;
    }

    /**
     * Writes down what an observer wants to find again when the group is answered. Not a part of
     * the kernel's structure.
     *
     * @param note anything that knows which use it is about
     */
    public final void setNote(final Object note) {
        if (this.note != note) {
            this.note = note;
        }
    }

    /**
     * Queues work for this group on its fault queue ({@code queue_work} of {@code group->work}). It
     * runs once, unless the group has been freed meanwhile.
     *
     * @param work what to run; it owns the group then
     * @return false if work of it is queued already, and nothing has happened
     */
    public final boolean queueWork(final Consumer<PendingGroup> work) {
        if (!isWorkQueued.compareAndSet(false, true)) {
            return false;
        }
        this.work = work;
        workGeneration = generation;
        workqueue.queueWork(runWork);
        return true;
    }

    private void runWork() {
        final Consumer<PendingGroup> queued = work;
        isWorkQueued.set(false);
        if (lasts(workGeneration)) {
            queued.accept(this);
        }
    }

    /**
     * What its consumer answers it by ({@code group->cookie}).
     *
     * @return 0 until the consumer gave it one
     */
    public final int cookie() {
        return cookie;
    }

    /**
     * Gives it the consumer's cookie.
     *
     * @param cookie any number
     */
    public final void setCookie(final int cookie) {
        this.cookie = cookie;
    }

    /** One consumer's list of groups, doubly linked through the groups themselves. */
    public static final class Fifo {
        private PendingGroup head;
        private PendingGroup tail;
        private int size;

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
         * How many groups are in it.
         *
         * @return a count
         */
        public int size() {
            return size;
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
            size++;
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
            size++;
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
            size--;
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
