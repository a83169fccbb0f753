// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * The I/O page fault queue of an IOMMU: {@code struct iopf_queue} and its functions, {@code
 * drivers/iommu/io-pgfault.c} of Linux 5.13 to 6.12. In the series of 2017 and 2018 there is none:
 * theirs takes every device and does nothing.
 */
public interface IopfQueue {
    /**
     * Puts a device on the queue ({@code iopf_queue_add_device}).
     *
     * @param dev a probed device
     * @return 0; {@code -ENODEV} if it is in no group (5.x) or its driver cannot answer (6.12);
     *     {@code -EBUSY} if it is on a queue; {@code -ENOMEM}
     */
    int addDevice(IommuDevice dev);

    /**
     * Takes a device off ({@code iopf_queue_remove_device}): partial faults are dropped. In 6.12
     * pending groups are answered INVALID, newest first; 5.x answers nothing. The device must have
     * stopped asking, and whoever else holds its groups must have let go of them.
     *
     * @param dev a device on this queue
     * @return 0, or {@code -EINVAL} in 5.x for a device that is not on this queue; 6.12, whose
     *     function returns nothing, warns of one, and it is 0
     */
    int removeDevice(IommuDevice dev);

    /**
     * Waits until everything queued so far has been handled ({@code iopf_queue_flush_dev}), of all
     * devices of the queue.
     *
     * @param dev a device
     * @return 0, or {@code -ENODEV} if it is on no queue; 6.12 warns of that
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
