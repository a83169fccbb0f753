// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

/**
 * An interrupt that a device raises by storing a message ({@code struct msi_msg}). Whoever claims
 * it writes its address and data into the device's registers.
 */
public interface MessageInterrupt extends InterruptLine {
    /**
     * Where the message goes.
     *
     * @return a physical address, a multiple of 4
     */
    long messageAddress();

    /**
     * What is stored there.
     *
     * @return 32 bits
     */
    int messageData();
}
