// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.FaultParamGroup;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.iopf.IommuFaultParam;
import io.iopf4j.core.iopf.PendingGroup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The semantics of Linux 6.12: {@code drivers/iommu/io-pgfault.c}. A fault goes to the handler of
 * the domain that is attached at its PASID; the core keeps each complete group until it is
 * answered, and answers by itself whatever cannot be delivered. There is no timeout and no limit.
 *
 * <p>Thread-safe as the kernel is: reports and answers come from any thread. Locks, outer first: a
 * queue's, then the device's fault parameters'. The latter is held while the driver answers; a
 * domain's handler runs under none. A kernel of one processor needs no locks for reports and
 * answers, and none are taken there ({@link Kernel#isUniprocessor}).
 */
public class Mainline612 implements FaultCore, GroupResponder {
    /** The profile's name. */
    public static final String NAME = "mainline-6.12";

    private final Kernel kernel;
    private final FaultObserver observer;
    private final FailSlab failSlab;
    private final boolean isUniprocessor;

    /**
     * A core in which every allocation succeeds.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     */
    public Mainline612(final Kernel kernel, final FaultObserver observer) {
        this(kernel, observer, FailSlab.NEVER);
    }

    /**
     * A core.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     * @param failSlab which allocations fail
     */
    public Mainline612(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
        this.kernel = kernel;
        this.observer = observer;
        this.failSlab = failSlab;
        isUniprocessor = kernel.isUniprocessor();
    }

    @Override
    public final boolean isUniprocessor() {
        return isUniprocessor;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public FaultGeneration generation() {
        return FaultGeneration.LINUX_6_12;
    }

    // ---- Report ---------------------------------------------------------------------------------

    /**
     * Follows {@code iommu_report_device_fault()}. Whatever happens to it, the last request of a
     * group is owed exactly one answer, and this method sees to it.
     *
     * <p>It may race with what Linux asks its callers to exclude. The kernel counts references of
     * {@code fault_param}, so that a report that has found it before the device left its queue adds
     * a group to parameters that nobody looks at any more, and only the group's consumer can still
     * answer it; here such a report finds no queue. A group that is delivered by an attachment
     * which went away meanwhile is missed by the automatic answers there; here it is withdrawn and
     * answered INVALID, if the handler can give it back.
     *
     * @return 0 if the fault was delivered, kept, or answered FAILURE because its handler or memory
     *     failed; {@code -EINVAL} if it has no handler, after answering INVALID even to a request
     *     that is not its group's last; {@code -ENOMEM} if such a request could not be kept
     */
    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        observer.reported(dev, fault);
        final IommuAttachHandle handle = findFaultHandler(dev, fault);
        if (handle == null) {
            return noHandler(dev, fault);
        }
        final IommuFaultParam param = (IommuFaultParam) dev.faultParam();
        if (param == null) {
            kernel.log().warn(dev.name(), "fault of a device that is on no fault queue");
            return noHandler(dev, fault);
        }
        return fault.isLast()
                ? reportGroup(dev, param, handle, fault)
                : reportPartialFault(dev, param, fault);
    }

    private int reportGroup(
            final IommuDevice dev,
            final IommuFaultParam param,
            final IommuAttachHandle handle,
            final IommuFault fault) {
        final FaultParamGroup group = lockAndOpen(param, fault, handle);
        if (group == null) {
            return notOpened(dev, param, fault);
        }
        final int generation = group.generation();
        observer.delivered(group);
        final IopfHandler handler = handle.domain().iopfHandler();
        if (handler.handle(group) != 0) {
            endOwned(group, generation, PageResponseCode.FAILURE, ResponseOrigin.HANDLER_FAILED);
        } else if (!isAttached(dev, fault, handle) && handler.withdraw(group, generation)) {
            endOwned(group, generation, PageResponseCode.INVALID, ResponseOrigin.DOMAIN_CHANGED);
        }
        return 0;
    }

    private FaultParamGroup lockAndOpen(
            final IommuFaultParam param, final IommuFault fault, final IommuAttachHandle handle) {
        if (isUniprocessor) {
            return open(param, fault, handle);
        }
        synchronized (param) {
            return open(param, fault, handle);
        }
    }

    /** Null if the device has left its queue, or without memory. */
    private static FaultParamGroup open(
            final IommuFaultParam param, final IommuFault fault, final IommuAttachHandle handle) {
        return param.isRemoved() ? null : param.openGroup(fault, handle);
    }

    private int notOpened(
            final IommuDevice dev, final IommuFaultParam param, final IommuFault fault) {
        final boolean isRemoved;
        synchronized (param) {
            isRemoved = param.isRemoved();
        }
        if (isRemoved) {
            return noHandler(dev, fault);
        }
        refuse(dev, fault, PageResponseCode.FAILURE, ResponseOrigin.NO_MEMORY);
        return 0;
    }

    private static boolean isAttached(
            final IommuDevice dev, final IommuFault fault, final IommuAttachHandle handle) {
        final IommuGroup group = IommuGroup.of(dev);
        return group != null
                && (group.attachHandle(IommuGroup.NO_PASID) == handle
                        || (fault.hasPasid() && group.attachHandle(fault.pasid()) == handle));
    }

    /**
     * Follows {@code find_fault_handler()}: the attachment at the fault's PASID; failing that, the
     * nested domain at the RID, if a guest's tables cover all PASIDs.
     *
     * @param dev the device
     * @param fault the fault
     * @return the attachment, its domain having a handler; or null
     */
    protected IommuAttachHandle findFaultHandler(final IommuDevice dev, final IommuFault fault) {
        final IommuGroup group = IommuGroup.of(dev);
        if (group == null) {
            return null;
        }
        IommuAttachHandle handle =
                group.attachHandle(fault.hasPasid() ? fault.pasid() : IommuGroup.NO_PASID);
        if (handle == null && fault.hasPasid() && dev.ops().userPasidTable()) {
            handle = group.attachHandle(IommuGroup.NO_PASID);
            if (handle != null && handle.domain().type() != DomainType.NESTED) {
                return null;
            }
        }
        return handle == null || handle.domain().iopfHandler() == null ? null : handle;
    }

    /** Follows {@code report_partial_fault()}. Without memory the request is lost, unanswered. */
    private int reportPartialFault(
            final IommuDevice dev, final IommuFaultParam param, final IommuFault fault) {
        final boolean isRemoved;
        final boolean isKept;
        synchronized (param) {
            isRemoved = param.isRemoved();
            isKept = !isRemoved && param.addPartial(fault);
        }
        if (isRemoved) {
            return noHandler(dev, fault);
        }
        if (!isKept) {
            observer.partialDropped(dev, fault);
            return -Errno.ENOMEM;
        }
        return 0;
    }

    private int noHandler(final IommuDevice dev, final IommuFault fault) {
        if (fault.type() == IommuFault.TYPE_PAGE_REQ) {
            // Rare: allocating the answer does not matter.
            answer(
                    dev,
                    fault,
                    PageResponseCode.INVALID,
                    ResponseOrigin.NO_HANDLER,
                    new IommuPageResponse());
        }
        return -Errno.EINVAL;
    }

    /** Answers a request that never became a group. */
    private void answer(
            final IommuDevice dev,
            final IommuFault fault,
            final int code,
            final ResponseOrigin origin,
            final IommuPageResponse response) {
        observer.responding(dev, fault, code, origin);
        dev.ops().pageResponse(dev, fault, response.set(fault.pasid(), fault.grpid(), code));
    }

    // ---- Respond --------------------------------------------------------------------------------

    /**
     * Follows {@code iopf_group_response()}: nothing happens to a group that is not pending any
     * more. The code is not looked at.
     */
    @Override
    public void groupResponse(
            final PendingGroup pending, final int code, final ResponseOrigin origin) {
        final FaultParamGroup group = (FaultParamGroup) pending;
        final IommuFaultParam param = group.param();
        if (isUniprocessor) {
            respond(param, group, code, origin);
        } else {
            synchronized (param) {
                respond(param, group, code, origin);
            }
        }
    }

    private void respond(
            final IommuFaultParam param,
            final FaultParamGroup group,
            final int code,
            final ResponseOrigin origin) {
        if (param.endPending(group)) {
            send(param, group, code, origin);
        }
    }

    /** Follows {@code iopf_free_group()}. */
    @Override
    public void freeGroup(final PendingGroup pending) {
        final FaultParamGroup group = (FaultParamGroup) pending;
        final IommuFaultParam param = group.param();
        if (isUniprocessor) {
            param.recycle(group);
        } else {
            synchronized (param) {
                param.recycle(group);
            }
        }
    }

    /** One turn of the lock for both. */
    @Override
    public void end(final PendingGroup pending, final int code, final ResponseOrigin origin) {
        if (isUniprocessor) {
            groupResponse(pending, code, origin);
            freeGroup(pending);
        } else {
            synchronized (((FaultParamGroup) pending).param()) {
                groupResponse(pending, code, origin);
                freeGroup(pending);
            }
        }
    }

    private void send(
            final IommuFaultParam param,
            final FaultParamGroup group,
            final int code,
            final ResponseOrigin origin) {
        final IommuFault last = group.lastFault();
        observer.responding(group, code, origin);
        param.device()
                .ops()
                .pageResponse(
                        param.device(),
                        last,
                        param.response().set(last.pasid(), last.grpid(), code));
    }

    // ---- What a mitigation needs ----------------------------------------------------------------

    @Override
    public void refuse(
            final IommuDevice dev,
            final IommuFault last,
            final int code,
            final ResponseOrigin origin) {
        final IommuFaultParam param = (IommuFaultParam) dev.faultParam();
        if (param == null) {
            answer(dev, last, code, origin, new IommuPageResponse());
            return;
        }
        synchronized (param) {
            for (IommuFault lost = param.dropOnePartialOf(last.grpid());
                    lost != null;
                    lost = param.dropOnePartialOf(last.grpid())) {
                observer.partialDropped(dev, lost);
            }
            answer(dev, last, code, origin, param.response());
        }
    }

    @Override
    public boolean end(
            final IommuDevice dev,
            final IommuFault last,
            final IopfGroup group,
            final int generation,
            final int code,
            final ResponseOrigin origin) {
        final IopfHandler handler = group.attachHandle().domain().iopfHandler();
        if (handler == null || !handler.withdraw(group, generation)) {
            return false;
        }
        return endOwned((FaultParamGroup) group, generation, code, origin);
    }

    /** Answers and frees a group that no consumer holds. */
    private boolean endOwned(
            final FaultParamGroup group,
            final int generation,
            final int code,
            final ResponseOrigin origin) {
        final IommuFaultParam param = group.param();
        synchronized (param) {
            // No list of a consumer held it for a moment: its device may have left and answered it.
            if (!group.isInUse(generation)) {
                return false;
            }
            final boolean isEnded = param.endPending(group);
            if (isEnded) {
                send(param, group, code, origin);
            }
            param.recycle(group);
            return isEnded;
        }
    }

    @Override
    public int pending(final IommuDevice dev) {
        final IommuFaultParam param = (IommuFaultParam) dev.faultParam();
        if (param == null) {
            return 0;
        }
        synchronized (param) {
            return param.pendingCount();
        }
    }

    @Override
    public int partials(final IommuDevice dev) {
        final IommuFaultParam param = (IommuFaultParam) dev.faultParam();
        if (param == null) {
            return 0;
        }
        synchronized (param) {
            return param.partialCount();
        }
    }

    /**
     * Drops the partial faults: no last request of a group that was drained will come, and a group
     * of the device's next owner must not begin with them. Complete groups were answered when the
     * domain changed.
     */
    @Override
    public void forget(final IommuDevice dev) {
        dropPartials(dev);
    }

    @Override
    public void dropPartials(final IommuDevice dev) {
        final IommuFaultParam param = (IommuFaultParam) dev.faultParam();
        if (param != null) {
            synchronized (param) {
                dropPartials(param);
            }
        }
    }

    private void dropPartials(final IommuFaultParam param) {
        for (IommuFault dropped = param.dropOnePartial();
                dropped != null;
                dropped = param.dropOnePartial()) {
            observer.partialDropped(param.device(), dropped);
        }
    }

    // ---- Fault queues ---------------------------------------------------------------------------

    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        return new Queue(kernel.allocWorkqueue("iopf_queue/" + name));
    }

    /** {@code struct iopf_queue} with its functions. */
    private final class Queue implements IopfQueue {
        private final Workqueue workqueue;
        private final Map<IommuDevice, IommuFaultParam> devices = new LinkedHashMap<>();

        /** Made once: an overflow allocates nothing. */
        private final BiConsumer<IommuDevice, IommuFaultParam> dropping = this::dropPartialsOf;

        Queue(final Workqueue workqueue) {
            this.workqueue = workqueue;
        }

        @Override
        public synchronized int addDevice(final IommuDevice dev) {
            if (!dev.ops().hasPageResponse()) {
                return -Errno.ENODEV;
            }
            if (dev.faultParam() != null) {
                return -Errno.EBUSY;
            }
            if (failSlab.fails()) {
                return -Errno.ENOMEM;
            }
            final IommuFaultParam param =
                    new IommuFaultParam(dev, Mainline612.this, failSlab, workqueue);
            devices.put(dev, param);
            dev.setFaultParam(param);
            return 0;
        }

        @Override
        public synchronized int removeDevice(final IommuDevice dev) {
            final IommuFaultParam param = devices.remove(dev);
            if (param == null) {
                kernel.log().warn(dev.name(), "not on this fault queue");
                return 0;
            }
            synchronized (param) {
                param.markRemoved();
                dropPartials(param);
                for (final FaultParamGroup group : param.pending()) {
                    if (param.endPending(group)) {
                        send(param, group, PageResponseCode.INVALID, ResponseOrigin.DEVICE_REMOVED);
                        param.recycle(group);
                    }
                }
            }
            dev.setFaultParam(null);
            return 0;
        }

        @Override
        public int flushDev(final IommuDevice dev) {
            if (dev.faultParam() == null) {
                kernel.log().warn(dev.name(), "flush of a device that is on no fault queue");
                return -Errno.ENODEV;
            }
            workqueue.flush();
            return 0;
        }

        @Override
        public synchronized int discardPartial() {
            devices.forEach(dropping);
            return 0;
        }

        private void dropPartialsOf(final IommuDevice dev, final IommuFaultParam param) {
            synchronized (param) {
                dropPartials(param);
            }
        }

        @Override
        public synchronized void free() {
            for (final IommuDevice dev : List.copyOf(devices.keySet())) {
                removeDevice(dev);
            }
            workqueue.destroy();
        }
    }
}
