// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

/**
 * A PCI function's configuration space as a driver reaches it ({@code pci_read_config_dword} and
 * its like), 4 KiB, little-endian. What is no register reads as zero and ignores stores. PCI
 * Express Base Specification, 7.2.
 */
public interface PciConfig {
    /**
     * Loads 32 bits.
     *
     * @param offset byte offset, a multiple of 4 in [0, 4096)
     * @return the value
     */
    int readl(int offset);

    /**
     * Stores 32 bits.
     *
     * @param value what to store
     * @param offset byte offset, a multiple of 4 in [0, 4096)
     */
    void writel(int value, int offset);

    /**
     * Loads 16 bits.
     *
     * @param offset byte offset, a multiple of 2 in [0, 4096)
     * @return 16 bits, unsigned
     */
    int readw(int offset);

    /**
     * Stores 16 bits.
     *
     * @param value what to store; its upper half does not count
     * @param offset byte offset, a multiple of 2 in [0, 4096)
     */
    void writew(int value, int offset);
}
