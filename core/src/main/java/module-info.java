// SPDX-License-Identifier: Apache-2.0
/** The port of {@code drivers/iommu}: report, pending, deliver, respond. Knows no driver. */
module io.iopf4j.core {
    requires transitive io.iopf4j.api;

    exports io.iopf4j.core;
}
