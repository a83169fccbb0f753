// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

/**
 * The tables that a guest keeps for one of its devices, and how its machine's monitor has the host
 * attach them. Each of the first three returns 0 or the kernel's negative errno.
 */
interface GuestTables {
    int attach();

    /** Attaches other domains in place of those that are attached. */
    int replace();

    /** They are detached afterwards, whatever the result. */
    int detach();

    /** Makes sure that accesses of a PASID, or of none, meet tables in which nothing is mapped. */
    void prepare(int ssid);

    /** Maps the guest's page; false if the address has more bits than the tables. */
    boolean map(int ssid, long iova);

    /** Takes the page back and makes the hardware forget it. */
    void unmap(int ssid, long iova);
}
