// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.DeviceFaultHandler;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.core.iopf.AbsentIopfQueue;
import io.iopf4j.core.iopf.DeviceFaultParam;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.PendingRecord;
import io.iopf4j.core.iopf.PendingRecords;

/**
 * The semantics of the series' fourth and fifth posting, April and May 2018: the step between
 * {@link Series2017} and what was merged. The pending list is there, so that this is written as
 * what {@link Mainline5x} has changed since. PASID and group id must both match, a handler's
 * failure leaves its record behind, there is no version, unregistering drops a reference that
 * nobody took, and a timer complains of late answers and does nothing else.
 */
public class Series2018 extends Mainline5x {
    /** The profile's name. */
    public static final String NAME = "v5-2018";

    /** The default of the boot parameter {@code iommu.prq_timeout}, in seconds. */
    public static final int DEFAULT_PRQ_TIMEOUT = 10;

    private static final int MAX_PRQ_TIMEOUT = 100;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final Kernel kernel;
    private final FailSlab failSlab;
    private volatile long timeoutNs = DEFAULT_PRQ_TIMEOUT * NS_PER_SECOND;

    /**
     * A core in which every allocation succeeds.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     */
    public Series2018(final Kernel kernel, final FaultObserver observer) {
        this(kernel, observer, FailSlab.NEVER);
    }

    /**
     * A core.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     * @param failSlab which allocations fail
     */
    public Series2018(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
        super(kernel, observer, failSlab);
        this.kernel = kernel;
        this.failSlab = failSlab;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public FaultGeneration generation() {
        return FaultGeneration.SERIES_2018;
    }

    /**
     * Sets how long an answer may take before the log says so: the boot parameter {@code
     * iommu.prq_timeout}. Before any handler is registered.
     *
     * @param seconds up to 100; 0 is meant to switch the timer off, and see {@link #keep} for what
     *     it does
     * @return 0, or {@code -EINVAL} and the timeout is as before
     */
    public final int setPrqTimeout(final int seconds) {
        if (seconds < 0 || seconds > MAX_PRQ_TIMEOUT) {
            return -Errno.EINVAL;
        }
        timeoutNs = seconds * NS_PER_SECOND;
        return 0;
    }

    // ---- Register -------------------------------------------------------------------------------

    @Override
    protected DeviceFaultParam newFaultParam(
            final IommuDevice dev, final DeviceFaultHandler handler, final Object data) {
        final TimedFaultParam param = new TimedFaultParam(dev, handler, data, failSlab);
        if (timeoutNs != 0) {
            param.timer = kernel.newTimer(() -> complain(param));
        }
        return param;
    }

    /** Drops a reference all the same, which nobody took. */
    @Override
    protected void unregisteredNothing(final IommuDevice dev) {
        dev.put();
    }

    // ---- Report ---------------------------------------------------------------------------------

    /**
     * Notes the time, and arms the timer if nothing was pending. With a timeout of 0 that arms a
     * timer which was never set up; the kernel stops there with a BUG, here the log has it.
     */
    @Override
    protected PendingRecord keep(final DeviceFaultParam param, final IommuFault fault) {
        final boolean isFirst = param.records().isEmpty();
        final PendingRecord record = super.keep(param, fault);
        if (record == null) {
            return null;
        }
        record.setExpireNs(kernel.nowNs() + timeoutNs);
        if (isFirst) {
            final KernelTimer timer = ((TimedFaultParam) param).timer;
            if (timer == null) {
                kernel.log().err(param.device().name(), "BUG: armed a timer never set up");
            } else {
                timer.arm(record.expireNs());
            }
        }
        return record;
    }

    /** The record stays, although whoever reported the fault answers it now. */
    @Override
    protected void handlerFailed(final DeviceFaultParam param, final PendingRecord record) {}

    // ---- Respond --------------------------------------------------------------------------------

    /** The device's domain is looked up first, and a device in no group has none. */
    @Override
    protected boolean canAnswer(final IommuDevice dev) {
        return dev.iommuGroup() != null && super.canAnswer(dev);
    }

    /** A message has neither a version nor flags that could be unknown. */
    @Override
    protected boolean isWellFormed(final IommuPageResponse msg) {
        return true;
    }

    /**
     * PASID and group id must both be those of the request, even of one that has no PASID. The
     * message's private data become what the driver gave with the request.
     */
    @Override
    protected PendingRecord match(final PendingRecords records, final IommuPageResponse msg) {
        PendingRecord record = records.oldestOf(msg.grpid());
        while (record != null && record.fault().pasid() != msg.pasid()) {
            record = records.nextOf(record);
        }
        if (record != null) {
            msg.privateData(record.fault().privateData1());
        }
        return record;
    }

    /** Warns each time: nothing limits what a guest makes of the log. */
    @Override
    protected void warnOfNothingPending(final IommuDevice dev, final IommuPageResponse msg) {
        kernel.log().warn(dev.name(), "no pending page request, answer dropped");
    }

    @Override
    protected void removed(final DeviceFaultParam param) {
        final KernelTimer timer = ((TimedFaultParam) param).timer;
        if (param.records().isEmpty() && timer != null) {
            timer.cancel();
        }
    }

    // ---- Timer ----------------------------------------------------------------------------------

    /**
     * Follows the series' timer function: a line for each request whose time has passed, and no
     * answer. The posting walks without the list's lock, and so through records that are being
     * freed; here it is taken.
     */
    private void complain(final TimedFaultParam param) {
        synchronized (param) {
            if (param.records().isEmpty()) {
                return;
            }
            final long nowNs = kernel.nowNs();
            for (PendingRecord at = param.records().oldest(); at != null; at = at.next()) {
                // The posting asks for earlier than now; but a kernel timer never runs on time, and
                // ours does.
                if (at.expireNs() <= nowNs) {
                    kernel.log()
                            .err(
                                    param.device().name(),
                                    String.format(
                                            "page response overdue: pasid=%d grpid=%d expire=%d"
                                                    + " now=%d",
                                            at.fault().pasid(),
                                            at.fault().grpid(),
                                            at.expireNs(),
                                            nowNs));
                }
            }
            param.timer.arm(nowNs + timeoutNs);
        }
    }

    /** A registration with its timer, which is null if the timeout was 0 when it was made. */
    private static final class TimedFaultParam extends DeviceFaultParam {
        private KernelTimer timer;

        TimedFaultParam(
                final IommuDevice device,
                final DeviceFaultHandler handler,
                final Object data,
                final FailSlab failSlab) {
            super(device, handler, data, failSlab);
        }
    }

    // ---- Fault queues ---------------------------------------------------------------------------

    /** There is none before Linux 5.13. */
    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        return AbsentIopfQueue.INSTANCE;
    }
}
