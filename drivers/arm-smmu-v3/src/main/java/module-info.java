// SPDX-License-Identifier: Apache-2.0
/** The arm-smmu-v3 driver, written against registers, shared memory and interrupts alone. */
@SuppressWarnings("module") // The digit is the architecture's version.
module io.iopf4j.drivers.armsmmuv3 {
    requires transitive io.iopf4j.api;
    requires transitive io.iopf4j.iopgtable;

    exports io.iopf4j.drivers.armsmmuv3;
}
