// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * The two register pages: what is stored, what may be written when, what a store sets off. IHI
 * 0070, chapter 6. An offset that is no register here reads as zero and ignores writes. A register
 * that is guarded by an enable ignores writes while the enable is set. 64-bit registers are two
 * halves.
 */
public final class SmmuRegisterPages implements Mmio {
    private static final int AIDR_V3_1 = 1;
    private static final int GBPA_BITS = 0x001f_ffff;
    private static final int CR1_TABLE_BITS = 0xfc0;
    private static final int CR1_QUEUE_BITS = 0x3f;
    private static final int STRTAB_BASE_CFG_BITS = 0x3_07ff;
    private static final int ANY_QUEUE =
            SmmuRegisters.CR0_CMDQEN | SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_PRIQEN;
    private static final long STRTAB_BASE_BITS =
            SmmuRegisters.BASE_ALLOCATE | SmmuRegisters.STRTAB_BASE_ADDR_MASK;

    private final SmmuV3 smmu;
    private int cr1;
    private int cr2;
    private int gbpa;
    private long strtabBase;
    private int strtabBaseCfg;

    SmmuRegisterPages(final SmmuV3 smmu) {
        this.smmu = smmu;
    }

    @Override
    public long sizeBytes() {
        return SmmuRegisters.WINDOW_BYTES;
    }

    @Override
    public int readl(final long offset) {
        check(offset, Integer.BYTES);
        return switch ((int) offset) {
            case SmmuRegisters.IDR0 -> smmu.config().idr0();
            case SmmuRegisters.IDR1 -> smmu.config().idr1();
            case SmmuRegisters.IDR5 -> smmu.config().idr5();
            case SmmuRegisters.AIDR -> AIDR_V3_1;
            case SmmuRegisters.CR0, SmmuRegisters.CR0ACK -> smmu.cr0();
            case SmmuRegisters.CR1 -> cr1;
            case SmmuRegisters.CR2 -> cr2;
            case SmmuRegisters.GBPA -> gbpa;
            case SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRLACK -> smmu.irqCtrl();
            case SmmuRegisters.GERROR -> smmu.errors().gerror();
            case SmmuRegisters.GERRORN -> smmu.errors().gerrorn();
            case SmmuRegisters.STRTAB_BASE -> (int) strtabBase;
            case SmmuRegisters.STRTAB_BASE + 4 -> (int) (strtabBase >>> 32);
            case SmmuRegisters.STRTAB_BASE_CFG -> strtabBaseCfg;
            case SmmuRegisters.CMDQ_BASE -> (int) smmu.commandQueue().base();
            case SmmuRegisters.CMDQ_BASE + 4 -> (int) (smmu.commandQueue().base() >>> 32);
            case SmmuRegisters.CMDQ_PROD -> smmu.commandQueue().prod();
            case SmmuRegisters.CMDQ_CONS -> smmu.commandQueue().cons();
            case SmmuRegisters.EVENTQ_BASE -> (int) smmu.eventQueue().base();
            case SmmuRegisters.EVENTQ_BASE + 4 -> (int) (smmu.eventQueue().base() >>> 32);
            case SmmuRegisters.EVENTQ_PROD -> smmu.eventQueue().prod();
            case SmmuRegisters.EVENTQ_CONS -> smmu.eventQueue().cons();
            default -> 0;
        };
    }

    @Override
    public long readq(final long offset) {
        check(offset, Long.BYTES);
        return Integer.toUnsignedLong(readl(offset)) | (long) readl(offset + 4) << 32;
    }

    @Override
    public void writeq(final long value, final long offset) {
        check(offset, Long.BYTES);
        writel((int) value, offset);
        writel((int) (value >>> 32), offset + 4);
    }

    @Override
    public void writel(final int value, final long offset) {
        check(offset, Integer.BYTES);
        switch ((int) offset) {
            case SmmuRegisters.CR0 -> smmu.writeCr0(value);
            case SmmuRegisters.CR1 -> writeCr1(value);
            case SmmuRegisters.CR2 -> writeCr2(value);
            case SmmuRegisters.GBPA -> writeGbpa(value);
            case SmmuRegisters.IRQ_CTRL -> smmu.writeIrqCtrl(value);
            case SmmuRegisters.GERRORN -> smmu.writeGerrorn(value);
            case SmmuRegisters.STRTAB_BASE, SmmuRegisters.STRTAB_BASE + 4 ->
                    writeStreamTable(half(strtabBase, value, offset), strtabBaseCfg);
            case SmmuRegisters.STRTAB_BASE_CFG -> writeStreamTable(strtabBase, value);
            case SmmuRegisters.CMDQ_BASE, SmmuRegisters.CMDQ_BASE + 4 ->
                    writeBase(smmu.commandQueue(), value, offset, SmmuRegisters.CR0_CMDQEN);
            case SmmuRegisters.CMDQ_PROD ->
                    smmu.commandDoorbell(Queue.pointerBits(value) & ~QueueIndex.OVERFLOW);
            case SmmuRegisters.CMDQ_CONS -> writeCommandCons(value);
            case SmmuRegisters.EVENTQ_BASE, SmmuRegisters.EVENTQ_BASE + 4 ->
                    writeBase(smmu.eventQueue(), value, offset, SmmuRegisters.CR0_EVENTQEN);
            case SmmuRegisters.EVENTQ_PROD -> {
                if (!isEnabled(SmmuRegisters.CR0_EVENTQEN)) {
                    smmu.eventQueue().setProd(Queue.pointerBits(value));
                }
            }
            case SmmuRegisters.EVENTQ_CONS -> smmu.eventsConsumed(Queue.pointerBits(value));
            default -> {}
        }
    }

    /** Table attributes are guarded by SMMUEN, queue attributes by the queues. IHI 0070, 6.3.11. */
    private void writeCr1(final int value) {
        if (!isEnabled(SmmuRegisters.CR0_SMMUEN)) {
            cr1 = (cr1 & ~CR1_TABLE_BITS) | (value & CR1_TABLE_BITS);
        }
        if (!isEnabled(ANY_QUEUE)) {
            cr1 = (cr1 & ~CR1_QUEUE_BITS) | (value & CR1_QUEUE_BITS);
        }
    }

    private void writeCr2(final int value) {
        if (!isEnabled(SmmuRegisters.CR0_SMMUEN)) {
            cr2 = value & (SmmuRegisters.CR2_PTM | SmmuRegisters.CR2_RECINVSID);
            publishStreamTable();
        }
    }

    /**
     * A write without Update is ignored; with it, it has taken effect at once. IHI 0070, 6.3.14.
     */
    private void writeGbpa(final int value) {
        if ((value & SmmuRegisters.GBPA_UPDATE) != 0) {
            gbpa = value & GBPA_BITS;
            smmu.setAbortsWhenDisabled((gbpa & SmmuRegisters.GBPA_ABORT) != 0);
        }
    }

    private void writeStreamTable(final long base, final int cfg) {
        if (!isEnabled(SmmuRegisters.CR0_SMMUEN)) {
            strtabBase = base & STRTAB_BASE_BITS;
            strtabBaseCfg = cfg & STRTAB_BASE_CFG_BITS;
            publishStreamTable();
        }
    }

    private void publishStreamTable() {
        smmu.setStreamTable(strtabBase, strtabBaseCfg, (cr2 & SmmuRegisters.CR2_RECINVSID) != 0);
    }

    private void writeBase(final Queue queue, final int value, final long offset, final int guard) {
        if (!isEnabled(guard)) {
            queue.setBase(half(queue.base(), value, offset));
        }
    }

    private void writeCommandCons(final int value) {
        if (!isEnabled(SmmuRegisters.CR0_CMDQEN)) {
            smmu.commandQueue()
                    .setCons(
                            value
                                    & ~QueueIndex.OVERFLOW
                                    & (Queue.pointerBits(-1)
                                            | SmmuRegisters.CMDQ_CONS_ERR_MASK
                                                    << SmmuRegisters.CMDQ_CONS_ERR_SHIFT));
        }
    }

    private boolean isEnabled(final int bits) {
        return (smmu.cr0() & bits) != 0;
    }

    private static long half(final long whole, final int value, final long offset) {
        return (offset & 4) == 0
                ? (whole & ~0xffff_ffffL) | Integer.toUnsignedLong(value)
                : (whole & 0xffff_ffffL) | (long) value << 32;
    }

    private void check(final long offset, final int bytes) {
        if (offset < 0 || offset > sizeBytes() - bytes || offset % bytes != 0) {
            throw new IndexOutOfBoundsException(
                    "no " + bytes + "-byte access at offset=0x" + Long.toHexString(offset));
        }
    }
}
