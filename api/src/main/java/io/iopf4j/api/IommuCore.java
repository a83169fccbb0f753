// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * What drivers and consumers of faults call in the core: the part of {@code include/linux/iommu.h}
 * that reports faults and answers them, in three generations ({@link #generation()}). A function
 * that a generation does not have returns {@code -EOPNOTSUPP} in it.
 */
public interface IommuCore {
    /**
     * Reports a fault: {@code iommu_report_device_fault()}. May sleep in the kernel; called from a
     * driver's interrupt thread.
     *
     * @param dev the device that faulted
     * @param fault the fault; copied where it is kept
     * @return 0 if it was taken or already answered, or a negative errno as the core's semantics
     *     say
     */
    int reportDeviceFault(IommuDevice dev, IommuFault fault);

    /**
     * Makes a fault queue: {@code iopf_queue_alloc()}.
     *
     * @param name for logs, such as {@code arm-smmu-v3.0}
     * @return a queue without devices
     */
    IopfQueue iopfQueueAlloc(String name);

    /**
     * Whose contract this core keeps.
     *
     * @return the generation
     */
    FaultGeneration generation();

    /**
     * Makes a handler the receiver of a device's faults: {@code
     * iommu_register_device_fault_handler()}, until 6.8.
     *
     * @param dev the device
     * @param handler who receives
     * @param data handed to it with each fault
     * @return 0; {@code -EINVAL} if the device is in no group; {@code -EBUSY} if it has a handler;
     *     {@code -ENOMEM}; {@code -EOPNOTSUPP} in 6.12
     */
    default int registerDeviceFaultHandler(
            final IommuDevice dev, final DeviceFaultHandler handler, final Object data) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * Takes a device's handler away: {@code iommu_unregister_device_fault_handler()}, until 6.8.
     *
     * @param dev the device
     * @return 0; {@code -EINVAL} if the device is in no group; {@code -EBUSY} from 2018 on while
     *     faults are pending; {@code -EOPNOTSUPP} in 6.12
     */
    default int unregisterDeviceFaultHandler(final IommuDevice dev) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * Answers a page request by its group id: {@code iommu_page_response()}, until 6.8. Any thread.
     *
     * @param domain the device's domain, which November 2017 asks for; not looked at later
     * @param dev the device
     * @param msg the answer; 5.9 to 6.1 clear its PASID where the request needs none
     * @return 0, or a negative errno as the generation says; {@code -EOPNOTSUPP} in 6.12
     */
    default int pageResponse(
            final IommuDomain domain, final IommuDevice dev, final IommuPageResponse msg) {
        return -Errno.EOPNOTSUPP;
    }
}
