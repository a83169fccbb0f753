// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.kernel.Workqueue;

/**
 * What the core keeps of a device that is on a fault queue: partial faults, pending groups, and the
 * pools that both come from. {@code struct iommu_fault_param}, {@code include/linux/iommu.h} of
 * Linux 6.12. Every method wants this object's monitor held, which is the kernel's {@code
 * fault_param->lock}. Each step costs the same whatever is pending; finding a group's earlier
 * requests looks at this device's partial faults of that index only. As in the kernel nothing
 * bounds either list.
 */
public final class IommuFaultParam {
    /** A page request group index has 9 bits: one bucket for each. */
    private static final int BUCKETS = 512;

    private final IommuDevice device;
    private final GroupResponder responder;
    private final FailSlab failSlab;
    private final Workqueue workqueue;
    private final IommuPageResponse response = new IommuPageResponse();
    private PartialFault[] partials;
    private int partialCount;
    private PartialFault freePartials;
    private PendingGroup newestPending;
    private PendingGroup freeGroups;
    private int pendingCount;

    /**
     * Empty parameters.
     *
     * @param device whose
     * @param responder who answers its groups
     * @param failSlab which allocations fail
     * @param workqueue of the fault queue that the device is on
     */
    public IommuFaultParam(
            final IommuDevice device,
            final GroupResponder responder,
            final FailSlab failSlab,
            final Workqueue workqueue) {
        this.device = device;
        this.responder = responder;
        this.failSlab = failSlab;
        this.workqueue = workqueue;
    }

    /**
     * Whose they are.
     *
     * @return the device
     */
    public IommuDevice device() {
        return device;
    }

    /**
     * The answer that is filled for each group, so that answering allocates nothing.
     *
     * @return one instance, used under the lock
     */
    public IommuPageResponse response() {
        return response;
    }

    /**
     * Groups that are not answered.
     *
     * @return a count
     */
    public int pendingCount() {
        return pendingCount;
    }

    Workqueue workqueue() {
        return workqueue;
    }

    GroupResponder responder() {
        return responder;
    }

    /**
     * Keeps a copy of a request that is not its group's last.
     *
     * @param fault the request
     * @return false without memory
     */
    public boolean addPartial(final IommuFault fault) {
        if (failSlab.fails()) {
            return false;
        }
        PartialFault kept = freePartials;
        if (kept == null) {
            kept = new PartialFault();
        } else {
            freePartials = kept.next;
        }
        kept.fault().copyFrom(fault);
        if (partials == null) {
            partials = new PartialFault[BUCKETS];
        }
        final int bucket = fault.grpid() & (BUCKETS - 1);
        kept.next = partials[bucket];
        partials[bucket] = kept;
        partialCount++;
        return true;
    }

    /**
     * Makes a group of a last request and the partial faults of its group id, whatever their PASID,
     * and puts it at the head of the pending list: {@code iopf_group_alloc()}.
     *
     * @param last the request that completes the group
     * @param handle the attachment that it came in by
     * @return the group, or null without memory: then the caller drops its partial faults
     */
    public PendingGroup openGroup(final IommuFault last, final IommuAttachHandle handle) {
        if (failSlab.fails()) {
            return null;
        }
        PendingGroup group = freeGroups;
        if (group == null) {
            group = new PendingGroup(this);
        } else {
            freeGroups = group.pendingNext;
        }
        group.open(last, handle);
        moveEarlier(group, last.grpid());
        group.pendingPrevious = null;
        group.pendingNext = newestPending;
        if (newestPending != null) {
            newestPending.pendingPrevious = group;
        }
        newestPending = group;
        group.isPending = true;
        pendingCount++;
        return group;
    }

    /**
     * Takes a group off the pending list.
     *
     * @param group one of this device's
     * @return false if it is not pending: answered already, or removed
     */
    public boolean endPending(final PendingGroup group) {
        if (!group.isPending) {
            return false;
        }
        group.isPending = false;
        pendingCount--;
        if (group.pendingPrevious == null) {
            newestPending = group.pendingNext;
        } else {
            group.pendingPrevious.pendingNext = group.pendingNext;
        }
        if (group.pendingNext != null) {
            group.pendingNext.pendingPrevious = group.pendingPrevious;
        }
        return true;
    }

    /**
     * The group that came last of those that are pending.
     *
     * @return the head of the pending list, or null
     */
    public PendingGroup newestPending() {
        return newestPending;
    }

    /**
     * Puts a group back into the pool.
     *
     * @param group one of this device's, not pending
     */
    public void recycle(final PendingGroup group) {
        if (!group.isInUse || group.isPending) {
            throw new AssertionError(
                    (group.isPending ? "pending group freed: grpid=" : "group freed twice: grpid=")
                            + group.lastFault().grpid());
        }
        group.isInUse = false;
        for (PartialFault earlier = group.firstFault; earlier != null; ) {
            final PartialFault next = earlier.next;
            earlier.next = freePartials;
            freePartials = earlier;
            earlier = next;
        }
        group.firstFault = null;
        group.pendingNext = freeGroups;
        freeGroups = group;
    }

    /**
     * Takes one partial fault out.
     *
     * @return the request, valid until the next call, or null if there is none
     */
    public IommuFault dropOnePartial() {
        if (partialCount == 0) {
            return null;
        }
        int bucket = 0;
        while (partials[bucket] == null) {
            bucket++;
        }
        return drop(null, partials[bucket], bucket);
    }

    /**
     * Takes one partial fault of a group out, newest first.
     *
     * @param grpid the group's index
     * @return the request, valid until the next call, or null if there is none
     */
    public IommuFault dropOnePartialOf(final int grpid) {
        if (partialCount == 0) {
            return null;
        }
        final int bucket = grpid & (BUCKETS - 1);
        PartialFault previous = null;
        for (PartialFault at = partials[bucket]; at != null; at = at.next) {
            if (at.fault().grpid() == grpid) {
                return drop(previous, at, bucket);
            }
            previous = at;
        }
        return null;
    }

    private IommuFault drop(
            final PartialFault previous, final PartialFault dropped, final int bucket) {
        unlink(previous, dropped, bucket);
        dropped.next = freePartials;
        freePartials = dropped;
        return dropped.fault();
    }

    private void moveEarlier(final PendingGroup group, final int grpid) {
        if (partialCount == 0) {
            return;
        }
        final int bucket = grpid & (BUCKETS - 1);
        PartialFault previous = null;
        // Newest first, each put in front of the later ones: the order of arrival again.
        for (PartialFault at = partials[bucket]; at != null; ) {
            final PartialFault next = at.next;
            if (at.fault().grpid() == grpid) {
                unlink(previous, at, bucket);
                group.addEarlier(at);
            } else {
                previous = at;
            }
            at = next;
        }
    }

    private void unlink(final PartialFault previous, final PartialFault at, final int bucket) {
        if (previous == null) {
            partials[bucket] = at.next;
        } else {
            previous.next = at.next;
        }
        partialCount--;
    }
}
