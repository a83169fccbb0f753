// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import java.util.List;

/** Devices in the driver's table without what probing does to the hardware. */
final class TestDevices {
    private TestDevices() {}

    /** A device that may ask for pages. */
    static DeviceInfo add(final IntelIommu iommu, final int rid) {
        final DeviceInfo info = make(iommu, rid);
        info.setAtsEnabled(true);
        info.setPasidEnabled(true);
        info.setPriEnabled(true);
        info.setAtsQueueDepth(32);
        iommu.devices().add(info);
        return info;
    }

    /** A device that could ask for pages. */
    static DeviceInfo make(final IntelIommu iommu, final int rid) {
        final IommuDevice dev =
                new IommuDevice("dev", iommu.ops(), new IommuFwspec(List.of(rid), false, 20, true));
        final DeviceInfo info = new DeviceInfo(dev, rid, 0);
        info.setSupported(true, true, true);
        dev.setDriverData(info);
        return info;
    }
}
