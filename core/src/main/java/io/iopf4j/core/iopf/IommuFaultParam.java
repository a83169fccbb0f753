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
    private final IommuDevice device;
    private final GroupResponder responder;
    private final FailSlab failSlab;
    private final Workqueue workqueue;
    private final IommuPageResponse response = new IommuPageResponse();
    private final PartialFaults partials;
    private FaultParamGroup newestPending;
    private FaultParamGroup freeGroups;
    private int pendingCount;
    private boolean isRemoved;

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
        this.partials = new PartialFaults(failSlab);
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

    /** Says that the device has left its queue: nothing more may be kept here. */
    public void markRemoved() {
        isRemoved = true;
    }

    /**
     * Whether the device has left its queue, while somebody still holds these parameters.
     *
     * @return true after {@link #markRemoved}
     */
    public boolean isRemoved() {
        return isRemoved;
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
        return partials.add(fault);
    }

    /**
     * Makes a group of a last request and the partial faults of its group id, whatever their PASID,
     * and puts it at the head of the pending list: {@code iopf_group_alloc()}.
     *
     * @param last the request that completes the group
     * @param handle the attachment that it came in by
     * @return the group, or null without memory: then the caller drops its partial faults
     */
    public FaultParamGroup openGroup(final IommuFault last, final IommuAttachHandle handle) {
        if (failSlab.fails()) {
            return null;
        }
        FaultParamGroup group = freeGroups;
        if (group == null) {
            group = new FaultParamGroup(this);
        } else {
            freeGroups = group.pendingNext;
        }
        group.open(last, handle);
        group.addEarlier(partials.takeGroup(last.grpid()));
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
     * @param group one of this device's; a consumer that answers what it has freed touches freed
     *     memory in the kernel, and fails an assertion here
     * @return false if it is not pending: answered already
     */
    public boolean endPending(final FaultParamGroup group) {
        if (!group.isInUse) {
            throw new AssertionError("freed group answered: grpid=" + group.lastFault().grpid());
        }
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
    public FaultParamGroup newestPending() {
        return newestPending;
    }

    /**
     * The group that came before another.
     *
     * @param group a pending one
     * @return the next one of the pending list, or null
     */
    public FaultParamGroup nextPending(final FaultParamGroup group) {
        return group.pendingNext;
    }

    /**
     * Puts a group back into the pool.
     *
     * @param group one of this device's, not pending
     */
    public void recycle(final FaultParamGroup group) {
        if (!group.isInUse || group.isPending) {
            throw new AssertionError(
                    (group.isPending ? "pending group freed: grpid=" : "group freed twice: grpid=")
                            + group.lastFault().grpid());
        }
        group.isInUse = false;
        partials.recycle(group.firstFault);
        group.firstFault = null;
        group.pendingNext = freeGroups;
        freeGroups = group;
    }

    /**
     * Partial faults, whose groups' last requests have not come. The caller holds this object's
     * lock.
     *
     * @return a count
     */
    public int partialCount() {
        return partials.count();
    }

    /**
     * Takes one partial fault out.
     *
     * @return the request, valid until the next call, or null if there is none
     */
    public IommuFault dropOnePartial() {
        return partials.dropOne();
    }

    /**
     * Takes one partial fault of a group out, newest first.
     *
     * @param grpid the group's index
     * @return the request, valid until the next call, or null if there is none
     */
    public IommuFault dropOnePartialOf(final int grpid) {
        return partials.dropOneOf(grpid);
    }
}
