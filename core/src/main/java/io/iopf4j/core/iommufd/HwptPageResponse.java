// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One answer as user space writes it: {@code struct iommu_hwpt_page_response}, {@code
 * include/uapi/linux/iommufd.h} of Linux 6.12, little-endian: the cookie at 0, the code at 4.
 */
public final class HwptPageResponse {
    /** Bytes of a record. */
    public static final int BYTES = 8;

    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
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
        INTS.set(buffer, at, cookie);
        INTS.set(buffer, at + CODE, code);
    }

    static int cookie(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at);
    }

    static int code(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at + CODE);
    }
}
