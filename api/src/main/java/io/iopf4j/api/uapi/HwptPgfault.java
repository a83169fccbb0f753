// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;

/**
 * One request as user space reads it: {@code struct iommu_hwpt_pgfault}, {@code
 * include/uapi/linux/iommufd.h} of Linux 6.12, 40 bytes.
 *
 * <pre>
 *  0       4       8       12      16      20          24              32       36       40
 * +-------+-------+-------+-------+-------+-----------+---------------+--------+--------+
 * | flags | devId | pasid | grpid | perm  | reserved  |     addr      | length | cookie |
 * +-------+-------+-------+-------+-------+-----------+---------------+--------+--------+
 * </pre>
 */
public final class HwptPgfault {
    /** Bytes of a record. */
    public static final int BYTES = 40;

    private static final int NEEDS_PASID_612 = 1 << 2;
    private static final int DEV_ID = 4;
    private static final int PASID = 8;
    private static final int GRPID = 12;
    private static final int PERM = 16;
    private static final int ADDR = 24;
    private static final int LENGTH = 32;
    private static final int COOKIE = 36;

    private HwptPgfault() {}

    /**
     * Writes a request, as {@code iommufd_compose_fault_message()} does. The kernel copies its own
     * flags, NEEDS_PASID with them, which user space was not told of.
     *
     * @param buffer where to
     * @param at its first byte
     * @param fault the request
     * @param devId the device object's id
     * @param cookie what the group is answered by
     */
    public static void encode(
            final ByteBuffer buffer,
            final int at,
            final IommuFault fault,
            final int devId,
            final int cookie) {
        final int seen = fault.flags() & (IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE);
        final int flags = fault.needsPasid() ? seen | NEEDS_PASID_612 : seen;
        // Two fields at a time.
        Bytes.putInts(buffer, at, flags, devId);
        Bytes.putInts(buffer, at + PASID, fault.pasid(), fault.grpid());
        Bytes.putInts(buffer, at + PERM, fault.perm(), 0);
        Bytes.putLong(buffer, at + ADDR, fault.addr());
        Bytes.putInts(buffer, at + LENGTH, 0, cookie);
    }

    /**
     * Reads a request, as a guest's monitor does; the device's id and the cookie are read by {@link
     * #devId} and {@link #cookie}. The kernel wrote it, so nothing in it is refused, and what is
     * not known is not looked at.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @param into becomes the request
     * @return 0 or {@code -EFAULT}
     */
    public static int decode(final ByteBuffer buffer, final int at, final IommuFault into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        final int seen = flags(buffer, at);
        final int known = seen & (IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE);
        into.pageRequest(
                (seen & NEEDS_PASID_612) != 0 ? known | IommuFault.FLAG_NEEDS_PASID : known,
                pasid(buffer, at),
                grpid(buffer, at),
                perm(buffer, at),
                addr(buffer, at));
        return 0;
    }

    /**
     * Flags.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return bits 0 PASID valid, 1 last page
     */
    public static int flags(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at);
    }

    /**
     * Which device.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the device object's id
     */
    public static int devId(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + DEV_ID);
    }

    /**
     * Process address space id.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the PASID, meaningful if the flags say so
     */
    public static int pasid(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + PASID);
    }

    /**
     * Group index.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the index as the hardware gave it
     */
    public static int grpid(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + GRPID);
    }

    /**
     * Requested permissions.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return {@code IommuFault.PERM_} bits
     */
    public static int perm(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + PERM);
    }

    /**
     * Faulting address.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return bytes
     */
    public static long addr(final ByteBuffer buffer, final int at) {
        return Bytes.getLong(buffer, at + ADDR);
    }

    /**
     * What the group is answered by.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the cookie, the same in all records of a group
     */
    public static int cookie(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + COOKIE);
    }
}
