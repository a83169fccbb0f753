// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.IommuFault;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One request as user space reads it: {@code struct iommu_hwpt_pgfault}, {@code
 * include/uapi/linux/iommufd.h} of Linux 6.12, little-endian.
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

    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int NEEDS_PASID_612 = 1 << 2;
    private static final int DEV_ID = 4;
    private static final int PASID = 8;
    private static final int GRPID = 12;
    private static final int PERM = 16;
    private static final int RESERVED = 20;
    private static final int ADDR = 24;
    private static final int LENGTH = 32;
    private static final int COOKIE = 36;

    private HwptPgfault() {}

    static void encode(
            final ByteBuffer buffer,
            final int at,
            final IommuFault fault,
            final int devId,
            final int cookie) {
        // The kernel copies its own flags, NEEDS_PASID with them, which is its bit 2.
        final int seen = fault.flags() & (IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE);
        INTS.set(buffer, at, fault.needsPasid() ? seen | NEEDS_PASID_612 : seen);
        INTS.set(buffer, at + DEV_ID, devId);
        INTS.set(buffer, at + PASID, fault.pasid());
        INTS.set(buffer, at + GRPID, fault.grpid());
        INTS.set(buffer, at + PERM, fault.perm());
        INTS.set(buffer, at + RESERVED, 0);
        LONGS.set(buffer, at + ADDR, fault.addr());
        INTS.set(buffer, at + LENGTH, 0);
        INTS.set(buffer, at + COOKIE, cookie);
    }

    /**
     * Flags.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return bits 0 PASID valid, 1 last page
     */
    public static int flags(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at);
    }

    /**
     * Which device.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the device object's id
     */
    public static int devId(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at + DEV_ID);
    }

    /**
     * Process address space id.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the PASID, meaningful if the flags say so
     */
    public static int pasid(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at + PASID);
    }

    /**
     * Group index.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the index as the hardware gave it
     */
    public static int grpid(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at + GRPID);
    }

    /**
     * Requested permissions.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return {@code IommuFault.PERM_} bits
     */
    public static int perm(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at + PERM);
    }

    /**
     * Faulting address.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return bytes
     */
    public static long addr(final ByteBuffer buffer, final int at) {
        return (long) LONGS.get(buffer, at + ADDR);
    }

    /**
     * What the group is answered by.
     *
     * @param buffer where the record is
     * @param at its first byte
     * @return the cookie, the same in all records of a group
     */
    public static int cookie(final ByteBuffer buffer, final int at) {
        return (int) INTS.get(buffer, at + COOKIE);
    }
}
