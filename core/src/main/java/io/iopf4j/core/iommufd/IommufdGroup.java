// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.core.IommuGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * Devices of one IOMMU group in iommufd's hands: {@code struct iommufd_group} of Linux 6.12. What
 * is attached is attached to all of them. Its monitor is the kernel's {@code igroup->lock}.
 */
final class IommufdGroup {
    private final IommuGroup group;
    final List<IommufdDevice> attached = new ArrayList<>();
    IommufdHwpt hwpt;
    IommuAttachHandle handle;

    IommufdGroup(final IommuGroup group) {
        this.group = group;
    }

    IommuGroup group() {
        return group;
    }

    void become(final IommufdHwpt to, final IommuAttachHandle by) {
        hwpt = to;
        handle = by;
    }
}
