// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.IommuDomain;
import java.util.ArrayList;
import java.util.List;

/** What SVA keeps of an address space: {@code struct iommu_mm_data} of Linux 6.12. */
final class IommuMm {
    /** A domain of the address space, one for each IOMMU, and its bonds ({@code domain->users}). */
    static final class Use {
        final IommuDomain domain;
        int users;

        Use(final IommuDomain domain) {
            this.domain = domain;
        }
    }

    private final PasidSpace pasids;
    private final int pasid;
    final List<Use> domains = new ArrayList<>();

    IommuMm(final PasidSpace pasids, final int pasid) {
        this.pasids = pasids;
        this.pasid = pasid;
    }

    int pasid() {
        return pasid;
    }

    void freePasid() {
        pasids.free(pasid);
    }
}
