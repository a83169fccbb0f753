// SPDX-License-Identifier: Apache-2.0
/**
 * A port of {@code drivers/iommu/arm/arm-smmu-v3} of Linux 6.12, with the nested domain that 6.13
 * added. {@code ArmSmmuDevice} probes and resets; {@code ArmSmmuFaultPath} turns records into
 * faults and answers into RESUME, and can be replaced; {@code ArmSmmuEventThread} and {@code
 * ArmSmmuLinuxFaultPath} are the one of Linux.
 */
package io.iopf4j.drivers.armsmmuv3;
