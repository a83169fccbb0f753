// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;

/**
 * A fault of the November 2017 series: {@code struct iommu_fault_event}, {@code
 * include/linux/iommu.h} of patch v3 08/16, 48 bytes. Bits 8:0 at 20 are the group index, bit 9
 * says last request, bit 10 PASID valid. The private fields are {@link IommuFault#privateData0()},
 * the device's, and {@link IommuFault#privateData1()}, the IOMMU driver's.
 *
 * <pre>
 *  0      4        8        16      20           24     28    32               40              48
 * +------+--------+--------+-------+------------+------+-----+----------------+---------------+
 * | type | reason |  addr  | pasid | grpid,L,PV | prot | pad | device_private | iommu_private |
 * +------+--------+--------+-------+------------+------+-----+----------------+---------------+
 * </pre>
 */
public final class FaultEvent2017 {
    /** Bytes of the structure. */
    public static final int BYTES = 48;

    private static final int GRPID_MASK = 0x1ff;
    private static final int LAST_REQ = 1 << 9;
    private static final int PASID_VALID = 1 << 10;
    private static final int REASON = 4;
    private static final int ADDR = 8;
    private static final int PASID = 16;
    private static final int BITS = 20;
    private static final int PROT = 24;
    private static final int PADDING = 28;
    private static final int DEVICE_PRIVATE = 32;
    private static final int IOMMU_PRIVATE = 40;

    private FaultEvent2017() {}

    /**
     * Writes a fault. What this series does not have is lost: more than 9 bits of a group index,
     * the fetch address, the flags PRIV_DATA and NEEDS_PASID.
     *
     * @param buffer where to
     * @param at its first byte
     * @param fault the fault, its reason a {@code FaultReason2017}
     */
    public static void encode(final ByteBuffer buffer, final int at, final IommuFault fault) {
        int bits = fault.grpid() & GRPID_MASK;
        bits |= EventFlags.isLast(fault) ? LAST_REQ : 0;
        bits |= EventFlags.isPasidValid(fault) ? PASID_VALID : 0;
        Bytes.putInt(buffer, at, fault.type());
        Bytes.putInt(buffer, at + REASON, fault.reason());
        Bytes.putLong(buffer, at + ADDR, fault.addr());
        Bytes.putInt(buffer, at + PASID, fault.pasid());
        Bytes.putInt(buffer, at + BITS, bits);
        Bytes.putInt(buffer, at + PROT, fault.perm());
        Bytes.putInt(buffer, at + PADDING, 0);
        Bytes.putLong(buffer, at + DEVICE_PRIVATE, fault.privateData0());
        Bytes.putLong(buffer, at + IOMMU_PRIVATE, fault.privateData1());
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
                Bytes.getInt(buffer, at),
                Bytes.getInt(buffer, at + REASON),
                (bits & LAST_REQ) != 0,
                (bits & PASID_VALID) != 0,
                Bytes.getInt(buffer, at + PASID),
                bits & GRPID_MASK,
                Bytes.getInt(buffer, at + PROT),
                Bytes.getLong(buffer, at + ADDR));
        into.privateData(
                Bytes.getLong(buffer, at + DEVICE_PRIVATE),
                Bytes.getLong(buffer, at + IOMMU_PRIVATE));
        return 0;
    }
}
