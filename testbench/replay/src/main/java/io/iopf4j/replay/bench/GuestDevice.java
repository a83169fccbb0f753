// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
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
import io.iopf4j.drivers.armsmmuv3.CdTable;
import io.iopf4j.iopgtable.IoPgtable;
import io.iopf4j.emulation.Endpoint;
import java.util.Arrays;
import java.util.List;

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

    private final Bench bench;
    private final Endpoint endpoint;
    private final IommuDevice device;
    private final DmaAllocator memory;
    private final int pasidBits;
    private final long page;
    private GuestVm vm;
    private CdTable contexts;
    private Context[] contextBySsid;
    private boolean isBound;
    private boolean isAttached;
    private int virtualStreamId;

    GuestDevice(
            final Bench bench,
            final Endpoint endpoint,
            final IommuOps ops,
            final DmaAllocator memory,
            final int pasidBits) {
        this.bench = bench;
        this.endpoint = endpoint;
        this.device =
                new IommuDevice(
                        endpoint.name(),
                        ops,
                        new IommuFwspec(List.of(endpoint.streamId()), true, pasidBits));
        this.memory = memory;
        this.pasidBits = pasidBits;
        final DmaMemory data = memory.allocCoherent(1);
        if (data == null) {
            throw new IllegalStateException(endpoint.name() + ": no guest memory is left");
        }
        this.page = data.dmaAddress();
    }

    // ---- The host's side ------------------------------------------------------------------------

    /** Gives it to a machine, whose guest has tables of its own for it. */
    void giveTo(final GuestVm owner) {
        vm = owner;
        virtualStreamId = owner.nextVirtualStreamId();
        contexts = CdTable.alloc(memory, pasidBits);
        if (contexts == null) {
            throw new IllegalStateException(endpoint.name() + ": no guest memory is left");
        }
        contextBySsid = new Context[1];
        bench.assigned(this);
        owner.add(this);
        bind();
    }

    private void bind() {
        if (IommuGroup.of(device) == null) {
            check("probe", new IommuGroup(endpoint.index()).addDevice(device));
        }
        vm.monitor().bind(this);
        isBound = true;
    }

    /** Attaches a nested domain that takes faults, if none is attached. */
    public void attach() {
        if (!isAttached) {
            if (!isBound) {
                bind();
            }
            final int ret = vm.monitor().attach(this, tables());
            if (ret == -Errno.EBUSY) {
                // A former owner's handler is still registered: kernels before 6.12 cannot give a
                // device away while faults of it are pending.
                bench.log().warn(endpoint.name(), "a former owner's handler is in the way");
                return;
            }
            check("attach", ret);
            isAttached = true;
        }
    }

    /** Attaches another nested domain in place of the one that is attached. */
    public void replace() {
        if (!isAttached) {
            return;
        }
        if (bench.drainsOnDomainChange()) {
            // Old and new must not be in force at once while the hardware still stalls for the old.
            detach();
            attach();
            return;
        }
        check("replace", vm.monitor().replace(this, tables()));
        bench.domainChanged(this);
    }

    /** Detaches what is attached; whether outstanding faults end is the kernel's affair. */
    public void detach() {
        if (!isAttached) {
            return;
        }
        final int ret = vm.monitor().detach(this);
        if (ret == -Errno.EBUSY) {
            bench.log().warn(endpoint.name(), "handler stays: faults are pending");
        } else {
            check("detach", ret);
        }
        isAttached = false;
        bench.domainChanged(this);
    }

    /** Takes the device away from the machine. */
    public void remove() {
        if (!isBound) {
            return;
        }
        unbind();
        IommuGroup.of(device).removeDevice(device);
        bench.removed(this);
    }

    /**
     * Moves it to another machine, attached there if it was here.
     *
     * @param owner the next owner
     */
    public void moveTo(final GuestVm owner) {
        final boolean wasAttached = isAttached();
        if (isBound) {
            unbind();
        }
        vm.remove(this);
        giveTo(owner);
        if (wasAttached) {
            attach();
        }
    }

    private void unbind() {
        detach();
        vm.monitor().unbind(this);
        isBound = false;
    }

    /** What the guest wrote into its stream table. */
    private IommuUserData tables() {
        return new IommuUserData(
                IommuUserData.ARM_SMMUV3,
                StreamTableEntry.word0(
                        StreamTableEntry.CONFIG_S1, contexts.dmaAddress(), contexts.log2Size()),
                StreamTableEntry.S1DSS_SSID0 | StreamTableEntry.S1C_WRITE_BACK_ISH);
    }

    private void check(final String what, final int ret) {
        if (ret != 0) {
            throw new IllegalStateException(
                    endpoint.name() + ": " + what + " fails: " + Errno.nameOf(ret));
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
        final Context made = new Context(IoPgtable.alloc(memory), vm.nextAsid());
        contextBySsid[index] = made;
        contexts.write(
                index,
                ContextDescriptor.word0(IoPgtable.ADDRESS_BITS, IPS_48_BITS, made.asid, true),
                made.table.ttb(),
                MAIR_WRITE_BACK,
                this::contextChanged);
        return made;
    }

    /** A device that was taken away has no name any more, and the hardware forgot all of it. */
    private void contextChanged(final int ssid) {
        if (isBound) {
            invalidate(Commands.cfgiCd(virtualStreamId, ssid), 1);
        }
    }

    /**
     * The guest's commands go through its machine's viommu, whether the device is attached or not:
     * the hardware remembers translations by VMID, not by stream.
     */
    private void invalidate(final long word0, final long word1) {
        check("invalidate", vm.monitor().invalidate(word0, word1));
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
     * How its guest calls it.
     *
     * @return the guest's StreamID, each machine's own numbering
     */
    int virtualStreamId() {
        return virtualStreamId;
    }

    /**
     * Whether a domain that takes faults is attached.
     *
     * @return after attach, before detach
     */
    public boolean isAttached() {
        return isAttached;
    }

    /**
     * Faults that the core keeps for it.
     *
     * @return a count, negative if this kernel keeps none
     */
    public int corePending() {
        return bench.core().pending(device);
    }

    /**
     * The host's view of it.
     *
     * @return the device
     */
    public IommuDevice device() {
        return device;
    }

    private record Context(IoPgtable table, int asid) {}
}
