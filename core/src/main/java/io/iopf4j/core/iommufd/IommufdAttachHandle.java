// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuAttachHandle;

/** An attachment that knows its device: {@code struct iommufd_attach_handle} of Linux 6.12. */
final class IommufdAttachHandle extends IommuAttachHandle {
    private final IommufdDevice device;

    IommufdAttachHandle(final IommufdDevice device) {
        this.device = device;
    }

    IommufdDevice device() {
        return device;
    }
}
