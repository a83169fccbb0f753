// SPDX-License-Identifier: Apache-2.0
/**
 * The port of {@code drivers/iommu}: report, pending, deliver, respond. Start at {@code
 * io.iopf4j.core.semantics}. Knows no driver and no emulation.
 */
module io.iopf4j.core {
    requires transitive io.iopf4j.api;

    exports io.iopf4j.core;
    exports io.iopf4j.core.iommufd;
    exports io.iopf4j.core.iopf;
    exports io.iopf4j.core.policy;
    exports io.iopf4j.core.semantics;
    exports io.iopf4j.core.sva;
    exports io.iopf4j.core.vfio;

    uses io.iopf4j.core.policy.PolicyLoader;
    uses io.iopf4j.core.semantics.ProfileLoader;
}
