// SPDX-License-Identifier: Apache-2.0
/**
 * The layouts of the Arm SMMUv3 architecture (IHI 0070), said once for the driver, the hardware
 * model and whoever tests either: registers, commands, events, stream table entries and context
 * descriptors.
 */
package io.iopf4j.api.smmuv3;
