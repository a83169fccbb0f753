// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.DeviceFaultHandler;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.semantics.FaultCore;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands between a driver and a semantics profile and keeps {@link FaultPolicy policies}: what is
 * refused never reaches the profile, and what lasts too long is ended through it. Not a kernel
 * interface; Linux has nothing in this place, see the thread of December 2017.
 *
 * <pre>
 * FaultGate gate = new FaultGate(kernel, ledger, Policies.parse("vm-quota=half,timeout=10s"));
 * FaultCore core = new Mainline612(kernel, gate.observer());
 * gate.guard(core);      // the driver, and whoever answers by group id, gets the gate
 * </pre>
 *
 * <p>Without policies it passes everything through and counts nothing. With them each page request
 * group that is outstanding has an account, from its first request to its answer: a slot of the
 * gate's, and from its delivery on the group itself in profiles that have groups. A fault that is
 * not a page request has none and passes.
 *
 * <p>Thread-safe: reports, answers and timers may come from any thread. One lock, the innermost of
 * all: no method of the profile, the driver or another observer is called while it is held. A warm
 * cycle allocates nothing, and none of its steps costs more when more is outstanding; to drain,
 * disable or remove a device or a machine costs by the most that it ever had outstanding itself.
 */
public final class FaultGate implements IommuCore, AutoCloseable {
    private final Kernel kernel;
    private final FaultObserver next;
    private final List<FaultPolicy> policies;
    private final boolean isOpen;
    private final FaultBook book;
    private final SlotEnder ender;
    private final GateKernel policyKernel;
    private final Account host;
    private final List<TimeoutFifo> timeouts = new ArrayList<>();
    private int vmCount;
    private FaultCore core;
    private boolean isClosed;

    /**
     * A gate that guards no profile yet.
     *
     * @param kernel the kernel's services
     * @param next sees each step, as if there were no gate; of a request that is refused it sees
     *     the report too
     * @param policies in the order in which they are asked, started here; none: the gate does
     *     nothing
     */
    public FaultGate(
            final Kernel kernel, final FaultObserver next, final List<FaultPolicy> policies) {
        this.kernel = kernel;
        this.next = next;
        this.policies = List.copyOf(policies);
        isOpen = policies.isEmpty();
        book = new FaultBook(kernel, this.policies);
        ender =
                new SlotEnder(
                        kernel,
                        book,
                        policies.isEmpty() ? null : kernel.allocWorkqueue("fault-gate"));
        policyKernel = new GateKernel(kernel, book, ender);
        host = account("host", Account.HOST);
        synchronized (book) {
            this.policies.forEach(policy -> policy.start(policyKernel));
        }
    }

    /**
     * What the profile is to be made with.
     *
     * @return sees each step before the observer that the gate was made with
     */
    public FaultObserver observer() {
        return policies.isEmpty() ? next : new GateObserver(book, next);
    }

    /**
     * Says which profile is guarded: once, before anything is reported.
     *
     * @param guarded made with {@link #observer()}
     * @throws IllegalStateException if there is one
     */
    public void guard(final FaultCore guarded) {
        if (core != null) {
            throw new IllegalStateException("the gate guards " + core.name() + " already");
        }
        core = guarded;
        ender.guard(guarded);
        synchronized (book) {
            book.setGeneration(guarded.generation());
        }
    }

    /**
     * Stops and closes the policies: nothing is reported or answered any more. Closing it again
     * does nothing.
     */
    @Override
    public void close() {
        synchronized (book) {
            if (!isClosed) {
                isClosed = true;
                policyKernel.close();
                policies.forEach(FaultPolicy::close);
            }
        }
    }

    // ---- Who has what ---------------------------------------------------------------------------

    /**
     * Adds a virtual machine.
     *
     * @param name for reports
     * @return its account, without devices
     */
    public Account addVm(final String name) {
        synchronized (book) {
            return account(name, vmCount++);
        }
    }

    /**
     * Gives a device to a virtual machine. Called by the layer that knows which device belongs to
     * which: VFIO or iommufd. Faults that are outstanding stay charged to whom they were charged.
     *
     * @param dev a probed device
     * @param vm one of this gate's, or null for the host
     * @throws IllegalArgumentException if a policy cannot be kept for this device
     */
    public void assign(final IommuDevice dev, final Account vm) {
        if (isOpen) {
            return;
        }
        final Account owner = vm == null ? host : vm;
        final DeviceRecord record = record(dev, owner);
        tellAssigned(record, owner);
        synchronized (book) {
            record.assign(owner);
        }
    }

    /**
     * The account of the host's own devices.
     *
     * @return the account that devices are charged to until they are assigned
     */
    public Account host() {
        return host;
    }

    /**
     * The account of a device.
     *
     * @param dev a device
     * @return its account, or null if it was neither assigned nor faulted
     */
    public Account account(final IommuDevice dev) {
        synchronized (book) {
            final DeviceRecord record = book.device(dev);
            return record == null ? null : record.account;
        }
    }

    private Account account(final String name, final int index) {
        return new Account(ender, book, name, index);
    }

    private DeviceRecord record(final IommuDevice dev, final Account owner) {
        final DeviceRecord known = known(dev);
        if (known != null) {
            return known;
        }
        final long delayNs = shortestTimeoutNs(dev);
        synchronized (book) {
            if (book.device(dev) == null) {
                final Account account = account(dev.name(), book.deviceCount());
                book.add(new DeviceRecord(book, dev, account, owner, timeout(delayNs)));
            }
            return book.device(dev);
        }
    }

    private void tellAssigned(final DeviceRecord record, final Account owner) {
        policies.forEach(policy -> policy.assigned(record.dev, record.account, owner));
    }

    private long shortestTimeoutNs(final IommuDevice dev) {
        long shortestNs = 0;
        for (final FaultPolicy policy : policies) {
            final long delayNs = policy.timeoutNs(dev);
            if (delayNs > 0 && (shortestNs == 0 || delayNs < shortestNs)) {
                shortestNs = delayNs;
            }
        }
        return shortestNs;
    }

    /** One queue and one timer for each delay: few, since a driver's model has one. */
    private TimeoutFifo timeout(final long delayNs) {
        if (delayNs == 0) {
            return null;
        }
        for (final TimeoutFifo timeout : timeouts) {
            if (timeout.delayNs == delayNs) {
                return timeout;
            }
        }
        final TimeoutFifo timeout = new TimeoutFifo(delayNs);
        timeout.setTimer(kernel.newTimer(() -> ender.expire(timeout)));
        timeouts.add(timeout);
        return timeout;
    }

    // ---- Reports --------------------------------------------------------------------------------

    /**
     * Passes a fault on, or refuses it with its whole group: {@code iommu_report_device_fault()}
     * with a limit in front. A refused group is answered when its last request comes, with the
     * driver's {@code terminationCode}.
     *
     * @return 0 for a request that is refused, else what the profile gives
     */
    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        if (isOpen || fault.type() != IommuFault.TYPE_PAGE_REQ) {
            return core.reportDeviceFault(dev, fault);
        }
        final FaultSlot slot = take(dev, fault);
        if (slot.isRefused) {
            refuse(slot, dev, fault);
            return 0;
        }
        final int ret = core.reportDeviceFault(dev, fault);
        if (ret != 0) {
            synchronized (book) {
                book.reportFailed(slot);
            }
        }
        ender.letGo(slot);
        return ret;
    }

    private FaultSlot take(final IommuDevice dev, final IommuFault fault) {
        final long nowNs = kernel.nowNs();
        final DeviceRecord known = known(dev);
        if (known != null) {
            return take(known, fault, nowNs);
        }
        // Nobody assigned it: it is the host's.
        final DeviceRecord record = record(dev, host);
        tellAssigned(record, host);
        return take(record, fault, nowNs);
    }

    private DeviceRecord known(final IommuDevice dev) {
        if (dev.gateRecord() instanceof DeviceRecord record && record.book == book) {
            return record;
        }
        synchronized (book) {
            return book.device(dev);
        }
    }

    private FaultSlot take(final DeviceRecord record, final IommuFault fault, final long nowNs) {
        if (book.isUniprocessor()) {
            return book.take(record, fault, nowNs);
        }
        synchronized (book) {
            return book.take(record, fault, nowNs);
        }
    }

    private void refuse(final FaultSlot slot, final IommuDevice dev, final IommuFault fault) {
        next.reported(dev, fault);
        if (slot.isComplete) {
            core.refuse(dev, fault, dev.ops().terminationCode(dev), slot.endOrigin());
            synchronized (book) {
                book.refused(slot);
            }
        }
        ender.letGo(slot);
    }

    // ---- Answers --------------------------------------------------------------------------------

    /**
     * Passes an answer by group id on if it names something outstanding. November 2017 tracks
     * nothing and would send a late answer to a tag that belongs to another fault by then.
     *
     * <p>From 2018 on an answer that the driver refuses has used the fault's record up. A guest
     * could so keep the hardware's room for good and escape its quota: the host ends such a fault.
     *
     * @return {@code -EINVAL} for an answer to what is not outstanding: unknown, answered, ended by
     *     the host or not complete yet; else what the profile gives
     */
    @Override
    public int pageResponse(
            final IommuDomain domain, final IommuDevice dev, final IommuPageResponse msg) {
        if (isOpen || core.generation() == FaultGeneration.LINUX_6_12) {
            return core.pageResponse(domain, dev, msg);
        }
        final FaultSlot slot = beginAnswer(dev, msg);
        if (slot == null) {
            next.refused(msg.grpid(), msg.code(), -Errno.EINVAL);
            return -Errno.EINVAL;
        }
        final int ret = core.pageResponse(domain, dev, msg);
        if (endAnswer(slot, ret)) {
            core.refuse(dev, slot, dev.ops().terminationCode(dev), ResponseOrigin.POLICY);
        }
        ender.letGo(slot);
        return ret;
    }

    private FaultSlot beginAnswer(final IommuDevice dev, final IommuPageResponse msg) {
        if (book.isUniprocessor()) {
            return book.beginAnswer(dev, msg);
        }
        synchronized (book) {
            return book.beginAnswer(dev, msg);
        }
    }

    /** Whether the answer is lost. */
    private boolean endAnswer(final FaultSlot slot, final int ret) {
        if (book.isUniprocessor()) {
            return book.endAnswer(slot, ret);
        }
        synchronized (book) {
            return book.endAnswer(slot, ret);
        }
    }

    // ---- Domain changes -------------------------------------------------------------------------

    /**
     * Whether {@link #drained} is to be called when the domain of a device changes.
     *
     * @return one of the policies is {@code drain}
     */
    public boolean drainsOnDomainChange() {
        for (final FaultPolicy policy : policies) {
            if (policy.drainsOnDomainChange()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ends everything of a device in the hardware by the model's own means, and makes profile and
     * gate forget it. Where the driver has no such means each fault is answered. Answers that come
     * later are refused. Called with no lock of the core held.
     *
     * @param dev a device whose domain has changed already, so that it raises no new faults
     */
    public void drained(final IommuDevice dev) {
        ender.drain(dev);
    }

    /**
     * Says that a device is gone: whatever it has outstanding counts no more, and a later answer to
     * it is refused. Nothing is sent. Until 6.8 the kernel answers nothing when a device goes, so
     * that its faults would stay charged to its machine for good.
     *
     * @param dev a device that has left its group
     */
    public void removed(final IommuDevice dev) {
        synchronized (book) {
            book.endAll(dev);
        }
    }

    // ---- Passed on ------------------------------------------------------------------------------

    @Override
    public FaultGeneration generation() {
        return core.generation();
    }

    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        final IopfQueue queue = core.iopfQueueAlloc(name);
        return policies.isEmpty() ? queue : new GateQueue(queue, book);
    }

    @Override
    public int registerDeviceFaultHandler(
            final IommuDevice dev, final DeviceFaultHandler handler, final Object data) {
        return core.registerDeviceFaultHandler(dev, handler, data);
    }

    @Override
    public int unregisterDeviceFaultHandler(final IommuDevice dev) {
        return core.unregisterDeviceFaultHandler(dev);
    }
}
