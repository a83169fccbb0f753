// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.parts.NotModelledUses;

/**
 * The two register pages: which offset is which register, and which access reaches it. IHI 0070,
 * 6.1 to 6.3. An aligned access of 32 bits reaches every register and each half of a 64-bit one; an
 * aligned access of 64 bits reaches 64-bit registers alone. Any other access, and any offset that
 * is no register, reads as zero and ignores writes. So does a store to a register while the enable
 * that guards it is set.
 *
 * <p>AIDR says SMMUv3.1, whose features are all that is required here; range invalidation is taken
 * from SMMUv3.2, as an implementation may. IIDR is 0: nobody's product.
 */
public final class SmmuRegisterPages implements Mmio {
    private static final int AIDR_V3_1 = 1;
    private static final int PAGE_1 = 0x10000;
    private static final int POINTER_AND_ERROR =
            (Queue.pointerBits(-1) & ~QueueIndex.OVERFLOW)
                    | (SmmuRegisters.CMDQ_CONS_ERR_MASK << SmmuRegisters.CMDQ_CONS_ERR_SHIFT);

    private final SmmuV3 smmu;
    private final SmmuV3Config config;
    private final ControlRegisters control;
    private final Interrupts interrupts;
    private final GlobalErrors errors;
    private final NotModelledUses<NotModelled> notModelled;
    private final boolean hasPri;

    SmmuRegisterPages(
            final SmmuV3 smmu,
            final ControlRegisters control,
            final Interrupts interrupts,
            final GlobalErrors errors,
            final NotModelledUses<NotModelled> notModelled) {
        this.smmu = smmu;
        this.config = smmu.config();
        this.control = control;
        this.interrupts = interrupts;
        this.errors = errors;
        this.notModelled = notModelled;
        this.hasPri = config.has(SmmuFeature.PRI);
    }

    @Override
    public long sizeBytes() {
        return SmmuRegisters.WINDOW_BYTES;
    }

    /**
     * Loads as a bus does, which does not know what a register is.
     *
     * @param offset any byte offset
     * @param bytes size of the access
     * @return the value, zero-extended; 0 for an access that is not aligned, not of 4 or 8 bytes or
     *     not inside the window
     */
    public long load(final long offset, final int bytes) {
        if (!isInside(offset, bytes)) {
            return 0;
        }
        return switch (bytes) {
            case Integer.BYTES -> Integer.toUnsignedLong(readl(offset));
            case Long.BYTES -> readq(offset);
            default -> 0;
        };
    }

    /**
     * Stores as a bus does. An access that is not aligned, not of 4 or 8 bytes or not inside the
     * window is ignored.
     *
     * @param offset any byte offset
     * @param bytes size of the access
     * @param value what to store; bits beyond the size do not count
     */
    public void store(final long offset, final int bytes, final long value) {
        if (!isInside(offset, bytes)) {
            return;
        }
        switch (bytes) {
            case Integer.BYTES -> writel((int) value, offset);
            case Long.BYTES -> writeq(value, offset);
            default -> {}
        }
    }

    @Override
    public int readl(final long offset) {
        check(offset, Integer.BYTES);
        final int at = (int) offset;
        return at >= PAGE_1 ? readOutputPointer(at) : readControl(at);
    }

    /** What the second page holds: the pointers of the queues that the SMMU fills. */
    private int readOutputPointer(final int at) {
        return switch (at) {
            case SmmuRegisters.EVENTQ_PROD -> smmu.eventQueue().visibleProd();
            case SmmuRegisters.EVENTQ_CONS -> smmu.eventQueue().visibleCons();
            case SmmuRegisters.PRIQ_PROD -> smmu.priQueue().visibleProd();
            case SmmuRegisters.PRIQ_CONS -> smmu.priQueue().visibleCons();
            default -> 0;
        };
    }

    private int readControl(final int at) {
        if (isHalf(at)) {
            return (int) (wide(at & -Long.BYTES) >>> ((at & 4) * Byte.SIZE));
        }
        return switch (at) {
            case SmmuRegisters.IDR0 -> config.idr0();
            case SmmuRegisters.IDR1 -> config.idr1();
            case SmmuRegisters.IDR3 -> config.idr3();
            case SmmuRegisters.IDR5 -> config.idr5();
            case SmmuRegisters.AIDR -> AIDR_V3_1;
            case SmmuRegisters.CR0, SmmuRegisters.CR0ACK -> control.cr0();
            case SmmuRegisters.CR1 -> control.cr1();
            case SmmuRegisters.CR2 -> control.cr2();
            case SmmuRegisters.GBPA -> control.gbpa();
            case SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRLACK -> interrupts.irqCtrl();
            case SmmuRegisters.GERROR -> errors.gerror();
            case SmmuRegisters.GERRORN -> errors.gerrorn();
            case SmmuRegisters.GERROR_IRQ_CFG1 -> interrupts.globalErrors().cfg1();
            case SmmuRegisters.GERROR_IRQ_CFG2 -> interrupts.globalErrors().cfg2();
            case SmmuRegisters.STRTAB_BASE_CFG -> control.strtabBaseCfg();
            case SmmuRegisters.CMDQ_PROD -> smmu.commandQueue().visibleProd();
            case SmmuRegisters.CMDQ_CONS -> smmu.commandQueue().visibleCons();
            case SmmuRegisters.EVENTQ_IRQ_CFG1 -> interrupts.events().cfg1();
            case SmmuRegisters.EVENTQ_IRQ_CFG2 -> interrupts.events().cfg2();
            case SmmuRegisters.PRIQ_IRQ_CFG1 -> interrupts.pageRequests().cfg1();
            case SmmuRegisters.PRIQ_IRQ_CFG2 -> interrupts.pageRequests().cfg2();
            default -> {
                noRegister(at);
                yield 0;
            }
        };
    }

    @Override
    public long readq(final long offset) {
        check(offset, Long.BYTES);
        final int at = (int) offset;
        if (isHalf(at)) {
            return wide(at);
        }
        noRegister(at);
        return 0;
    }

    @Override
    public void writel(final int value, final long offset) {
        check(offset, Integer.BYTES);
        final int at = (int) offset;
        if (at >= PAGE_1) {
            writeOutputPointer(value, at);
        } else if (at == SmmuRegisters.CMDQ_PROD) {
            smmu.commandDoorbell(Queue.pointerBits(value) & ~QueueIndex.OVERFLOW);
        } else {
            writeControl(value, at);
        }
    }

    private void writeOutputPointer(final int value, final int at) {
        switch (at) {
            case SmmuRegisters.EVENTQ_CONS -> smmu.eventsConsumed(Queue.pointerBits(value));
            case SmmuRegisters.PRIQ_CONS -> {
                if (hasPri) {
                    smmu.priQueue().setCons(Queue.pointerBits(value));
                }
            }
            case SmmuRegisters.EVENTQ_PROD, SmmuRegisters.PRIQ_PROD -> writeOwnPointer(at, value);
            default -> {}
        }
    }

    private void writeControl(final int value, final int at) {
        if (isHalf(at)) {
            final int register = at & -Long.BYTES;
            final long whole = wide(register);
            writeWide(
                    register,
                    at == register
                            ? (whole & -1L << Integer.SIZE) | Integer.toUnsignedLong(value)
                            : (whole & -1L >>> Integer.SIZE) | (long) value << Integer.SIZE);
            return;
        }
        switch (at) {
            case SmmuRegisters.CR0 -> smmu.writeCr0(value);
            case SmmuRegisters.CR1 -> control.writeCr1(value);
            case SmmuRegisters.CR2 -> control.writeCr2(value);
            case SmmuRegisters.GBPA -> control.writeGbpa(value);
            case SmmuRegisters.IRQ_CTRL -> interrupts.writeIrqCtrl(value);
            case SmmuRegisters.GERRORN -> smmu.writeGerrorn(value);
            case SmmuRegisters.STRTAB_BASE_CFG -> control.writeStrtabBaseCfg(value);
            case SmmuRegisters.CMDQ_CONS -> writeOwnPointer(at, value);
            case SmmuRegisters.GERROR_IRQ_CFG1,
                    SmmuRegisters.GERROR_IRQ_CFG2,
                    SmmuRegisters.EVENTQ_IRQ_CFG1,
                    SmmuRegisters.EVENTQ_IRQ_CFG2,
                    SmmuRegisters.PRIQ_IRQ_CFG1,
                    SmmuRegisters.PRIQ_IRQ_CFG2 ->
                    writeInterruptConfiguration(at, value);
            default -> noRegister(at);
        }
    }

    @Override
    public void writeq(final long value, final long offset) {
        check(offset, Long.BYTES);
        final int at = (int) offset;
        if (isHalf(at)) {
            writeWide(at, value);
        } else {
            noRegister(at);
        }
    }

    /** Whether an offset is a 64-bit register or its upper half. */
    private static boolean isHalf(final int at) {
        return switch (at & -Long.BYTES) {
            case SmmuRegisters.GERROR_IRQ_CFG0,
                    SmmuRegisters.STRTAB_BASE,
                    SmmuRegisters.CMDQ_BASE,
                    SmmuRegisters.EVENTQ_BASE,
                    SmmuRegisters.EVENTQ_IRQ_CFG0,
                    SmmuRegisters.PRIQ_BASE,
                    SmmuRegisters.PRIQ_IRQ_CFG0 ->
                    true;
            default -> false;
        };
    }

    private long wide(final int register) {
        return switch (register) {
            case SmmuRegisters.GERROR_IRQ_CFG0 -> interrupts.globalErrors().cfg0();
            case SmmuRegisters.STRTAB_BASE -> control.strtabBase();
            case SmmuRegisters.CMDQ_BASE -> smmu.commandQueue().base();
            case SmmuRegisters.EVENTQ_BASE -> smmu.eventQueue().base();
            case SmmuRegisters.EVENTQ_IRQ_CFG0 -> interrupts.events().cfg0();
            case SmmuRegisters.PRIQ_BASE -> smmu.priQueue().base();
            case SmmuRegisters.PRIQ_IRQ_CFG0 -> interrupts.pageRequests().cfg0();
            default -> throw new AssertionError("not a 64-bit register: " + register);
        };
    }

    private void writeWide(final int register, final long value) {
        switch (register) {
            case SmmuRegisters.STRTAB_BASE -> control.writeStrtabBase(value);
            case SmmuRegisters.CMDQ_BASE -> {
                if (!control.isAnySet(SmmuRegisters.CR0_CMDQEN)) {
                    smmu.commandQueue().setBase(value);
                }
            }
            case SmmuRegisters.EVENTQ_BASE -> {
                if (!control.isAnySet(SmmuRegisters.CR0_EVENTQEN)) {
                    smmu.eventQueue().setBase(value);
                }
            }
            case SmmuRegisters.PRIQ_BASE -> {
                // The stored enable guards, not the effective one.
                if (hasPri && !control.isAnySet(SmmuRegisters.CR0_PRIQEN)) {
                    smmu.priQueue().setBase(value);
                }
            }
            case SmmuRegisters.GERROR_IRQ_CFG0 -> {
                if (!interrupts.isAnyEnabled(SmmuRegisters.IRQ_CTRL_GERROR_IRQEN)) {
                    interrupts.globalErrors().writeCfg0(value);
                }
            }
            case SmmuRegisters.EVENTQ_IRQ_CFG0 -> {
                if (!interrupts.isAnyEnabled(SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN)) {
                    interrupts.events().writeCfg0(value);
                }
            }
            case SmmuRegisters.PRIQ_IRQ_CFG0 -> {
                if (!interrupts.isAnyEnabled(SmmuRegisters.IRQ_CTRL_PRIQ_IRQEN)) {
                    interrupts.pageRequests().writeCfg0(value);
                }
            }
            default -> throw new AssertionError("not a 64-bit register: " + register);
        }
    }

    /** The pointer that the SMMU moves belongs to software while the queue is disabled. */
    private void writeOwnPointer(final int at, final int value) {
        if (at == SmmuRegisters.CMDQ_CONS) {
            if (!control.isAnySet(SmmuRegisters.CR0_CMDQEN)) {
                smmu.commandQueue().setCons(value & POINTER_AND_ERROR);
            }
        } else if (at == SmmuRegisters.EVENTQ_PROD) {
            if (!control.isAnySet(SmmuRegisters.CR0_EVENTQEN)) {
                smmu.eventQueue().setProd(Queue.pointerBits(value));
            }
        } else if (hasPri && !control.isAnySet(SmmuRegisters.CR0_PRIQEN)) {
            smmu.priQueue().setProd(Queue.pointerBits(value));
        }
    }

    private void writeInterruptConfiguration(final int at, final int value) {
        final InterruptSource source;
        final int guard;
        switch (at) {
            case SmmuRegisters.GERROR_IRQ_CFG1, SmmuRegisters.GERROR_IRQ_CFG2 -> {
                source = interrupts.globalErrors();
                guard = SmmuRegisters.IRQ_CTRL_GERROR_IRQEN;
            }
            case SmmuRegisters.EVENTQ_IRQ_CFG1, SmmuRegisters.EVENTQ_IRQ_CFG2 -> {
                source = interrupts.events();
                guard = SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN;
            }
            default -> {
                source = interrupts.pageRequests();
                guard = SmmuRegisters.IRQ_CTRL_PRIQ_IRQEN;
            }
        }
        if (interrupts.isAnyEnabled(guard)) {
            return;
        }
        final boolean isData =
                at == SmmuRegisters.GERROR_IRQ_CFG1
                        || at == SmmuRegisters.EVENTQ_IRQ_CFG1
                        || at == SmmuRegisters.PRIQ_IRQ_CFG1;
        if (isData) {
            source.writeCfg1(value);
        } else {
            source.writeCfg2(value);
        }
    }

    /** Reports the use of a register that the architecture has and this model has not. */
    private void noRegister(final int at) {
        if (at >= SmmuRegisters.SECURE_START && at < PAGE_1) {
            notModelled.report(NotModelled.SECURE_REGISTERS);
        } else if (isAddressTranslation(at)) {
            notModelled.report(NotModelled.ADDRESS_TRANSLATION_REGISTERS);
        } else if (isLater(at)) {
            notModelled.report(NotModelled.LATER_REGISTERS);
        }
    }

    /** GATOS_CTRL to GATOS_PAR, VATOS_SEL. */
    private static boolean isAddressTranslation(final int at) {
        return (at >= 0x100 && at < 0x120) || at == 0x180;
    }

    /**
     * S2PII, GMPAM, GBPMPAM, the device permission tables, the control pages of enhanced command
     * queues. MPAMIDR and IDR6 are identification: to read that they are 0 is not to use them.
     */
    private static boolean isLater(final int at) {
        return at == 0x30
                || at == 0x34
                || at == 0x138
                || at == 0x13c
                || (at >= 0x200 && at < 0x240)
                || (at >= 0x4000 && at < SmmuRegisters.SECURE_START);
    }

    private boolean isInside(final long offset, final int bytes) {
        return bytes > 0 && offset >= 0 && offset <= sizeBytes() - bytes && offset % bytes == 0;
    }

    private void check(final long offset, final int bytes) {
        if (!isInside(offset, bytes)) {
            throw new IndexOutOfBoundsException(
                    "no " + bytes + "-byte access at offset=0x" + Long.toHexString(offset));
        }
    }
}
