// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.iopgtable.IoPgtable;
import io.iopf4j.iopgtable.IoPgtableFmt;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a guest's own intel-iommu driver keeps for a device: a first stage for each PASID. Its
 * monitor attaches each as a nested domain at that PASID, on the machine's memory, which is
 * attached for accesses without one. Detached, a table is just memory: the hardware forgot it.
 */
final class VtdTables implements GuestTables {
    private static final int ALL_PERMISSIONS = IommuFault.PERM_READ | IommuFault.PERM_WRITE;

    /** The tables look at no more of an address: the bits above are those of bit 47. */
    private static final long INDEX_MASK = (1L << IoPgtable.ADDRESS_BITS) - 1;

    private final GuestDevice device;
    private final DmaAllocator memory;
    private final VmMonitor monitor;
    private final Map<Integer, IoPgtable> tableOfPasid = new TreeMap<>();

    /** When the guest began to use them its monitor's files were closed, or memory was short. */
    private final Set<Integer> unattached = new HashSet<>();

    private boolean isAttached;

    // What was looked up last: most devices use one PASID.
    private int lastPasid = IommuModel.NO_SUBSTREAM;
    private IoPgtable lastTable;

    VtdTables(final GuestDevice device, final DmaAllocator memory) {
        this.device = device;
        this.memory = memory;
        this.monitor = device.vm().monitor();
    }

    /** What has no PASID is attached from the start: with it the device can have faults. */
    @Override
    public int attach() {
        table(device.endpoint().pasid(IommuModel.NO_SUBSTREAM));
        int ret = monitor.attachMemory(device);
        if (ret != 0) {
            return ret;
        }
        isAttached = true;
        unattached.clear();
        for (final Map.Entry<Integer, IoPgtable> entry : tableOfPasid.entrySet()) {
            ret = monitor.attach(device, entry.getKey(), tables(entry.getValue()));
            if (ret != 0) {
                detach();
                return ret;
            }
        }
        return 0;
    }

    @Override
    public int replace() {
        int ret = 0;
        for (final Map.Entry<Integer, IoPgtable> entry : tableOfPasid.entrySet()) {
            ret =
                    ret == 0 && !isUnattached(entry.getKey())
                            ? monitor.replace(device, entry.getKey(), tables(entry.getValue()))
                            : ret;
        }
        return ret;
    }

    @Override
    public int detach() {
        isAttached = false;
        int ret = 0;
        for (final int pasid : tableOfPasid.keySet()) {
            if (!isUnattached(pasid)) {
                final int its = monitor.detach(device, pasid);
                ret = ret == 0 ? its : ret;
            }
        }
        final int its = monitor.detach(device, IommuGroup.NO_PASID);
        return ret == 0 ? its : ret;
    }

    private static IommuUserData tables(final IoPgtable table) {
        return new IommuUserData(IommuUserData.VTD_S1, 0, table.ttb(), IoPgtable.ADDRESS_BITS);
    }

    @Override
    public void prepare(final int pasid) {
        table(pasid);
    }

    @Override
    public boolean isPrepared(final int pasid) {
        return tableOfPasid.containsKey(pasid);
    }

    @Override
    public boolean map(final int pasid, final long iova) {
        return table(pasid).map(iova & INDEX_MASK, device.page(), ALL_PERMISSIONS);
    }

    @Override
    public void unmap(final int pasid, final long iova) {
        if (table(pasid).unmap(iova & INDEX_MASK) && isAttached && !isUnattached(pasid)) {
            final long page = device.endpoint().address(iova) & -IoPgtable.PAGE_BYTES;
            device.isDone(
                    "invalidate",
                    monitor.invalidate(
                            device,
                            pasid,
                            IommuUserData.INVALIDATE_VTD_S1,
                            page,
                            1,
                            IommuUserData.VTD_INVALIDATE_LEAF));
        }
    }

    private boolean isUnattached(final int pasid) {
        return !unattached.isEmpty() && unattached.contains(pasid);
    }

    private void attach(final int pasid, final IoPgtable table) {
        final int ret = monitor.attach(device, pasid, tables(table));
        if (ret == -Errno.EBADF || !device.isDone("attach a PASID", ret)) {
            unattached.add(pasid);
        }
    }

    private IoPgtable table(final int pasid) {
        if (pasid == lastPasid) {
            return lastTable;
        }
        final IoPgtable known = tableOfPasid.get(pasid);
        final IoPgtable table = known == null ? makeTable(pasid) : known;
        lastPasid = pasid;
        lastTable = table;
        return table;
    }

    private IoPgtable makeTable(final int pasid) {
        final IoPgtable made =
                IoPgtable.alloc(memory, IoPgtableFmt.X86_FIRST_STAGE, IoPgtable.ADDRESS_BITS);
        if (made == null) {
            throw new IllegalStateException(device + ": no guest memory is left");
        }
        tableOfPasid.put(pasid, made);
        if (isAttached) {
            attach(pasid, made);
        }
        return made;
    }
}
