// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;

/**
 * An answer as user space gives it: {@code struct iommu_page_response}, {@code
 * include/uapi/linux/iommu.h} of Linux 6.1, 24 bytes. The first releases of 5.x had no {@code
 * argsz}.
 *
 * <pre>
 *  0       4         8       12      16      20     24
 * +-------+---------+-------+-------+-------+------+
 * | argsz | version | flags | pasid | grpid | code |
 * +-------+---------+-------+-------+-------+------+
 * </pre>
 */
public final class IommuPageResponse5x {
    /** Bytes of the structure. */
    public static final int BYTES = 24;

    private static final int VERSION = 4;
    private static final int FLAGS = 8;
    private static final int PASID = 12;
    private static final int GRPID = 16;
    private static final int CODE = 20;

    private IommuPageResponse5x() {}

    /**
     * Writes an answer, {@code argsz} being {@link #BYTES}.
     *
     * @param buffer where to
     * @param at its first byte
     * @param msg the answer
     */
    public static void encode(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
        Bytes.putInt(buffer, at, BYTES);
        Bytes.putInt(buffer, at + VERSION, msg.version());
        Bytes.putInt(buffer, at + FLAGS, msg.flags());
        Bytes.putInt(buffer, at + PASID, msg.pasid());
        Bytes.putInt(buffer, at + GRPID, msg.grpid());
        Bytes.putInt(buffer, at + CODE, msg.code());
    }

    /**
     * Reads an answer with the checks of {@code iommu_page_response()}, {@code
     * drivers/iommu/iommu.c} of Linux 6.1. That function looks neither at {@code argsz} nor at the
     * code; drivers do with an unknown code what they like.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the answer
     * @return 0; {@code -EFAULT}; {@code -EINVAL} for another version than {@link
     *     IommuPageResponse#VERSION} or an unknown flag
     */
    public static int decode(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        if (Bytes.getInt(buffer, at + VERSION) != IommuPageResponse.VERSION
                || (Bytes.getInt(buffer, at + FLAGS) & ~IommuPageResponse.FLAG_PASID_VALID) != 0) {
            return -Errno.EINVAL;
        }
        return decodeUnchecked(buffer, at, into);
    }

    /**
     * Reads an answer as it is, for whoever hands it to a core, which checks it by itself.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the answer, version and flags being what the user wrote
     * @return 0 or {@code -EFAULT}
     */
    public static int decodeUnchecked(
            final ByteBuffer buffer, final int at, final IommuPageResponse into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        into.set(
                        Bytes.getInt(buffer, at + PASID),
                        Bytes.getInt(buffer, at + GRPID),
                        Bytes.getInt(buffer, at + CODE))
                .version(Bytes.getInt(buffer, at + VERSION))
                .flags(Bytes.getInt(buffer, at + FLAGS));
        return 0;
    }

    /**
     * What the user says of the structure's size; VFIO would look at it, the core does not.
     *
     * @param buffer where it is
     * @param at its first byte
     * @return bytes, unsigned
     */
    public static int argsz(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at);
    }
}
