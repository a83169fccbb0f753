// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.policy.Account;
import io.iopf4j.replay.invariants.NothingCrossesFromOneVmToAnother;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A virtual machine: its devices, its monitor, and a guest that answers when it is told to. */
public final class GuestVm {
    private final int index;
    private final String name;
    private final VmMonitor monitor;
    private final Account account;
    private final boolean drains;
    private final NothingCrossesFromOneVmToAnother nothingCrosses;
    private final Predicate<GuestRecord> isForeign;
    private final List<GuestDevice> devices = new ArrayList<>();
    private final GuestRecord answered = new GuestRecord();
    private final GuestListener looks = this::look;
    private GuestListener listener = GuestListener.NONE;
    private int lastCookie;
    private int lastAsid;
    private int virtualStreamIds;

    GuestVm(
            final int index,
            final String name,
            final VmMonitor monitor,
            final Account account,
            final boolean drains,
            final NothingCrossesFromOneVmToAnother nothingCrosses,
            final Predicate<GuestRecord> isForeign) {
        this.index = index;
        this.name = name;
        this.monitor = monitor;
        this.account = account;
        this.drains = drains;
        this.nothingCrosses = nothingCrosses;
        this.isForeign = isForeign;
    }

    void add(final GuestDevice device) {
        devices.add(device);
    }

    void remove(final GuestDevice device) {
        devices.remove(device);
    }

    /** The guest's own ASIDs: each machine counts from 1. */
    int nextAsid() {
        lastAsid = lastAsid == 0xffff ? 1 : lastAsid + 1;
        return lastAsid;
    }

    /** The guest's own StreamIDs: each machine counts from 0. */
    int nextVirtualStreamId() {
        return virtualStreamIds++;
    }

    /**
     * Says who hears of each record that the guest reads.
     *
     * @param records hears of them
     */
    public void setListener(final GuestListener records) {
        listener = records;
    }

    /**
     * Says what happens when there is something to read.
     *
     * @param wakeup runs on the reporting thread, and must only wake somebody
     */
    public void setWakeup(final Runnable wakeup) {
        monitor.setWakeup(wakeup);
    }

    /**
     * Reads as many records as a recorded read got.
     *
     * @param count records, at least 1
     * @return how many there were; or the host's negative errno, if there was not even one: {@code
     *     -EINVAL} if more belong together than asked for, {@code -EBADF} once the queue is closed
     */
    public int read(final int count) {
        return monitor.read(count, looks);
    }

    /**
     * Reads the oldest record that waits.
     *
     * @return its cookie, or 0 if none waits or the kernel has no cookies
     */
    public int readOne() {
        lastCookie = 0;
        monitor.read(1, looks);
        return lastCookie;
    }

    /** Reads all that waits. */
    public void readAll() {
        monitor.read(Integer.MAX_VALUE, looks);
    }

    private void look(final GuestRecord record) {
        lastCookie = record.cookie();
        nothingCrosses.isSeen(!isForeign.test(record), record.grpid());
        if (record.device() != null) {
            record.device().seen(record);
        }
        listener.read(record);
    }

    /**
     * Answers one group of one request.
     *
     * @param device the device that faulted
     * @param ssid its PASID, or negative for none
     * @param iova its address
     * @param grpid the group's index, by which kernels before 6.12 know it
     * @param cookie what 6.12 knows it by
     * @param code what the guest says
     * @return 0 if the host took it, or its negative errno
     */
    public int answer(
            final GuestDevice device,
            final int ssid,
            final long iova,
            final int grpid,
            final int cookie,
            final int code) {
        return answer(answered.set(device, ssid, iova, grpid, cookie), code);
    }

    /**
     * Answers what a record names.
     *
     * @param record what is answered
     * @param code what the guest says
     * @return 0 if the host took it, or its negative errno
     */
    public int answer(final GuestRecord record, final int code) {
        return answer(record, record, code);
    }

    /**
     * Answers a fault, perhaps with a lie. With SUCCESS its pages are mapped first, and taken back
     * when the answer is through, so that the same addresses fault again.
     *
     * @param fault what is answered
     * @param said what the answer names
     * @param code what the guest says
     * @return 0 if the host took it, or its negative errno
     */
    public int answer(final GuestRecord fault, final GuestRecord said, final int code) {
        final GuestDevice device = fault.device();
        final boolean maps = code == PageResponseCode.SUCCESS && device.vm() == this;
        if (maps) {
            device.map(fault.ssid(), fault.iova());
            for (int i = 0; i < fault.pageCount(); i++) {
                device.map(fault.ssid(), fault.page(i));
            }
        }
        final int ret = monitor.answer(said, code);
        if (maps) {
            device.unmap(fault.ssid(), fault.iova());
            for (int i = 0; i < fault.pageCount(); i++) {
                device.unmap(fault.ssid(), fault.page(i));
            }
        }
        return ret;
    }

    /**
     * Answers what a record names, and leaves the guest's tables as they are: with SUCCESS and
     * nothing mapped the access faults again.
     *
     * @param said what the answer names
     * @param code what the guest says
     * @return 0 if the host took it, or its negative errno
     */
    public int respond(final GuestRecord said, final int code) {
        return monitor.answer(said, code);
    }

    /**
     * The monitor closes the fault queue: the guest can neither read nor answer any more. No kernel
     * ends what is outstanding then; a policy that drains does, and takes no more of its faults.
     */
    public void closeFaultQueue() {
        monitor.close();
        if (drains) {
            account.disable();
        }
    }

    /** Reads all that waits, also where nothing was signalled. */
    public void poll() {
        monitor.lookEverywhere();
        readAll();
    }

    /**
     * Where bytes of its monitor meet the host's kernel.
     *
     * @return those that are open now: the file of 6.12, or the two regions of each device before
     */
    public List<GuestDoor> doors() {
        return monitor.doors();
    }

    VmMonitor monitor() {
        return monitor;
    }

    /**
     * What policies keep of it.
     *
     * @return the account; without policies nothing is counted in it
     */
    public Account account() {
        return account;
    }

    /**
     * The most that a policy lets it have outstanding.
     *
     * @return faults, or 0 if no policy limits it
     */
    public long quota() {
        return account.quota();
    }

    /**
     * Its index on the bench.
     *
     * @return from 0
     */
    public int index() {
        return index;
    }

    /**
     * Its name in reports.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Its devices.
     *
     * @return in the order in which they were added
     */
    public List<GuestDevice> devices() {
        return devices;
    }
}
