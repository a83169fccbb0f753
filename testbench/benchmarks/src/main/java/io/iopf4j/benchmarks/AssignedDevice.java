// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.iommufd.IommufdHwpt;
import io.iopf4j.drivers.armsmmuv3.CdTable;
import io.iopf4j.drivers.armsmmuv3.IoPgtable;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.EndpointListener;
import java.util.List;

/**
 * A device in a virtual machine of its own: its endpoint, the host's attachment, and the guest's
 * tables for the one PASID that it uses.
 */
final class AssignedDevice {
    private static final int PASID = 1;
    private static final int PASID_BITS = 1;
    private static final int IPS_48_BITS = 5;
    private static final long MAIR_WRITE_BACK = 0xffL;

    private final Endpoint endpoint;
    private final GuestQueue queue;
    private final IommufdDevice device;
    private final IommuDomain domain;
    private final IoPgtable table;
    private final int asid;
    private final long page;

    AssignedDevice(final FaultMachine machine, final int index, final EndpointListener listener) {
        endpoint = new Endpoint(index, "dev" + index, index, machine.smmu(), listener);
        queue = new GuestQueue(machine.core());
        table = IoPgtable.alloc(machine.allocator());
        asid = index + 1;
        page = machine.allocator().allocCoherent(1).dmaAddress();
        final CdTable contexts = CdTable.alloc(machine.allocator(), PASID_BITS);
        contexts.write(
                PASID,
                ContextDescriptor.word0(IoPgtable.ADDRESS_BITS, IPS_48_BITS, asid, true),
                table.ttb(),
                MAIR_WRITE_BACK,
                // Nothing is attached yet that could have been cached.
                changed -> {});
        final IommuDevice host =
                new IommuDevice(
                        endpoint.name(),
                        machine.ops(),
                        new IommuFwspec(List.of(index), true, PASID_BITS));
        Expect.zero("join", new IommuGroup(index).addDevice(host));
        device = queue.context().bind(host);
        domain =
                host.ops()
                        .domainAllocNested(
                                host,
                                new IommuUserData(
                                        IommuUserData.ARM_SMMUV3,
                                        StreamTableEntry.word0(
                                                StreamTableEntry.CONFIG_S1,
                                                contexts.dmaAddress(),
                                                contexts.log2Size()),
                                        StreamTableEntry.S1DSS_SSID0
                                                | StreamTableEntry.S1C_WRITE_BACK_ISH));
        final IommufdHwpt hwpt = queue.context().hwptAlloc(domain, queue.id());
        Expect.zero("attach", device.attach(hwpt));
    }

    void access(final long iova) {
        endpoint.access(PASID, iova, IommuFault.PERM_READ);
    }

    int read(final long iova) {
        return queue.readOne(device.id(), iova);
    }

    /** With SUCCESS the page is there for as long as the answer takes, so that it faults again. */
    void answer(final int cookie, final long iova, final int code) {
        if (code != PageResponseCode.SUCCESS) {
            queue.answer(cookie, code);
            return;
        }
        table.map(iova, page, IommuFault.PERM_READ);
        queue.answer(cookie, code);
        table.unmap(iova);
        Expect.zero(
                "invalidate",
                domain.cacheInvalidateUser(
                        Commands.tlbiNhVa(0, asid), Commands.tlbiAddress(iova, true)));
    }
}
