// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/** Features of a device that are switched on: {@code enum iommu_dev_features} of Linux 6.12. */
public enum DevFeature {
    /** Shared virtual addressing ({@code IOMMU_DEV_FEAT_SVA}). */
    SVA,
    /** I/O page faults ({@code IOMMU_DEV_FEAT_IOPF}). */
    IOPF
}
