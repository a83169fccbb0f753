// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

/**
 * The tables that a guest keeps for one of its devices, and how its machine's monitor has the host
 * attach them.
 */
public interface GuestTables {
    /**
     * Attaches domains of them.
     *
     * @return 0 or the kernel's negative errno
     */
    int attach();

    /**
     * Attaches other domains in place of those that are attached.
     *
     * @return 0 or the kernel's negative errno
     */
    int replace();

    /**
     * Detaches them. They are detached afterwards, whatever the result.
     *
     * @return 0 or the kernel's negative errno
     */
    int detach();

    /**
     * Makes sure that accesses of a PASID, or of none, meet tables in which nothing is mapped.
     *
     * @param ssid PASID, or negative for none
     */
    void prepare(int ssid);

    /**
     * Whether {@link #prepare} has nothing left to do.
     *
     * @param ssid PASID, or negative for none
     * @return there are tables
     */
    boolean isPrepared(int ssid);

    /**
     * Maps the guest's page.
     *
     * @param ssid PASID, or negative for none
     * @param iova where
     * @return false if the address has more bits than the tables
     */
    boolean map(int ssid, long iova);

    /**
     * Takes the page back and makes the hardware forget it.
     *
     * @param ssid PASID, or negative for none
     * @param iova where it was mapped
     */
    void unmap(int ssid, long iova);
}
