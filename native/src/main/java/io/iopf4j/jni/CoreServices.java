// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.FaultParamGroup;
import io.iopf4j.core.iopf.IommuFaultParam;

/** What a fault core in C calls beyond the kernel: attachments, consumers and drivers. */
final class CoreServices extends KernelServices {
    private final String name;
    private final CoreMirror mirror;
    private final FaultObserver observer;
    private boolean isSure;
    private Workqueue newestQueue;

    CoreServices(
            final String name,
            final CoreMirror mirror,
            final FaultObserver observer,
            final FailSlab failSlab) {
        super(failSlab);
        this.name = name;
        this.mirror = mirror;
        this.observer = observer;
    }

    /** Whether all allocations succeed for a while: where the interface knows no failure. */
    void setSure(final boolean sure) {
        isSure = sure;
        newestQueue = null;
    }

    /** What the library allocated since {@link #setSure}, or null. */
    Workqueue newestQueue() {
        return newestQueue;
    }

    @Override
    boolean allocFails() {
        return !isSure && super.allocFails();
    }

    @Override
    int workqueueAlloc(final String name) {
        final int id = super.workqueueAlloc(name);
        newestQueue = queue(id);
        return id;
    }

    // ---- Attachments, consumers, drivers --------------------------------------------------------

    private CoreStep step() {
        final CoreStep step = mirror.steps().innermost();
        if (step == null) {
            throw new NativeCodeException(name + ": a group or an answer that nobody asked for");
        }
        return step;
    }

    /** Where C has what is attached; bit 0: its domain takes faults. 0: nothing is attached. */
    @Override
    long attachHandle(final int id, final int pasid) {
        final NativeDevice device = mirror.device(id);
        final IommuGroup group = IommuGroup.of(device.dev);
        final IommuAttachHandle handle = group == null ? null : group.attachHandle(pasid);
        if (handle == null) {
            return 0;
        }
        final boolean takesFaults = handle.domain().iopfHandler() != null;
        final CoreStep step = mirror.steps().innermost();
        if (step != null) {
            step.foundHandler |= takesFaults;
        }
        return mirror.addressOf(device, handle) | (takesFaults ? 1 : 0);
    }

    /** One more request of the group that {@link #deliver} names. */
    @Override
    void addFault(
            final int type,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr,
            final long private0,
            final long private1) {
        final IommuFault fault = step().nextTold();
        NativeFlags.fill(fault, flags, pasid, grpid, perm, addr);
        fault.privateData(private0, private1).type(NativeFlags.type(type));
    }

    /** Hands a group to its domain's handler. */
    @Override
    int deliver(final int id, final int handleId, final long address, final int count) {
        final CoreStep step = step();
        final NativeDevice device = mirror.device(id);
        final IommuAttachHandle handle = mirror.handle(handleId);
        final IopfHandler handler = handle.domain().iopfHandler();
        final FaultParamGroup group = picture(device, step, handle);
        group.setAddress(address);
        step.group = group;
        final int generation = group.generation();
        observer.delivered(group);
        final int ret = handler == null ? -Errno.EINVAL : handler.handle(group);
        // If its device has left meanwhile, C has ended the group and must not see it again.
        step.handlerFailed = ret != 0 && NativeDevice.isInUse(group, generation);
        return step.handlerFailed ? ret : 0;
    }

    /** Makes Java's group of what C told; what was kept of its requests before is forgotten. */
    private FaultParamGroup picture(
            final NativeDevice device, final CoreStep step, final IommuAttachHandle handle) {
        final IommuFaultParam picture = device.picture();
        if (picture == null) {
            throw new NativeCodeException(
                    name + ": a group of " + device.dev + ", which is on no fault queue");
        }
        final int last = step.toldCount() - 1;
        final int grpid = step.told(last).grpid();
        synchronized (picture) {
            while (picture.dropOnePartialOf(grpid) != null) {
                // What C says of them counts.
            }
            for (int i = 0; i < last; i++) {
                if (step.told(i).grpid() != grpid) {
                    throw new NativeCodeException(
                            name + ": a group of requests with different group ids");
                }
                picture.addPartial(step.told(i));
            }
            step.forgetTold();
            return picture.openGroup(step.told(last), handle);
        }
    }

    /** Sends an answer to a driver: to a group that C has at an address, or to a single request. */
    @Override
    void pageResponse(
            final int id,
            final long evt,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr,
            final int answerPasid,
            final int answerGrpid,
            final int code) {
        final CoreStep step = step();
        final NativeDevice device = mirror.device(id);
        step.isAnswered = true;
        final FaultParamGroup group = groupAt(device, step, evt);
        if (group == null) {
            final IommuFault fault = single(device, step, flags, pasid, grpid, perm, addr);
            observer.responding(device.dev, fault, code, originOfSingle(device, step, fault, code));
            device.dev
                    .ops()
                    .pageResponse(
                            device.dev, fault, device.response.set(answerPasid, answerGrpid, code));
            return;
        }
        synchronized (group.param()) {
            group.param().endPending(group);
        }
        if (group != step.group) {
            step.freed().add(group);
        }
        observer.responding(
                group, code, step.fault == null ? step.origin : ResponseOrigin.HANDLER_FAILED);
        device.dev
                .ops()
                .pageResponse(
                        device.dev,
                        group.lastFault(),
                        device.response.set(answerPasid, answerGrpid, code));
    }

    private static FaultParamGroup groupAt(
            final NativeDevice device, final CoreStep step, final long address) {
        return step.group != null && step.group.address() == address
                ? step.group
                : device.pendingAt(address);
    }

    /** The very request that is reported, so that whoever keeps a note of it finds it. */
    private static IommuFault single(
            final NativeDevice device,
            final CoreStep step,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr) {
        final IommuFault reported = step.fault;
        if (reported != null && reported.grpid() == grpid && reported.addr() == addr) {
            return reported;
        }
        NativeFlags.fill(device.single, flags, pasid, grpid, perm, addr);
        return device.single;
    }

    /** Without memory the earlier requests of the group are gone too. */
    private ResponseOrigin originOfSingle(
            final NativeDevice device,
            final CoreStep step,
            final IommuFault fault,
            final int code) {
        if (step.fault == null || !step.foundHandler || code != PageResponseCode.FAILURE) {
            return step.origin;
        }
        device.dropPartialsOf(fault.grpid(), observer);
        return ResponseOrigin.NO_MEMORY;
    }
}
