// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

/**
 * What the driver is told of its surroundings.
 *
 * @param isKernelInHypMode the kernel runs at EL2 ({@code is_kernel_in_hyp_mode}), so that stage 1
 *     contexts of an SMMU that has such are EL2's and are invalidated by EL2's commands
 */
public record ArmSmmuOptions(boolean isKernelInHypMode) {
    /** A kernel at EL1. */
    public static final ArmSmmuOptions DEFAULT = new ArmSmmuOptions(false);
}
