// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

/**
 * A device as its guest calls it: {@code struct iommufd_vdevice} of Linux 6.13.
 *
 * @param viommu whose guest's name it is, which it holds a reference to
 * @param device what is called so
 * @param virtId the name
 */
record VdeviceObject(ViommuObject viommu, IommufdDevice device, long virtId) {}
