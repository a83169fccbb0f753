// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.policy.ChargedFault;
import java.util.function.Consumer;

/**
 * A group from its last request to its answer: {@code struct iopf_group} of Linux 6.12, of which
 * this is what its consumer works with. The requests are the business of the semantics profile that
 * extends it and pools it.
 *
 * <p>As in the kernel's structure its last request is embedded: the group is a fault itself, for a
 * profile to fill. One object to a pending fault, not two, is 16 bytes and a cache miss less. For
 * the same reason what policies keep of it stands in it.
 */
public abstract class PendingGroup extends ChargedFault implements IopfGroup {
    private final GroupOwner owner;
    private int generation;
    private int cookie;

    /** Null until a consumer queues some. */
    private GroupWork work;

    /**
     * An instance that is not in use.
     *
     * @param responder who answers and frees it
     * @param workqueue of the fault queue that its device is on
     */
    protected PendingGroup(final GroupResponder responder, final Workqueue workqueue) {
        this(new GroupOwner(responder, workqueue));
    }

    /** An instance that is not in use, of an owner that has many. */
    PendingGroup(final GroupOwner owner) {
        this.owner = owner;
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

    final GroupOwner owner() {
        return owner;
    }

    @Override
    public final void respond(final int code) {
        owner.responder().groupResponse(this, code, ResponseOrigin.CONSUMER);
    }

    @Override
    public final void free() {
        owner.responder().freeGroup(this);
    }

    @Override
    public final int generation() {
        return generation;
    }

    /**
     * Queues work for this group on its fault queue ({@code queue_work} of {@code group->work}). It
     * runs once, unless the group has been freed meanwhile.
     *
     * @param wanted what to run; it owns the group then
     * @return false if work of it is queued already, and nothing has happened
     */
    public final boolean queueWork(final Consumer<PendingGroup> wanted) {
        return work().queue(wanted);
    }

    private synchronized GroupWork work() {
        if (work == null) {
            work = new GroupWork(this);
        }
        return work;
    }

    /**
     * What its consumer finds it by: where it waits to be read, then the number that it is to be
     * answered by ({@code group->cookie}).
     *
     * @return 0 until the consumer said so
     */
    public final int cookie() {
        return cookie;
    }

    /**
     * Says what its consumer finds it by.
     *
     * @param cookie any number
     */
    public final void setCookie(final int cookie) {
        this.cookie = cookie;
    }
}
