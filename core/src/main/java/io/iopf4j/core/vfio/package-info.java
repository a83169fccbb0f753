// SPDX-License-Identifier: Apache-2.0
/**
 * How a virtual machine got its faults before 6.12: the two regions that Eric Auger proposed for
 * vfio-pci from 2019 to 2021, one for faults and one for responses, over the handler of a device
 * ({@code iommu_register_device_fault_handler}). Never merged; 6.12 has {@code
 * io.iopf4j.core.iommufd} instead. Start at {@link io.iopf4j.core.vfio.VfioPciDevice}.
 *
 * <pre>
 *            fault                                              answer
 *   core ------------> VfioFaultRegion          VfioResponseRegion ------------> core
 *                      head | ring | tail       head | ring | tail
 *                           |                        ^
 *              eventfd, mmap, read, write        mmap, write of head
 *                           v                        |
 *                      VfioFaultReader  (guest)  VfioResponseWriter
 * </pre>
 */
package io.iopf4j.core.vfio;
