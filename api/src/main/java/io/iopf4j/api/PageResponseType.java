// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * Which response a page request wants: {@code enum page_response_type} of the November 2017 series,
 * gone from 2018 on when VT-d 3.0 dropped stream responses. Plain ints, since a guest may send any
 * number.
 */
public final class PageResponseType {
    /** One response for one request ({@code IOMMU_PAGE_STREAM_RESP}). */
    public static final int STREAM = 1;

    /** One response for a whole group ({@code IOMMU_PAGE_GROUP_RESP}). */
    public static final int GROUP = 2;

    private PageResponseType() {}
}
