// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

/**
 * Decides which allocation of the core fails, as the kernel's failslab does for {@code kzalloc}.
 */
@FunctionalInterface
public interface FailSlab {
    /** None fails. */
    FailSlab NEVER = () -> false;

    /**
     * Asked before each allocation.
     *
     * @return true to make it fail
     */
    boolean fails();
}
