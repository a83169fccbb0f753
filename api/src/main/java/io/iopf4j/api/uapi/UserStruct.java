// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import java.nio.ByteBuffer;

/**
 * How an iommufd ioctl takes and returns a structure that begins with its own size: {@code
 * iommufd_fops_ioctl()} and {@code iommufd_ucmd_respond()}, {@code drivers/iommu/iommufd/main.c},
 * and {@code copy_struct_from_user()}, {@code include/linux/uaccess.h}, Linux 6.12.
 */
final class UserStruct {
    private UserStruct() {}

    /**
     * Copies the structure into the kernel. What an older user does not know becomes 0; what a
     * newer user knows beyond it must be 0. The size is read once: a user who changes it meanwhile
     * gains nothing.
     *
     * @param user the user's memory
     * @param at the structure's first byte
     * @param minBytes the least size that is accepted
     * @param bytes the size that this kernel knows
     * @param kernel takes the copy from its byte 0 on
     * @return 0; {@code -EFAULT}; {@code -EINVAL} for a size below the least; {@code -E2BIG} for
     *     bytes beyond the known size that are not all 0
     */
    static int copyFromUser(
            final ByteBuffer user,
            final int at,
            final int minBytes,
            final int bytes,
            final ByteBuffer kernel) {
        if (!Bytes.hasRoom(user, at, Integer.BYTES)) {
            return -Errno.EFAULT;
        }
        final int size = Bytes.getInt(user, at);
        if (Integer.compareUnsigned(size, minBytes) < 0) {
            return -Errno.EINVAL;
        }
        final long userBytes = Integer.toUnsignedLong(size);
        final long end = Math.min(at + userBytes, user.limit());
        for (long extra = (long) at + bytes; extra < end; extra++) {
            if (user.get((int) extra) != 0) {
                return -Errno.E2BIG;
            }
        }
        if (!Bytes.hasRoom(user, at, userBytes)) {
            return -Errno.EFAULT;
        }
        final int copied = (int) Math.min(userBytes, bytes);
        kernel.put(0, user, at, copied);
        Bytes.clear(kernel, copied, bytes);
        Bytes.putInt(kernel, 0, size);
        return 0;
    }

    /**
     * Copies the structure back, as much of it as the user knows.
     *
     * @param kernel what {@link #copyFromUser} filled, with results in it
     * @param bytes the size that this kernel knows
     * @param user the user's memory
     * @param at the structure's first byte
     * @return 0 or {@code -EFAULT}
     */
    static int copyToUser(
            final ByteBuffer kernel, final int bytes, final ByteBuffer user, final int at) {
        final long userBytes = Integer.toUnsignedLong(Bytes.getInt(kernel, 0));
        final int copied = (int) Math.min(userBytes, bytes);
        if (user.isReadOnly() || !Bytes.hasRoom(user, at, copied)) {
            return -Errno.EFAULT;
        }
        user.put(at, kernel, 0, copied);
        return 0;
    }
}
