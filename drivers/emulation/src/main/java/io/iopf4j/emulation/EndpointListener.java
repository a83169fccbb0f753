// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** Hears how an endpoint's accesses end. */
@FunctionalInterface
public interface EndpointListener {
    /**
     * An access ended.
     *
     * @param endpoint who issued it
     * @param id the access
     * @param result how it ended
     */
    void accessEnded(Endpoint endpoint, int id, AccessResult result);
}
