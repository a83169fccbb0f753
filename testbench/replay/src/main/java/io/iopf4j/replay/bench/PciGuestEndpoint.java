// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.PluggedDevice;
import io.iopf4j.emulation.pci.PciEndpoint;
import io.iopf4j.iopgtable.IoPgtable;

/**
 * A PCI function whose accesses ask for their pages in groups.
 *
 * @param endpoint the function
 * @param device the host's view of it
 * @param noPasid what its accesses without PASID carry
 * @param totals are told that it has issued
 */
record PciGuestEndpoint(
        PciEndpoint endpoint, IommuDevice device, int noPasid, EndpointTotals totals)
        implements GuestEndpoint {
    private static final int ADDRESS_BITS = IoPgtable.ADDRESS_BITS;
    private static final int HIGH_BITS = Long.SIZE - ADDRESS_BITS;

    /** Drivers refuse requests to execute and those with privilege. */
    private static final int PERMISSIONS = IommuFault.PERM_READ | IommuFault.PERM_WRITE;

    @Override
    public int index() {
        return endpoint.index();
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public PluggedDevice plugged() {
        return endpoint;
    }

    @Override
    public int pasid(final int ssid) {
        return ssid < 0 ? noPasid : ssid;
    }

    /** Of four levels of tables: an address of 48 bits is one of a processor's. */
    @Override
    public long address(final long iova) {
        return iova >>> ADDRESS_BITS == 0 ? iova << HIGH_BITS >> HIGH_BITS : iova;
    }

    @Override
    public boolean isStreaming() {
        return endpoint.function().config().isStreaming();
    }

    @Override
    public int nextId() {
        return endpoint.nextId();
    }

    @Override
    public int inFlight() {
        return endpoint.inFlight();
    }

    @Override
    public void access(final int ssid, final long[] iovas, final int[] perms, final int count) {
        for (int i = 0; i < count; i++) {
            iovas[i] = address(iovas[i]);
            perms[i] &= PERMISSIONS;
        }
        totals.touch(endpoint.index());
        endpoint.access(pasid(ssid), iovas, perms, count);
    }
}
