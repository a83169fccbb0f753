// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.WiredInterrupt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Registers that keep what is written, acknowledge at once and consume every command without doing
 * anything but a SYNC's message. It has whatever identification registers a test gives it and
 * records stores and commands; what the architecture says of the rest is the model's affair.
 */
class FakeSmmu implements Mmio, PlatformDevice {
    static final int IDR0 =
            SmmuRegisters.IDR0_S1P
                    | 2 << SmmuRegisters.IDR0_TTF_SHIFT
                    | 2 << SmmuRegisters.IDR0_TTENDIAN_SHIFT
                    | SmmuRegisters.IDR0_COHACC;
    static final int IDR1 =
            7 << SmmuRegisters.IDR1_CMDQS_SHIFT
                    | 4 << SmmuRegisters.IDR1_EVENTQS_SHIFT
                    | 3 << SmmuRegisters.IDR1_PRIQS_SHIFT
                    | 8;

    final PhysicalMemory memory = new PhysicalMemory(0x4000_0000L, 0x40_0000);
    final MemoryAllocator allocator = new MemoryAllocator(memory);
    final Scheduler scheduler = new Scheduler(1);
    final RecentLog log = new RecentLog(100);
    final SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
    final FaultCore core = Semantics.MAINLINE_6_12.create(kernel, FaultObserver.NONE);
    final Map<Long, Integer> registers = new HashMap<>();
    final Map<String, WiredInterrupt> lines = new HashMap<>();

    /** Stores as {@code offset=value} in hex, in order. */
    final List<String> stores = new ArrayList<>();

    /** Commands, word 0 and word 1. */
    final List<long[]> commands = new ArrayList<>();

    boolean isCoherent = true;
    boolean consumes = true;
    boolean sendsMessages = true;

    FakeSmmu(final int idr0, final int idr1) {
        registers.put((long) SmmuRegisters.IDR0, idr0);
        registers.put((long) SmmuRegisters.IDR1, idr1);
        registers.put((long) SmmuRegisters.IDR5, SmmuRegisters.IDR5_GRAN4K | 5);
        for (final String name : List.of("eventq", "gerror", "priq")) {
            lines.put(name, new WiredInterrupt(name));
        }
    }

    ArmSmmuDevice probe() {
        return probe(ArmSmmuOptions.DEFAULT);
    }

    ArmSmmuDevice probe(final ArmSmmuOptions options) {
        return ArmSmmuDevice.probe(this, kernel, core, FaultPaths.current(), options);
    }

    boolean logged(final String part) {
        return log.recent().stream().anyMatch(line -> line.contains(part));
    }

    /** Commands but SYNCs, as {@code word0:word1} in hex. */
    List<String> commandsButSync() {
        return commands.stream()
                .filter(command -> Commands.opcode(command[0]) != CmdqOp.SYNC)
                .map(c -> Long.toHexString(c[0]) + ":" + Long.toHexString(c[1]))
                .toList();
    }

    long syncs() {
        return commands.stream().filter(c -> Commands.opcode(c[0]) == CmdqOp.SYNC).count();
    }

    // ---- PlatformDevice -------------------------------------------------------------------------

    @Override
    public String name() {
        return "fake";
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
        return isCoherent;
    }

    @Override
    public InterruptLine interrupt(final String name) {
        return lines.get(name);
    }

    // ---- Mmio -----------------------------------------------------------------------------------

    @Override
    public long sizeBytes() {
        return SmmuRegisters.WINDOW_BYTES;
    }

    @Override
    public int readl(final long offset) {
        return registers.getOrDefault(offset, 0);
    }

    @Override
    public void writel(final int value, final long offset) {
        stores.add(Long.toHexString(offset) + "=" + Integer.toHexString(value));
        set(value, offset);
    }

    private void set(final int value, final long offset) {
        registers.put(offset, value);
        if (offset == SmmuRegisters.CR0 || offset == SmmuRegisters.IRQ_CTRL) {
            registers.put(offset + 4, value);
        }
        if (offset == SmmuRegisters.CMDQ_PROD && consumes) {
            consume();
        }
    }

    @Override
    public long readq(final long offset) {
        return Integer.toUnsignedLong(readl(offset)) | (long) readl(offset + 4) << 32;
    }

    @Override
    public void writeq(final long value, final long offset) {
        stores.add(Long.toHexString(offset) + "=" + Long.toHexString(value));
        set((int) value, offset);
        set((int) (value >>> 32), offset + 4);
    }

    private void consume() {
        final long base = readq(SmmuRegisters.CMDQ_BASE);
        final int log2 = (int) base & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK;
        int cons = readl(SmmuRegisters.CMDQ_CONS);
        while (!QueueIndex.isEmpty(readl(SmmuRegisters.CMDQ_PROD), cons, log2)) {
            final long at =
                    (base & SmmuRegisters.QUEUE_BASE_ADDR_MASK)
                            + (long) QueueIndex.index(cons, log2) * Commands.BYTES;
            final long word0 = memory.readLong(at);
            final long word1 = memory.readLong(at + 8);
            commands.add(new long[] {word0, word1});
            if (Commands.opcode(word0) == CmdqOp.SYNC && word1 != 0 && sendsMessages) {
                memory.writeLong(
                        word1,
                        (memory.readLong(word1) & ~0xffff_ffffL)
                                | Integer.toUnsignedLong(Commands.syncMsiData(word0)));
            }
            cons = QueueIndex.advance(cons, 1, log2);
        }
        registers.put((long) SmmuRegisters.CMDQ_CONS, cons);
    }

    /** Puts an entry on a queue that software reads, as the hardware would. */
    void produce(final int baseRegister, final int prodRegister, final long... words) {
        final long base = readq(baseRegister);
        final int log2 = (int) base & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK;
        final int prod = readl(prodRegister);
        for (int i = 0; i < words.length; i++) {
            memory.writeLong(
                    (base & SmmuRegisters.QUEUE_BASE_ADDR_MASK)
                            + ((long) QueueIndex.index(prod, log2) * words.length + i) * 8,
                    words[i]);
        }
        registers.put((long) prodRegister, QueueIndex.advance(prod, 1, log2));
    }
}
