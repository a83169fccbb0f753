// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

/**
 * All that a driver may know of its hardware: registers, memory to share, interrupts. Follows
 * {@code struct platform_device} with its resources.
 */
public interface PlatformDevice {
    /**
     * The device's name.
     *
     * @return for logs, such as {@code arm-smmu-v3.0}
     */
    String name();

    /**
     * The device's register window.
     *
     * @return the mapped registers
     */
    Mmio mmio();

    /**
     * Memory that the device can reach.
     *
     * @return the allocator
     */
    DmaAllocator dma();

    /**
     * Whether firmware says that the device's accesses are cache-coherent ({@code dma-coherent}).
     *
     * @return true if coherent
     */
    boolean isCoherent();

    /**
     * Finds an interrupt ({@code platform_get_irq_byname_optional}).
     *
     * @param name firmware name
     * @return the line, or null if the device has none of that name
     */
    InterruptLine interrupt(String name);
}
