// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.kernel.Workqueue;
import java.util.ArrayList;
import java.util.List;

/**
 * The I/O page fault queue of Linux 5.13 to 6.1: {@code drivers/iommu/io-pgfault.c}. Here, unlike
 * in 6.12, it is one consumer among others: its {@link #queueIopf} is registered as a device's
 * handler, gathers the requests of a group, and answers the group from its work by {@link
 * IommuCore#pageResponse}.
 *
 * <p>Thread-safe. Locks, outer first: the queue's, the device's ({@code dev->iommu->lock}, its
 * monitor), and the pool's of a device; pages are handled under none.
 */
public final class IopfQueue5x implements IopfQueue {
    private final IommuCore core;
    private final FaultObserver observer;
    private final FailSlab failSlab;
    private final Workqueue workqueue;
    private final PageFaultHandler pageFaultHandler;
    private final List<IommuDevice> devices = new ArrayList<>();

    /**
     * A queue without devices ({@code iopf_queue_alloc}).
     *
     * @param core where groups are answered
     * @param observer sees requests that are dropped
     * @param failSlab which allocations fail
     * @param workqueue runs a group's work; destroyed with this queue
     * @param pageFaultHandler handles each page
     */
    public IopfQueue5x(
            final IommuCore core,
            final FaultObserver observer,
            final FailSlab failSlab,
            final Workqueue workqueue,
            final PageFaultHandler pageFaultHandler) {
        this.core = core;
        this.observer = observer;
        this.failSlab = failSlab;
        this.workqueue = workqueue;
        this.pageFaultHandler = pageFaultHandler;
    }

    // ---- Devices --------------------------------------------------------------------------------

    @Override
    public synchronized int addDevice(final IommuDevice dev) {
        if (dev.iommuGroup() == null) {
            return -Errno.ENODEV;
        }
        if (failSlab.fails()) {
            return -Errno.ENOMEM;
        }
        synchronized (dev) {
            if (dev.iopfParam() != null) {
                return -Errno.EBUSY;
            }
            dev.setIopfParam(new DeviceParam(dev));
            devices.add(dev);
        }
        return 0;
    }

    /** Sends nothing and does not look at what is pending: that stays with the device's handler. */
    @Override
    public synchronized int removeDevice(final IommuDevice dev) {
        if (!devices.remove(dev)) {
            return -Errno.EINVAL;
        }
        synchronized (dev) {
            dropPartials(dev);
            dev.setIopfParam(null);
        }
        return 0;
    }

    @Override
    public int flushDev(final IommuDevice dev) {
        synchronized (dev) {
            if (dev.iopfParam() == null) {
                return -Errno.ENODEV;
            }
            ((DeviceParam) dev.iopfParam()).queue().workqueue.flush();
        }
        return 0;
    }

    @Override
    public synchronized int discardPartial() {
        // By index: an overflow allocates nothing.
        for (int i = 0; i < devices.size(); i++) {
            final IommuDevice dev = devices.get(i);
            synchronized (dev) {
                dropPartials(dev);
            }
        }
        return 0;
    }

    @Override
    public synchronized void free() {
        for (final IommuDevice dev : List.copyOf(devices)) {
            removeDevice(dev);
        }
        workqueue.destroy();
    }

    /**
     * Drops a device's requests that wait for the rest of their group, whichever queue it is on.
     *
     * @param dev a device; nothing happens if it is on no queue
     */
    public static void dropPartials(final IommuDevice dev) {
        synchronized (dev) {
            final DeviceParam param = (DeviceParam) dev.iopfParam();
            if (param != null) {
                param.dropPartials();
            }
        }
    }

    /**
     * Drops a device's requests of one group, whichever queue it is on.
     *
     * @param dev a device; nothing happens if it is on no queue
     * @param grpid the group's index
     */
    public static void dropPartialsOf(final IommuDevice dev, final int grpid) {
        synchronized (dev) {
            final DeviceParam param = (DeviceParam) dev.iopfParam();
            if (param != null) {
                param.dropPartialsOf(grpid);
            }
        }
    }

    // ---- Faults ---------------------------------------------------------------------------------

    /**
     * A {@link io.iopf4j.api.DeviceFaultHandler} that gathers groups and queues their work: {@code
     * iommu_queue_iopf()}. Called by the report, the device's lock held.
     *
     * @param fault the fault
     * @param cookie the {@link IommuDevice}, as it was registered with this handler
     * @return 0; {@code -EOPNOTSUPP} for what is no page request; {@code -ENODEV} if the device is
     *     on no queue; {@code -ENOMEM}, for a last request after its group's earlier ones were
     *     dropped: the caller owes the group's answer then
     */
    public static int queueIopf(final IommuFault fault, final Object cookie) {
        final IommuDevice dev = (IommuDevice) cookie;
        if (fault.type() != IommuFault.TYPE_PAGE_REQ) {
            return -Errno.EOPNOTSUPP;
        }
        synchronized (dev) {
            final DeviceParam param = (DeviceParam) dev.iopfParam();
            if (param == null) {
                return -Errno.ENODEV;
            }
            return fault.isLast() ? param.queueGroup(fault) : param.keepPartial(fault);
        }
    }

    /**
     * A device on the queue: {@code struct iopf_device_param}. Its monitor guards what is pooled,
     * since work gives it back without the device's lock.
     */
    private final class DeviceParam {
        private final IommuDevice dev;
        private final PartialFaults partials = new PartialFaults(failSlab);
        private Group freeGroups;

        DeviceParam(final IommuDevice dev) {
            this.dev = dev;
        }

        IopfQueue5x queue() {
            return IopfQueue5x.this;
        }

        synchronized int keepPartial(final IommuFault fault) {
            if (!partials.add(fault)) {
                observer.partialDropped(dev, fault);
                return -Errno.ENOMEM;
            }
            return 0;
        }

        int queueGroup(final IommuFault last) {
            final Group group = takeGroup(last);
            if (group == null) {
                dropPartialsOf(last.grpid());
                return -Errno.ENOMEM;
            }
            workqueue.queueWork(group);
            return 0;
        }

        private synchronized Group takeGroup(final IommuFault last) {
            if (failSlab.fails()) {
                return null;
            }
            Group group = freeGroups;
            if (group == null) {
                group = new Group(this);
            } else {
                freeGroups = group.nextFree;
            }
            group.lastFault.copyFrom(last);
            group.earlier = partials.takeGroup(last.grpid());
            return group;
        }

        synchronized void recycle(final Group group) {
            partials.recycle(group.earlier);
            group.earlier = null;
            group.nextFree = freeGroups;
            freeGroups = group;
        }

        synchronized void dropPartials() {
            for (IommuFault lost = partials.dropOne(); lost != null; lost = partials.dropOne()) {
                observer.partialDropped(dev, lost);
            }
        }

        synchronized void dropPartialsOf(final int grpid) {
            for (IommuFault lost = partials.dropOneOf(grpid);
                    lost != null;
                    lost = partials.dropOneOf(grpid)) {
                observer.partialDropped(dev, lost);
            }
        }
    }

    /** A complete group and its work: {@code struct iopf_group}, {@code iopf_handle_group()}. */
    private final class Group implements Runnable {
        private final DeviceParam param;
        private final IommuFault lastFault = new IommuFault();
        private final IommuPageResponse response = new IommuPageResponse();

        /** In the order of arrival. */
        private PartialFault earlier;

        private Group nextFree;

        Group(final DeviceParam param) {
            this.param = param;
        }

        /** An error sticks: later pages are not handled, and the group is answered with it. */
        @Override
        public void run() {
            int status = PageResponseCode.SUCCESS;
            for (PartialFault at = earlier; at != null; at = at.next) {
                if (status == PageResponseCode.SUCCESS) {
                    status = handleSingle(at.fault());
                }
            }
            if (status == PageResponseCode.SUCCESS) {
                status = handleSingle(lastFault);
            }
            complete(status);
            param.recycle(this);
        }

        private int handleSingle(final IommuFault fault) {
            return fault.hasPasid()
                    ? pageFaultHandler.handle(param.dev, fault)
                    : PageResponseCode.INVALID;
        }

        /** Follows {@code iopf_complete_group()}; like the kernel it drops the result. */
        private void complete(final int status) {
            response.set(lastFault.pasid(), lastFault.grpid(), status);
            if (lastFault.hasPasid() && lastFault.needsPasid()) {
                response.flags(IommuPageResponse.FLAG_PASID_VALID);
            }
            core.pageResponse(null, param.dev, response);
        }
    }
}
