// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** Whoever sends accesses through an IOMMU and is told how each ended. */
public interface Requester {
    /**
     * An access ended, once and for all.
     *
     * @param id the number that the access was issued with
     * @param result how
     */
    void ended(int id, AccessResult result);
}
