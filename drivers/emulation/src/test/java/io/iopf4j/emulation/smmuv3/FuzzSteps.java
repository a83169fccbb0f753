// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.FuzzInput;
import io.iopf4j.emulation.IommuModel;

/**
 * What an input can make software and devices do, one step at a time. The first byte of each
 * operand mostly picks a value that leads somewhere, and sometimes one that nobody expects.
 */
final class FuzzSteps {
    private static final int RAW = 0xe0;
    private static final long UNMAPPED = 1L << 39;
    private static final int[] OPCODES = {
        CmdqOp.PREFETCH_CONFIG, CmdqOp.PREFETCH_ADDR, CmdqOp.CFGI_STE, CmdqOp.CFGI_STE_RANGE,
        CmdqOp.CFGI_CD, CmdqOp.CFGI_CD_ALL, CmdqOp.TLBI_NH_ALL, CmdqOp.TLBI_NH_ASID,
        CmdqOp.TLBI_NH_VA, CmdqOp.TLBI_NH_VAA, CmdqOp.TLBI_EL3_ALL, CmdqOp.TLBI_EL2_ALL,
        CmdqOp.TLBI_EL2_ASID, CmdqOp.TLBI_EL2_VA, CmdqOp.TLBI_EL2_VAA, CmdqOp.TLBI_S12_VMALL,
        CmdqOp.TLBI_S2_IPA, CmdqOp.TLBI_NSNH_ALL, CmdqOp.ATC_INV, CmdqOp.PRI_RESP,
        CmdqOp.RESUME, CmdqOp.STALL_TERM, CmdqOp.SYNC,
    };
    private static final int[] REGISTERS = {
        SmmuRegisters.CR0,
        SmmuRegisters.CR1,
        SmmuRegisters.CR2,
        SmmuRegisters.GBPA,
        SmmuRegisters.IRQ_CTRL,
        SmmuRegisters.GERRORN,
        SmmuRegisters.GERROR_IRQ_CFG0,
        SmmuRegisters.GERROR_IRQ_CFG1,
        SmmuRegisters.GERROR_IRQ_CFG2,
        SmmuRegisters.STRTAB_BASE,
        SmmuRegisters.STRTAB_BASE_CFG,
        SmmuRegisters.CMDQ_BASE,
        SmmuRegisters.CMDQ_PROD,
        SmmuRegisters.CMDQ_CONS,
        SmmuRegisters.EVENTQ_BASE,
        SmmuRegisters.EVENTQ_PROD,
        SmmuRegisters.EVENTQ_CONS,
        SmmuRegisters.EVENTQ_IRQ_CFG0,
        SmmuRegisters.EVENTQ_IRQ_CFG1,
        SmmuRegisters.EVENTQ_IRQ_CFG2,
        SmmuRegisters.PRIQ_BASE,
        SmmuRegisters.PRIQ_PROD,
        SmmuRegisters.PRIQ_CONS,
        SmmuRegisters.PRIQ_IRQ_CFG0,
        SmmuRegisters.PRIQ_IRQ_CFG1,
        SmmuRegisters.PRIQ_IRQ_CFG2,
    };

    private final FuzzInput in;
    private final FuzzBench bench;

    FuzzSteps(final FuzzInput in, final FuzzBench bench) {
        this.in = in;
        this.bench = bench;
    }

    // ---- Operands -------------------------------------------------------------------------------

    private int sid() {
        final int pick = in.u8();
        return pick < RAW ? pick & 7 : in.i32();
    }

    private int ssid() {
        final int pick = in.u8();
        return pick < RAW ? pick % 18 - 1 : in.i32() >>> 12;
    }

    private int small() {
        final int pick = in.u8();
        return pick < RAW ? pick & 7 : pick;
    }

    private int perm() {
        return in.u8() & 0xf;
    }

    /** Two bits of one byte for the index at each level, so that few entries matter. */
    private long iova() {
        final int pick = in.u8();
        if (pick >= RAW) {
            return in.i64();
        }
        if (pick >= RAW - 0x20) {
            return FuzzBench.MEMORY + 2L * in.u16();
        }
        return (pick & 3L) << 12
                | (pick >>> 2 & 3L) << 21
                | (pick >>> 4 & 3L) << 30
                | (long) (pick >>> 6) << 39;
    }

    /** A register or an entry: raw, or an address, or what it was with a bit or a byte changed. */
    private long word(final long was) {
        final int pick = in.u8();
        switch (pick & 7) {
            case 0 -> {
                return in.i64();
            }
            case 1 -> {
                final long table =
                        FuzzBench.TABLES + in.below(FuzzBench.TABLE_PAGES) * FuzzBench.PAGE;
                return table | 3 | (long) (pick >>> 3) << 59;
            }
            case 2 -> {
                final long page = FuzzBench.MEMORY + in.below(40) * FuzzBench.PAGE;
                return page | (in.u16() & 0xfff) | (long) in.u8() << 48;
            }
            case 3 -> {
                return was ^ 1L << in.u8();
            }
            case 4 -> {
                final int shift = pick >>> 3 << 3;
                return (was & ~(0xffL << shift)) | (long) in.u8() << shift;
            }
            case 5 -> {
                return in.u16();
            }
            case 6 -> {
                // Around the end of memory and of the address space.
                return (pick & 8) == 0
                        ? FuzzBench.MEMORY + FuzzBench.MEMORY_BYTES - 8L * in.u8() | pick >>> 4
                        : -1L << (in.u8() & 0x3f);
            }
            default -> {
                return (pick & 8) == 0 ? 0 : -1;
            }
        }
    }

    // ---- Steps ----------------------------------------------------------------------------------

    /** Stalls as many accesses as have a record and some more, and fills the PRI queue. */
    void busy() {
        for (int i = 0; i < 8; i++) {
            final int ssid = i;
            bench.step(
                    () -> {
                        bench.access((ssid & 1) << 2, ssid, UNMAPPED, 1);
                        bench.smmu.pageRequest(1, ssid, UNMAPPED, 1, ssid, true);
                    });
        }
    }

    /** A message of a device. */
    void device() {
        final int pick = in.u8();
        final int sid = sid();
        final int ssid = ssid();
        final int perm = perm();
        final long address = iova();
        bench.step(
                () -> {
                    switch (pick & 0xf) {
                        case 0 -> bench.translationRequest(sid, ssid, address, perm);
                        case 1 -> bench.translatedAccess(sid, ssid, address, perm);
                        case 2 ->
                                bench.smmu.pageRequest(sid, ssid, address, perm, pick, pick < 0xc0);
                        case 3 -> bench.smmu.stopMarker(sid, ssid & 0xfffff);
                        case 4 -> bench.unsupportedAccess(sid, ssid, address, perm);
                        case 5 -> bench.smmu.pageHint(sid, ssid, address, pick, perm);
                        case 6 ->
                                bench.translationRequest(
                                        sid, IommuModel.NO_SUBSTREAM, address, perm);
                        case 7, 8, 9 -> bench.access(sid, IommuModel.NO_SUBSTREAM, address, perm);
                        default -> bench.access(sid, ssid, address, perm);
                    }
                });
    }

    /** A command that is one, over operands that mostly name something. */
    void command() {
        final int opcode = OPCODES[in.below(OPCODES.length)];
        final int shape = in.u8();
        final long operands =
                (shape & 1) != 0
                        ? in.i64() & ~0x4ffL
                        : (long) in.u8() << 12 | (in.u8() & 7L) << 32 | (shape & 2L) << 10;
        final long asid = (shape & 4) != 0 ? (in.u8() & 0xfL) << 48 : 0;
        final long word1 = (shape & 8) != 0 ? word(iova()) : iova() | small();
        bench.step(() -> bench.command(opcode | operands | asid, word1));
    }

    /** Anything in the place of a command. */
    void rawCommand() {
        final long word0 = in.i64();
        final long word1 = in.i64();
        bench.step(() -> bench.command(word0, word1));
    }

    /** What an operating system does in time. */
    void software() {
        final int pick = in.u8();
        bench.step(
                () -> {
                    switch (pick & 7) {
                        case 0, 1 -> bench.answerEvent();
                        case 2 -> bench.takePageRequest();
                        case 3, 4 -> bench.acknowledge();
                        case 5 -> bench.terminateStream(pick >>> 3 & 7);
                        case 6 -> bench.regs.writel(pick >>> 3, SmmuRegisters.CR0);
                        default -> bench.regs.writel(-1, SmmuRegisters.CR0);
                    }
                });
    }

    /** A store to a register that is one. */
    void register() {
        final int pick = in.u8();
        final int register = REGISTERS[pick % REGISTERS.length];
        final boolean isWide = in.flag();
        final long value = word(bench.regs.load(register & -8L, Long.BYTES));
        bench.step(
                () -> {
                    if (isWide) {
                        bench.regs.store(register, Long.BYTES, value);
                    } else {
                        bench.regs.store(register, Integer.BYTES, value);
                        bench.regs.load(register, Integer.BYTES);
                    }
                });
    }

    /** An access to the register pages of any shape. */
    void rawRegister() {
        final long offset = in.u16() * 4L + (in.u8() & 3) - 1;
        final int bytes = in.below(10);
        final long value = in.i64();
        bench.step(
                () -> {
                    bench.regs.store(offset, bytes, value);
                    bench.regs.load(offset, bytes);
                });
    }

    /** Changes one word of a stream's entry, a context or a table, mostly where it matters. */
    void entry() {
        final int pick = in.u8();
        final int number = pick & 7;
        final long at;
        switch (pick >>> 5) {
            case 0 ->
                    at =
                            FuzzBench.STREAMS
                                    + (long) number * StreamTableEntry.BYTES
                                    + (pick >>> 3 & 3) * 8L;
            case 1 ->
                    at =
                            FuzzBench.CONTEXTS
                                    + (long) number * ContextDescriptor.BYTES
                                    + (pick >>> 3 & 3) * 8L;
            case 2 -> at = FuzzBench.STREAM_TABLE + (number & 3) * 8L;
            case 3 -> at = FuzzBench.MEMORY + 2L * in.u16();
            default -> {
                final long page =
                        FuzzBench.TABLES + in.below(FuzzBench.TABLE_PAGES) * FuzzBench.PAGE;
                at = page + (number & 3) * 8L + ((pick & 4) != 0 ? 0xfe0 : 0);
            }
        }
        final long value = word(bench.load(at));
        bench.store(at, value);
    }

    /** Writes some bytes of the input over tables. */
    void fill() {
        final long from = FuzzBench.MEMORY + 2L * in.u16();
        for (int left = 1 + in.below(8); left > 0; left--) {
            bench.store(from + left * 8L, in.i64());
        }
    }
}
