// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** Whoever sends accesses through an IOMMU and is told how each ended. */
public interface Requester {
    /**
     * An access reached memory: the requester moves its data now, before it is told that the access
     * is done.
     *
     * @param id the number that the access was issued with
     * @param address physical address; its byte is memory
     */
    default void reached(final int id, final long address) {}

    /**
     * An access ended, once and for all.
     *
     * @param id the number that the access was issued with
     * @param result how
     */
    void ended(int id, AccessResult result);
}
