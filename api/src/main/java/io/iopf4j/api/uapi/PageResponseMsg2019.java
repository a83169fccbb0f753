// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;

/**
 * An answer of the June 2019 series: {@code struct page_response_msg}, {@code
 * include/uapi/linux/iommu.h}, 32 bytes. Code and PASID bit have changed places since 2018.
 *
 * <pre>
 *  0        8       12              16     20      24           32
 * +--------+-------+---------------+------+-------+------------+
 * |  addr  | pasid | pasid_present | code | grpid | iommu_data |
 * +--------+-------+---------------+------+-------+------------+
 * </pre>
 */
public final class PageResponseMsg2019 {
    /** Bytes of the structure. */
    public static final int BYTES = PageResponseMsgLayout.BYTES;

    private static final PageResponseMsgLayout LAYOUT = new PageResponseMsgLayout(16, 12);

    private PageResponseMsg2019() {}

    /**
     * Writes an answer; its type is lost.
     *
     * @param buffer where to
     * @param at its first byte
     * @param msg the answer
     */
    public static void encode(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
        LAYOUT.encode(buffer, at, msg);
    }

    /**
     * Reads an answer: a group response. The series validates no field of it; what does not match a
     * pending fault is refused later.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the answer
     * @return 0 or {@code -EFAULT}
     */
    public static int decode(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
        return LAYOUT.decode(buffer, at, into);
    }
}
