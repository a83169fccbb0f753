// SPDX-License-Identifier: Apache-2.0
/**
 * The intel-iommu driver: {@code drivers/iommu/intel} of Linux 6.12, with 6.1's and 2017's ways
 * where they differ. It knows its hardware through registers, shared memory and interrupts alone.
 */
package io.iopf4j.drivers.intel;
