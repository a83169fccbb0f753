// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * The kernel's error numbers, positive as in {@code include/uapi/asm-generic/errno-base.h} and
 * {@code errno.h} of Linux 6.12. A mirrored function returns 0 or one of them negated.
 */
public final class Errno {
    /** No such object. */
    public static final int ENOENT = 2;

    /** I/O error; a guest's stream table entry that the host refuses. */
    public static final int EIO = 5;

    /** No such device or address; hardware that a driver cannot drive. */
    public static final int ENXIO = 6;

    /** A structure is longer than known, and what is beyond is not all zero. */
    public static final int E2BIG = 7;

    /** Bad file number; a file that was closed. */
    public static final int EBADF = 9;

    /** Out of memory. */
    public static final int ENOMEM = 12;

    /** A user's buffer could not be accessed. */
    public static final int EFAULT = 14;

    /** Busy: already registered, still in use. */
    public static final int EBUSY = 16;

    /** It is there already; an area of an address space that overlaps another. */
    public static final int EEXIST = 17;

    /** No such device, or it lacks the operation. */
    public static final int ENODEV = 19;

    /** Invalid argument. */
    public static final int EINVAL = 22;

    /** No space left. */
    public static final int ENOSPC = 28;

    /** Illegal seek; the fault queue's word for a size that is not a multiple of a record. */
    public static final int ESPIPE = 29;

    /** A number is out of its range. */
    public static final int ERANGE = 34;

    /** Function not implemented. */
    public static final int ENOSYS = 38;

    /** A value is too large; for a queue: its producer has overflowed. */
    public static final int EOVERFLOW = 75;

    /** Operation not supported. */
    public static final int EOPNOTSUPP = 95;

    /** Timed out. */
    public static final int ETIMEDOUT = 110;

    private Errno() {}

    /**
     * The name of an error number, for messages.
     *
     * @param errno a kernel return value, negative or positive; 0 gives {@code "0"}
     * @return for example {@code "-EINVAL"}, or the number itself if it has no name here
     */
    public static String nameOf(final int errno) {
        final String name =
                switch (Math.abs(errno)) {
                    case ENOENT -> "ENOENT";
                    case EIO -> "EIO";
                    case ENXIO -> "ENXIO";
                    case E2BIG -> "E2BIG";
                    case EBADF -> "EBADF";
                    case ENOMEM -> "ENOMEM";
                    case EFAULT -> "EFAULT";
                    case EBUSY -> "EBUSY";
                    case EEXIST -> "EEXIST";
                    case ENODEV -> "ENODEV";
                    case EINVAL -> "EINVAL";
                    case ENOSPC -> "ENOSPC";
                    case ESPIPE -> "ESPIPE";
                    case ERANGE -> "ERANGE";
                    case ENOSYS -> "ENOSYS";
                    case EOVERFLOW -> "EOVERFLOW";
                    case EOPNOTSUPP -> "EOPNOTSUPP";
                    case ETIMEDOUT -> "ETIMEDOUT";
                    default -> null;
                };
        if (name == null) {
            return Integer.toString(errno);
        }
        return errno < 0 ? "-" + name : name;
    }
}
