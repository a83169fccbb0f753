// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.Requester;

/** Where a transaction that was stalled arrives anew. IHI 0070, 3.12.2. */
@FunctionalInterface
interface Arrivals {
    /**
     * Takes a transaction as if it were new.
     *
     * @param wasHeld it has waited for room, and goes before all that still wait
     */
    void arrive(
            Requester requester, int id, int sid, int ssid, long iova, int perm, boolean wasHeld);
}
