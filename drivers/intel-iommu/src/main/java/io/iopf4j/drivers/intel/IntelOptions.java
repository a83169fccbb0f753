// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

/**
 * What else the driver is told.
 *
 * @param scalable {@code intel_iommu=sm_on}: scalable mode if the hardware has it
 * @param pageRequestQueueOrder log2 of the pages of the page request queue, in [0, 7]: {@code
 *     PRQ_ORDER}, 4 since 5.19, 0 before
 * @param pageRequests {@code PRQ_DEPTH}: how many page requests a device may have outstanding, at
 *     least 1; the device's own capacity counts if it is less
 * @param pasidTeardown what becomes of PASID entries when a process ends
 */
public record IntelOptions(
        boolean scalable,
        int pageRequestQueueOrder,
        int pageRequests,
        PasidTeardown pasidTeardown) {
    private static final int MAX_ORDER = 7;

    /** As Linux 6.12. */
    public static final IntelOptions DEFAULT = new IntelOptions(true, 4, 2048);

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public IntelOptions {
        if (pageRequestQueueOrder < 0 || pageRequestQueueOrder > MAX_ORDER || pageRequests < 1) {
            throw new IllegalArgumentException(
                    "pageRequestQueueOrder must be in [0, 7] and pageRequests at least 1:"
                            + " pageRequestQueueOrder="
                            + pageRequestQueueOrder
                            + " pageRequests="
                            + pageRequests);
        }
    }

    /**
     * With PASID entries torn down as intended.
     *
     * @param scalable scalable mode if the hardware has it
     * @param pageRequestQueueOrder log2 of the pages of the page request queue, in [0, 7]
     * @param pageRequests how many page requests a device may have outstanding, at least 1
     * @throws IllegalArgumentException if a number is out of its range
     */
    public IntelOptions(
            final boolean scalable, final int pageRequestQueueOrder, final int pageRequests) {
        this(scalable, pageRequestQueueOrder, pageRequests, PasidTeardown.INTENDED);
    }
}
