// SPDX-License-Identifier: Apache-2.0
/** The intel-iommu driver, written against registers, shared memory and interrupts alone. */
module io.iopf4j.drivers.intel {
    requires transitive io.iopf4j.api;
    requires transitive io.iopf4j.iopgtable;

    exports io.iopf4j.drivers.intel;
}
