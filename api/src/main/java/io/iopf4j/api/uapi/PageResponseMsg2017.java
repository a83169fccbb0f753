// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;

/**
 * An answer of the November 2017 series: {@code struct page_response_msg}, {@code
 * include/uapi/linux/iommu.h} of patch v3 15/16, 24 bytes. Bits 3:0 at 12 are the code, bit 4 says
 * PASID present, bits 13:5 are the group index. Private data has 32 bits here and 64 in the event.
 *
 * <pre>
 *  0        8       12              16     20             24
 * +--------+-------+---------------+------+--------------+
 * |  addr  | pasid | code,PP,grpid | type | private_data |
 * +--------+-------+---------------+------+--------------+
 * </pre>
 */
public final class PageResponseMsg2017 {
    /** Bytes of the structure. */
    public static final int BYTES = 24;

    private static final int CODE_MASK = 0xf;
    private static final int PASID_PRESENT = 1 << 4;
    private static final int GRPID_SHIFT = 5;
    private static final int GRPID_MASK = 0x1ff;
    private static final int PASID = 8;
    private static final int BITS = 12;
    private static final int TYPE = 16;
    private static final int PRIVATE_DATA = 20;

    private PageResponseMsg2017() {}

    /**
     * Writes an answer. What the fields cannot hold is lost: more than 4 bits of a code, 9 of a
     * group index, 32 of private data.
     *
     * @param buffer where to
     * @param at its first byte
     * @param msg the answer
     */
    public static void encode(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
        Bytes.putLong(buffer, at, msg.addr());
        Bytes.putInt(buffer, at + PASID, msg.pasid());
        Bytes.putInt(
                buffer,
                at + BITS,
                (msg.code() & CODE_MASK)
                        | (msg.hasPasid() ? PASID_PRESENT : 0)
                        | (msg.grpid() & GRPID_MASK) << GRPID_SHIFT);
        Bytes.putInt(buffer, at + TYPE, msg.type());
        Bytes.putInt(buffer, at + PRIVATE_DATA, (int) msg.privateData());
    }

    /**
     * Reads an answer. The series validates nothing of it: codes, types and unused bits go through
     * to the driver.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the answer
     * @return 0 or {@code -EFAULT}
     */
    public static int decode(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        final int bits = Bytes.getInt(buffer, at + BITS);
        into
                .set(
                        Bytes.getInt(buffer, at + PASID),
                        bits >>> GRPID_SHIFT & GRPID_MASK,
                        bits & CODE_MASK)
                .flags((bits & PASID_PRESENT) != 0 ? IommuPageResponse.FLAG_PASID_VALID : 0)
                .stream(Bytes.getInt(buffer, at + TYPE), Bytes.getLong(buffer, at))
                .privateData(Integer.toUnsignedLong(Bytes.getInt(buffer, at + PRIVATE_DATA)));
        return 0;
    }
}
