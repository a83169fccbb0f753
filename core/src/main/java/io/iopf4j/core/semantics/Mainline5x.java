// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.DeviceFaultHandler;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.DeviceFaultParam;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.IopfQueue5x;
import io.iopf4j.core.iopf.PageFaultHandler;
import io.iopf4j.core.iopf.PendingRecord;
import io.iopf4j.core.iopf.PendingRecords;

/**
 * The semantics of Linux 5.9 to 6.1: {@code drivers/iommu/iommu.c}. A fault goes to the one handler
 * of its device; the core keeps the last request of each group until somebody answers it by its
 * group id. Whoever reports a fault in vain must complete it. There is no timeout and no limit.
 *
 * <p>Thread-safe as the kernel is: reports and answers come from any thread. Locks, outer first:
 * the device's ({@code dev->iommu->lock}, its monitor), held during a whole report and so while the
 * handler runs; the registration's ({@code fault_param->lock}), held while the driver answers. A
 * handler may answer at once; one that registers, unregisters or reports would lock itself out,
 * which is an {@link IllegalStateException} here. A kernel of one processor needs neither lock for
 * reports and answers, and takes none ({@link Kernel#isUniprocessor}).
 */
public class Mainline5x implements FaultCore {
    /** The profile's name. */
    public static final String NAME = "mainline-5.x";

    private final Kernel kernel;
    private final FaultObserver observer;
    private final FailSlab failSlab;
    private final boolean isUniprocessor;
    private final HostAnswer hostAnswer;
    private final RateLimit emptyListWarnings;
    private volatile PageFaultHandler pageFaultHandler = PageFaultHandler.NONE;

    /**
     * A core in which every allocation succeeds.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     */
    public Mainline5x(final Kernel kernel, final FaultObserver observer) {
        this(kernel, observer, FailSlab.NEVER);
    }

    /**
     * A core.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     * @param failSlab which allocations fail
     */
    public Mainline5x(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
        this.kernel = kernel;
        this.observer = observer;
        this.failSlab = failSlab;
        this.isUniprocessor = kernel.isUniprocessor();
        this.hostAnswer = new HostAnswer(observer);
        this.emptyListWarnings = new RateLimit(kernel);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public FaultGeneration generation() {
        return FaultGeneration.LINUX_5_X;
    }

    // ---- Register -------------------------------------------------------------------------------

    /**
     * Follows {@code iommu_register_device_fault_handler()}. A registration holds a reference of
     * the device.
     *
     * @return 0; {@code -EINVAL} if the device is in no group; {@code -EBUSY} if it has a handler;
     *     {@code -ENOMEM}
     */
    @Override
    public int registerDeviceFaultHandler(
            final IommuDevice dev, final DeviceFaultHandler handler, final Object data) {
        if (dev.iommuGroup() == null) {
            return -Errno.EINVAL;
        }
        mustNotHoldLockOf(dev);
        synchronized (dev) {
            if (dev.faultParam() != null) {
                return -Errno.EBUSY;
            }
            dev.get();
            if (failSlab.fails()) {
                dev.put();
                return -Errno.ENOMEM;
            }
            dev.setFaultParam(newFaultParam(dev, handler, data));
            return 0;
        }
    }

    /**
     * Makes a registration.
     *
     * @param dev the device
     * @param handler who receives its faults
     * @param data handed to it with each fault
     * @return what goes into the device's slot
     */
    protected DeviceFaultParam newFaultParam(
            final IommuDevice dev, final DeviceFaultHandler handler, final Object data) {
        return new DeviceFaultParam(dev, handler, data, failSlab);
    }

    /**
     * Follows {@code iommu_unregister_device_fault_handler()}.
     *
     * @return 0, also if nothing was registered; {@code -EINVAL} if the device is in no group;
     *     {@code -EBUSY} while faults are pending, and nothing has changed
     */
    @Override
    public int unregisterDeviceFaultHandler(final IommuDevice dev) {
        if (dev.iommuGroup() == null) {
            return -Errno.EINVAL;
        }
        mustNotHoldLockOf(dev);
        synchronized (dev) {
            final DeviceFaultParam param = DeviceFaultParam.of(dev);
            if (param == null) {
                unregisteredNothing(dev);
                return 0;
            }
            synchronized (param) {
                if (!param.records().isEmpty()) {
                    return -Errno.EBUSY;
                }
            }
            dev.setFaultParam(null);
            dev.put();
            return 0;
        }
    }

    /**
     * Somebody unregistered where nothing was registered: nothing happens.
     *
     * @param dev the device, its lock held
     */
    protected void unregisteredNothing(final IommuDevice dev) {}

    // ---- Report ---------------------------------------------------------------------------------

    /**
     * Follows {@code iommu_report_device_fault()}. The last request of a group is kept before its
     * handler runs. If this fails for a page request, the caller owes the device an answer.
     *
     * @return 0; {@code -EINVAL} if there is no fault, no group or no handler; {@code -ENOMEM} if
     *     the request could not be kept, and no handler has seen it; or the handler's errno
     */
    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        if (fault == null) {
            return -Errno.EINVAL;
        }
        observer.reported(dev, fault);
        final int ret = dev.iommuGroup() == null ? -Errno.EINVAL : deliver(dev, fault);
        if (ret != 0 && fault.isLastPageRequest()) {
            observer.reportFailed(dev, fault, ret);
        }
        return ret;
    }

    private int deliver(final IommuDevice dev, final IommuFault fault) {
        mustNotHoldLockOf(dev);
        if (isUniprocessor) {
            return deliverTo(DeviceFaultParam.of(dev), dev, fault);
        }
        synchronized (dev) {
            return deliverTo(DeviceFaultParam.of(dev), dev, fault);
        }
    }

    private int deliverTo(
            final DeviceFaultParam param, final IommuDevice dev, final IommuFault fault) {
        if (param == null || param.handler() == null) {
            return -Errno.EINVAL;
        }
        PendingRecord record = null;
        if (fault.isLastPageRequest()) {
            record = lockAndKeep(param, fault);
            if (record == null) {
                return -Errno.ENOMEM;
            }
        }
        observer.delivered(dev, fault);
        final int ret = handle(param, fault);
        if (ret != 0 && record != null) {
            synchronized (param) {
                handlerFailed(param, record);
            }
        }
        return ret;
    }

    private PendingRecord lockAndKeep(final DeviceFaultParam param, final IommuFault fault) {
        if (isUniprocessor) {
            return keep(param, fault);
        }
        synchronized (param) {
            return keep(param, fault);
        }
    }

    private static int handle(final DeviceFaultParam param, final IommuFault fault) {
        param.setDelivering(true);
        try {
            return param.handler().handle(fault, param.data());
        } finally {
            param.setDelivering(false);
        }
    }

    /**
     * Keeps the last request of a group.
     *
     * @param param the device's registration, its lock held
     * @param fault the request
     * @return its record, or null without memory
     */
    protected PendingRecord keep(final DeviceFaultParam param, final IommuFault fault) {
        return param.records().add(fault);
    }

    /**
     * A handler refused a request that is kept: it is forgotten, whoever reported it answers.
     *
     * @param param the device's registration, its lock held
     * @param record the request's record
     */
    protected void handlerFailed(final DeviceFaultParam param, final PendingRecord record) {
        param.records().remove(record);
    }

    // ---- Respond --------------------------------------------------------------------------------

    /**
     * Follows {@code iommu_page_response()}. The oldest request that matches is answered, and its
     * record is gone whatever the driver made of the answer: a code that the driver refuses leaves
     * the device without one for good. {@code argsz} and the code are not looked at.
     *
     * @return the driver's result; {@code -ENODEV} if it cannot answer; {@code -EINVAL} without a
     *     handler, for another version or unknown flags, or if nothing matches, and then everything
     *     is as before
     */
    @Override
    public int pageResponse(
            final IommuDomain domain, final IommuDevice dev, final IommuPageResponse msg) {
        if (!canAnswer(dev)) {
            return refused(msg, -Errno.ENODEV);
        }
        final DeviceFaultParam param = DeviceFaultParam.of(dev);
        if (dev.iommuGroup() == null || param == null) {
            return refused(msg, -Errno.EINVAL);
        }
        if (!isWellFormed(msg)) {
            return refused(msg, -Errno.EINVAL);
        }
        if (isUniprocessor) {
            return respond(param, dev, msg);
        }
        synchronized (param) {
            return respond(param, dev, msg);
        }
    }

    private int respond(
            final DeviceFaultParam param, final IommuDevice dev, final IommuPageResponse msg) {
        if (param.records().isEmpty()) {
            warnOfNothingPending(dev, msg);
            return refused(msg, -Errno.EINVAL);
        }
        final PendingRecord record = match(param.records(), msg);
        if (record == null) {
            return refused(msg, -Errno.EINVAL);
        }
        observer.responding(dev, record.fault(), msg.code(), ResponseOrigin.CONSUMER);
        final int ret = dev.ops().pageResponse(dev, record.fault(), msg);
        param.records().remove(record);
        removed(param);
        return ret == 0 ? 0 : refused(msg, ret);
    }

    /**
     * Whether there is somebody to hand an answer to.
     *
     * @param dev the device
     * @return its driver has the operation
     */
    protected boolean canAnswer(final IommuDevice dev) {
        return dev.ops().hasPageResponse();
    }

    /**
     * Whether a message's head is one that is known.
     *
     * @param msg the answer
     * @return version 1 and no unknown flag
     */
    protected boolean isWellFormed(final IommuPageResponse msg) {
        return msg.version() == IommuPageResponse.VERSION
                && (msg.flags() & ~IommuPageResponse.FLAG_PASID_VALID) == 0;
    }

    /**
     * Finds the request that is answered. One that needs a PASID is matched by it, too; otherwise
     * the group id alone matches, and a PASID is cleared in the caller's message.
     *
     * @param records what is pending, oldest first
     * @param msg the answer
     * @return the record, or null
     */
    protected PendingRecord match(final PendingRecords records, final IommuPageResponse msg) {
        PendingRecord record = records.oldestOf(msg.grpid());
        while (record != null
                && record.fault().needsPasid()
                && !(msg.hasPasid() && msg.pasid() == record.fault().pasid())) {
            record = records.nextOf(record);
        }
        if (record != null && !record.fault().needsPasid() && msg.hasPasid()) {
            msg.withoutPasid();
        }
        return record;
    }

    /**
     * Says that an answer came to a device that is owed none; few times, since a guest can make it.
     *
     * @param dev the device
     * @param msg the answer
     */
    protected void warnOfNothingPending(final IommuDevice dev, final IommuPageResponse msg) {
        if (emptyListWarnings.allows()) {
            kernel.log().warn(dev.name(), "no pending page request, answer dropped");
        }
    }

    /**
     * A record was taken off.
     *
     * @param param the device's registration, its lock held
     */
    protected void removed(final DeviceFaultParam param) {}

    private int refused(final IommuPageResponse msg, final int errno) {
        observer.refused(msg.grpid(), msg.code(), errno);
        return errno;
    }

    private void mustNotHoldLockOf(final IommuDevice dev) {
        if (isUniprocessor ? isDelivering(dev) : Thread.holdsLock(dev)) {
            throw new IllegalStateException(
                    "a fault handler of " + dev.name() + " waits for the lock that it runs under");
        }
    }

    private static boolean isDelivering(final IommuDevice dev) {
        final DeviceFaultParam param = DeviceFaultParam.of(dev);
        return param != null && param.isDelivering();
    }

    // ---- What a mitigation needs ----------------------------------------------------------------

    @Override
    public void refuse(
            final IommuDevice dev,
            final IommuFault last,
            final int code,
            final ResponseOrigin origin) {
        IopfQueue5x.dropPartialsOf(dev, last.grpid());
        hostAnswer.send(dev, last, last, code, origin);
    }

    /** The oldest pending request of the same group id and PASID is the one that is meant. */
    @Override
    public boolean end(
            final IommuDevice dev,
            final IommuFault last,
            final IopfGroup group,
            final int generation,
            final int code,
            final ResponseOrigin origin) {
        final DeviceFaultParam param = DeviceFaultParam.of(dev);
        if (param == null) {
            return false;
        }
        synchronized (param) {
            PendingRecord record = param.records().oldestOf(last.grpid());
            while (record != null && !isOfSamePasid(record.fault(), last)) {
                record = param.records().nextOf(record);
            }
            if (record == null) {
                return false;
            }
            hostAnswer.send(dev, record.fault(), record.fault(), code, origin);
            param.records().remove(record);
            removed(param);
            return true;
        }
    }

    private static boolean isOfSamePasid(final IommuFault one, final IommuFault other) {
        return one.hasPasid() == other.hasPasid()
                && (!one.hasPasid() || one.pasid() == other.pasid());
    }

    @Override
    public int pending(final IommuDevice dev) {
        final DeviceFaultParam param = DeviceFaultParam.of(dev);
        if (param == null) {
            return 0;
        }
        synchronized (param) {
            return param.records().size();
        }
    }

    @Override
    public void dropPartials(final IommuDevice dev) {
        IopfQueue5x.dropPartials(dev);
    }

    /** What waits for the rest of its group would join a group of the next owner: it goes, too. */
    @Override
    public void forget(final IommuDevice dev) {
        dropPartials(dev);
        final DeviceFaultParam param = DeviceFaultParam.of(dev);
        if (param == null) {
            return;
        }
        synchronized (param) {
            while (!param.records().isEmpty()) {
                param.records().remove(param.records().oldest());
                removed(param);
            }
        }
    }

    // ---- Fault queues ---------------------------------------------------------------------------

    /** The queue's handler is {@link IopfQueue5x#queueIopf}, to be registered with the device. */
    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        return new IopfQueue5x(
                this,
                observer,
                failSlab,
                kernel.allocWorkqueue("iopf_queue/" + name),
                (dev, fault) -> pageFaultHandler.handle(dev, fault));
    }

    /**
     * Says who handles the pages of queued faults: whoever shares address spaces with devices.
     *
     * @param pageFaultHandler from now on; until then every page is {@code INVALID}
     */
    public final void setPageFaultHandler(final PageFaultHandler pageFaultHandler) {
        this.pageFaultHandler = pageFaultHandler;
    }
}
