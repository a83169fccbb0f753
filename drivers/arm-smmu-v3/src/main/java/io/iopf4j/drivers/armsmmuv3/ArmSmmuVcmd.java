// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;

/**
 * Which commands a guest may give, and with which fields: {@code arm_vsmmu_validate_user_cmd()} of
 * kernels later than 6.13. Until then any bit went on to the queue that all devices share, and a
 * guest could stop it with a command that the hardware finds illegal. Numbers in a field are not
 * looked at: those that mean nothing are the guest's own affair.
 */
final class ArmSmmuVcmd {
    private static final long OPCODE = 0xff;
    private static final long SID = 0xffffffffL << 32;
    private static final long SSID = 0xfffffL << 12;
    private static final long VMID = 0xffffL << 32;
    private static final long ASID_LOW = 0xffL << 48;
    private static final long ASID_HIGH = 0xffL << 56;
    private static final long NUM_SCALE = 0x1fL << 12 | 0x1fL << 20;
    private static final long ATC_GLOBAL = 1L << 9;
    private static final long LEAF = 1;
    private static final long TG_TTL = 0xfL << 8;
    private static final long ADDRESS = -1L << 12;
    private static final long ATC_SIZE = 0x3f;
    private static final int TG_16K = 2;

    private ArmSmmuVcmd() {}

    static boolean isAllowed(final ArmSmmuFeatures features, final long word0, final long word1) {
        return switch (Commands.opcode(word0)) {
            case CmdqOp.TLBI_NSNH_ALL -> isWithin(word0, 0, word1, 0);
            case CmdqOp.TLBI_NH_ALL -> isWithin(word0, VMID, word1, 0);
            case CmdqOp.TLBI_NH_ASID -> isWithin(word0, VMID | asid(features), word1, 0);
            case CmdqOp.TLBI_NH_VA -> isRange(features, word0, VMID | asid(features), word1);
            case CmdqOp.TLBI_NH_VAA -> isRange(features, word0, VMID, word1);
            case CmdqOp.CFGI_CD -> isWithin(word0, SID | ssid(features, SSID), word1, LEAF);
            case CmdqOp.CFGI_CD_ALL -> isWithin(word0, SID, word1, 0);
            case CmdqOp.ATC_INV ->
                    features.ats()
                            && Commands.atcSize(word1) <= Commands.ATC_SIZE_ALL
                            && isWithin(
                                    word0,
                                    SID | ssid(features, Commands.SSV | SSID | ATC_GLOBAL),
                                    word1,
                                    ATC_SIZE | ADDRESS);
            default -> false;
        };
    }

    private static boolean isWithin(
            final long word0, final long allowed0, final long word1, final long allowed1) {
        return (word0 & ~(OPCODE | allowed0)) == 0 && (word1 & ~allowed1) == 0;
    }

    private static boolean isRange(
            final ArmSmmuFeatures features,
            final long word0,
            final long allowed0,
            final long word1) {
        if (!features.rangeInvalidation()) {
            return isWithin(word0, allowed0, word1, LEAF | ADDRESS);
        }
        final boolean hasSize = (word0 & NUM_SCALE) != 0;
        final int granule = Commands.granule(word1);
        final int ttl = Commands.ttl(word1);
        final boolean isReserved =
                granule == 0
                        ? hasSize || ttl != 0
                        : (!hasSize && ttl == 0) || (granule == TG_16K && ttl == 1);
        return !isReserved && isWithin(word0, allowed0 | NUM_SCALE, word1, LEAF | TG_TTL | ADDRESS);
    }

    private static long asid(final ArmSmmuFeatures features) {
        return features.asidBits() > Byte.SIZE ? ASID_LOW | ASID_HIGH : ASID_LOW;
    }

    private static long ssid(final ArmSmmuFeatures features, final long fields) {
        return features.ssidBits() == 0 ? 0 : fields;
    }
}
