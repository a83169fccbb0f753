// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuAttachHandle;

/** An attachment that knows its device: {@code struct iommufd_attach_handle} of Linux 6.12. */
final class IommufdAttachHandle extends IommuAttachHandle {
    private final int deviceId;

    IommufdAttachHandle(final IommufdDevice device) {
        deviceId = device.id();
    }

    /** The id of its device, which each fault record has. */
    int deviceId() {
        return deviceId;
    }
}
