// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.emulation.PluggedDevice;

/** What issues the accesses of a device, whatever it sits behind. */
public interface GuestEndpoint {
    /**
     * The bench's number for it.
     *
     * @return from 0
     */
    int index();

    /**
     * The device's name.
     *
     * @return the name
     */
    String name();

    /**
     * The host's view of it.
     *
     * @return the device
     */
    IommuDevice device();

    /**
     * The device itself, to be reset or pulled out.
     *
     * @return what issues the accesses
     */
    PluggedDevice plugged();

    /**
     * The PASID that its accesses carry.
     *
     * @param ssid PASID, or negative for none
     * @return the same; or a PASID that it keeps for accesses without, where these cannot fault
     */
    int pasid(int ssid);

    /**
     * The address that its accesses go to.
     *
     * @param iova in bytes
     * @return the same; or, where addresses are canonical, with bit 47 in all bits above
     */
    long address(long iova);

    /**
     * Whether each of its requests is answered on its own, so that an access is to one page.
     *
     * @return it wants stream responses, and the hardware has them
     */
    boolean isStreaming();

    /**
     * The number that its next access will get.
     *
     * @return at least 1
     */
    int nextId();

    /**
     * Accesses that have not ended, without those that it has forgotten.
     *
     * @return a count
     */
    int inFlight();

    /**
     * Issues an access to some pages: it may fault for any of them.
     *
     * @param ssid PASID, or negative for none
     * @param iovas addresses in bytes; become what {@link #address} says
     * @param perms for each what it asks for, {@code IommuFault.PERM_} bits; what the hardware
     *     cannot ask for is taken out
     * @param count how many of both, at least 1; one if hardware has no groups of several
     */
    void access(int ssid, long[] iovas, int[] perms, int count);
}
