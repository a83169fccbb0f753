// SPDX-License-Identifier: Apache-2.0
/** Kernel logs: what IOMMU drivers print of faults, whoever wrote the lines down. */
package io.iopf4j.trace.klog;
