// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.core.IommuGroup;
import java.util.HashMap;
import java.util.Map;

/**
 * Devices of one IOMMU group in iommufd's hands: {@code struct iommufd_group} of Linux 6.12, with
 * the {@code pasid_attach} of 6.15. What is attached is attached to all of them. Its monitor is the
 * kernel's {@code igroup->lock}.
 */
final class IommufdGroup {
    private final IommuGroup group;
    private final Map<Integer, IommufdAttach> attachments = new HashMap<>();

    IommufdGroup(final IommuGroup group) {
        this.group = group;
    }

    IommuGroup group() {
        return group;
    }

    /** What is attached at a PASID; without devices if nothing is. */
    IommufdAttach at(final int pasid) {
        return attachments.computeIfAbsent(pasid, key -> new IommufdAttach());
    }

    /** Nothing is attached there any more. */
    void forget(final int pasid) {
        attachments.remove(pasid);
    }

    /** Whether a device is attached at any PASID. */
    boolean hasAttached(final IommufdDevice device) {
        return attachments.values().stream().anyMatch(at -> at.devices.contains(device));
    }
}
