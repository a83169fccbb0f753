// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;

/**
 * A fault as user space sees it: {@code struct iommu_fault}, {@code include/uapi/linux/iommu.h} of
 * Linux 5.3 to 6.1, 64 bytes: a head and one of two kinds, padded to 56 bytes.
 *
 * <pre>
 *  0      4         8                                                           64
 * +------+---------+-------------------------------------------------------------+
 * | type | padding | struct iommu_fault_unrecoverable or iommu_fault_page_request |
 * +------+---------+-------------------------------------------------------------+
 *
 *  8        12      16      20     24       32            40            (unrecoverable, 32 bytes)
 * +--------+-------+-------+------+--------+-------------+
 * | reason | flags | pasid | perm |  addr  | fetch_addr  |
 * +--------+-------+-------+------+--------+-------------+
 *
 *  8       12      16      20     24       32                40                48
 * +-------+-------+-------+------+--------+-----------------+-----------------+ (page request,
 * | flags | pasid | grpid | perm |  addr  | private_data[0] | private_data[1] |  40 bytes)
 * +-------+-------+-------+------+--------+-----------------+-----------------+
 * </pre>
 */
public final class IommuFault5x {
    /** Bytes of the structure. */
    public static final int BYTES = 64;

    private static final int KNOWN_UNRECOV =
            IommuFault.UNRECOV_PASID_VALID
                    | IommuFault.UNRECOV_ADDR_VALID
                    | IommuFault.UNRECOV_FETCH_ADDR_VALID;
    private static final int KNOWN_PAGE_REQ =
            IommuFault.FLAG_PASID_VALID
                    | IommuFault.FLAG_LAST_PAGE
                    | IommuFault.FLAG_PRIV_DATA
                    | IommuFault.FLAG_NEEDS_PASID;
    private static final int KNOWN_PERM =
            IommuFault.PERM_READ
                    | IommuFault.PERM_WRITE
                    | IommuFault.PERM_EXEC
                    | IommuFault.PERM_PRIV;
    private static final int PADDING = 4;
    private static final int UNRECOV_REASON = 8;
    private static final int UNRECOV_FLAGS = 12;
    private static final int UNRECOV_PASID = 16;
    private static final int PAGE_REQ_FLAGS = 8;
    private static final int PAGE_REQ_PASID = 12;
    private static final int PAGE_REQ_GRPID = 16;
    // From here on the two kinds agree in what lies where.
    private static final int PERM = 20;
    private static final int ADDR = 24;
    private static final int FETCH_ADDR = 32;
    private static final int UNRECOV_END = 40;
    private static final int PRIVATE_DATA_0 = 32;
    private static final int PRIVATE_DATA_1 = 40;
    private static final int PAGE_REQ_END = 48;

    private IommuFault5x() {}

    /**
     * Writes a fault; all padding becomes 0.
     *
     * @param buffer where to
     * @param at its first byte
     * @param fault the fault; one that is not unrecoverable is laid out as a page request
     */
    public static void encode(final ByteBuffer buffer, final int at, final IommuFault fault) {
        Bytes.putInt(buffer, at, fault.type());
        Bytes.putInt(buffer, at + PADDING, 0);
        Bytes.putInt(buffer, at + PERM, fault.perm());
        Bytes.putLong(buffer, at + ADDR, fault.addr());
        if (fault.type() == IommuFault.TYPE_DMA_UNRECOV) {
            Bytes.putInt(buffer, at + UNRECOV_REASON, fault.reason());
            Bytes.putInt(buffer, at + UNRECOV_FLAGS, fault.flags());
            Bytes.putInt(buffer, at + UNRECOV_PASID, fault.pasid());
            Bytes.putLong(buffer, at + FETCH_ADDR, fault.fetchAddr());
            Bytes.clear(buffer, at + UNRECOV_END, at + BYTES);
        } else {
            Bytes.putInt(buffer, at + PAGE_REQ_FLAGS, fault.flags());
            Bytes.putInt(buffer, at + PAGE_REQ_PASID, fault.pasid());
            Bytes.putInt(buffer, at + PAGE_REQ_GRPID, fault.grpid());
            Bytes.putLong(buffer, at + PRIVATE_DATA_0, fault.privateData0());
            Bytes.putLong(buffer, at + PRIVATE_DATA_1, fault.privateData1());
            Bytes.clear(buffer, at + PAGE_REQ_END, at + BYTES);
        }
    }

    /**
     * Reads a fault. No kernel reads one back; these are the structure's own rules: what a reader
     * of this version does not know it cannot act on. What follows the kind that the type names is
     * room for later versions and not looked at.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the fault
     * @return 0; {@code -EFAULT}; {@code -EINVAL} for an unknown type, flag or permission, or
     *     padding that is not 0
     */
    public static int decode(final ByteBuffer buffer, final int at, final IommuFault into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        final int perm = Bytes.getInt(buffer, at + PERM);
        if (Bytes.getInt(buffer, at + PADDING) != 0 || (perm & ~KNOWN_PERM) != 0) {
            return -Errno.EINVAL;
        }
        final long addr = Bytes.getLong(buffer, at + ADDR);
        return switch (Bytes.getInt(buffer, at)) {
            case IommuFault.TYPE_DMA_UNRECOV -> unrecoverable(buffer, at, perm, addr, into);
            case IommuFault.TYPE_PAGE_REQ -> pageRequest(buffer, at, perm, addr, into);
            default -> -Errno.EINVAL;
        };
    }

    private static int unrecoverable(
            final ByteBuffer buffer,
            final int at,
            final int perm,
            final long addr,
            final IommuFault into) {
        final int flags = Bytes.getInt(buffer, at + UNRECOV_FLAGS);
        if ((flags & ~KNOWN_UNRECOV) != 0) {
            return -Errno.EINVAL;
        }
        into.unrecoverable(
                Bytes.getInt(buffer, at + UNRECOV_REASON),
                flags,
                Bytes.getInt(buffer, at + UNRECOV_PASID),
                perm,
                addr,
                Bytes.getLong(buffer, at + FETCH_ADDR));
        return 0;
    }

    private static int pageRequest(
            final ByteBuffer buffer,
            final int at,
            final int perm,
            final long addr,
            final IommuFault into) {
        final int flags = Bytes.getInt(buffer, at + PAGE_REQ_FLAGS);
        if ((flags & ~KNOWN_PAGE_REQ) != 0) {
            return -Errno.EINVAL;
        }
        into.pageRequest(
                        flags,
                        Bytes.getInt(buffer, at + PAGE_REQ_PASID),
                        Bytes.getInt(buffer, at + PAGE_REQ_GRPID),
                        perm,
                        addr)
                .privateData(
                        Bytes.getLong(buffer, at + PRIVATE_DATA_0),
                        Bytes.getLong(buffer, at + PRIVATE_DATA_1));
        return 0;
    }
}
