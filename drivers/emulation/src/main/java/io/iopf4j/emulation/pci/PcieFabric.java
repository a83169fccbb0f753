// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.emulation.PcieBus;

/**
 * Brings to endpoints what an IOMMU sends them, by bus/device/function. To nobody, answers are lost
 * and invalidations done: there is no cache to clear. One thread.
 */
public final class PcieFabric implements PcieBus {
    private static final int BUSES = 256;
    private static final int FUNCTIONS = 256;
    private static final int BUS_SHIFT = 8;

    private final PciEndpoint[][] buses = new PciEndpoint[BUSES][];

    /** Buses without devices. */
    public PcieFabric() {}

    /**
     * Plugs an endpoint in.
     *
     * @param endpoint who
     * @throws IllegalArgumentException if its bus/device/function is somebody else's, or has more
     *     than 16 bits
     */
    public void add(final PciEndpoint endpoint) {
        final int rid = endpoint.rid();
        if (rid >>> BUS_SHIFT >= BUSES || at(rid) != null) {
            throw new IllegalArgumentException("no place for rid=0x" + Integer.toHexString(rid));
        }
        final int bus = rid >>> BUS_SHIFT;
        if (buses[bus] == null) {
            buses[bus] = new PciEndpoint[FUNCTIONS];
        }
        buses[bus][rid % FUNCTIONS] = endpoint;
    }

    /**
     * Pulls an endpoint out.
     *
     * @param endpoint who; nothing happens if it is not there
     */
    public void remove(final PciEndpoint endpoint) {
        if (at(endpoint.rid()) == endpoint) {
            buses[endpoint.rid() >>> BUS_SHIFT][endpoint.rid() % FUNCTIONS] = null;
        }
    }

    /**
     * Who has a bus/device/function.
     *
     * @param rid any number
     * @return the endpoint, or null
     */
    public PciEndpoint at(final int rid) {
        final int bus = rid >>> BUS_SHIFT;
        return bus >= BUSES || buses[bus] == null ? null : buses[bus][rid % FUNCTIONS];
    }

    @Override
    public void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {
        final PciEndpoint endpoint = at(streamId);
        if (endpoint != null) {
            endpoint.groupResponse(substreamId, code, group);
        }
    }

    @Override
    public void pageStreamResponse(
            final int streamId,
            final int substreamId,
            final int code,
            final int group,
            final long address) {
        final PciEndpoint endpoint = at(streamId);
        if (endpoint != null) {
            endpoint.streamResponse(substreamId, code, group, address);
        }
    }

    @Override
    public boolean invalidateTranslations(
            final int streamId,
            final int substreamId,
            final boolean isGlobal,
            final long address,
            final int log2Bytes) {
        final PciEndpoint endpoint = at(streamId);
        return endpoint == null || endpoint.invalidate(substreamId, isGlobal, address, log2Bytes);
    }
}
