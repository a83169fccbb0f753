// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.emulation.PhysicalMemory;

/** A context descriptor as it was fetched, and what was made of it then. */
final class ContextEntry {
    private static final int[] SHIFT_OF_TG0 = {
        TableWalk.SHIFT_4K, TableWalk.SHIFT_64K, TableWalk.SHIFT_16K, 0
    };
    private static final int[] SHIFT_OF_TG1 = {
        0, TableWalk.SHIFT_16K, TableWalk.SHIFT_4K, TableWalk.SHIFT_64K
    };
    private static final int TXSZ_MASK = 0x3f;

    long word0;
    long word1;
    long word2;

    /** V is 0 or something is ILLEGAL. */
    boolean isBad;

    void fetch(final PhysicalMemory memory, final long address) {
        word0 = memory.readLong(address);
        word1 = memory.readLong(address + 8);
        word2 = memory.readLong(address + 16);
    }

    // Each of these is asked of the range below (TTB0) or above (TTB1).

    boolean isDisabled(final boolean upper) {
        return (word0 & (upper ? ContextDescriptor.EPD1 : ContextDescriptor.EPD0)) != 0;
    }

    boolean ignoresTopByte(final boolean upper) {
        return (word0 & (upper ? ContextDescriptor.TBI1 : ContextDescriptor.TBI0)) != 0;
    }

    int txsz(final boolean upper) {
        return (int) (upper ? word0 >>> ContextDescriptor.T1SZ_SHIFT : word0) & TXSZ_MASK;
    }

    /** log2 of the granule's bytes; 0 if the value is reserved. */
    int granule(final boolean upper) {
        return upper
                ? SHIFT_OF_TG1[(int) (word0 >>> ContextDescriptor.TG1_SHIFT) & 3]
                : SHIFT_OF_TG0[ContextDescriptor.tg0(word0)];
    }

    long table(final boolean upper) {
        return (upper ? word2 : word1) & ContextDescriptor.TTB_MASK;
    }

    boolean ignoresTablePermissions(final boolean upper) {
        return ((upper ? word2 : word1) & ContextDescriptor.HAD) != 0;
    }
}
