// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * What must hold whatever software stores. It keeps a second copy of the memory that anybody has a
 * use for, which it lets differ where the unit may write and nowhere else: the requests between the
 * old and the new tail of its queue, what the waits that it has consumed say, messages, and marks
 * in tables.
 */
final class VtdFuzzOracle {
    /** Tables, queues, status cells and messages lie below. */
    private static final int WATCHED_BYTES = 0x8_0000;

    private static final int PAGE_BYTES = 0x1000;
    private static final int QUEUE_END = 0x8_0000;

    /** Accessed and dirty of both stages, and extended accessed. */
    private static final long MARKS = 0x760;

    private static final int GSTS_BITS =
            VtdRegisters.TE | VtdRegisters.SRTP | VtdRegisters.QIE | VtdRegisters.SIRTP;
    private static final int FSTS_BITS =
            VtdRegisters.FSTS_PFO
                    | VtdRegisters.FSTS_PPF
                    | VtdRegisters.FSTS_IQE
                    | VtdRegisters.FSTS_ICE
                    | VtdRegisters.FSTS_ITE
                    | VtdRegisters.FSTS_PRO;
    private static final int[] EVENTS = {
        VtdRegisters.FECTL, VtdRegisters.IECTL, VtdRegisters.PECTL
    };
    private static final long RECORD_RESERVED = 0xfff_0000L;

    private final VtdBench bench;
    private final PhysicalMemory memory;
    private final VtdCapabilities capabilities;
    private final int requestBytes;
    private final long[] copy = new long[WATCHED_BYTES / Long.BYTES];

    /** IQA as it was when the queue was enabled last. */
    private long queue;

    // As they were when the step began.
    private boolean wasEnabled;
    private int head;
    private int requestTail;
    private long requestQueue;

    /** What is written can be told no more. */
    private boolean isBlind;

    VtdFuzzOracle(final VtdBench bench) {
        this.bench = bench;
        this.memory = bench.memory;
        this.capabilities = bench.vtd.config().capabilities();
        this.requestBytes =
                bench.vtd.config().isRevision2() ? PageRequestRev2.BYTES : PageRequest.BYTES;
        this.queue = bench.regs.readq(VtdRegisters.IQA);
        admit(0, WATCHED_BYTES);
    }

    static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** Somebody stores from within: what is written from then on is not looked at. */
    void close() {
        isBlind = true;
    }

    /** Software has stored there. */
    void admit(final long from, final int bytes) {
        final long end = Math.min(from + bytes, WATCHED_BYTES);
        for (long at = Math.max(0, from & -Long.BYTES); at < end; at += Long.BYTES) {
            copy[(int) (at / Long.BYTES)] = memory.readLong(at);
        }
    }

    private void admitWord(final long address) {
        if (address >= 0 && address < WATCHED_BYTES) {
            final int index = (int) (address / Long.BYTES);
            final long mask = (address & 4) == 0 ? 0xffff_ffffL : ~0xffff_ffffL;
            final long now = memory.readLong(address & -Long.BYTES);
            copy[index] = (copy[index] & ~mask) | (now & mask);
        }
    }

    // ---- A step ---------------------------------------------------------------------------------

    /** Begins the next step. */
    void begin() {
        wasEnabled = isEnabled();
        head = wasEnabled ? bench.head() : 0;
        requestTail = (int) bench.regs.readq(VtdRegisters.PQT);
        requestQueue = bench.regs.readq(VtdRegisters.PQA);
    }

    private boolean isEnabled() {
        return (bench.regs.readl(VtdRegisters.GSTS) & VtdRegisters.QIE) != 0;
    }

    /** Ends the step. */
    void check() {
        if (isEnabled() && !wasEnabled) {
            queue = bench.regs.readq(VtdRegisters.IQA);
        }
        checkRegisters();
        checkRecords();
        if (!isBlind) {
            admitRequests();
            admitStatus();
            for (final String message : bench.messages) {
                admitWord(Long.parseUnsignedLong(message.split(" ", -1)[0], 16));
            }
        }
    }

    private void admitRequests() {
        final int size = PAGE_BYTES << (int) (requestQueue & VtdRegisters.QUEUE_SIZE_MASK);
        final int tail = (int) bench.regs.readq(VtdRegisters.PQT) & (size - 1);
        int left = size / requestBytes;
        for (int at = requestTail & (size - 1); at != tail && left > 0; left--) {
            admit((requestQueue & -PAGE_BYTES) + at, requestBytes);
            at = at + requestBytes & (size - 1);
        }
    }

    /** What the waits say that were consumed; one may have been written over meanwhile. */
    private void admitStatus() {
        final boolean isWide = (queue & VtdRegisters.IQA_DW) != 0;
        final int size = PAGE_BYTES << (int) (queue & VtdRegisters.QUEUE_SIZE_MASK);
        final long base = queue & -PAGE_BYTES;
        final int now = isEnabled() ? bench.head() : head;
        int left = size;
        for (int at = head; at != now && left > 0; left--) {
            if (memory.contains(base + at, 2 * Long.BYTES)) {
                final long qw0 = memory.readLong(base + at);
                if (Invalidation.type(qw0) == Invalidation.WAIT
                        && (qw0 & Invalidation.WAIT_SW) != 0) {
                    final long target = memory.readLong(base + at + 8) & -4L;
                    isBlind |= target >= base && target < base + size;
                    admitWord(target);
                }
            }
            at = at + (isWide ? 32 : 16) & (size - 1);
        }
    }

    // ---- Registers ------------------------------------------------------------------------------

    private void checkRegisters() {
        final int gsts = bench.regs.readl(VtdRegisters.GSTS);
        require((gsts & ~GSTS_BITS) == 0, "GSTS shows what the unit has not");
        final int size = PAGE_BYTES << (int) (queue & VtdRegisters.QUEUE_SIZE_MASK);
        require(bench.head() >= 0 && bench.head() < Math.min(size, QUEUE_END), "IQH beyond");
        require(bench.head() % 16 == 0, "IQH between descriptors");
        require(bench.regs.readq(VtdRegisters.PQT) % requestBytes == 0, "PQT between requests");
        require(bench.regs.readq(VtdRegisters.PQH) % requestBytes == 0, "PQH between requests");
        require((bench.prs() & ~(VtdRegisters.PRS_PPR | VtdRegisters.PRS_PRO)) == 0, "PRS");
        require((bench.regs.readl(VtdRegisters.ICS) & ~VtdRegisters.ICS_IWC) == 0, "ICS");
        final int fsts = bench.fsts();
        require((fsts & 0xff & ~FSTS_BITS) == 0, "FSTS shows what the unit has not");
        require(fsts >>> VtdRegisters.FSTS_FRI_SHIFT < capabilities.faultRecords(), "FRI beyond");
        final long record = bench.regs.readq(VtdRegisters.IQERCD);
        require(
                (bench.iqei() != VtdRegisters.IQEI_NONE) == ((fsts & VtdRegisters.FSTS_IQE) != 0),
                "IQEI and IQE differ");
        require(
                (fsts & VtdRegisters.FSTS_ITE) != 0
                        || (record >>> VtdRegisters.IQERCD_ITESID_SHIFT & 0xffff) == 0,
                "ITESID without ITE");
        for (final int event : EVENTS) {
            final int control = bench.regs.readl(event);
            require(
                    (control & ~(VtdRegisters.EVENT_IM | VtdRegisters.EVENT_IP)) == 0,
                    "control of an event");
            require(control != VtdRegisters.EVENT_IP, "an event that is not masked waits");
        }
        final VtdCounters counters = bench.vtd.counters();
        require(
                counters.queueHighWater()
                        < (PAGE_BYTES << VtdRegisters.QUEUE_SIZE_MASK) / requestBytes,
                "more requests than there is room for");
    }

    private void checkRecords() {
        final int records = capabilities.faultRecordsOffset();
        boolean isPending = false;
        for (int i = 0; i < capabilities.faultRecords(); i++) {
            final int at = records + VtdRegisters.FRCD_BYTES * i;
            final long qw1 = bench.regs.readq(at + 8);
            if ((qw1 & FaultRecord.F) != 0) {
                isPending = true;
                checkRecord(bench.regs.readq(at), qw1);
            }
        }
        require(isPending == ((bench.fsts() & VtdRegisters.FSTS_PPF) != 0), "PPF and F differ");
    }

    private static void checkRecord(final long qw0, final long qw1) {
        require((qw0 & PAGE_BYTES - 1) == 0, "low bits of a faulting address");
        require((qw1 & RECORD_RESERVED) == 0, "reserved bits of a record");
        require(FaultRecord.reason(qw1) != 0, "a fault without a reason");
        require(
                FaultRecord.pasid(qw1) >= 0 || (qw1 & (FaultRecord.EXE | FaultRecord.PRIV)) == 0,
                "execution or privilege without PASID");
    }

    // ---- The end --------------------------------------------------------------------------------

    /** Nothing has changed but what might. Says what memory holds now, in one number. */
    long checkMemory() {
        long digest = 0;
        for (int i = 0; i < copy.length; i++) {
            final long now = memory.readLong((long) i * Long.BYTES);
            if (now != copy[i]) {
                final boolean isMark = (now & copy[i]) == copy[i] && (now & ~copy[i] & ~MARKS) == 0;
                require(isBlind || isMark, "written at 0x" + Integer.toHexString(i * Long.BYTES));
            }
            digest = digest * 31 + now;
        }
        return digest;
    }
}
