// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;

/**
 * A group as an {@link IommuFaultParam} keeps it, which pools it: on the device's pending list
 * until it is answered, its earlier requests linked to it.
 */
public final class FaultParamGroup extends PendingGroup {
    private final IommuFaultParam param;
    private final IommuFault lastFault = new IommuFault();
    private IommuAttachHandle attachHandle;
    private int faultCount;

    /** Earlier requests, oldest first; the last one is embedded. */
    PartialFault firstFault;

    /** Where the last look-up ended: a walk from the first to the last takes one step for each. */
    private PartialFault cursor;

    private int cursorIndex;

    FaultParamGroup pendingPrevious;
    FaultParamGroup pendingNext;
    boolean isPending;
    boolean isInUse;
    private long address;

    FaultParamGroup(final IommuFaultParam param) {
        super(param.responder(), param.workqueue());
        this.param = param;
    }

    void open(final IommuFault last, final IommuAttachHandle handle) {
        beginUse();
        lastFault.copyFrom(last);
        attachHandle = handle;
        faultCount = 1;
        cursor = null;
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

    /**
     * Where a core that is not in Java keeps the group. Not a part of the kernel's structure.
     *
     * @return what {@link #setAddress} said, maybe of a use of this instance before
     */
    public long address() {
        return address;
    }

    /**
     * Says where a core that is not in Java keeps the group.
     *
     * @param address such as a pointer
     */
    public void setAddress(final long address) {
        this.address = address;
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

    /**
     * Whether a use of this instance lasts. Wants the monitor of {@link #param()} held.
     *
     * @param itsGeneration of that use
     * @return false once it was freed
     */
    public boolean isInUse(final int itsGeneration) {
        return isInUse && generation() == itsGeneration;
    }

    @Override
    protected boolean lasts(final int itsGeneration) {
        synchronized (param) {
            return isInUse(itsGeneration);
        }
    }
}
