// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.emulation.AccessResult;

/** Hears what becomes of an endpoint's accesses. Must not call back into what tells it. */
public interface PciEndpointListener {
    /**
     * A page request group is about to be sent for an access; the same access may need several, one
     * after the other.
     *
     * @param endpoint who
     * @param id the access
     * @param group its group index, in use until it is answered
     */
    default void requesting(final PciEndpoint endpoint, final int id, final int group) {}

    /**
     * A group was answered, by whomever.
     *
     * @param endpoint who
     * @param id the access
     * @param group its group index, free again
     * @param code response code, 4 bits
     */
    default void answered(
            final PciEndpoint endpoint, final int id, final int group, final int code) {}

    /**
     * An answer came that fits nothing outstanding. It changes nothing but a status bit.
     *
     * @param endpoint who
     * @param group group index of the answer
     * @param code response code, 4 bits
     */
    default void unexpectedResponse(final PciEndpoint endpoint, final int group, final int code) {}

    /**
     * A page of an access reached memory; the access ends later.
     *
     * @param endpoint who
     * @param id the access
     * @param address physical address
     */
    default void reached(final PciEndpoint endpoint, final int id, final long address) {}

    /**
     * An access ended, once and for all.
     *
     * @param endpoint who
     * @param id the access
     * @param result how
     */
    void accessEnded(PciEndpoint endpoint, int id, AccessResult result);
}
