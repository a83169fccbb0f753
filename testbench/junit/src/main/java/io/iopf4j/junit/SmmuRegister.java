// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.HashMap;
import java.util.Map;

/**
 * Registers of an SMMUv3 by the names that IHI 0070 gives them, chapter 6: what a record of stores
 * to them calls them.
 */
public enum SmmuRegister implements Expected {
    /** Features. */
    SMMU_IDR0(SmmuRegisters.IDR0, Integer.BYTES),
    /** Sizes. */
    SMMU_IDR1(SmmuRegisters.IDR1, Integer.BYTES),
    /** More features. */
    SMMU_IDR3(SmmuRegisters.IDR3, Integer.BYTES),
    /** Output size, granules, stall capacity. */
    SMMU_IDR5(SmmuRegisters.IDR5, Integer.BYTES),
    /** Global enables. */
    SMMU_CR0(SmmuRegisters.CR0, Integer.BYTES),
    /** What of CR0 has taken effect. */
    SMMU_CR0ACK(SmmuRegisters.CR0ACK, Integer.BYTES),
    /** Memory attributes of tables and queues. */
    SMMU_CR1(SmmuRegisters.CR1, Integer.BYTES),
    /** Recording of bad streams, TLB maintenance. */
    SMMU_CR2(SmmuRegisters.CR2, Integer.BYTES),
    /** Global bypass attributes. */
    SMMU_GBPA(SmmuRegisters.GBPA, Integer.BYTES),
    /** Interrupt enables. */
    SMMU_IRQ_CTRL(SmmuRegisters.IRQ_CTRL, Integer.BYTES),
    /** What of IRQ_CTRL has taken effect. */
    SMMU_IRQ_CTRLACK(SmmuRegisters.IRQ_CTRLACK, Integer.BYTES),
    /** Global errors. */
    SMMU_GERROR(SmmuRegisters.GERROR, Integer.BYTES),
    /** Acknowledged global errors. */
    SMMU_GERRORN(SmmuRegisters.GERRORN, Integer.BYTES),
    /** MSI address for global errors. */
    SMMU_GERROR_IRQ_CFG0(SmmuRegisters.GERROR_IRQ_CFG0, Long.BYTES),
    /** MSI data for global errors. */
    SMMU_GERROR_IRQ_CFG1(SmmuRegisters.GERROR_IRQ_CFG1, Integer.BYTES),
    /** MSI attributes for global errors. */
    SMMU_GERROR_IRQ_CFG2(SmmuRegisters.GERROR_IRQ_CFG2, Integer.BYTES),
    /** Base of the stream table. */
    SMMU_STRTAB_BASE(SmmuRegisters.STRTAB_BASE, Long.BYTES),
    /** Format and size of the stream table. */
    SMMU_STRTAB_BASE_CFG(SmmuRegisters.STRTAB_BASE_CFG, Integer.BYTES),
    /** Base and size of the command queue. */
    SMMU_CMDQ_BASE(SmmuRegisters.CMDQ_BASE, Long.BYTES),
    /** Producer of the command queue: its doorbell. */
    SMMU_CMDQ_PROD(SmmuRegisters.CMDQ_PROD, Integer.BYTES),
    /** Consumer of the command queue. */
    SMMU_CMDQ_CONS(SmmuRegisters.CMDQ_CONS, Integer.BYTES),
    /** Base and size of the event queue. */
    SMMU_EVENTQ_BASE(SmmuRegisters.EVENTQ_BASE, Long.BYTES),
    /** Producer of the event queue. */
    SMMU_EVENTQ_PROD(SmmuRegisters.EVENTQ_PROD, Integer.BYTES),
    /** Consumer of the event queue. */
    SMMU_EVENTQ_CONS(SmmuRegisters.EVENTQ_CONS, Integer.BYTES),
    /** MSI address for the event queue. */
    SMMU_EVENTQ_IRQ_CFG0(SmmuRegisters.EVENTQ_IRQ_CFG0, Long.BYTES),
    /** MSI data for the event queue. */
    SMMU_EVENTQ_IRQ_CFG1(SmmuRegisters.EVENTQ_IRQ_CFG1, Integer.BYTES),
    /** MSI attributes for the event queue. */
    SMMU_EVENTQ_IRQ_CFG2(SmmuRegisters.EVENTQ_IRQ_CFG2, Integer.BYTES),
    /** Base and size of the PRI queue. */
    SMMU_PRIQ_BASE(SmmuRegisters.PRIQ_BASE, Long.BYTES),
    /** Producer of the PRI queue. */
    SMMU_PRIQ_PROD(SmmuRegisters.PRIQ_PROD, Integer.BYTES),
    /** Consumer of the PRI queue. */
    SMMU_PRIQ_CONS(SmmuRegisters.PRIQ_CONS, Integer.BYTES),
    /** MSI address for the PRI queue. */
    SMMU_PRIQ_IRQ_CFG0(SmmuRegisters.PRIQ_IRQ_CFG0, Long.BYTES),
    /** MSI data for the PRI queue. */
    SMMU_PRIQ_IRQ_CFG1(SmmuRegisters.PRIQ_IRQ_CFG1, Integer.BYTES),
    /** MSI attributes for the PRI queue. */
    SMMU_PRIQ_IRQ_CFG2(SmmuRegisters.PRIQ_IRQ_CFG2, Integer.BYTES);

    private static final Map<Long, SmmuRegister> BY_OFFSET = new HashMap<>();

    static {
        for (final SmmuRegister register : values()) {
            BY_OFFSET.put(register.offset, register);
        }
    }

    private final long offset;
    private final int bytes;

    SmmuRegister(final int offset, final int bytes) {
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
     * @return byte offset in the register pages
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
        final SmmuRegister register = BY_OFFSET.get(offset);
        if (register != null) {
            return register.name();
        }
        final SmmuRegister below = BY_OFFSET.get(offset - Integer.BYTES);
        return below != null && below.bytes == Long.BYTES
                ? below.name() + "[63:32]"
                : "offset 0x" + Long.toHexString(offset);
    }
}
