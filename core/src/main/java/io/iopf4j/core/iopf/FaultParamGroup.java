// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;

/**
 * A group as an {@link IommuFaultParam} keeps it, which pools it. It is pending until it is
 * answered, its earlier requests linked to it.
 *
 * <p>The pending list of the kernel is an order of arrival here, and the pool is linked by numbers:
 * a cycle touches no other group, and stores no reference that a garbage collector would follow.
 */
public final class FaultParamGroup extends PendingGroup {
    /** {@link #state} once it is answered and not yet free. Above it is pending, below free. */
    private static final long ANSWERED = 0;

    /** Its number in the pool. */
    final int index;

    private IommuAttachHandle attachHandle;

    /** Earlier requests, oldest first; the last one is the group itself. */
    private PartialFault firstFault;

    /** Its place in the order of arrival, or ANSWERED, or of a free one which is free after it. */
    private long state;

    FaultParamGroup(final IommuFaultParam param, final int index) {
        super(param);
        this.index = index;
    }

    // ---- Whether it is in use: the monitor of its param is held ---------------------------------

    /** Free, with the number of the one that is free after it, or -1. */
    void setFree(final int next) {
        state = -2L - next;
    }

    int nextFree() {
        return (int) (-2L - state);
    }

    boolean isFree() {
        return state < ANSWERED;
    }

    boolean isPending() {
        return state > ANSWERED;
    }

    /** Its place among the pending ones: a higher number came later. */
    long arrival() {
        return state;
    }

    void setAnswered() {
        state = ANSWERED;
    }

    /**
     * Whether a use of this instance lasts. Wants the monitor of {@link #param()} held.
     *
     * @param itsGeneration of that use
     * @return false once it was freed
     */
    public boolean isInUse(final int itsGeneration) {
        return !isFree() && generation() == itsGeneration;
    }

    @Override
    protected boolean lasts(final int itsGeneration) {
        synchronized (param()) {
            return isInUse(itsGeneration);
        }
    }

    // ---- What it is about -----------------------------------------------------------------------

    /** Opens it; it is pending from now on. The earlier requests are linked in their order. */
    void open(
            final IommuFault last,
            final IommuAttachHandle handle,
            final PartialFault earlier,
            final long arrival) {
        beginUse();
        copyFrom(last);
        if (attachHandle != handle) {
            attachHandle = handle;
        }
        if (earlier != null) {
            firstFault = earlier;
            earlier.beginChain();
        }
        state = arrival;
    }

    /** Gives up its earlier requests. */
    PartialFault takeEarlier() {
        final PartialFault earlier = firstFault;
        if (earlier != null) {
            firstFault = null;
        }
        return earlier;
    }

    /**
     * Where its device's faults are kept.
     *
     * @return {@code group->fault_param}
     */
    public IommuFaultParam param() {
        return (IommuFaultParam) owner();
    }

    /**
     * Where a core that is not in Java keeps the group. Not a part of the kernel's structure. Any
     * thread.
     *
     * @return what {@link #setAddress} said, maybe of a use of this instance before
     */
    public long address() {
        synchronized (param()) {
            return param().address(index);
        }
    }

    /**
     * Says where a core that is not in Java keeps the group. Any thread.
     *
     * @param address such as a pointer
     */
    public void setAddress(final long address) {
        synchronized (param()) {
            param().setAddress(index, address);
        }
    }

    @Override
    public IommuDevice device() {
        return param().device();
    }

    @Override
    public IommuFault lastFault() {
        return this;
    }

    @Override
    public int faultCount() {
        return firstFault == null ? 1 : firstFault.chainLength() + 1;
    }

    @Override
    public IommuFault fault(final int index) {
        final int count = faultCount();
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(
                    "index must be in [0, " + count + "): index=" + index);
        }
        return index == count - 1 ? this : firstFault.inChain(index);
    }

    @Override
    public IommuAttachHandle attachHandle() {
        return attachHandle;
    }
}
