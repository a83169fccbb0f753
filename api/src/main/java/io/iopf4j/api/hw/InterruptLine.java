// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

/** An interrupt of a device, found by its firmware name such as {@code eventq}. */
public interface InterruptLine {
    /**
     * Its firmware name.
     *
     * @return the name
     */
    String name();
}
