// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.FaultParamGroup;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.iopf.IommuFaultParam;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.FaultCore;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A fault core in C, by the function names and structures of Linux 6.12: {@code
 * drivers/iommu/io-pgfault.c} or what wants to take its place, see {@code linux/iommu.h}. C
 * decides; Java tells the observer of it, finds consumers and drivers, and does for a mitigation
 * what the kernel has no function for, by the kernel's own lists. A warm cycle allocates nothing in
 * Java.
 *
 * <p>Thread-safe as the C is. No monitor is held while C is called.
 */
public final class NativeCore implements FaultCore, GroupResponder {
    private final LibraryWords words;
    private final Kernel kernel;
    private final FaultObserver observer;
    private final CoreServices services;
    private final UserLibrary library;
    private final CoreMirror mirror = new CoreMirror();

    /**
     * Opens a core.
     *
     * @param words the library and its parameters, as {@code ./core.so debug=1}
     * @param kernel the kernel's services
     * @param observer sees each step
     * @param failSlab which allocations fail
     * @throws IllegalArgumentException in one line if it cannot be opened, or is no fault core
     */
    public NativeCore(
            final String words,
            final Kernel kernel,
            final FaultObserver observer,
            final FailSlab failSlab) {
        this(LibraryWords.parse(words), kernel, observer, failSlab);
    }

    NativeCore(
            final LibraryWords words,
            final Kernel kernel,
            final FaultObserver observer,
            final FailSlab failSlab) {
        this.words = words;
        this.kernel = kernel;
        this.observer = observer;
        services = new CoreServices(words.name(), mirror, observer, failSlab);
        library = UserLibrary.open(words, services);
        services.start(kernel);
        mirror.begin(library.handle());
        try {
            Bridge.coreOpen(library.handle());
        } catch (final RuntimeException e) {
            library.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return words.toString();
    }

    @Override
    public FaultGeneration generation() {
        return FaultGeneration.LINUX_6_12;
    }

    @Override
    public void close() {
        library.close();
    }

    // ---- Report ---------------------------------------------------------------------------------

    /**
     * Calls {@code iommu_report_device_fault()}.
     *
     * @return what C returns
     * @throws NativeCodeException if C does what it must not do
     */
    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        observer.reported(dev, fault);
        final NativeDevice device = mirror.device(dev);
        final CoreStep step = mirror.steps().begin(ResponseOrigin.NO_HANDLER, fault, null);
        final int ret;
        try {
            ret =
                    Bridge.coreReport(
                            library.handle(),
                            device.address,
                            NativeFlags.typeOf(fault),
                            NativeFlags.of(fault),
                            fault.pasid(),
                            fault.grpid(),
                            fault.perm(),
                            fault.addr(),
                            fault.privateData0(),
                            fault.privateData1());
            if (step.handlerFailed) {
                forgetFreed(device, step.group);
            } else if (!fault.isLast() && step.group == null) {
                keepPicture(device, fault, ret);
            }
        } finally {
            mirror.steps().end(step);
        }
        return ret;
    }

    /** Its handler failed: C answers the group, and frees it. */
    private static void forgetFreed(final NativeDevice device, final FaultParamGroup group) {
        final IommuFaultParam picture = device.picture();
        if (picture != null) {
            synchronized (picture) {
                picture.endPending(group);
                picture.recycle(group);
            }
        }
    }

    private void keepPicture(final NativeDevice device, final IommuFault fault, final int ret) {
        final IommuFaultParam picture = device.picture();
        if (ret == 0 && picture != null) {
            synchronized (picture) {
                picture.addPartial(fault);
            }
        } else if (ret == -Errno.ENOMEM) {
            observer.partialDropped(device.dev, fault);
        }
    }

    // ---- Respond --------------------------------------------------------------------------------

    @Override
    public void groupResponse(
            final PendingGroup group, final int code, final ResponseOrigin origin) {
        respond((FaultParamGroup) group, code, origin);
    }

    /** Calls {@code iopf_group_response()}; whether C sent something. */
    private boolean respond(
            final FaultParamGroup group, final int code, final ResponseOrigin origin) {
        if (!NativeDevice.isInUse(group, group.generation())) {
            throw new AssertionError("freed group answered: grpid=" + group.lastFault().grpid());
        }
        final CoreStep step = mirror.steps().begin(origin, null, group);
        try {
            Bridge.coreRespond(library.handle(), group.address(), code);
            return step.isAnswered;
        } finally {
            mirror.steps().end(step);
        }
    }

    @Override
    public void freeGroup(final PendingGroup pending) {
        final FaultParamGroup group = (FaultParamGroup) pending;
        final long address = group.address();
        synchronized (group.param()) {
            group.param().recycle(group);
        }
        Bridge.coreFreeGroup(library.handle(), address);
    }

    // ---- What a mitigation needs ----------------------------------------------------------------

    @Override
    public void refuse(
            final IommuDevice dev,
            final IommuFault last,
            final int code,
            final ResponseOrigin origin) {
        final NativeDevice device = mirror.device(dev);
        if (device.dropPartialsOf(last.grpid(), observer)) {
            Bridge.coreDropPartials(library.handle(), device.address, false, last.grpid());
        }
        observer.responding(dev, last, code, origin);
        dev.ops().pageResponse(dev, last, device.response.set(last.pasid(), last.grpid(), code));
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
        final FaultParamGroup its = (FaultParamGroup) group;
        final IommuFaultParam picture = its.param();
        synchronized (picture) {
            // No list of a consumer held it for a moment: its device may have left and freed it.
            if (!its.isInUse(generation)) {
                return false;
            }
        }
        final boolean isEnded = respond(its, code, origin);
        freeGroup(its);
        return isEnded;
    }

    @Override
    public int pending(final IommuDevice dev) {
        return Bridge.corePending(library.handle(), mirror.device(dev).address);
    }

    @Override
    public void forget(final IommuDevice dev) {
        dropPartials(dev);
    }

    @Override
    public void dropPartials(final IommuDevice dev) {
        final NativeDevice device = mirror.device(dev);
        device.dropPartials(observer);
        Bridge.coreDropPartials(library.handle(), device.address, true, 0);
    }

    // ---- Devices and fault queues ---------------------------------------------------------------

    /**
     * Calls {@code iopf_queue_alloc()}, in which every allocation succeeds.
     *
     * @throws NativeCodeException if C gives no queue all the same
     */
    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        services.setSure(true);
        try {
            final long address = Bridge.queueAlloc(library.handle(), name);
            if (address == 0) {
                throw new NativeCodeException(words.name() + ": iopf_queue_alloc gave no queue");
            }
            final Workqueue workqueue = services.newestQueue();
            return new Queue(address, workqueue == null ? kernel.allocWorkqueue(name) : workqueue);
        } finally {
            services.setSure(false);
        }
    }

    /** {@code struct iopf_queue} of C. */
    private final class Queue implements IopfQueue {
        private final long address;
        private final Workqueue workqueue;
        private final Set<NativeDevice> members = new LinkedHashSet<>();
        private boolean isFreed;

        Queue(final long address, final Workqueue workqueue) {
            this.address = address;
            this.workqueue = workqueue;
        }

        private long address() {
            if (isFreed) {
                throw new IllegalStateException("a fault queue that was freed");
            }
            return address;
        }

        @Override
        public synchronized int addDevice(final IommuDevice dev) {
            final NativeDevice device = mirror.device(dev);
            final int ret = Bridge.queueAddDevice(library.handle(), address(), device.address);
            if (ret == 0) {
                members.add(device);
                device.setPicture(
                        new IommuFaultParam(dev, NativeCore.this, FailSlab.NEVER, workqueue));
            }
            return ret;
        }

        @Override
        public synchronized int removeDevice(final IommuDevice dev) {
            final NativeDevice device = mirror.device(dev);
            final boolean isMember = members.remove(device);
            final CoreStep step = mirror.steps().begin(ResponseOrigin.DEVICE_REMOVED, null, null);
            try {
                if (isMember) {
                    device.dropPartials(observer);
                }
                Bridge.queueRemoveDevice(library.handle(), address(), device.address);
                if (isMember) {
                    leave(device, step);
                }
            } finally {
                mirror.steps().end(step);
            }
            return 0;
        }

        private void leave(final NativeDevice device, final CoreStep step) {
            final IommuFaultParam picture = device.picture();
            synchronized (picture) {
                picture.markRemoved();
                step.freed().forEach(picture::recycle);
            }
            device.setPicture(null);
        }

        @Override
        public int flushDev(final IommuDevice dev) {
            return Bridge.queueFlushDev(library.handle(), mirror.device(dev).address);
        }

        @Override
        public synchronized int discardPartial() {
            members.forEach(device -> device.dropPartials(observer));
            return Bridge.queueDiscardPartial(library.handle(), address());
        }

        @Override
        public synchronized void free() {
            for (final NativeDevice device : List.copyOf(members)) {
                removeDevice(device.dev);
            }
            Bridge.queueFree(library.handle(), address());
            isFreed = true;
        }
    }
}
