// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * What is answered to a page request group: {@code enum iommu_page_response_code}, {@code
 * include/linux/iommu.h} of Linux 6.12. Plain ints, since a guest may send any number and the rules
 * differ in what becomes of it.
 */
public final class PageResponseCode {
    /** The fault was handled; the device may retry the access. */
    public static final int SUCCESS = 0;

    /** The fault could not be handled; the device must not retry. */
    public static final int INVALID = 1;

    /** General error; further faults of this device are dropped until it is reset. */
    public static final int FAILURE = 2;

    /** {@link #FAILURE} as the November 2017 series and VT-d's descriptors number it. */
    public static final int FAILURE_2017 = 0xf;

    private PageResponseCode() {}
}
