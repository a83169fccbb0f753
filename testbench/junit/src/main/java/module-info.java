// SPDX-License-Identifier: Apache-2.0
/**
 * The JUnit extension: gives a test an emulated IOMMU, a driver on it, virtual machines. Start at
 * {@code IommuTestbench}.
 */
module io.iopf4j.junit {
    requires transitive io.iopf4j.replay;
    requires transitive org.junit.jupiter.api;
    requires org.junit.platform.commons;

    exports io.iopf4j.junit;
}
