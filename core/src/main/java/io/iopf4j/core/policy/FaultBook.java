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
 * leaf, under which only policies and timers are called. Each step of a fault costs the same
 * whatever is outstanding; what ends all faults of a device or a machine costs by the most that
 * those ever had.
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
        if (!slot.hasEndOrigin() && !isAdmitted(slot, fault, opens)) {
            slot.setEndOrigin(ResponseOrigin.POLICY);
        }
        if (slot.hasEndOrigin()) {
            slot.isRefused = true;
        } else {
            charge(slot, nowNs);
        }
        slot.holders++;
        slot.requestsReported = slot.requests();
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
        if (slot.requests() == 0) {
            slot.charge.addGroup(slot);
            if (slot.charge.device.timeout != null) {
                slot.charge.device.timeout.add(slot, nowNs);
            }
        }
        slot.charge.addRequest(slot);
    }

    /** A refused group is known by its very request: an admitted one may have the same ids. */
    private void complete(final FaultSlot slot, final IommuFault fault) {
        if (slot.isLive()) {
            remove(slot);
        }
        slot.isComplete = true;
        slot.keyFault = slot.isRefused ? fault : null;
        slot.keyPasid = keyPasid(fault);
        slot.setLive(true);
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

    /** A group was delivered: from now on it stands for itself, and the slot is free of it. */
    void delivered(final IopfGroup group) {
        final FaultSlot slot = find(group.device(), group.lastFault());
        if (slot != null && !slot.isRefused) {
            remove(slot);
            slot.group = (PendingGroup) group;
            slot.generation = group.generation();
            takeOver(slot.group, slot);
            recycleIfDead(slot);
        }
    }

    private void takeOver(final ChargedFault group, final FaultSlot slot) {
        if (group.isLive()) {
            // Its profile has freed it without a word.
            end(group, group, FaultEnd.DRAINED);
        }
        final DeviceRecord device = slot.charge.device;
        if (group.charge == null || group.charge.device != device) {
            device.groups.add(group);
        }
        group.takeOver(slot);
        group.setLive(true);
        group.setHeld(slot.holders > 0);
        if (slot.isTimed()) {
            device.timeout.replace(slot, group);
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
        final ChargedFault charged = (PendingGroup) group;
        if (charged.isLive()) {
            end(charged, group.lastFault(), FaultEnd.of(origin));
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
        if (slot != null && slot.requests() > 0) {
            dropOne(slot, FaultEnd.DRAINED);
        }
    }

    /** A report returned an error: until 6.8 the driver answers by itself. */
    void reportFailed(final FaultSlot slot) {
        if (slot.isOfLiveGroup()) {
            end(slot.group, slot.group.lastFault(), FaultEnd.TERMINATED);
        }
        if (!slot.isLive()) {
            return;
        }
        if (slot.isComplete) {
            end(slot, FaultEnd.TERMINATED);
        } else if (slot.requests() == slot.requestsReported) {
            dropOne(slot, FaultEnd.TERMINATED);
        }
    }

    /** A refused group was answered, whether the profile said so or not. */
    void refused(final FaultSlot slot) {
        if (slot.isLive()) {
            end(slot, FaultEnd.of(slot.endOrigin()));
        }
    }

    /** What an answer by group id is for; the caller holds it. Null if it is for nothing. */
    FaultSlot beginAnswer(final IommuDevice dev, final IommuPageResponse msg) {
        final FaultSlot slot = findNamed(dev, msg);
        if (slot == null || slot.hasEndOrigin() || slot.isAnswering) {
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
        if (!slot.isLive() || !isEnded) {
            return false;
        }
        end(slot, ret == 0 ? FaultEnd.ANSWERED : FaultEnd.TERMINATED);
        return ret != 0;
    }

    // ---- Ends -----------------------------------------------------------------------------------

    /** What stands in a slot ends. */
    private void end(final FaultSlot slot, final FaultEnd end) {
        remove(slot);
        end(slot, slot, end);
        recycleIfDead(slot);
    }

    /** A fault ends: its accounts and its timer forget it, and the policies hear of it. */
    private void end(final ChargedFault charged, final IommuFault fault, final FaultEnd end) {
        charged.setLive(false);
        if (charged.isTimed()) {
            charged.charge.device.timeout.remove(charged);
        }
        if (charged.requests() > 0) {
            charged.charge.removeGroup(charged);
        }
        info.set(charged, fault, false);
        isAsking = true;
        try {
            for (final FaultPolicy policy : policies) {
                policy.ended(info, end);
            }
        } finally {
            isAsking = false;
        }
    }

    /** Either kind. */
    private void endEither(final ChargedFault charged, final FaultEnd end) {
        if (charged instanceof FaultSlot slot) {
            end(slot, end);
        } else {
            end(charged, ((PendingGroup) charged).lastFault(), end);
        }
    }

    private void dropOne(final FaultSlot slot, final FaultEnd end) {
        if (slot.requests() > 1) {
            slot.charge.removeRequest(slot);
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
        final ChargedFaults charged = new ChargedFaults(device.account);
        for (int i = 0; i < charged.size(); i++) {
            endEither(charged.get(i), FaultEnd.DRAINED);
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
     * The host decides to end a fault.
     *
     * @return the slot to do so with through the profile, held by the caller; null if somebody else
     *     is at it: whoever holds the fault now, or its last request when it comes
     */
    FaultSlot wantEnd(final ChargedFault fault, final ResponseOrigin origin) {
        if (fault.hasEndOrigin()) {
            return null;
        }
        fault.setEndOrigin(origin);
        return holdToEnd(fault);
    }

    /** From now on every answer to what a device has outstanding is refused. */
    void refuseAnswers(final IommuDevice dev) {
        final DeviceRecord device = device(dev);
        if (device == null) {
            return;
        }
        final ChargedFaults charged = new ChargedFaults(device.account);
        for (int i = 0; i < charged.size(); i++) {
            if (!charged.get(i).hasEndOrigin()) {
                charged.get(i).setEndOrigin(ResponseOrigin.DOMAIN_CHANGED);
            }
        }
    }

    /** Holds a fault that can be ended through the profile now, by a slot; null if it cannot. */
    FaultSlot holdToEnd(final ChargedFault fault) {
        if (fault instanceof FaultSlot slot) {
            return holdToEnd(slot) ? slot : null;
        }
        if (!fault.isLive() || fault.isHeld()) {
            return null;
        }
        fault.setHeld(true);
        final FaultSlot slot = pool.allocate(fault.charge);
        slot.group = (PendingGroup) fault;
        slot.generation = slot.group.generation();
        slot.copyFrom(slot.group.lastFault());
        if (fault.hasEndOrigin()) {
            slot.setEndOrigin(fault.endOrigin());
        }
        slot.holders = 1;
        return slot;
    }

    private static boolean holdToEnd(final FaultSlot slot) {
        if (!slot.isLive() || !slot.isComplete || slot.isRefused || slot.holders > 0) {
            return false;
        }
        slot.holders++;
        return true;
    }

    /**
     * A holder lets go.
     *
     * @return true if the host wanted to end the fault meanwhile: the caller holds it still and is
     *     to do so
     */
    boolean release(final FaultSlot slot) {
        if (slot.holders == 1 && slot.isOfLiveGroup()) {
            final ChargedFault group = slot.group;
            if (group.hasEndOrigin()) {
                slot.setEndOrigin(group.endOrigin());
                return true;
            }
            group.setHeld(false);
        }
        if (slot.isReporting) {
            list(slot);
        }
        slot.holders--;
        recycleIfDead(slot);
        return slot.hasEndOrigin() && holdToEnd(slot);
    }

    /**
     * Whoever ended a fault through the profile lets go of it. In 6.12 a consumer may not have been
     * able to give it back: it waits for its answer. Before, a profile that knows nothing of it
     * never will.
     */
    void releaseEnded(final FaultSlot slot) {
        final boolean isForgotten = generation != FaultGeneration.LINUX_6_12;
        if (slot.isOfLiveGroup()) {
            final ChargedFault group = slot.group;
            group.setHeld(false);
            if (isForgotten) {
                end(group, slot.group.lastFault(), FaultEnd.of(slot.endOrigin()));
            }
        }
        slot.holders--;
        if (slot.isLive() && isForgotten) {
            end(slot, FaultEnd.of(slot.endOrigin()));
        } else {
            recycleIfDead(slot);
        }
    }

    /** What a device has that is gone stays charged: its hardware holds the fault for good. */
    void releaseGone(final FaultSlot slot) {
        if (slot.isOfLiveGroup()) {
            final ChargedFault group = slot.group;
            group.setHeld(false);
        }
        slot.holders--;
        recycleIfDead(slot);
    }

    // ---- Slots ----------------------------------------------------------------------------------

    private void insert(final FaultSlot slot) {
        slot.setLive(true);
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
        slot.setLive(false);
        if (!slot.isComplete) {
            incomplete.remove(slot);
        }
    }

    private void recycleIfDead(final FaultSlot slot) {
        if (!slot.isLive() && slot.holders == 0) {
            pool.recycle(slot);
        }
    }
}
