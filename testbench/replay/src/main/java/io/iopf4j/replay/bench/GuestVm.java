// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.iommufd.IommufdContext;
import io.iopf4j.core.iommufd.IommufdFaultQueue;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.replay.ledger.Invariants;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** A virtual machine: its devices, its fault queue, and a guest that answers when it is told to. */
public final class GuestVm {
    private static final int READ_RECORDS = 64;

    private final int index;
    private final String name;
    private final IommufdContext context;
    private final int faultQueueId;
    private final IommufdFaultQueue faultQueue;
    private final Invariants invariants;
    private final List<GuestDevice> devices = new ArrayList<>();
    private final IntPredicate ownsStall;
    private final ByteBuffer records = ByteBuffer.allocate(READ_RECORDS * HwptPgfault.BYTES);
    private final ByteBuffer answer = ByteBuffer.allocate(HwptPageResponse.BYTES);

    GuestVm(
            final int index,
            final String name,
            final GroupResponder core,
            final FaultObserver observer,
            final Invariants invariants,
            final IntPredicate ownsStall) {
        this.index = index;
        this.name = name;
        this.context = new IommufdContext(core, observer);
        this.faultQueueId = context.faultQueueAlloc(0);
        this.faultQueue = context.faultQueue(faultQueueId);
        this.invariants = invariants;
        this.ownsStall = ownsStall;
    }

    void add(final GuestDevice device) {
        devices.add(device);
    }

    /**
     * Reads as many records as a recorded read got.
     *
     * @param count records, at least 1
     */
    public void read(final int count) {
        for (int left = count; left > 0; ) {
            records.clear().limit(Math.min(left, READ_RECORDS) * HwptPgfault.BYTES);
            final int bytes = faultQueue.read(records);
            if (bytes <= 0) {
                return;
            }
            look(bytes);
            left -= bytes / HwptPgfault.BYTES;
        }
    }

    /**
     * Reads the oldest record that waits.
     *
     * @return its cookie, or 0 if none waits
     */
    public int readOne() {
        records.clear().limit(HwptPgfault.BYTES);
        final int bytes = faultQueue.read(records);
        if (bytes <= 0) {
            return 0;
        }
        look(bytes);
        return HwptPgfault.cookie(records, 0);
    }

    /** Reads all that waits. */
    public void readAll() {
        int bytes;
        do {
            records.clear();
            bytes = faultQueue.read(records);
            look(bytes);
        } while (bytes > 0);
    }

    private void look(final int bytes) {
        for (int at = 0; at < bytes; at += HwptPgfault.BYTES) {
            final int devId = HwptPgfault.devId(records, at);
            invariants.guestSees(ownsStall.test(HwptPgfault.grpid(records, at)), devId);
        }
    }

    /**
     * Answers one group.
     *
     * @param device the device that faulted
     * @param ssid its PASID, or negative for none
     * @param iova its address
     * @param cookie what the record said
     * @param code SUCCESS or INVALID; with SUCCESS the page is mapped first
     * @return what the write returned: bytes taken, or a negative errno
     */
    public int answer(
            final GuestDevice device,
            final int ssid,
            final long iova,
            final int cookie,
            final int code) {
        final boolean succeeds = code == PageResponseCode.SUCCESS;
        if (succeeds) {
            device.map(ssid, iova);
        }
        answer.clear();
        HwptPageResponse.encode(answer, 0, cookie, code);
        final int written = faultQueue.write(answer);
        if (succeeds) {
            device.unmap(ssid, iova);
        }
        return written;
    }

    IommufdContext context() {
        return context;
    }

    int faultQueueId() {
        return faultQueueId;
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
