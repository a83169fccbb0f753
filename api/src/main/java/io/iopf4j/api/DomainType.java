// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/** Kinds of domain: the {@code IOMMU_DOMAIN_} types of {@code include/linux/iommu.h}, 6.12. */
public enum DomainType {
    /** All accesses are refused ({@code IOMMU_DOMAIN_BLOCKED}). */
    BLOCKED,
    /** Addresses pass untranslated ({@code IOMMU_DOMAIN_IDENTITY}). */
    IDENTITY,
    /** Page tables that the host kernel owns ({@code IOMMU_DOMAIN_UNMANAGED}). */
    PAGING,
    /** Page tables that are a process's own ({@code IOMMU_DOMAIN_SVA}). */
    SVA,
    /** Page tables that a guest owns ({@code IOMMU_DOMAIN_NESTED}). */
    NESTED
}
