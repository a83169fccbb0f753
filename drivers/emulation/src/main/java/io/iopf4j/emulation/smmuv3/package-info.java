// SPDX-License-Identifier: Apache-2.0
/**
 * The SMMUv3 model. Everything it does follows from its registers and from memory; clause numbers
 * are those of Arm IHI 0070. What it does not model stands in {@code NotModelled}.
 */
package io.iopf4j.emulation.smmuv3;
