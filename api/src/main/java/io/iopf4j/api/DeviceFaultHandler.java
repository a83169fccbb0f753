// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * Who receives a device's faults until Linux 6.8: {@code iommu_dev_fault_handler_t}. In 6.12 a
 * domain has an {@link IopfHandler} instead.
 */
@FunctionalInterface
public interface DeviceFaultHandler {
    /**
     * Takes one fault, also one that does not complete its group. From 2018 to 6.8 called with the
     * device's lock held: it may answer, but neither register nor unregister.
     *
     * @param fault the fault; copied by whoever keeps it
     * @param data what was registered with the handler
     * @return 0, or a negative errno that the report returns
     */
    int handle(IommuFault fault, Object data);
}
