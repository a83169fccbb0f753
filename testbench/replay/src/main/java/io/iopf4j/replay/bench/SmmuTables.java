// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.drivers.armsmmuv3.CdTable;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.Arrays;

/**
 * What a guest's own SMMU driver keeps for a device: a table of context descriptors, one domain at
 * the stream whatever the PASID, and commands that go through the machine's viommu.
 */
final class SmmuTables implements GuestTables {
    private static final int ALL_PERMISSIONS =
            IommuFault.PERM_READ | IommuFault.PERM_WRITE | IommuFault.PERM_EXEC;
    private static final int IPS_48_BITS = 5;
    private static final long MAIR_WRITE_BACK = 0xffL;

    private final GuestDevice device;
    private final DmaAllocator memory;
    private final VmMonitor monitor;
    private final CdTable contexts;
    private Context[] contextBySsid = new Context[1];

    SmmuTables(final GuestDevice device, final DmaAllocator memory) {
        this.device = device;
        this.memory = memory;
        this.monitor = device.vm().monitor();
        contexts = CdTable.alloc(memory, device.device().fwspec().pasidNumBits());
        if (contexts == null) {
            throw new IllegalStateException(device + ": no guest memory is left");
        }
    }

    @Override
    public int attach() {
        return monitor.attach(device, IommuGroup.NO_PASID, tables());
    }

    @Override
    public int replace() {
        return monitor.replace(device, IommuGroup.NO_PASID, tables());
    }

    @Override
    public int detach() {
        return monitor.detach(device, IommuGroup.NO_PASID);
    }

    /** What the guest wrote into its stream table. */
    private IommuUserData tables() {
        return new IommuUserData(
                IommuUserData.ARM_SMMUV3,
                StreamTableEntry.word0(
                        StreamTableEntry.CONFIG_S1, contexts.dmaAddress(), contexts.log2Size()),
                StreamTableEntry.S1DSS_SSID0 | StreamTableEntry.S1C_WRITE_BACK_ISH);
    }

    @Override
    public void prepare(final int ssid) {
        context(ssid);
    }

    @Override
    public boolean isPrepared(final int ssid) {
        final int index = Math.max(ssid, 0);
        return index < contextBySsid.length && contextBySsid[index] != null;
    }

    @Override
    public boolean map(final int ssid, final long iova) {
        return context(ssid).table.map(iova, device.page(), ALL_PERMISSIONS);
    }

    @Override
    public void unmap(final int ssid, final long iova) {
        final Context context = context(ssid);
        if (context.table.unmap(iova)) {
            invalidate(Commands.tlbiNhVa(0, context.asid), Commands.tlbiAddress(iova, false));
        }
    }

    private Context context(final int ssid) {
        final int index = Math.max(ssid, 0);
        if (isPrepared(ssid)) {
            return contextBySsid[index];
        }
        if (index >= contextBySsid.length) {
            contextBySsid =
                    Arrays.copyOf(contextBySsid, Math.max(index + 1, contextBySsid.length * 2));
        }
        final Context made = new Context(IoPgtable.alloc(memory), device.vm().nextAsid());
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
        if (device.isBound()) {
            invalidate(Commands.cfgiCd(device.virtualStreamId(), ssid), 1);
        }
    }

    /**
     * The guest's commands go through its machine's viommu, whether the device is attached or not:
     * the hardware remembers translations by VMID, not by stream.
     */
    private void invalidate(final long word0, final long word1) {
        device.isDone("invalidate", monitor.invalidate(word0, word1));
    }

    private record Context(IoPgtable table, int asid) {}
}
