// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/**
 * An entry of the root table, one for each bus, 16 bytes: two doublewords. In legacy mode the first
 * leads to the contexts of the bus; in scalable and extended mode each leads to those of half of
 * it. Intel VT-d specification, 9.1 and 9.2.
 */
public final class RootEntry {
    /** Bytes of an entry. */
    public static final int BYTES = 16;

    /** Bit 0 of either doubleword: present. */
    public static final long PRESENT = 1;

    /** Bits 63:12: the context table. */
    public static final long TABLE_MASK = -0x1000L;

    private RootEntry() {}
}
