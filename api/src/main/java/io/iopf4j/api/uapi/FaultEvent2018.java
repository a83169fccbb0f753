// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;

/**
 * A fault of the April and May 2018 series: {@code struct iommu_fault_event}, {@code
 * include/linux/iommu.h}, 72 bytes. Begins with the link of the pending list and ends with the time
 * at which the timer complains; both are the kernel's own. Bit 0 at 40 says last request, bit 1
 * PASID valid.
 *
 * <pre>
 *  0      16     20       24     32      36      40     44     48          56          64       72
 * +------+------+--------+------+-------+-------+------+------+-----------+-----------+--------+
 * | list | type | reason | addr | pasid | grpid | L,PV | prot | device_   | iommu_    | expire |
 * |      |      |        |      |       |       |      |      | private   | private   |        |
 * +------+------+--------+------+-------+-------+------+------+-----------+-----------+--------+
 * </pre>
 */
public final class FaultEvent2018 {
    /** Bytes of the structure. */
    public static final int BYTES = 72;

    private static final int LAST_REQ = 1;
    private static final int PASID_VALID = 1 << 1;
    private static final int LIST_END = 16;
    private static final int TYPE = 16;
    private static final int REASON = 20;
    private static final int ADDR = 24;
    private static final int PASID = 32;
    private static final int GRPID = 36;
    private static final int BITS = 40;
    private static final int PROT = 44;
    private static final int DEVICE_PRIVATE = 48;
    private static final int IOMMU_PRIVATE = 56;
    private static final int EXPIRE = 64;

    private FaultEvent2018() {}

    /**
     * Writes a fault; the list's link becomes 0. What this series does not have is lost: the fetch
     * address, the flags PRIV_DATA and NEEDS_PASID.
     *
     * @param buffer where to
     * @param at its first byte
     * @param fault the fault, its reason a {@code FaultReason2017}
     * @param expire when the timer complains, in jiffies; 0 while it is not pending
     */
    public static void encode(
            final ByteBuffer buffer, final int at, final IommuFault fault, final long expire) {
        int bits = EventFlags.isLast(fault) ? LAST_REQ : 0;
        bits |= EventFlags.isPasidValid(fault) ? PASID_VALID : 0;
        Bytes.clear(buffer, at, at + LIST_END);
        Bytes.putInt(buffer, at + TYPE, fault.type());
        Bytes.putInt(buffer, at + REASON, fault.reason());
        Bytes.putLong(buffer, at + ADDR, fault.addr());
        Bytes.putInt(buffer, at + PASID, fault.pasid());
        Bytes.putInt(buffer, at + GRPID, fault.grpid());
        Bytes.putInt(buffer, at + BITS, bits);
        Bytes.putInt(buffer, at + PROT, fault.perm());
        Bytes.putLong(buffer, at + DEVICE_PRIVATE, fault.privateData0());
        Bytes.putLong(buffer, at + IOMMU_PRIVATE, fault.privateData1());
        Bytes.putLong(buffer, at + EXPIRE, expire);
    }

    /**
     * Reads a fault. The series checks no field of it and has no version to check, so neither is
     * anything refused here: an unknown type becomes a request of that type.
     *
     * @param buffer where it is
     * @param at its first byte
     * @param into becomes the fault
     * @return 0 or {@code -EFAULT}
     */
    public static int decode(final ByteBuffer buffer, final int at, final IommuFault into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        final int bits = Bytes.getInt(buffer, at + BITS);
        EventFlags.fill(
                into,
                Bytes.getInt(buffer, at + TYPE),
                Bytes.getInt(buffer, at + REASON),
                (bits & LAST_REQ) != 0,
                (bits & PASID_VALID) != 0,
                Bytes.getInt(buffer, at + PASID),
                Bytes.getInt(buffer, at + GRPID),
                Bytes.getInt(buffer, at + PROT),
                Bytes.getLong(buffer, at + ADDR));
        into.privateData(
                Bytes.getLong(buffer, at + DEVICE_PRIVATE),
                Bytes.getLong(buffer, at + IOMMU_PRIVATE));
        return 0;
    }

    /**
     * When the timer complains.
     *
     * @param buffer where it is
     * @param at its first byte
     * @return jiffies
     */
    public static long expire(final ByteBuffer buffer, final int at) {
        return Bytes.getLong(buffer, at + EXPIRE);
    }
}
