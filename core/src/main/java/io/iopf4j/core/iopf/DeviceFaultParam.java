// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.DeviceFaultHandler;
import io.iopf4j.api.IommuDevice;

/**
 * A device's registered handler and what the device is owed answers for: {@code struct
 * iommu_fault_param}, {@code include/linux/iommu.h} from the series of 2018 to Linux 6.8. Its
 * monitor is the kernel's {@code fault_param->lock} and guards the records; the rest never changes.
 * 2018 extends it by a timer.
 */
public class DeviceFaultParam {
    private final IommuDevice device;
    private final DeviceFaultHandler handler;
    private final Object data;
    private final PendingRecords records;
    private boolean isDelivering;

    /**
     * A registration with nothing pending.
     *
     * @param device whose
     * @param handler who receives its faults; a null one is registered all the same
     * @param data handed to it with each fault
     * @param failSlab which allocations fail
     */
    public DeviceFaultParam(
            final IommuDevice device,
            final DeviceFaultHandler handler,
            final Object data,
            final FailSlab failSlab) {
        this.device = device;
        this.handler = handler;
        this.data = data;
        this.records = new PendingRecords(failSlab);
    }

    /**
     * A device's registration, in a profile that keeps this one.
     *
     * @param dev the device
     * @return {@code dev->iommu->fault_param}, or null
     */
    public static DeviceFaultParam of(final IommuDevice dev) {
        return (DeviceFaultParam) dev.faultParam();
    }

    /**
     * Whose it is.
     *
     * @return the device
     */
    public final IommuDevice device() {
        return device;
    }

    /**
     * Who receives its faults.
     *
     * @return the handler, or null
     */
    public final DeviceFaultHandler handler() {
        return handler;
    }

    /**
     * What goes with each fault.
     *
     * @return what was registered
     */
    public final Object data() {
        return data;
    }

    /**
     * Whether its handler runs. Of use where there is one thread, and the device's lock is not
     * taken: its handler must not come back.
     *
     * @return what {@link #setDelivering} said
     */
    public final boolean isDelivering() {
        return isDelivering;
    }

    /**
     * Says whether its handler runs.
     *
     * @param isDelivering it does
     */
    public final void setDelivering(final boolean isDelivering) {
        this.isDelivering = isDelivering;
    }

    /**
     * What is pending.
     *
     * @return the list, touched with this object's monitor held
     */
    public final PendingRecords records() {
        return records;
    }
}
