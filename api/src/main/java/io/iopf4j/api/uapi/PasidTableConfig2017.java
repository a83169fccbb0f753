// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.PasidTableConfig;
import java.nio.ByteBuffer;

/**
 * A guest's PASID table: {@code struct pasid_table_config}, {@code include/uapi/linux/iommu.h} of
 * the 2017 and 2018 series, 24 bytes in both.
 *
 * <pre>
 *  0         4       8          16           17        24
 * +---------+-------+----------+------------+---------+
 * | version | bytes | base_ptr | pasid_bits | padding |
 * +---------+-------+----------+------------+---------+
 * </pre>
 */
public final class PasidTableConfig2017 {
    /** Bytes of the structure. */
    public static final int BYTES = 24;

    private static final int SIZE = 4;
    private static final int BASE_PTR = 8;
    private static final int PASID_BITS = 16;
    private static final int PADDING = 17;

    private PasidTableConfig2017() {}

    /**
     * Writes a configuration; padding becomes 0.
     *
     * @param buffer where to
     * @param at its first byte
     * @param config the configuration
     */
    public static void encode(
            final ByteBuffer buffer, final int at, final PasidTableConfig config) {
        Bytes.putInt(buffer, at, config.version());
        Bytes.putInt(buffer, at + SIZE, config.bytes());
        Bytes.putLong(buffer, at + BASE_PTR, config.basePtr());
        buffer.put(at + PASID_BITS, (byte) config.pasidBits());
        Bytes.clear(buffer, at + PADDING, at + BYTES);
    }

    /**
     * Reads a configuration. Neither series ever looked at version, size or padding, so neither is
     * any of them refused here.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the configuration
     * @return 0 or {@code -EFAULT}
     */
    public static int decode(final ByteBuffer buffer, final int at, final PasidTableConfig into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        into.set(
                Bytes.getInt(buffer, at),
                Bytes.getInt(buffer, at + SIZE),
                Bytes.getLong(buffer, at + BASE_PTR),
                Byte.toUnsignedInt(buffer.get(at + PASID_BITS)));
        return 0;
    }
}
