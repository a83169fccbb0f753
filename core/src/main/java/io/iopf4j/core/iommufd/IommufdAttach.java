// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuAttachHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * What is attached at one PASID of a group, and by which of its devices: {@code struct
 * iommufd_attach} of Linux 6.15. {@code group.hwpt} and {@code device_list} before, when a group
 * had one attachment.
 */
final class IommufdAttach {
    final List<IommufdDevice> devices = new ArrayList<>();
    IommufdHwpt hwpt;
    IommuAttachHandle handle;

    void become(final IommufdHwpt to, final IommuAttachHandle by) {
        hwpt = to;
        handle = by;
    }
}
