// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.IommuDomain;

/** A domain of a random run, with what must be mapped in it. */
abstract class RandomDomain {
    static final long PAGE_BYTES = 4096;
    static final long NOWHERE = -1;

    final IommuDomain domain;

    RandomDomain(final IommuDomain domain) {
        if (domain == null) {
            throw new AssertionError("no domain");
        }
        this.domain = domain;
    }

    /**
     * Maps pages that are not mapped yet; others stay what they are.
     *
     * @param target what the first one leads to, a multiple of {@link #PAGE_BYTES}
     */
    abstract void map(long iova, long target, long pages, int perm);

    /** Unmaps pages, mapped or not. */
    abstract void unmap(long iova, long pages);

    /** Whether an access to the page must get through. */
    abstract boolean allows(long iova, int perm);

    /** Where an address leads, or {@link #NOWHERE}. */
    abstract long physical(long iova);

    /** Gives everything back; nothing is attached. */
    abstract void free();

    /** What a guest's tables stand on, or null. */
    RandomDomain parent() {
        return null;
    }

    /** Whether it can be attached to a requester, without PASID. */
    abstract boolean isForRequesters();
}
