// SPDX-License-Identifier: Apache-2.0
/**
 * Page tables as drivers build them: {@code drivers/iommu/io-pgtable-arm.c} and {@code
 * drivers/iommu/intel/iommu.c} of Linux 6.12, one code for all formats.
 */
package io.iopf4j.iopgtable;
