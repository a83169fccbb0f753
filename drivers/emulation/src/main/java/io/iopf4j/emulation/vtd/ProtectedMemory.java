// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * PMEN and the regions that no device reaches while it is set, translated or not: an access there
 * is aborted and not recorded. Without CAP.PLMR and CAP.PHMR its registers are zero. Regions start
 * and end at multiples of 2 MiB; software finds that out by storing ones. VT-d specification,
 * 11.4.8.
 */
final class ProtectedMemory {
    private static final int ENABLE = 1 << 31;
    private static final int STATUS = 1;
    private static final long BELOW_ALIGNMENT = 0x1f_ffffL;

    private final boolean hasLow;
    private final boolean hasHigh;
    private boolean isEnabled;
    private int lowBase;
    private int lowLimit;
    private long highBase;
    private long highLimit;

    ProtectedMemory(final VtdCapabilities capabilities) {
        hasLow = capabilities.hasCap(VtdCapabilities.PLMR);
        hasHigh = capabilities.hasCap(VtdCapabilities.PHMR);
    }

    /** Whether an access to a physical address is aborted. */
    boolean blocks(final long address) {
        return isEnabled
                && ((hasLow
                                && isIn(
                                        address,
                                        Integer.toUnsignedLong(lowBase),
                                        Integer.toUnsignedLong(lowLimit)))
                        || (hasHigh && isIn(address, highBase, highLimit)));
    }

    private static boolean isIn(final long address, final long base, final long limit) {
        return Long.compareUnsigned(address, base) >= 0
                && Long.compareUnsigned(address, limit | BELOW_ALIGNMENT) <= 0;
    }

    /** One of the registers of 32 bits. */
    int read(final int register) {
        return switch (register) {
            case VtdRegisters.PMEN -> isEnabled ? ENABLE | STATUS : 0;
            case VtdRegisters.PLMBASE -> lowBase;
            default -> lowLimit;
        };
    }

    void write(final int register, final int value) {
        switch (register) {
            case VtdRegisters.PMEN -> isEnabled = (hasLow || hasHigh) && (value & ENABLE) != 0;
            case VtdRegisters.PLMBASE -> lowBase = hasLow ? (int) aligned(value) : 0;
            default -> lowLimit = hasLow ? (int) aligned(value) : 0;
        }
    }

    /** One of the registers of 64 bits. */
    long readWide(final int register) {
        return register == VtdRegisters.PHMBASE ? highBase : highLimit;
    }

    void writeWide(final int register, final long value) {
        final long kept = hasHigh ? aligned(value) : 0;
        if (register == VtdRegisters.PHMBASE) {
            highBase = kept;
        } else {
            highLimit = kept;
        }
    }

    private static long aligned(final long value) {
        return value & ~BELOW_ALIGNMENT;
    }
}
