// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.PendingGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the gate knows: devices, slots, and what policies said. Its monitor is the gate's lock and
 * is held in every method, but for a fault's own steps where a kernel has one processor; it is a
 * leaf, under which only policies and timers are called. Each step costs the same whatever is
 * outstanding.
 */
final class FaultBook {
    private final FaultPolicy[] policies;
    private final Map<IommuDevice, DeviceRecord> devices = new HashMap<>();
    private final SlotPool pool = new SlotPool();
    private final SlotTable table = new SlotTable(pool);

    /** Groups whose last request has not come. */
    private final SlotList incomplete = new SlotList(pool, SlotPool.IN_INCOMPLETE);

    private final FaultInfo info;
    private final boolean isUniprocessor;
    private FaultGeneration generation;
    private boolean isAsking;

    FaultBook(final Kernel kernel, final List<FaultPolicy> policies) {
        this.policies = policies.toArray(new FaultPolicy[0]);
        info = new FaultInfo(kernel);
        isUniprocessor = kernel.isUniprocessor();
    }

    /** Whether one thread does it all: then a fault's own steps take no lock. */
    boolean isUniprocessor() {
        return isUniprocessor;
    }

    /** Whether the current thread has the gate's lock, or would have it were there need of one. */
    boolean isHeld() {
        return Thread.holdsLock(this) || (isUniprocessor && isAsking);
    }

    void setGeneration(final FaultGeneration generation) {
        this.generation = generation;
    }

    SlotPool pool() {
        return pool;
    }

    // ---- Devices --------------------------------------------------------------------------------

    DeviceRecord device(final IommuDevice dev) {
        return dev.gateRecord() instanceof DeviceRecord record && record.book == this
                ? record
                : devices.get(dev);
    }

    int deviceCount() {
        return devices.size();
    }

    void add(final DeviceRecord record) {
        devices.put(record.dev, record);
        record.dev.setGateRecord(record);
    }

    // ---- Requests -------------------------------------------------------------------------------

    /**
     * Finds or opens a request's slot, asks the policies, and charges it or marks it refused. The
     * caller holds the slot afterwards.
     */
    FaultSlot take(final DeviceRecord device, final IommuFault fault, final long nowNs) {
        FaultSlot slot = findIncomplete(device, fault);
        final boolean opens = slot == null;
        if (opens) {
            slot = pool.allocate(device.charge());
        }
        if (slot.endOrigin == null && !isAdmitted(slot, fault, opens)) {
            slot.endOrigin = ResponseOrigin.POLICY;
        }
        if (slot.endOrigin != null) {
            slot.isRefused = true;
        } else {
            charge(slot, nowNs);
        }
        slot.holders++;
        slot.requestsReported = slot.requests;
        slot.copyFrom(fault);
        if (completes(fault)) {
            complete(slot, fault);
        } else if (opens) {
            insert(slot);
            incomplete.addLast(slot);
        }
        return slot;
    }

    private boolean isAdmitted(final FaultSlot slot, final IommuFault fault, final boolean opens) {
        if (slot.charge.isDisabled()) {
            return false;
        }
        info.set(slot, fault, opens);
        isAsking = true;
        try {
            for (final FaultPolicy policy : policies) {
                if (!policy.admits(info)) {
                    return false;
                }
            }
        } finally {
            isAsking = false;
        }
        return !slot.charge.isDisabled();
    }

    private void charge(final FaultSlot slot, final long nowNs) {
        if (!slot.isCharged) {
            slot.isCharged = true;
            slot.charge.addGroup(slot);
            if (slot.charge.device.timeout != null) {
                slot.charge.device.timeout.add(slot, nowNs);
            }
        }
        slot.requests++;
        slot.charge.addRequest();
    }

    /** A refused group is known by its very request: an admitted one may have the same ids. */
    private void complete(final FaultSlot slot, final IommuFault fault) {
        if (slot.isLive) {
            remove(slot);
        }
        slot.isComplete = true;
        slot.keyFault = slot.isRefused ? fault : null;
        slot.keyPasid = keyPasid(fault);
        slot.isLive = true;
        final DeviceRecord device = slot.charge.device;
        if (device.reporting() != null) {
            list(device.reporting());
        }
        device.beginReporting(slot);
    }

    /** Whether a request is answered: a group's last, or in 2017 one that wants its own answer. */
    private boolean completes(final IommuFault fault) {
        return fault.isLast()
                || (generation == FaultGeneration.SERIES_2017
                        && fault.responseType() == PageResponseType.STREAM);
    }

    /** From 5.9 to 6.1 a PASID names the fault only where its answer must have one. */
    private int keyPasid(final IommuFault fault) {
        return generation == FaultGeneration.LINUX_5_X && !fault.needsPasid()
                ? FaultSlot.NO_PASID
                : fault.pasid();
    }

    // ---- Finding --------------------------------------------------------------------------------

    /** A group was delivered: from now on it leads to its slot by itself. */
    void delivered(final IopfGroup group) {
        final FaultSlot slot = find(group.device(), group.lastFault());
        if (slot != null) {
            unlist(slot);
            if (slot.group != group) {
                slot.group = group;
            }
            slot.isDelivered = true;
            slot.generation = group.generation();
            ((PendingGroup) group).setNote(slot);
        }
    }

    /**
     * The slot of a group that was not delivered, or one of a generation without groups; or null.
     */
    private FaultSlot find(final IommuDevice dev, final IommuFault fault) {
        final DeviceRecord device = device(dev);
        if (device == null) {
            return null;
        }
        final FaultSlot reporting = device.reporting();
        if (reporting != null && reporting.keyFault == fault) {
            return reporting;
        }
        final FaultSlot refused = table.find(fault);
        if (refused != null) {
            return refused;
        }
        return completes(fault)
                ? find(device, fault.grpid(), keyPasid(fault))
                : findIncomplete(device, fault);
    }

    /** The oldest one that is complete: one whose report is not over is the newest. */
    private FaultSlot find(final DeviceRecord device, final int grpid, final int keyPasid) {
        final FaultSlot reported = table.find(device.index, grpid, keyPasid);
        return reported != null ? reported : device.reporting(grpid, keyPasid);
    }

    private FaultSlot findIncomplete(final DeviceRecord device, final IommuFault fault) {
        return incomplete.isEmpty()
                ? null
                : table.find(device.index, fault.grpid(), FaultSlot.INCOMPLETE);
    }

    /** What an answer by group id names, or null. Not stricter than any profile that tracks. */
    private FaultSlot findNamed(final IommuDevice dev, final IommuPageResponse msg) {
        final DeviceRecord device = device(dev);
        if (device == null) {
            return null;
        }
        if (generation != FaultGeneration.LINUX_5_X) {
            return find(device, msg.grpid(), msg.pasid());
        }
        final FaultSlot slot = msg.hasPasid() ? find(device, msg.grpid(), msg.pasid()) : null;
        return slot != null ? slot : find(device, msg.grpid(), FaultSlot.NO_PASID);
    }

    // ---- What the profile did -------------------------------------------------------------------

    /** An answer to a group goes to the driver: what it ends. */
    void responding(final IopfGroup group, final ResponseOrigin origin) {
        final FaultSlot slot = (FaultSlot) ((PendingGroup) group).note();
        if (slot != null
                && slot.isLive
                && slot.isDelivered
                && slot.group == group
                && slot.generation == group.generation()) {
            end(slot, FaultEnd.of(origin));
        }
    }

    /** An answer to a request goes to the driver: what it ends. */
    void responding(final IommuDevice dev, final IommuFault fault, final ResponseOrigin origin) {
        final FaultSlot slot = find(dev, fault);
        if (slot == null) {
            return;
        }
        if (slot.isAnswering && origin == ResponseOrigin.CONSUMER) {
            slot.isResponded = true;
        } else {
            end(slot, FaultEnd.of(origin));
        }
    }

    /** A request of an incomplete group was lost; with its last one the group ends. */
    void partialDropped(final IommuDevice dev, final IommuFault fault) {
        final DeviceRecord device = device(dev);
        final FaultSlot slot = device == null ? null : findIncomplete(device, fault);
        if (slot != null && slot.isCharged) {
            dropOne(slot, FaultEnd.DRAINED);
        }
    }

    /** A report returned an error: until 6.8 the driver answers by itself. */
    void reportFailed(final FaultSlot slot) {
        if (!slot.isLive) {
            return;
        }
        if (slot.isComplete) {
            end(slot, FaultEnd.TERMINATED);
        } else if (slot.requests == slot.requestsReported) {
            dropOne(slot, FaultEnd.TERMINATED);
        }
    }

    /** A refused group was answered, whether the profile said so or not. */
    void refused(final FaultSlot slot) {
        if (slot.isLive) {
            end(slot, FaultEnd.of(slot.endOrigin));
        }
    }

    /** What an answer by group id is for; the caller holds it. Null if it is for nothing. */
    FaultSlot beginAnswer(final IommuDevice dev, final IommuPageResponse msg) {
        final FaultSlot slot = findNamed(dev, msg);
        if (slot == null || slot.endOrigin != null || slot.isAnswering) {
            return null;
        }
        slot.isAnswering = true;
        slot.holders++;
        return slot;
    }

    /**
     * An answer by group id came back. From 2018 on a record is consumed whatever the driver says
     * to the answer; November 2017 has none, and what the driver did not send may be sent again.
     *
     * @return the record is gone and the driver has sent nothing: the device waits for an answer
     *     that nobody can give any more but the host
     */
    boolean endAnswer(final FaultSlot slot, final int ret) {
        final boolean isEnded =
                generation == FaultGeneration.SERIES_2017 ? ret == 0 : slot.isResponded;
        slot.isAnswering = false;
        slot.isResponded = false;
        if (!slot.isLive || !isEnded) {
            return false;
        }
        end(slot, ret == 0 ? FaultEnd.ANSWERED : FaultEnd.TERMINATED);
        return ret != 0;
    }

    // ---- Ends -----------------------------------------------------------------------------------

    /** A slot ends: its accounts and its timer forget it, and the policies hear of it. */
    private void end(final FaultSlot slot, final FaultEnd end) {
        remove(slot);
        if (slot.isTimed) {
            slot.charge.device.timeout.remove(slot);
        }
        if (slot.isCharged) {
            slot.charge.removeGroup(slot);
        }
        info.set(slot, slot, false);
        isAsking = true;
        try {
            for (final FaultPolicy policy : policies) {
                policy.ended(info, end);
            }
        } finally {
            isAsking = false;
        }
        recycleIfDead(slot);
    }

    private void dropOne(final FaultSlot slot, final FaultEnd end) {
        if (slot.requests > 1) {
            slot.requests--;
            slot.charge.removeRequest();
        } else {
            end(slot, end);
        }
    }

    /** All of a device: it has been drained. */
    void endAll(final IommuDevice dev) {
        final DeviceRecord device = device(dev);
        if (device == null) {
            return;
        }
        for (final Charge charge : device.account.charges) {
            final ChargedSlots charged = new ChargedSlots(charge);
            for (int i = 0; i < charged.size(); i++) {
                end(charged.get(i), FaultEnd.DRAINED);
            }
        }
        endIncomplete(dev);
    }

    /** Ends the incomplete groups of a device, or of all for null: their last request is lost. */
    void endIncomplete(final IommuDevice dev) {
        for (FaultSlot slot = incomplete.first(); slot != null; ) {
            final FaultSlot next = incomplete.next(slot);
            if (dev == null || slot.charge.device.dev == dev) {
                end(slot, slot.isRefused ? FaultEnd.TERMINATED : FaultEnd.DRAINED);
            }
            slot = next;
        }
    }

    /**
     * The host decides to end a slot.
     *
     * @return true if the caller, who holds it then, is to do so through the profile; false if
     *     somebody else is at it: whoever holds it now, or its last request when it comes
     */
    boolean wantEnd(final FaultSlot slot, final ResponseOrigin origin) {
        if (slot.endOrigin != null) {
            return false;
        }
        slot.endOrigin = origin;
        return holdToEnd(slot);
    }

    /** From now on every answer to what a device has outstanding is refused. */
    void refuseAnswers(final IommuDevice dev) {
        final DeviceRecord device = device(dev);
        if (device == null) {
            return;
        }
        for (final Charge charge : device.account.charges) {
            final ChargedSlots charged = new ChargedSlots(charge);
            for (int i = 0; i < charged.size(); i++) {
                if (charged.get(i).endOrigin == null) {
                    charged.get(i).endOrigin = ResponseOrigin.DOMAIN_CHANGED;
                }
            }
        }
    }

    /** Holds a slot that can be ended through the profile now; false if it cannot. */
    static boolean holdToEnd(final FaultSlot slot) {
        if (!slot.isLive || !slot.isComplete || slot.isRefused || slot.holders > 0) {
            return false;
        }
        slot.holders++;
        return true;
    }

    /**
     * A holder lets go.
     *
     * @return true if the host wanted to end the slot meanwhile: the caller holds it still and is
     *     to do so
     */
    boolean release(final FaultSlot slot) {
        if (slot.isReporting) {
            list(slot);
        }
        slot.holders--;
        recycleIfDead(slot);
        return slot.endOrigin != null && holdToEnd(slot);
    }

    /**
     * Whoever ended a slot through the profile lets go. In 6.12 a consumer may not have been able
     * to give it back: it waits for its answer. Before, a profile that knows nothing of it never
     * will.
     */
    void releaseEnded(final FaultSlot slot) {
        slot.holders--;
        if (slot.isLive && generation != FaultGeneration.LINUX_6_12) {
            end(slot, FaultEnd.of(slot.endOrigin));
        } else {
            recycleIfDead(slot);
        }
    }

    /** The slot of a device that is gone stays charged: its hardware holds the fault for good. */
    void releaseGone(final FaultSlot slot) {
        slot.holders--;
        recycleIfDead(slot);
    }

    // ---- Slots ----------------------------------------------------------------------------------

    private void insert(final FaultSlot slot) {
        slot.isLive = true;
        slot.isInTable = true;
        table.add(slot);
    }

    private void unlist(final FaultSlot slot) {
        if (slot.isInTable) {
            slot.isInTable = false;
            table.remove(slot);
        } else if (slot.isReporting) {
            slot.charge.device.endReporting();
        }
    }

    /** Its report is over, or another one has begun, and nobody knows its group. */
    private void list(final FaultSlot slot) {
        slot.charge.device.endReporting();
        insert(slot);
    }

    private void remove(final FaultSlot slot) {
        unlist(slot);
        slot.isLive = false;
        if (!slot.isComplete) {
            incomplete.remove(slot);
        }
    }

    private void recycleIfDead(final FaultSlot slot) {
        if (!slot.isLive && slot.holders == 0) {
            pool.recycle(slot);
        }
    }
}
