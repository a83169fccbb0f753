// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import java.nio.ByteBuffer;

/**
 * The argument of {@code IOMMU_HWPT_ALLOC} (0x3B89): {@code struct iommu_hwpt_alloc}, {@code
 * include/uapi/linux/iommufd.h} of Linux 6.12, 48 bytes, of which an older user passes at least 24.
 *
 * <pre>
 *  0      4       8        12      16            20         24
 * +------+-------+--------+-------+-------------+----------+
 * | size | flags | dev_id | pt_id | out_hwpt_id | reserved |
 * +------+-------+--------+-------+-------------+----------+
 *  24          28         32                40         44          48
 * +-----------+----------+-----------------+----------+-----------+
 * | data_type | data_len |    data_uptr    | fault_id | reserved2 |
 * +-----------+----------+-----------------+----------+-----------+
 * </pre>
 */
public final class HwptAlloc {
    /** Bytes of the structure. */
    public static final int BYTES = 48;

    /** The least that a user may pass: through the first reserved word. */
    public static final int MIN_BYTES = 24;

    /** The page table may be the parent of nested ones ({@code IOMMU_HWPT_ALLOC_NEST_PARENT}). */
    public static final int FLAG_NEST_PARENT = 1;

    /** Dirty tracking is wanted ({@code IOMMU_HWPT_ALLOC_DIRTY_TRACKING}). */
    public static final int FLAG_DIRTY_TRACKING = 1 << 1;

    /** {@link #faultId} is meaningful ({@code IOMMU_HWPT_FAULT_ID_VALID}). */
    public static final int FLAG_FAULT_ID_VALID = 1 << 2;

    private static final int KNOWN_FLAGS =
            FLAG_NEST_PARENT | FLAG_DIRTY_TRACKING | FLAG_FAULT_ID_VALID;
    private static final int FLAGS = 4;
    private static final int DEV_ID = 8;
    private static final int PT_ID = 12;
    private static final int OUT_HWPT_ID = 16;
    private static final int RESERVED = 20;
    private static final int DATA_TYPE = 24;
    private static final int DATA_LEN = 28;
    private static final int DATA_UPTR = 32;
    private static final int FAULT_ID = 40;
    private static final int RESERVED2 = 44;

    private HwptAlloc() {}

    /**
     * Writes a request without user data, as user space does.
     *
     * @param buffer where to
     * @param at its first byte
     * @param flags {@code FLAG_} bits
     * @param devId the device object's id
     * @param ptId the id of what it is made from
     * @param faultId the fault queue's id, or 0
     */
    public static void encode(
            final ByteBuffer buffer,
            final int at,
            final int flags,
            final int devId,
            final int ptId,
            final int faultId) {
        Bytes.putInt(buffer, at, BYTES);
        Bytes.putInt(buffer, at + FLAGS, flags);
        Bytes.putInt(buffer, at + DEV_ID, devId);
        Bytes.putInt(buffer, at + PT_ID, ptId);
        Bytes.putInt(buffer, at + OUT_HWPT_ID, 0);
        Bytes.putInt(buffer, at + RESERVED, 0);
        encodeData(buffer, at, 0, 0, 0);
        Bytes.putInt(buffer, at + FAULT_ID, faultId);
        Bytes.putInt(buffer, at + RESERVED2, 0);
    }

    /**
     * Adds user data to a request, as user space does.
     *
     * @param buffer where the request is
     * @param at its first byte
     * @param type an {@code IOMMU_HWPT_DATA_} number, 0 for none
     * @param bytes size of the data
     * @param address where they are in the user's memory
     */
    public static void encodeData(
            final ByteBuffer buffer,
            final int at,
            final int type,
            final int bytes,
            final long address) {
        Bytes.putInt(buffer, at + DATA_TYPE, type);
        Bytes.putInt(buffer, at + DATA_LEN, bytes);
        Bytes.putLong(buffer, at + DATA_UPTR, address);
    }

    /**
     * Takes a request over from user space: the general rules of iommufd's ioctls and the first
     * ones of {@code iommufd_hwpt_alloc()}, {@code drivers/iommu/iommufd/hw_pagetable.c}. Which
     * known flag goes with which kind of page table is the caller's affair.
     *
     * @param user the user's memory
     * @param at its first byte
     * @param kernel takes {@link #BYTES} from its byte 0 on, for {@link #flags} and the others; its
     *     content means nothing after an error
     * @return 0; {@code -EFAULT}; {@code -EINVAL} for a size below {@link #MIN_BYTES}; {@code
     *     -E2BIG} for bytes beyond {@link #BYTES} that are not all 0; {@code -EOPNOTSUPP} for an
     *     unknown flag or a reserved word that is not 0
     */
    public static int decode(final ByteBuffer user, final int at, final ByteBuffer kernel) {
        final int ret = UserStruct.copyFromUser(user, at, MIN_BYTES, BYTES, kernel);
        if (ret != 0) {
            return ret;
        }
        final boolean isKnown =
                (Bytes.getInt(kernel, FLAGS) & ~KNOWN_FLAGS) == 0
                        && Bytes.getInt(kernel, RESERVED) == 0
                        && Bytes.getInt(kernel, RESERVED2) == 0;
        return isKnown ? 0 : -Errno.EOPNOTSUPP;
    }

    /**
     * Brings the result back to user space.
     *
     * @param kernel what {@link #decode} filled
     * @param hwptId the page table's object id
     * @param user the user's memory
     * @param at its first byte
     * @return 0 or {@code -EFAULT}
     */
    public static int respond(
            final ByteBuffer kernel, final int hwptId, final ByteBuffer user, final int at) {
        Bytes.putInt(kernel, OUT_HWPT_ID, hwptId);
        return UserStruct.copyToUser(kernel, BYTES, user, at);
    }

    /**
     * Flags.
     *
     * @param kernel what {@link #decode} filled
     * @return {@code FLAG_} bits
     */
    public static int flags(final ByteBuffer kernel) {
        return Bytes.getInt(kernel, FLAGS);
    }

    /**
     * Which device it is for.
     *
     * @param kernel what {@link #decode} filled
     * @return the device object's id
     */
    public static int devId(final ByteBuffer kernel) {
        return Bytes.getInt(kernel, DEV_ID);
    }

    /**
     * What it is made from.
     *
     * @param kernel what {@link #decode} filled
     * @return the id of an address space or a parent page table
     */
    public static int ptId(final ByteBuffer kernel) {
        return Bytes.getInt(kernel, PT_ID);
    }

    /**
     * Kind of user data.
     *
     * @param kernel what {@link #decode} filled
     * @return an {@code IOMMU_HWPT_DATA_} number, 0 for none
     */
    public static int dataType(final ByteBuffer kernel) {
        return Bytes.getInt(kernel, DATA_TYPE);
    }

    /**
     * Size of the user data.
     *
     * @param kernel what {@link #decode} filled
     * @return bytes, unsigned
     */
    public static int dataLen(final ByteBuffer kernel) {
        return Bytes.getInt(kernel, DATA_LEN);
    }

    /**
     * Where the user data are.
     *
     * @param kernel what {@link #decode} filled
     * @return an address in the user's memory
     */
    public static long dataUptr(final ByteBuffer kernel) {
        return Bytes.getLong(kernel, DATA_UPTR);
    }

    /**
     * Where its faults go.
     *
     * @param kernel what {@link #decode} filled
     * @return the fault queue's id, meaningful with {@link #FLAG_FAULT_ID_VALID}
     */
    public static int faultId(final ByteBuffer kernel) {
        return Bytes.getInt(kernel, FAULT_ID);
    }

    /**
     * The result.
     *
     * @param buffer where the structure is
     * @param at its first byte
     * @return the page table's object id
     */
    public static int hwptId(final ByteBuffer buffer, final int at) {
        return Bytes.getInt(buffer, at + OUT_HWPT_ID);
    }
}
