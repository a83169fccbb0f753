// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import java.nio.ByteBuffer;

/**
 * One answer as user space writes it: {@code struct iommu_hwpt_page_response}, {@code
 * include/uapi/linux/iommufd.h} of Linux 6.12, 8 bytes. No field is wrong in itself: {@code
 * iommufd_fault_fops_write()} looks at the code, then at the cookie.
 *
 * <pre>
 *  0        4      8
 * +--------+------+
 * | cookie | code |
 * +--------+------+
 * </pre>
 */
public final class HwptPageResponse {
    /** Bytes of a record. */
    public static final int BYTES = 8;

    private static final int CODE = 4;

    private HwptPageResponse() {}

    /**
     * Writes an answer.
     *
     * @param buffer where to
     * @param at its first byte
     * @param cookie which group
     * @param code a {@code PageResponseCode}; the kernel takes SUCCESS and INVALID
     */
    public static void encode(
            final ByteBuffer buffer, final int at, final int cookie, final int code) {
        Bytes.putInts(buffer, at, cookie, code);
    }

    /**
     * Which group is answered.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the cookie that somebody wrote
     */
    public static int cookie(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at);
    }

    /**
     * How it is answered.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the code that somebody wrote
     */
    public static int code(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + CODE);
    }
}
