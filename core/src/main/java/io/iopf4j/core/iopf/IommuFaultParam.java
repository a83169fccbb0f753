// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.kernel.Workqueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What the core keeps of a device that is on a fault queue: partial faults, pending groups, and the
 * pools that both come from. {@code struct iommu_fault_param}, {@code include/linux/iommu.h} of
 * Linux 6.12. Every method wants this object's monitor held, which is the kernel's {@code
 * fault_param->lock}, unless one processor keeps everybody else out. Each step costs the same
 * whatever is pending; finding a group's earlier requests looks at this device's partial faults of
 * that index only. As in the kernel nothing bounds either list.
 */
public final class IommuFaultParam extends GroupOwner {
    private static final int INITIAL = 16;
    private static final int NONE = -1;

    private final IommuDevice device;
    private final FailSlab failSlab;
    private final IommuPageResponse response = new IommuPageResponse();

    /** Null until a device asks for several pages at once, which a stall never does. */
    private PartialFaults partials;

    /** All groups that there ever were, in use or not. */
    private FaultParamGroup[] groups = new FaultParamGroup[INITIAL];

    /** Where a core that is not in Java keeps them; of a core in Java nobody asks. */
    private long[] addresses = {};

    private int groupCount;
    private int firstFree = NONE;

    /**
     * The first free one, or null: most often the next one is what was freed just now, and where
     * its number leads among a million is a cache miss.
     */
    private FaultParamGroup newestFree;

    private int pendingCount;
    private long arrivals;
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
        super(responder, workqueue);
        this.device = device;
        this.failSlab = failSlab;
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

    /**
     * Keeps a copy of a request that is not its group's last.
     *
     * @param fault the request
     * @return false without memory
     */
    public boolean addPartial(final IommuFault fault) {
        if (partials == null) {
            partials = new PartialFaults(failSlab);
        }
        return partials.add(fault);
    }

    /**
     * Makes a group of a last request and the partial faults of its group id, whatever their PASID,
     * and puts it at the head of the pending list, as the newest one: {@code iopf_group_alloc()}.
     *
     * @param last the request that completes the group
     * @param handle the attachment that it came in by
     * @return the group, or null without memory: then the caller drops its partial faults
     */
    public FaultParamGroup openGroup(final IommuFault last, final IommuAttachHandle handle) {
        if (failSlab.fails()) {
            return null;
        }
        final FaultParamGroup group = takeFree();
        group.open(
                last,
                handle,
                partials == null ? null : partials.takeGroup(last.grpid()),
                ++arrivals);
        pendingCount++;
        return group;
    }

    private FaultParamGroup takeFree() {
        if (firstFree != NONE) {
            final FaultParamGroup group = newestFree == null ? groups[firstFree] : newestFree;
            newestFree = null;
            firstFree = group.nextFree();
            return group;
        }
        if (groupCount == groups.length) {
            groups = Arrays.copyOf(groups, groupCount * 2);
        }
        final FaultParamGroup group = new FaultParamGroup(this, groupCount);
        groups[groupCount++] = group;
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
        if (group.isFree()) {
            throw new AssertionError("freed group answered: grpid=" + group.grpid());
        }
        if (!group.isPending()) {
            return false;
        }
        group.setAnswered();
        pendingCount--;
        return true;
    }

    /**
     * The groups that are not answered. Rare: allocating the list does not matter.
     *
     * @return the pending list as it is now, the newest first
     */
    public List<FaultParamGroup> pending() {
        final List<FaultParamGroup> pending = new ArrayList<>(pendingCount);
        for (int i = 0; i < groupCount; i++) {
            if (groups[i].isPending()) {
                pending.add(groups[i]);
            }
        }
        pending.sort(Comparator.comparingLong(FaultParamGroup::arrival).reversed());
        return pending;
    }

    /**
     * Puts a group back into the pool.
     *
     * @param group one of this device's, not pending
     */
    public void recycle(final FaultParamGroup group) {
        if (group.isFree() || group.isPending()) {
            throw new AssertionError(
                    (group.isFree() ? "group freed twice: grpid=" : "pending group freed: grpid=")
                            + group.grpid());
        }
        final PartialFault earlier = group.takeEarlier();
        if (earlier != null) {
            partials.recycle(earlier);
        }
        group.setFree(firstFree);
        firstFree = group.index;
        newestFree = group;
    }

    long address(final int group) {
        return addresses[group];
    }

    void setAddress(final int group, final long address) {
        if (addresses.length < groups.length) {
            addresses = Arrays.copyOf(addresses, groups.length);
        }
        addresses[group] = address;
    }

    /**
     * The pending group that a core which is not in Java keeps at an address.
     *
     * @param address of a group that is pending
     * @return the group, or null
     */
    public FaultParamGroup pendingAt(final long address) {
        for (int i = 0; i < Math.min(groupCount, addresses.length); i++) {
            if (addresses[i] == address && groups[i].isPending()) {
                return groups[i];
            }
        }
        return null;
    }

    /**
     * Partial faults, whose groups' last requests have not come. The caller holds this object's
     * lock.
     *
     * @return a count
     */
    public int partialCount() {
        return partials == null ? 0 : partials.count();
    }

    /**
     * Takes one partial fault out.
     *
     * @return the request, valid until the next call, or null if there is none
     */
    public IommuFault dropOnePartial() {
        return partials == null ? null : partials.dropOne();
    }

    /**
     * Takes one partial fault of a group out, newest first.
     *
     * @param grpid the group's index
     * @return the request, valid until the next call, or null if there is none
     */
    public IommuFault dropOnePartialOf(final int grpid) {
        return partials == null ? null : partials.dropOneOf(grpid);
    }
}
