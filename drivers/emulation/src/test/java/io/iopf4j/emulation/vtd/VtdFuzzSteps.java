// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.FuzzInput;
import io.iopf4j.emulation.IommuModel;

/**
 * Steps that a fuzzer's bytes choose, on a unit that translates, and what must hold after each: an
 * access has ended, heads and tails lie in their queues, GSTS shows the pending faults there are,
 * and of memory nothing but queues, tables, status cells and messages has changed.
 */
final class VtdFuzzSteps {
    private static final int QUEUE_WORDS = 512;
    private static final int STATUS_CELLS = 64;
    private static final long UNTOUCHED = 0x70_0000;
    private static final long UNTOUCHED_MARK = 0x5afe_5afe_5afe_5afeL;
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
    private final VtdBench bench;
    private final boolean isRevision2;
    private long hash;

    VtdFuzzSteps(final FuzzInput in) {
        this.in = in;
        this.isRevision2 = in.below(4) == 0;
        this.bench = isRevision2 ? VtdBench.revision2(VtdObserver.NONE) : VtdBench.scalable();
        bench.memory.writeLong(UNTOUCHED, UNTOUCHED_MARK);
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
                        isRevision2
                                ? PageResponse.rev2GroupQw0(VtdBench.RID, in.u16())
                                : PageResponse.qw0(VtdBench.RID, in.u16(), in.below(16), 0);
                qw1 = isRevision2 ? in.i64() : PageResponse.qw1(in.u16(), PageResponse.LPIG);
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
        bench.submit(qw0, qw1);
    }

    void rawDescriptor() {
        bench.submit(in.i64(), in.flag() ? in.i64() & 0xffff : 0);
    }

    /** What software does about errors and events. */
    void recover() {
        bench.regs.writel(-1, VtdRegisters.FSTS);
        bench.regs.writel(-1, VtdRegisters.ICS);
        if (in.flag()) {
            bench.regs.writel(-1, VtdRegisters.PRS);
        }
        bench.regs.writel(in.flag() ? VtdRegisters.EVENT_IM : 0, VtdRegisters.FECTL);
        for (int i = 0; i < 8; i++) {
            bench.regs.writel(
                    -1, bench.vtd.config().capabilities().faultRecordsOffset() + 16 * i + 12);
        }
    }

    /** A field of an entry that matters. */
    void table() {
        final long at = tableAddress();
        final long value = bench.memory.readLong(at);
        bench.memory.writeLong(at, value ^ ((long) in.u8() << in.below(64)));
    }

    void rawTable() {
        bench.memory.writeLong(tableAddress(), in.flag() ? in.i64() : tableAddress() | in.u16());
    }

    private long tableAddress() {
        return switch (in.below(4)) {
            case 0 -> VtdBench.ROOT + 3 * 16 + 8L * in.below(2);
            case 1 -> VtdBench.CONTEXTS + 0x10 * 32 + 8L * in.below(4);
            case 2 -> VtdBench.DIRECTORY + 8L * in.below(2);
            default -> VtdBench.PASIDS + 8L * in.below(32);
        };
    }

    void device() {
        final int pasid = in.flag() ? VtdBench.PASID : IommuModel.NO_SUBSTREAM;
        final long address = in.flag() ? in.i64() : VtdBench.PAGE + in.u16();
        switch (in.below(3)) {
            case 0 -> {
                if (bench.access(VtdBench.RID, pasid, address, in.below(16)) == null) {
                    throw new AssertionError("an access has not ended");
                }
            }
            case 1 -> bench.vtd.translationRequest(VtdBench.RID, pasid, address, in.below(16));
            default -> pageRequest();
        }
    }

    void pageRequest() {
        final int rid = in.below(8) == 0 ? in.u16() : VtdBench.RID;
        final int pasid = in.below(8) == 0 ? in.i32() : VtdBench.PASID;
        switch (in.below(8)) {
            case 0 -> bench.vtd.stopMarker(rid, pasid);
            case 1 ->
                    bench.vtd.pageStreamRequest(
                            rid, pasid, in.i64(), in.u8(), in.u16(), in.flag(), in.i32());
            default -> bench.vtd.pageRequest(rid, pasid, in.i64(), in.u8(), in.u16(), in.flag());
        }
    }

    /** Software takes requests, or says so. */
    void consume() {
        bench.regs.writeq(
                in.flag() ? bench.regs.readq(VtdRegisters.PQT) : in.i32(), VtdRegisters.PQH);
        bench.regs.writel(in.below(4), VtdRegisters.PRS);
    }

    void register() {
        final int at = in.flag() ? REGISTERS[in.below(REGISTERS.length)] : in.u16() & 0xffc;
        // Queues and messages stay where they may write.
        final long value =
                in.flag() ? VtdBench.QUEUE | (in.u16() & 0xf807L) : in.i64() & 0xffff_ffffL;
        if (isPointer(at)) {
            bench.regs.writeq(VtdBench.REQUESTS | (value & 0x807), at & -8);
        } else if (in.flag() && (at & 7) == 0) {
            bench.regs.writeq(value, at);
        } else {
            bench.regs.writel((int) value, at);
        }
    }

    private static boolean isPointer(final int at) {
        return at == VtdRegisters.PQA || at == VtdRegisters.PQA + 4;
    }

    // ---- What must hold -------------------------------------------------------------------------

    void check() {
        final long requestBytes = isRevision2 ? PageRequestRev2.BYTES : PageRequest.BYTES;
        require(bench.head() < 0x8_0000, "IQH beyond any queue");
        require(bench.regs.readq(VtdRegisters.PQT) % requestBytes == 0, "PQT between requests");
        require(bench.memory.readLong(UNTOUCHED) == UNTOUCHED_MARK, "memory changed");
        boolean isPending = false;
        final int records = bench.vtd.config().capabilities().faultRecordsOffset();
        for (int i = 0; i < bench.vtd.config().capabilities().faultRecords(); i++) {
            isPending |= bench.regs.readl(records + 16 * i + 12) < 0;
        }
        require(isPending == ((bench.fsts() & VtdRegisters.FSTS_PPF) != 0), "PPF and F differ");
        for (final String response : bench.responses) {
            hash = hash * 31 + response.hashCode();
        }
        bench.responses.clear();
        bench.messages.clear();
        bench.invalidations.clear();
    }

    private static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** A number that is the same for the same bytes. */
    long end() {
        long end = hash;
        for (int i = 0; i < QUEUE_WORDS; i++) {
            end = end * 31 + bench.memory.readLong(VtdBench.REQUESTS + 8L * i);
        }
        return end * 31 + bench.vtd.counters().commandErrors();
    }
}
