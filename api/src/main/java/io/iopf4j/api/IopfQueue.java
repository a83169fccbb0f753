// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * The I/O page fault queue of an IOMMU: {@code struct iopf_queue} and its functions, {@code
 * drivers/iommu/io-pgfault.c} of Linux 6.12.
 */
public interface IopfQueue {
    /**
     * Puts a device on the queue ({@code iopf_queue_add_device}).
     *
     * @param dev a probed device
     * @return 0; {@code -ENODEV} if its driver cannot answer; {@code -EBUSY} if it is on a queue
     */
    int addDevice(IommuDevice dev);

    /**
     * Takes a device off ({@code iopf_queue_remove_device}): partial faults are dropped, pending
     * groups are answered INVALID, newest first. The device must have stopped asking, and whoever
     * else holds its groups must have let go of them.
     *
     * @param dev a device on this queue; for any other one a warning and nothing else
     */
    void removeDevice(IommuDevice dev);

    /**
     * Waits until everything queued so far has been handled ({@code iopf_queue_flush_dev}).
     *
     * @param dev a device
     * @return 0, or {@code -ENODEV} if it is on no queue
     */
    int flushDev(IommuDevice dev);

    /**
     * Drops the partial faults of all devices, as after an overflow of the hardware queue ({@code
     * iopf_queue_discard_partial}).
     *
     * @return 0
     */
    int discardPartial();

    /** Removes every device and gives the queue up ({@code iopf_queue_free}). */
    void free();
}
