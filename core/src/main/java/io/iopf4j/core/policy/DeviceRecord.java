// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;
import java.util.ArrayList;
import java.util.List;

/** What the gate keeps of a device. */
final class DeviceRecord {
    final IommuDevice dev;
    final int index;
    final Account account;

    /** Null: its faults may wait for ever. */
    final TimeoutFifo timeout;

    /** What its next groups are charged to; those that are outstanding may be charged otherwise. */
    private Charge charge;

    /** Whose record it is: another gate may know the device too. */
    final FaultBook book;

    /** All slots that it ever had. */
    final List<FaultSlot> slots = new ArrayList<>();

    /** Its slots that are to be used again: the first is the one that came back last. */
    int firstFreeSlot = SlotPool.NONE;

    /** What its profile has delivered, in a generation with groups. */
    final KnownGroups groups = new KnownGroups(this);

    /** Groups that were ever charged, counted round. */
    int arrivals;

    /**
     * The newest one that is complete, until its report is over: it is found here, and most often
     * it need not be put into a table. Or null.
     */
    private FaultSlot reporting;

    DeviceRecord(
            final FaultBook book,
            final IommuDevice dev,
            final Account account,
            final Account vm,
            final TimeoutFifo timeout) {
        this.book = book;
        this.dev = dev;
        this.index = account.index();
        this.account = account;
        this.timeout = timeout;
        assign(vm);
    }

    Charge charge() {
        return charge;
    }

    void assign(final Account vm) {
        for (final Charge known : account.charges) {
            if (known.vm == vm) {
                charge = known;
                return;
            }
        }
        charge = new Charge(this, vm);
    }

    FaultSlot reporting() {
        return reporting;
    }

    void beginReporting(final FaultSlot slot) {
        reporting = slot;
        slot.isReporting = true;
    }

    void endReporting() {
        reporting.isReporting = false;
        reporting = null;
    }

    /** That slot if it has a key, or null. */
    FaultSlot reporting(final int grpid, final int keyPasid) {
        return reporting != null && reporting.hasKey(grpid, keyPasid) ? reporting : null;
    }
}
