// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.RootEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import java.util.ArrayList;
import java.util.List;

/** A unit that a test programs by hand, through registers and memory alone: no driver. */
final class VtdBench implements Requester, PcieBus {
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final int EXEC = IommuFault.PERM_EXEC;
    static final int PRIV = IommuFault.PERM_PRIV;
    static final int NO_PASID = IommuModel.NO_SUBSTREAM;
    static final int RID = 0x0310;
    static final int PASID = 0x42;

    static final long MEMORY_BYTES = 0x100_0000L;
    static final long OUTSIDE = 0x2000_0000L;
    static final long ROOT = 0x1000;
    static final long CONTEXTS = 0x2000;
    static final long DIRECTORY = 0x4000;
    static final long PASIDS = 0x5000;
    static final long QUEUE = 0x2_0000;
    static final long REQUESTS = 0x4_0000;
    static final long STATUS = 0x6_0000;
    static final long MESSAGES = 0x7_0000;
    static final long PAGE = 0x80_0000;
    static final long ALLOWED =
            ScalableContextEntry.DTE | ScalableContextEntry.PASIDE | ScalableContextEntry.PRE;

    final PhysicalMemory memory = new PhysicalMemory(0, MEMORY_BYTES);
    final Vtd vtd;
    final Mmio regs;

    /** {@code rid pasid code group} of each group response, and the address of one to a stream. */
    final List<String> responses = new ArrayList<>();

    /** {@code rid pasid global address log2} of each device TLB invalidation; hexadecimal. */
    final List<String> invalidations = new ArrayList<>();

    /** {@code address data} of each message; hexadecimal. */
    final List<String> messages = new ArrayList<>();

    /**
     * What a device does while its translations are invalidated, and whether it answers in time.
     */
    Runnable onInvalidation = () -> {};

    boolean answersInTime = true;
    Runnable onResponse = () -> {};
    Runnable onMessage = () -> {};
    AccessResult ended;
    long reached;

    private final int descriptorBytes;
    private int tail;

    VtdBench(final VtdConfig config) {
        this(config, VtdObserver.NONE);
    }

    VtdBench(final VtdConfig config, final VtdObserver observer) {
        vtd = new Vtd(memory, config, observer);
        regs = vtd.registers();
        vtd.connect(this);
        vtd.connectMessages(
                (address, data) -> {
                    messages.add(Long.toHexString(address) + " " + Integer.toHexString(data));
                    onMessage.run();
                });
        descriptorBytes = config.isRevision2() ? 16 : 32;
    }

    /** A unit in scalable mode that translates; {@link #RID} may all, and passes through. */
    static VtdBench scalable() {
        return scalable(VtdConfig.scalable());
    }

    static VtdBench scalable(final VtdConfig config) {
        return scalable(config, VtdObserver.NONE);
    }

    static VtdBench scalable(final VtdConfig config, final VtdObserver observer) {
        final VtdBench bench = new VtdBench(config, observer);
        bench.memory.writeLong(ROOT + 3 * RootEntry.BYTES, CONTEXTS | RootEntry.PRESENT);
        bench.context(ALLOWED);
        bench.memory.writeLong(DIRECTORY + 8 * (PASID >> 6), PASIDS | PasidEntry.PRESENT);
        bench.memory.writeLong(DIRECTORY, PASIDS | PasidEntry.PRESENT);
        bench.passThrough(0);
        bench.passThrough(PASID);
        bench.start(1L << VtdRegisters.TTM_SHIFT, VtdRegisters.IQA_DW);
        return bench;
    }

    /** A unit of revision 2 that translates; {@link #RID} has PASIDs and page requests. */
    static VtdBench revision2(final VtdObserver observer) {
        final VtdBench bench = new VtdBench(VtdConfig.revision2(), observer);
        bench.memory.writeLong(ROOT + 3 * RootEntry.BYTES, CONTEXTS | RootEntry.PRESENT);
        final long at = CONTEXTS + 0x10 * ExtendedContextEntry.BYTES;
        bench.memory.writeLong(
                at,
                ExtendedContextEntry.PRESENT
                        | (long) ExtendedContextEntry.T_PASS_THROUGH_PASID_DEVICE_TLB
                                << ExtendedContextEntry.T_SHIFT
                        | ExtendedContextEntry.PRS
                        | ExtendedContextEntry.PASIDE);
        bench.memory.writeLong(at + 8, PasidEntry.AW_48 | 5 << 8);
        bench.memory.writeLong(at + 16, PASIDS | 5);
        bench.start(VtdRegisters.RTT, 0);
        return bench;
    }

    private void start(final long tableMode, final long width) {
        regs.writeq(ROOT | tableMode, VtdRegisters.RTADDR);
        command(VtdRegisters.SRTP);
        regs.writeq(QUEUE | width, VtdRegisters.IQA);
        command(VtdRegisters.QIE);
        regs.writeq(REQUESTS, VtdRegisters.PQA);
        event(VtdRegisters.FECTL, 0);
        event(VtdRegisters.PECTL, 1);
        event(VtdRegisters.IECTL, 2);
        command(VtdRegisters.TE);
    }

    private void event(final int control, final int which) {
        regs.writel(0x40 + which, control + VtdRegisters.EVENT_DATA);
        regs.writel((int) MESSAGES + 4 * which, control + VtdRegisters.EVENT_ADDRESS);
        regs.writel(0, control);
    }

    /** The context entry of {@link #RID}, and no other that is cached. */
    void context(final long bits) {
        final long at = CONTEXTS + 0x10 * ScalableContextEntry.BYTES;
        memory.writeLong(at, DIRECTORY | bits | ScalableContextEntry.PRESENT);
        if ((regs.readl(VtdRegisters.GSTS) & VtdRegisters.QIE) != 0) {
            submit(Invalidation.contextCache(Invalidation.CC_GLOBAL, 0, 0, 0), 0);
        }
    }

    private void passThrough(final int pasid) {
        final long at = PASIDS + (long) PasidEntry.BYTES * (pasid & 0x3f);
        memory.writeLong(
                at,
                PasidEntry.PRESENT
                        | (long) PasidEntry.PGTT_PASS_THROUGH << PasidEntry.PGTT_SHIFT
                        | PasidEntry.AW_48 << PasidEntry.AW_SHIFT);
        memory.writeLong(at + 8, 1);
    }

    // ---- Registers ------------------------------------------------------------------------------

    void command(final int bit) {
        regs.writel(levels() | bit, VtdRegisters.GCMD);
    }

    void commandOff(final int bit) {
        regs.writel(levels() & ~bit, VtdRegisters.GCMD);
    }

    private int levels() {
        return regs.readl(VtdRegisters.GSTS) & (VtdRegisters.TE | VtdRegisters.QIE);
    }

    int fsts() {
        return regs.readl(VtdRegisters.FSTS);
    }

    int prs() {
        return regs.readl(VtdRegisters.PRS);
    }

    int iqei() {
        return regs.readl(VtdRegisters.IQERCD) & VtdRegisters.IQERCD_IQEI_MASK;
    }

    // ---- The invalidation queue -----------------------------------------------------------------

    /** Writes a descriptor into memory without telling the unit; the next doorbell covers it. */
    void prepare(final long qw0, final long qw1) {
        put(tail, qw0, qw1);
        tail = (tail + descriptorBytes) % 0x1000;
    }

    void put(final int offset, final long qw0, final long qw1) {
        memory.writeLong(QUEUE + offset, qw0);
        memory.writeLong(QUEUE + offset + 8, qw1);
        if (descriptorBytes == 32) {
            memory.writeLong(QUEUE + offset + 16, 0);
            memory.writeLong(QUEUE + offset + 24, 0);
        }
    }

    void submit(final long qw0, final long qw1) {
        prepare(qw0, qw1);
        ring();
    }

    void ring() {
        regs.writel(tail, VtdRegisters.IQT);
    }

    int tail() {
        return tail;
    }

    int head() {
        return regs.readl(VtdRegisters.IQH);
    }

    // ---- Devices --------------------------------------------------------------------------------

    AccessResult access(final int rid, final int pasid, final long address, final int perm) {
        ended = null;
        vtd.access(this, 1, rid, pasid, address, perm);
        return ended;
    }

    void request(final int group, final boolean isLast) {
        vtd.pageRequest(RID, PASID, (long) group << 12, READ, group, isLast);
    }

    /** The page request at a place in the queue. */
    long[] requestAt(final int index, final int bytes) {
        final long[] words = new long[bytes / 8];
        for (int i = 0; i < words.length; i++) {
            words[i] = memory.readLong(REQUESTS + (long) index * bytes + 8L * i);
        }
        return words;
    }

    @Override
    public void reached(final int id, final long address) {
        reached = address;
    }

    @Override
    public void ended(final int id, final AccessResult result) {
        if (ended != null) {
            throw new AssertionError("ended twice");
        }
        ended = result;
    }

    @Override
    public void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {
        responses.add(streamId + " " + substreamId + " " + code + " " + group);
        onResponse.run();
    }

    @Override
    public void pageStreamResponse(
            final int streamId,
            final int substreamId,
            final int code,
            final int group,
            final long address) {
        responses.add(
                streamId
                        + " "
                        + substreamId
                        + " "
                        + code
                        + " "
                        + group
                        + " "
                        + Long.toHexString(address));
        onResponse.run();
    }

    @Override
    public boolean invalidateTranslations(
            final int streamId,
            final int substreamId,
            final boolean isGlobal,
            final long address,
            final int log2Bytes) {
        invalidations.add(
                Integer.toHexString(streamId)
                        + " "
                        + substreamId
                        + " "
                        + isGlobal
                        + " "
                        + Long.toHexString(address)
                        + " "
                        + log2Bytes);
        onInvalidation.run();
        return answersInTime;
    }
}
