// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.MessageWire;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Registers that keep what is written, acknowledge at once and consume every descriptor without
 * doing anything but a wait's status. It records each access and descriptor, and does what a test
 * scripts at an access; what the specification says of the rest is the model's affair.
 */
class FakeUnit implements Mmio, PlatformDevice {
    static final VtdCapabilities SCALABLE =
            new VtdCapabilities(0x11d2_078c_2238_0c06L, 0x0001_cd9c_e400_0fc7L);

    /** A unit of 2017. */
    static final VtdCapabilities REVISION_2 =
            new VtdCapabilities(
                    0x11d2_078c_2238_0c06L,
                    VtdCapabilities.C
                            | VtdCapabilities.QI
                            | VtdCapabilities.DT
                            | VtdCapabilities.ECS
                            | VtdCapabilities.PRS
                            | VtdCapabilities.PASID
                            | 0xf0L << 8
                            | 19L << 35);

    private static final int W1C_OF_FSTS = 0xfd;

    final PhysicalMemory memory = new PhysicalMemory(0x4000_0000L, 0x40_0000);
    final MemoryAllocator allocator = new MemoryAllocator(memory);
    final Scheduler scheduler = new Scheduler(1);
    final RecentLog log = new RecentLog(200);
    SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
    final RecordingCore core;
    final VtdCapabilities capabilities;
    final Map<Long, Integer> registers = new HashMap<>();
    final Map<String, InterruptLine> lines = new HashMap<>();

    /** What happens before a load of a register, once. */
    final Map<Long, Runnable> beforeLoad = new HashMap<>();

    /** What happens before a store to a register, once. */
    final Map<Long, Runnable> beforeStore = new HashMap<>();

    /** Accesses in order, such as {@code r c8}, {@code w c0=60}, with {@code q} for 64 bits. */
    final List<String> accesses = new ArrayList<>();

    /** Descriptors that were consumed, four doublewords each. */
    final List<long[]> descriptors = new ArrayList<>();

    /** Bits of GSTS that do not follow GCMD. */
    int stuck;

    boolean consumes = true;

    /** How often from now on a device does not complete its invalidation. */
    int timeouts;

    /** What is pending and lost once a device has not completed. */
    int iteSid;

    FakeUnit(final VtdCapabilities capabilities, final FaultGeneration generation) {
        this.capabilities = capabilities;
        this.core = new RecordingCore(generation);
        put(VtdRegisters.CAP, capabilities.cap());
        put(VtdRegisters.ECAP, capabilities.ecap());
        put(VtdRegisters.FECTL, Integer.toUnsignedLong(VtdRegisters.EVENT_IM));
        registers.put((long) VtdRegisters.PECTL, VtdRegisters.EVENT_IM);
        lines.put("fault", new MessageWire("fault", 0x1_fee0_0000L, 0x30));
        lines.put("prq", new MessageWire("prq", 0x1_fee0_1000L, 0x31));
    }

    IntelIommu probe() {
        return probe(IntelOptions.DEFAULT);
    }

    IntelIommu probe(final IntelOptions options) {
        return IntelIommu.probe(this, kernel, core, options);
    }

    boolean logged(final String part) {
        return log.recent().stream().anyMatch(line -> line.contains(part));
    }

    /** Descriptors of a type, as {@code qw0:qw1} in hex. */
    List<String> descriptors(final int type) {
        return descriptors.stream()
                .filter(d -> Invalidation.type(d[0]) == type)
                .map(d -> Long.toHexString(d[0]) + ":" + Long.toHexString(d[1]))
                .toList();
    }

    /** Descriptors but the waits that end a submission, as {@code qw0:qw1} in hex. */
    List<String> descriptorsButWaits() {
        return descriptors.stream()
                .filter(d -> (d[0] & 0x2f) != (Invalidation.WAIT | Invalidation.WAIT_SW))
                .map(d -> Long.toHexString(d[0]) + ":" + Long.toHexString(d[1]))
                .toList();
    }

    /** Stores to a register, in hex. */
    List<String> stores(final int register) {
        return accesses.stream()
                .filter(a -> a.matches("wq? " + Integer.toHexString(register) + "=.*"))
                .map(a -> a.substring(a.indexOf('=') + 1))
                .toList();
    }

    /** Asserts nothing; what happened at registers of a range, in order. */
    List<String> accessesIn(final int from, final int to) {
        return accesses.stream()
                .filter(
                        a -> {
                            final int end = a.indexOf('=');
                            final String offset =
                                    a.substring(a.indexOf(' ') + 1, end < 0 ? a.length() : end);
                            final int at = Integer.parseInt(offset, 16);
                            return at >= from && at < to;
                        })
                .toList();
    }

    /** Sets a register without recording it. */
    final void put(final int register, final long value) {
        registers.put((long) register, (int) value);
        registers.put(register + 4L, (int) (value >>> 32));
    }

    final long get(final int register) {
        return Integer.toUnsignedLong(registers.getOrDefault((long) register, 0))
                | (long) registers.getOrDefault(register + 4L, 0) << 32;
    }

    // ---- Page requests --------------------------------------------------------------------------

    /** Queues a request as the hardware would, and says nothing; 2 or 4 doublewords. */
    void queueRequest(final long... qws) {
        final long bytes = 4096L << (get(VtdRegisters.PQA) & 7);
        final long tail = get(VtdRegisters.PQT);
        final long base = get(VtdRegisters.PQA) & -0x1000L;
        for (int i = 0; i < qws.length; i++) {
            memory.writeLong(base + tail + i * 8L, qws[i]);
        }
        put(VtdRegisters.PQT, (tail + qws.length * 8L) % bytes);
        registers.merge((long) VtdRegisters.PRS, VtdRegisters.PRS_PPR, (a, b) -> a | b);
    }

    /** The event, and whatever it makes ready. */
    void ringPrq() {
        ((MessageWire) lines.get("prq")).pulse();
        scheduler.runReady();
    }

    // ---- PlatformDevice -------------------------------------------------------------------------

    @Override
    public String name() {
        return "dmar0";
    }

    @Override
    public Mmio mmio() {
        return this;
    }

    @Override
    public DmaAllocator dma() {
        return allocator;
    }

    @Override
    public boolean isCoherent() {
        return true;
    }

    @Override
    public InterruptLine interrupt(final String name) {
        return lines.get(name);
    }

    // ---- Mmio -----------------------------------------------------------------------------------

    @Override
    public long sizeBytes() {
        return 0x1000;
    }

    @Override
    public int readl(final long offset) {
        load("r", offset);
        return registers.getOrDefault(offset, 0);
    }

    @Override
    public long readq(final long offset) {
        load("rq", offset);
        return get((int) offset);
    }

    private void load(final String kind, final long offset) {
        final Runnable script = beforeLoad.remove(offset);
        if (script != null) {
            script.run();
        }
        accesses.add(kind + " " + Long.toHexString(offset));
    }

    @Override
    public void writel(final int value, final long offset) {
        final Runnable script = beforeStore.remove(offset);
        if (script != null) {
            script.run();
        }
        accesses.add("w " + Long.toHexString(offset) + "=" + Integer.toHexString(value));
        store(value, offset);
    }

    @Override
    public void writeq(final long value, final long offset) {
        accesses.add("wq " + Long.toHexString(offset) + "=" + Long.toHexString(value));
        store((int) value, offset);
        store((int) (value >>> 32), offset + 4);
    }

    private void store(final int value, final long offset) {
        final int old = registers.getOrDefault(offset, 0);
        final int records = capabilities.faultRecordsOffset();
        if (offset == VtdRegisters.GCMD) {
            final int levels = value & ~(VtdRegisters.WBF | stuck);
            final int kept =
                    registers.getOrDefault((long) VtdRegisters.GSTS, 0) & (stuck | 1 << 30);
            registers.put((long) VtdRegisters.GSTS, levels | kept);
        } else if (offset == VtdRegisters.FSTS) {
            registers.put(offset, old & ~(value & W1C_OF_FSTS));
            consume();
        } else if (offset == VtdRegisters.PRS) {
            registers.put(offset, old & ~value);
        } else if (offset >= records && offset < records + 16L * capabilities.faultRecords()) {
            registers.put(offset, (offset & 0xf) == 0xc ? old & ~(value & (1 << 31)) : old);
            computePpf();
        } else {
            registers.put(offset, value);
            if (offset == VtdRegisters.IQT) {
                consume();
            }
        }
    }

    // ---- Faults ---------------------------------------------------------------------------------

    /** Writes a record. */
    void record(final int index, final long qw0, final long qw1) {
        final int at = capabilities.faultRecordsOffset() + 16 * index;
        put(at, qw0);
        put(at + 8, qw1);
        computePpf();
    }

    private void computePpf() {
        boolean any = false;
        for (int i = 0; i < capabilities.faultRecords(); i++) {
            any |= get(capabilities.faultRecordsOffset() + 16 * i + 8) < 0;
        }
        final int fsts = registers.getOrDefault((long) VtdRegisters.FSTS, 0);
        registers.put(
                (long) VtdRegisters.FSTS,
                any ? fsts | VtdRegisters.FSTS_PPF : fsts & ~VtdRegisters.FSTS_PPF);
    }

    // ---- Invalidation ---------------------------------------------------------------------------

    private void consume() {
        final int fsts = (int) get(VtdRegisters.FSTS);
        if (!consumes
                || (get(VtdRegisters.GSTS) & VtdRegisters.QIE) == 0
                || (fsts & (VtdRegisters.FSTS_IQE | VtdRegisters.FSTS_ITE)) != 0) {
            return;
        }
        final long iqa = get(VtdRegisters.IQA);
        final int shift = (iqa & VtdRegisters.IQA_DW) != 0 ? 5 : 4;
        long head = get(VtdRegisters.IQH);
        while (head != get(VtdRegisters.IQT)) {
            final long at = (iqa & -0x1000L) + head;
            final long[] d = new long[4];
            for (int i = 0; i < 1 << (shift - 3); i++) {
                d[i] = memory.readLong(at + i * 8L);
            }
            if (type(d[0]) > Invalidation.PAGE_STREAM_RESPONSE) {
                setFsts(VtdRegisters.FSTS_IQE);
                return;
            }
            descriptors.add(d);
            head = (head + (1L << shift)) % (256L << shift);
            put(VtdRegisters.IQH, head);
            if (isDeviceTlb(d[0]) && timeouts > 0) {
                timeouts--;
                // All that was fetched is lost.
                put(VtdRegisters.IQH, get(VtdRegisters.IQT));
                put(VtdRegisters.IQERCD, (long) iteSid << VtdRegisters.IQERCD_ITESID_SHIFT);
                setFsts(VtdRegisters.FSTS_ITE);
                return;
            }
            if (Invalidation.type(d[0]) == Invalidation.WAIT
                    && (d[0] & Invalidation.WAIT_SW) != 0) {
                memory.writeInt(d[1], (int) (d[0] >>> 32));
            }
            consumed(d);
        }
    }

    /** Revision 2 has the type in four bits: a stream response has its PASID in what is above. */
    private int type(final long qw0) {
        return capabilities.hasEcap(VtdCapabilities.ECS) ? (int) qw0 & 0xf : Invalidation.type(qw0);
    }

    /** A descriptor was obeyed; for tests. */
    void consumed(final long[] descriptor) {}

    void setFsts(final int bits) {
        registers.merge((long) VtdRegisters.FSTS, bits, (a, b) -> a | b);
    }

    private static boolean isDeviceTlb(final long qw0) {
        final int type = Invalidation.type(qw0);
        return type == Invalidation.DEVICE_TLB || type == Invalidation.PASID_DEVICE_TLB;
    }
}
