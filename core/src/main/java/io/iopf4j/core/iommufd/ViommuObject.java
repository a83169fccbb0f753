// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommufdViommu;

/**
 * A viommu in iommufd's hands: the object in {@code struct iommufd_viommu} of Linux 6.13. Its
 * context's monitor guards the count.
 */
final class ViommuObject {
    private final IommufdViommu viommu;
    private final IommufdHwpt hwpt;
    private final IommuOps ops;
    int users;

    ViommuObject(final IommufdViommu viommu, final IommufdHwpt hwpt, final IommuOps ops) {
        this.viommu = viommu;
        this.hwpt = hwpt;
        this.ops = ops;
    }

    IommufdViommu viommu() {
        return viommu;
    }

    /** The stage 2 that it stands on, which it holds a reference to. */
    IommufdHwpt hwpt() {
        return hwpt;
    }

    /** Which IOMMU it is a part of. */
    IommuOps ops() {
        return ops;
    }
}
