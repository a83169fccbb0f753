// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.vtd.VtdRegisters;
import java.util.HashMap;
import java.util.Map;

/**
 * Registers of a VT-d remapping unit by the names that the specification gives them, chapter 11:
 * what a record of stores to them calls them.
 */
public enum VtdRegister implements Expected {
    /** Version. */
    VER_REG(VtdRegisters.VER, Integer.BYTES),
    /** Capabilities. */
    CAP_REG(VtdRegisters.CAP, Long.BYTES),
    /** Extended capabilities. */
    ECAP_REG(VtdRegisters.ECAP, Long.BYTES),
    /** Global command. */
    GCMD_REG(VtdRegisters.GCMD, Integer.BYTES),
    /** Global status. */
    GSTS_REG(VtdRegisters.GSTS, Integer.BYTES),
    /** Base of the root table. */
    RTADDR_REG(VtdRegisters.RTADDR, Long.BYTES),
    /** Context cache command. */
    CCMD_REG(VtdRegisters.CCMD, Long.BYTES),
    /** Fault status. */
    FSTS_REG(VtdRegisters.FSTS, Integer.BYTES),
    /** Fault event control. */
    FECTL_REG(VtdRegisters.FECTL, Integer.BYTES),
    /** Fault event data. */
    FEDATA_REG(VtdRegisters.FEDATA, Integer.BYTES),
    /** Fault event address. */
    FEADDR_REG(VtdRegisters.FEADDR, Integer.BYTES),
    /** Fault event upper address. */
    FEUADDR_REG(VtdRegisters.FEUADDR, Integer.BYTES),
    /** Protected memory enable. */
    PMEN_REG(VtdRegisters.PMEN, Integer.BYTES),
    /** Invalidation queue head. */
    IQH_REG(VtdRegisters.IQH, Long.BYTES),
    /** Invalidation queue tail: its doorbell. */
    IQT_REG(VtdRegisters.IQT, Long.BYTES),
    /** Base and size of the invalidation queue. */
    IQA_REG(VtdRegisters.IQA, Long.BYTES),
    /** Invalidation completion status. */
    ICS_REG(VtdRegisters.ICS, Integer.BYTES),
    /** Invalidation event control. */
    IECTL_REG(VtdRegisters.IECTL, Integer.BYTES),
    /** Invalidation event data. */
    IEDATA_REG(VtdRegisters.IEDATA, Integer.BYTES),
    /** Invalidation event address. */
    IEADDR_REG(VtdRegisters.IEADDR, Integer.BYTES),
    /** Invalidation event upper address. */
    IEUADDR_REG(VtdRegisters.IEUADDR, Integer.BYTES),
    /** Invalidation queue error record. */
    IQERCD_REG(VtdRegisters.IQERCD, Long.BYTES),
    /** Base of the interrupt remapping table. */
    IRTA_REG(VtdRegisters.IRTA, Long.BYTES),
    /** Page request queue head. */
    PQH_REG(VtdRegisters.PQH, Long.BYTES),
    /** Page request queue tail. */
    PQT_REG(VtdRegisters.PQT, Long.BYTES),
    /** Base and size of the page request queue. */
    PQA_REG(VtdRegisters.PQA, Long.BYTES),
    /** Page request status. */
    PRS_REG(VtdRegisters.PRS, Integer.BYTES),
    /** Page request event control. */
    PECTL_REG(VtdRegisters.PECTL, Integer.BYTES),
    /** Page request event data. */
    PEDATA_REG(VtdRegisters.PEDATA, Integer.BYTES),
    /** Page request event address. */
    PEADDR_REG(VtdRegisters.PEADDR, Integer.BYTES),
    /** Page request event upper address. */
    PEUADDR_REG(VtdRegisters.PEUADDR, Integer.BYTES);

    private static final Map<Long, VtdRegister> BY_OFFSET = new HashMap<>();

    static {
        for (final VtdRegister register : values()) {
            BY_OFFSET.put(register.offset, register);
        }
    }

    private final long offset;
    private final int bytes;

    VtdRegister(final int offset, final int bytes) {
        this.offset = offset;
        this.bytes = bytes;
    }

    @Override
    public String entryName() {
        return name();
    }

    /**
     * Where it is.
     *
     * @return byte offset in the register window
     */
    public long offset() {
        return offset;
    }

    /**
     * How wide it is.
     *
     * @return bytes, 4 or 8
     */
    public int bytes() {
        return bytes;
    }

    /** The name of what lies at an offset; of the upper half of a wide register too. */
    static String nameAt(final long offset) {
        final VtdRegister register = BY_OFFSET.get(offset);
        if (register != null) {
            return register.name();
        }
        final VtdRegister below = BY_OFFSET.get(offset - Integer.BYTES);
        return below != null && below.bytes == Long.BYTES
                ? below.name() + "[63:32]"
                : "offset 0x" + Long.toHexString(offset);
    }
}
