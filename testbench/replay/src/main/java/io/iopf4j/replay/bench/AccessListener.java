// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.emulation.AccessResult;

/** Hears how accesses end, on a bench without a ledger. */
@FunctionalInterface
public interface AccessListener {
    /**
     * An access ended.
     *
     * @param device the index of the device that issued it
     * @param id the device's number for it
     * @param result how
     */
    void accessEnded(int device, int id, AccessResult result);
}
