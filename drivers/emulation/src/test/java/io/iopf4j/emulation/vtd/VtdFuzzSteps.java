// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.FuzzInput;
import io.iopf4j.emulation.IommuModel;

/**
 * Steps that a fuzzer's bytes choose, on a unit that translates; {@link VtdFuzzUnit} and {@link
 * VtdFuzzOracle} say what must hold after each.
 */
final class VtdFuzzSteps {
    private static final int STATUS_CELLS = 64;
    private static final int[] REGISTERS = {
        VtdRegisters.GCMD,
        VtdRegisters.RTADDR,
        VtdRegisters.FSTS,
        VtdRegisters.FECTL,
        VtdRegisters.IQT,
        VtdRegisters.IQA,
        VtdRegisters.ICS,
        VtdRegisters.IECTL,
        VtdRegisters.PQH,
        VtdRegisters.PQT,
        VtdRegisters.PQA,
        VtdRegisters.PRS,
        VtdRegisters.PECTL,
        VtdRegisters.CCMD,
        0xf0,
        0xf8,
        0x22c,
        0x23c
    };

    private final FuzzInput in;
    private final VtdFuzzUnit unit;
    private final VtdBench bench;

    VtdFuzzSteps(final FuzzInput in) {
        this.in = in;
        this.unit = new VtdFuzzUnit(in);
        this.bench = unit.bench;
    }

    // ---- Steps ----------------------------------------------------------------------------------

    /** A descriptor of a known type, mostly as it should be. */
    void descriptor() {
        final long qw0;
        long qw1 = 0;
        switch (in.below(9)) {
            case 0 -> qw0 = Invalidation.contextCache(in.below(4), in.u8(), VtdBench.RID, 0);
            case 1 -> {
                qw0 = Invalidation.iotlb(in.below(4), in.u8(), 0);
                qw1 = Invalidation.address(in.i64(), in.below(20), 0);
            }
            case 2 -> {
                qw0 = Invalidation.pasidIotlb(in.below(4), in.u8(), in.u16());
                qw1 = Invalidation.address(in.i64(), in.below(20), 0);
            }
            case 3 -> qw0 = Invalidation.pasidCache(in.below(4), in.u8(), in.u16());
            case 4 -> {
                qw0 = Invalidation.deviceTlb(VtdBench.RID, 0, in.u8());
                qw1 = in.i64() & ~0xffeL;
            }
            case 5 -> {
                qw0 = Invalidation.pasidDeviceTlb(VtdBench.RID, in.u16(), 0, in.u8());
                qw1 = in.i64() & ~0x7feL;
            }
            case 6 -> {
                qw0 =
                        unit.isRevision2
                                ? PageResponse.rev2GroupQw0(VtdBench.RID, in.u16())
                                : PageResponse.qw0(VtdBench.RID, in.u16(), in.below(16), 0);
                qw1 = unit.isRevision2 ? in.i64() : PageResponse.qw1(in.u16(), PageResponse.LPIG);
            }
            case 7 -> {
                qw0 = Invalidation.PAGE_STREAM_RESPONSE | (in.i64() & ~0xfL);
                qw1 = in.i64();
            }
            default -> {
                qw0 = Invalidation.waitFor(in.u8(), (long) in.below(16) << 4);
                qw1 = VtdBench.STATUS + 4L * in.below(STATUS_CELLS);
            }
        }
        bench.answersInTime = in.below(8) != 0;
        submit(qw0, qw1);
    }

    void rawDescriptor() {
        submit(in.i64(), in.flag() ? in.i64() & 0xffff : 0);
    }

    private void submit(final long qw0, final long qw1) {
        unit.step(() -> unit.submit(qw0, qw1));
    }

    /** What software does about errors and events. */
    void recover() {
        final boolean isOfRequests = in.flag();
        final boolean isMasked = in.flag();
        unit.step(
                () -> {
                    unit.acknowledge();
                    if (isOfRequests) {
                        bench.regs.writel(-1, VtdRegisters.PRS);
                    }
                    bench.regs.writel(isMasked ? VtdRegisters.EVENT_IM : 0, VtdRegisters.FECTL);
                });
    }

    /** A field of an entry that matters. */
    void table() {
        final long at = tableAddress();
        final long value = bench.memory.readLong(at);
        unit.storeTable(at, value ^ ((long) in.u8() << in.below(64)));
    }

    void rawTable() {
        final long at = tableAddress();
        unit.storeTable(at, in.flag() ? in.i64() : tableAddress() | in.u16());
    }

    private long tableAddress() {
        return switch (in.below(8)) {
            case 0 -> VtdBench.ROOT + 3 * 16 + 8L * in.below(2);
            case 1 -> VtdBench.CONTEXTS + 0x10 * 32 + 8L * in.below(4);
            case 2 -> VtdBench.DIRECTORY + 8L * in.below(2);
            case 3, 4 -> VtdBench.PASIDS + 8L * in.below(32);
            case 5 -> VtdBench.PASIDS + 8L * (0x40 + in.below(4));
            default ->
                    VtdFuzzUnit.TABLES
                            + VtdFuzzUnit.PAGE_BYTES * in.below(VtdFuzzUnit.TABLE_PAGES)
                            + 8L * in.below(4);
        };
    }

    void device() {
        final int kind = in.below(8);
        if (kind == 0) {
            pageRequest();
            return;
        }
        final int pasid = in.flag() ? 0x40 + in.below(6) : IommuModel.NO_SUBSTREAM;
        final long address =
                switch (in.below(4)) {
                    case 0 -> in.i64();
                    case 1 -> VtdBench.PAGE + in.u16();
                    default -> in.u16();
                };
        final int perm = in.below(16);
        unit.step(
                () -> {
                    switch (kind) {
                        case 1, 2, 3 -> unit.access(pasid, address, perm);
                        case 4 -> unit.translatedAccess(pasid, address, perm);
                        default -> unit.translate(pasid, address, perm);
                    }
                });
    }

    void pageRequest() {
        final int rid = in.below(8) == 0 ? in.u16() : VtdBench.RID;
        final int pasid =
                switch (in.below(8)) {
                    case 0 -> in.i32() & 0xf_ffff;
                    case 1 -> IommuModel.NO_SUBSTREAM;
                    default -> VtdBench.PASID;
                };
        final int kind = in.below(8);
        final long address = in.i64();
        final int perm = in.below(16);
        final int group = in.u16() & 0x1ff;
        final boolean isLast = in.flag();
        final int privateData = in.i32();
        unit.step(
                () -> {
                    if (kind == 0) {
                        bench.vtd.stopMarker(rid, pasid);
                    } else {
                        unit.request(
                                rid, pasid, address, perm, group, isLast, kind < 3, privateData);
                    }
                });
    }

    /** Software takes requests, or says so. */
    void consume() {
        final long head = in.flag() ? bench.regs.readq(VtdRegisters.PQT) : in.i32();
        final int status = in.below(4);
        unit.step(
                () -> {
                    bench.regs.writeq(head, VtdRegisters.PQH);
                    bench.regs.writel(status, VtdRegisters.PRS);
                });
    }

    void register() {
        final int at = in.flag() ? REGISTERS[in.below(REGISTERS.length)] : in.u16() & 0xffc;
        // Queues and messages stay where they may write.
        final long value =
                in.flag() ? VtdBench.QUEUE | (in.u16() & 0xf807L) : in.i64() & 0xffff_ffffL;
        final boolean isWide = in.flag();
        unit.step(
                () -> {
                    if (isPointer(at)) {
                        bench.regs.writeq(VtdBench.REQUESTS | (value & 0x807), at & -8);
                    } else if (isWide && (at & 7) == 0) {
                        bench.regs.writeq(value, at);
                    } else {
                        bench.regs.writel((int) value, at);
                    }
                });
    }

    private static boolean isPointer(final int at) {
        return at == VtdRegisters.PQA || at == VtdRegisters.PQA + 4;
    }

    /** A number that is the same for the same bytes. */
    long end() {
        return unit.end();
    }
}
