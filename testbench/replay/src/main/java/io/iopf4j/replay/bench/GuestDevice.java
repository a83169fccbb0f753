// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.iommufd.IommufdHwpt;
import io.iopf4j.core.iopf.IommuFaultParam;
import io.iopf4j.drivers.armsmmuv3.CdTable;
import io.iopf4j.drivers.armsmmuv3.IoPgtable;
import io.iopf4j.emulation.Endpoint;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * A device that is assigned to a virtual machine, seen from both sides: the host's attachment of
 * it, and the tables that the guest's own SMMU driver keeps for it in guest memory. Pages come and
 * go: the guest maps one when it answers a fault with success and takes it back afterwards, so that
 * a recorded fault at the same address faults again.
 */
public final class GuestDevice {
    private static final int ALL_PERMISSIONS =
            IommuFault.PERM_READ | IommuFault.PERM_WRITE | IommuFault.PERM_EXEC;
    private static final int IPS_48_BITS = 5;
    private static final long MAIR_WRITE_BACK = 0xffL;

    private final Endpoint endpoint;
    private final GuestVm vm;
    private final IommuDevice device;
    private final DmaAllocator memory;
    private final IntSupplier asids;
    private final CdTable contexts;
    private final long page;
    private Context[] contextBySsid = new Context[1];
    private IommufdDevice iommufdDevice;
    private IommufdHwpt hwpt;

    GuestDevice(
            final Endpoint endpoint,
            final GuestVm vm,
            final IommuOps ops,
            final DmaAllocator memory,
            final int pasidBits,
            final IntSupplier asids) {
        this.endpoint = endpoint;
        this.vm = vm;
        this.device =
                new IommuDevice(
                        endpoint.name(),
                        ops,
                        new IommuFwspec(List.of(endpoint.streamId()), true, pasidBits));
        this.memory = memory;
        this.asids = asids;
        this.contexts = CdTable.alloc(memory, pasidBits);
        final DmaMemory data = memory.allocCoherent(1);
        if (contexts == null || data == null) {
            throw new IllegalStateException(endpoint.name() + ": no guest memory is left");
        }
        this.page = data.dmaAddress();
        join();
    }

    private void join() {
        final int ret = new IommuGroup(endpoint.index()).addDevice(device);
        if (ret != 0) {
            throw new IllegalStateException(endpoint.name() + " does not probe: " + ret);
        }
        iommufdDevice = vm.context().bind(device);
    }

    // ---- The host's side ------------------------------------------------------------------------

    /** Attaches a nested domain that takes faults, if none is attached. */
    public void attach() {
        if (hwpt == null) {
            if (IommuGroup.of(device) == null) {
                join();
            }
            final IommufdHwpt made = makeHwpt();
            check("attach", iommufdDevice.attach(made));
            hwpt = made;
        }
    }

    /** Attaches another nested domain in place of the one that is attached. */
    public void replace() {
        if (hwpt == null) {
            return;
        }
        final IommufdHwpt made = makeHwpt();
        check("replace", iommufdDevice.replace(made));
        vm.context().destroy(hwpt.id());
        hwpt = made;
    }

    /** Detaches what is attached; outstanding faults are ended. */
    public void detach() {
        if (hwpt == null) {
            return;
        }
        check("detach", iommufdDevice.detach());
        vm.context().destroy(hwpt.id());
        hwpt = null;
    }

    /** Takes the device away from the machine. */
    public void remove() {
        if (IommuGroup.of(device) == null) {
            return;
        }
        detach();
        vm.context().destroy(iommufdDevice.id());
        IommuGroup.of(device).removeDevice(device);
    }

    private IommufdHwpt makeHwpt() {
        final IommuDomain domain =
                device.ops()
                        .domainAllocNested(
                                device,
                                new IommuUserData(
                                        IommuUserData.ARM_SMMUV3,
                                        StreamTableEntry.word0(
                                                StreamTableEntry.CONFIG_S1,
                                                contexts.dmaAddress(),
                                                contexts.log2Size()),
                                        StreamTableEntry.S1DSS_SSID0
                                                | StreamTableEntry.S1C_WRITE_BACK_ISH));
        return vm.context().hwptAlloc(domain, vm.faultQueueId());
    }

    private void check(final String what, final int ret) {
        if (ret != 0) {
            throw new IllegalStateException(endpoint.name() + ": " + what + " fails: " + ret);
        }
    }

    // ---- The guest's side -----------------------------------------------------------------------

    /**
     * Makes sure that the guest has a context for accesses of a PASID, with nothing mapped.
     *
     * @param ssid PASID, or negative for accesses without
     */
    public void prepare(final int ssid) {
        context(ssid);
    }

    /**
     * Maps a page for an access that is to be retried.
     *
     * @param ssid PASID, or negative for accesses without
     * @param iova the faulting address
     * @return false if the address has more bits than the tables
     */
    public boolean map(final int ssid, final long iova) {
        return context(ssid).table.map(iova, page, ALL_PERMISSIONS);
    }

    /**
     * Takes a page back and makes the hardware forget it.
     *
     * @param ssid PASID, or negative for accesses without
     * @param iova the address that was mapped
     */
    public void unmap(final int ssid, final long iova) {
        final Context context = context(ssid);
        if (context.table.unmap(iova)) {
            invalidate(Commands.tlbiNhVa(0, context.asid), Commands.tlbiAddress(iova, false));
        }
    }

    private Context context(final int ssid) {
        final int index = Math.max(ssid, 0);
        if (index < contextBySsid.length && contextBySsid[index] != null) {
            return contextBySsid[index];
        }
        if (index >= contextBySsid.length) {
            contextBySsid =
                    Arrays.copyOf(contextBySsid, Math.max(index + 1, contextBySsid.length * 2));
        }
        final Context made = new Context(IoPgtable.alloc(memory), asids.getAsInt());
        contextBySsid[index] = made;
        contexts.write(
                index,
                ContextDescriptor.word0(IoPgtable.ADDRESS_BITS, IPS_48_BITS, made.asid, true),
                made.table.ttb(),
                MAIR_WRITE_BACK,
                changed -> invalidate(Commands.cfgiCd(endpoint.streamId(), changed), 1));
        return made;
    }

    /** The guest's commands go through the host, which has nothing to do while not attached. */
    private void invalidate(final long word0, final long word1) {
        if (hwpt != null) {
            check("invalidate", hwpt.domain().cacheInvalidateUser(word0, word1));
        }
    }

    // ---- For whoever looks on -------------------------------------------------------------------

    /**
     * What issues its accesses.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Whose it is.
     *
     * @return the virtual machine
     */
    public GuestVm vm() {
        return vm;
    }

    /**
     * Whether a domain that takes faults is attached.
     *
     * @return after attach, before detach
     */
    public boolean isAttached() {
        return hwpt != null;
    }

    /**
     * Groups that the core keeps for it.
     *
     * @return a count, 0 while it is on no fault queue
     */
    public int corePending() {
        final IommuFaultParam param = (IommuFaultParam) device.faultParam();
        return param == null ? 0 : param.pendingCount();
    }

    private record Context(IoPgtable table, int asid) {}
}
