// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import java.nio.ByteBuffer;

/**
 * The argument of {@code IOMMU_FAULT_QUEUE_ALLOC} (0x3B8E): {@code struct iommu_fault_alloc},
 * {@code include/uapi/linux/iommufd.h} of Linux 6.12, 16 bytes.
 *
 * <pre>
 *  0      4       8              12             16
 * +------+-------+--------------+--------------+
 * | size | flags | out_fault_id | out_fault_fd |
 * +------+-------+--------------+--------------+
 * </pre>
 */
public final class FaultAlloc {
    /** Bytes of the structure, and the least that a user may pass. */
    public static final int BYTES = 16;

    private static final int FLAGS = 4;
    private static final int OUT_FAULT_ID = 8;
    private static final int OUT_FAULT_FD = 12;

    private FaultAlloc() {}

    /**
     * Writes a request, as user space does.
     *
     * @param buffer where to
     * @param at its first byte
     * @param flags must be 0 to be taken
     */
    public static void encode(final ByteBuffer buffer, final int at, final int flags) {
        Bytes.putInt(buffer, at, BYTES);
        Bytes.putInt(buffer, at + FLAGS, flags);
        Bytes.putInt(buffer, at + OUT_FAULT_ID, 0);
        Bytes.putInt(buffer, at + OUT_FAULT_FD, 0);
    }

    /**
     * Takes a request over from user space: the general rules of iommufd's ioctls and those of
     * {@code iommufd_fault_alloc()}, {@code drivers/iommu/iommufd/fault.c}.
     *
     * @param user the user's memory
     * @param at its first byte
     * @param kernel takes {@link #BYTES} from its byte 0 on; its content means nothing after an
     *     error
     * @return 0; {@code -EFAULT}; {@code -EINVAL} for a size below {@link #BYTES}; {@code -E2BIG}
     *     for bytes beyond it that are not all 0; {@code -EOPNOTSUPP} for any flag
     */
    public static int decode(final ByteBuffer user, final int at, final ByteBuffer kernel) {
        final int ret = UserStruct.copyFromUser(user, at, BYTES, BYTES, kernel);
        if (ret != 0) {
            return ret;
        }
        return Bytes.getInt(kernel, FLAGS) == 0 ? 0 : -Errno.EOPNOTSUPP;
    }

    /**
     * Brings the result back to user space.
     *
     * @param kernel what {@link #decode} filled
     * @param faultId the queue's object id
     * @param faultFd its file
     * @param user the user's memory
     * @param at its first byte
     * @return 0 or {@code -EFAULT}
     */
    public static int respond(
            final ByteBuffer kernel,
            final int faultId,
            final int faultFd,
            final ByteBuffer user,
            final int at) {
        Bytes.putInt(kernel, OUT_FAULT_ID, faultId);
        Bytes.putInt(kernel, OUT_FAULT_FD, faultFd);
        return UserStruct.copyToUser(kernel, BYTES, user, at);
    }

    /**
     * The result.
     *
     * @param buffer where the structure is
     * @param at its first byte
     * @return the queue's object id
     */
    public static int faultId(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + OUT_FAULT_ID);
    }

    /**
     * The result.
     *
     * @param buffer where the structure is
     * @param at its first byte
     * @return the queue's file
     */
    public static int faultFd(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + OUT_FAULT_FD);
    }
}
