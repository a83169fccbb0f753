// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

/**
 * A window of memory-mapped registers, little-endian, as {@code ioremap()} gives it to a driver.
 * Accesses are ordered as written; a store has taken effect on the device when the call returns.
 */
public interface Mmio {
    /**
     * Size of the window.
     *
     * @return bytes
     */
    long sizeBytes();

    /**
     * Loads 32 bits ({@code readl}).
     *
     * @param offset byte offset in the window, a multiple of 4
     * @return the register's value
     * @throws IndexOutOfBoundsException if the access is not inside the window
     */
    int readl(long offset);

    /**
     * Stores 32 bits ({@code writel}).
     *
     * @param value what to store
     * @param offset byte offset in the window, a multiple of 4
     * @throws IndexOutOfBoundsException if the access is not inside the window
     */
    void writel(int value, long offset);

    /**
     * Loads 64 bits ({@code readq}).
     *
     * @param offset byte offset in the window, a multiple of 8
     * @return the register's value
     * @throws IndexOutOfBoundsException if the access is not inside the window
     */
    long readq(long offset);

    /**
     * Stores 64 bits ({@code writeq}).
     *
     * @param value what to store
     * @param offset byte offset in the window, a multiple of 8
     * @throws IndexOutOfBoundsException if the access is not inside the window
     */
    void writeq(long value, long offset);
}
