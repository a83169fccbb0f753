// SPDX-License-Identifier: Apache-2.0
/**
 * The platform below a driver: memory, registers, interrupts, virtual time, endpoints, and the
 * hardware models. A driver never sees it; a bench builds it and hands the driver its {@code
 * PlatformDevice}.
 */
module io.iopf4j.emulation {
    requires transitive io.iopf4j.api;

    exports io.iopf4j.emulation;
    exports io.iopf4j.emulation.inject;
    exports io.iopf4j.emulation.pci;
    exports io.iopf4j.emulation.smmuv3;
    exports io.iopf4j.emulation.vtd;
}
