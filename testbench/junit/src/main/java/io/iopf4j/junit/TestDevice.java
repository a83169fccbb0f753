// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuFault;
import io.iopf4j.replay.bench.GuestDevice;

/** A device of a virtual machine, attached to it: its accesses fault until the guest maps them. */
public final class TestDevice {
    private static final int NO_PASID = -1;

    private final GuestBench bench;
    private final GuestDevice device;

    TestDevice(final GuestBench bench, final GuestDevice device) {
        this.bench = bench;
        this.device = device;
    }

    /**
     * Reads, without a PASID.
     *
     * @param iova address in bytes
     * @return the access, under way: {@link VirtualClock#run} brings it to the guest
     */
    public DmaAccess read(final long iova) {
        return access(NO_PASID, iova, IommuFault.PERM_READ);
    }

    /**
     * Writes, without a PASID.
     *
     * @param iova address in bytes
     * @return the access, under way
     */
    public DmaAccess write(final long iova) {
        return access(NO_PASID, iova, IommuFault.PERM_WRITE);
    }

    /**
     * Issues any access.
     *
     * @param pasid PASID, negative for none
     * @param iova address in bytes
     * @param perm {@code IommuFault.PERM_} bits
     * @return the access, under way
     */
    public DmaAccess access(final int pasid, final long iova, final int perm) {
        final int row = device.issue(pasid, iova, perm);
        bench.machine().look();
        return new DmaAccess(
                "access of "
                        + device
                        + (pasid < 0 ? "" : " pasid " + pasid)
                        + " at 0x"
                        + Long.toHexString(iova)
                        + " "
                        + FaultCall.perm(perm),
                () -> bench.bench().ledger().result(row));
    }

    /** Detaches it; whether outstanding faults end is the kernel's affair. */
    public void detach() {
        device.detach();
        bench.clock().run();
    }

    /** Takes it away for good. */
    public void remove() {
        device.remove();
        bench.clock().run();
    }

    /**
     * Moves it to another machine.
     *
     * @param owner the next owner
     */
    public void moveTo(final TestVm owner) {
        device.moveTo(owner.vm());
        bench.clock().run();
    }

    /**
     * Faults that the core keeps for it.
     *
     * @return a count, negative if this kernel keeps none
     */
    public int pending() {
        return device.corePending();
    }

    /**
     * The device on the bench.
     *
     * @return with all that it can
     */
    public GuestDevice device() {
        return device;
    }

    @Override
    public String toString() {
        return device.toString();
    }
}
