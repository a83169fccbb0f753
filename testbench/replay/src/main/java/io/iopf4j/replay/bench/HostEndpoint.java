// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuDevice;

/**
 * What issues the accesses of a device of the host's own.
 *
 * @param device the host's view of it
 * @param issuer issues an access
 */
public record HostEndpoint(IommuDevice device, Issuer issuer) {
    /** Issues accesses. */
    @FunctionalInterface
    public interface Issuer {
        /**
         * Issues an access to a page.
         *
         * @param pasid PASID, or negative for none
         * @param address I/O virtual address in bytes
         * @param perm {@code IommuFault.PERM_} bits
         */
        void access(int pasid, long address, int perm);
    }
}
