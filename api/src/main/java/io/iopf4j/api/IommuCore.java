// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * What an IOMMU driver calls in the core: the part of {@code include/linux/iommu.h} of Linux 6.12
 * that drivers use to report faults.
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
}
