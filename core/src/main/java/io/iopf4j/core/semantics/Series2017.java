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
import io.iopf4j.core.iopf.AbsentIopfQueue;
import io.iopf4j.core.iopf.FailSlab;

/**
 * The semantics of "[PATCH v3 00/16] IOMMU driver support for SVM virtualization", November 2017:
 * patches 08 to 10 and 15, {@code drivers/iommu/iommu.c}. Every request goes straight to the one
 * handler of its device, every answer straight to the driver. The core remembers neither: it cannot
 * tell an answer from one given twice, late, or to another device's fault, and unregistering a
 * handler forgets what is outstanding. {@link Series2018} is what the series became.
 *
 * <p>No function takes a lock. Reports and answers may come from any threads; to register or
 * unregister meanwhile is the caller's race, as there. The widths of a message's fields (9 bits of
 * group id, 4 of code) are those of whoever decodes it; the private data alone are cut here.
 */
public class Series2017 implements FaultCore {
    /** The profile's name. */
    public static final String NAME = "v3-2017";

    /** A response has 32 bits for what a request has 64. */
    private static final long PRIVATE_DATA_MASK = 0xffff_ffffL;

    private final FaultObserver observer;
    private final FailSlab failSlab;
    private final HostAnswer hostAnswer;

    /** What an answer names, for the observer; one for each thread, since there is no lock. */
    private final ThreadLocal<IommuFault> answered = ThreadLocal.withInitial(IommuFault::new);

    /** {@code struct iommu_fault_param}: a handler and its cookie, nothing else. */
    private record Registration(DeviceFaultHandler handler, Object data) {}

    /**
     * A core in which every allocation succeeds.
     *
     * @param kernel the kernel's services; none is used
     * @param observer sees each step
     */
    public Series2017(final Kernel kernel, final FaultObserver observer) {
        this(kernel, observer, FailSlab.NEVER);
    }

    /**
     * A core.
     *
     * @param kernel the kernel's services; none is used
     * @param observer sees each step
     * @param failSlab which allocations fail
     */
    public Series2017(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
        this.observer = observer;
        this.failSlab = failSlab;
        this.hostAnswer = new HostAnswer(observer);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public FaultGeneration generation() {
        return FaultGeneration.SERIES_2017;
    }

    // ---- Register -------------------------------------------------------------------------------

    /**
     * Follows {@code iommu_register_device_fault_handler()}. A registration holds a reference of
     * the device; one that fails for want of memory leaves it behind.
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
        if (dev.faultParam() != null) {
            return -Errno.EBUSY;
        }
        dev.get();
        if (failSlab.fails()) {
            return -Errno.ENOMEM;
        }
        dev.setFaultParam(new Registration(handler, data));
        return 0;
    }

    /**
     * Follows {@code iommu_unregister_device_fault_handler()}: always drops a reference, also one
     * that nobody took, and never looks at outstanding faults.
     *
     * @return 0, or {@code -EINVAL} if the device is in no group
     */
    @Override
    public int unregisterDeviceFaultHandler(final IommuDevice dev) {
        if (dev.iommuGroup() == null) {
            return -Errno.EINVAL;
        }
        dev.setFaultParam(null);
        dev.put();
        return 0;
    }

    // ---- Report ---------------------------------------------------------------------------------

    /**
     * Follows {@code iommu_report_device_fault()}. Nothing of the fault is looked at, not even
     * whether there is one. If this fails, the driver handles the fault by itself.
     *
     * @return the handler's result, or {@code -ENOSYS} without a handler
     */
    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        if (fault != null) {
            observer.reported(dev, fault);
        }
        final int ret = deliver(dev, fault);
        if (ret != 0 && fault != null && fault.isLastPageRequest()) {
            observer.reportFailed(dev, fault, ret);
        }
        return ret;
    }

    private int deliver(final IommuDevice dev, final IommuFault fault) {
        final Registration registration = (Registration) dev.faultParam();
        if (dev.iommuGroup() == null || registration == null || registration.handler() == null) {
            return -Errno.ENOSYS;
        }
        if (fault != null) {
            observer.delivered(dev, fault);
        }
        return registration.handler().handle(fault, registration.data());
    }

    // ---- Respond --------------------------------------------------------------------------------

    /**
     * Follows {@code iommu_page_response()}: the message goes to the driver, whatever it says and
     * however often it comes.
     *
     * @param domain a domain of the device's driver; here, where operations are the device's, only
     *     asked whether it is there
     * @return the driver's result; {@code -ENODEV} if it cannot answer
     */
    @Override
    public int pageResponse(
            final IommuDomain domain, final IommuDevice dev, final IommuPageResponse msg) {
        if (domain == null || !dev.ops().hasPageResponse()) {
            return refused(msg, -Errno.ENODEV);
        }
        msg.privateData(msg.privateData() & PRIVATE_DATA_MASK);
        observer.responding(dev, whatIsAnswered(msg), msg.code(), ResponseOrigin.CONSUMER);
        final int ret = dev.ops().pageResponse(dev, null, msg);
        return ret == 0 ? 0 : refused(msg, ret);
    }

    private int refused(final IommuPageResponse msg, final int errno) {
        observer.refused(msg.grpid(), msg.code(), errno);
        return errno;
    }

    /** Nothing was kept of the request: it is what the message says. */
    private IommuFault whatIsAnswered(final IommuPageResponse msg) {
        final int pasidFlag = msg.hasPasid() ? IommuFault.FLAG_PASID_VALID : 0;
        return answered.get()
                .pageRequest(
                        IommuFault.FLAG_LAST_PAGE | pasidFlag,
                        msg.pasid(),
                        msg.grpid(),
                        0,
                        msg.addr())
                .responseType(msg.type())
                .privateData(0, msg.privateData());
    }

    // ---- What a mitigation needs ----------------------------------------------------------------

    @Override
    public void refuse(
            final IommuDevice dev,
            final IommuFault last,
            final int code,
            final ResponseOrigin origin) {
        hostAnswer.send(dev, last, null, code, origin);
    }

    /**
     * Nothing is tracked: the answer goes out, even if the fault was answered before, and nothing
     * keeps the consumer's own answer from following it.
     */
    @Override
    public boolean end(
            final IommuDevice dev,
            final IommuFault last,
            final IopfGroup group,
            final int generation,
            final int code,
            final ResponseOrigin origin) {
        hostAnswer.send(dev, last, null, code, origin);
        return true;
    }

    @Override
    public int pending(final IommuDevice dev) {
        return KEEPS_NONE;
    }

    /** Nothing is kept of a request. */
    @Override
    public void dropPartials(final IommuDevice dev) {}

    /** Nothing is kept of a device. */
    @Override
    public void forget(final IommuDevice dev) {}

    // ---- Fault queues ---------------------------------------------------------------------------

    /** There is none before Linux 5.13. */
    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        return AbsentIopfQueue.INSTANCE;
    }
}
