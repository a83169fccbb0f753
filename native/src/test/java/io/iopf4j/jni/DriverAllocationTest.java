// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.core.testing.AllocationMeter;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A warm fault through a fault path in C, from its record to its RESUME, allocates nothing. */
final class DriverAllocationTest {
    private static final int CYCLES = 50_000;

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    private static final int LOG2 = 3;
    private static final int SID = 0x10;

    private final IommuDevice device = new IommuDevice("dev", null, null);
    private final IommuPageResponse response = new IommuPageResponse();
    private final Registers registers = new Registers();
    private final MemoryAllocator memory =
            new MemoryAllocator(new PhysicalMemory(0x4000_0000L, 0x1_0000));
    private final DmaMemory queue = memory.allocCoherent(Events.BYTES << LOG2);
    private final ArmSmmuFaultPath path =
            new NativeDriver(Compiler.example("smmu-faults").toString())
                    .create(
                            new ArmSmmuFaultServices(
                                    registers,
                                    queue,
                                    LOG2,
                                    memory,
                                    new SimulatedKernel(new Scheduler(1), new RecentLog(1)),
                                    "smmu",
                                    new AnsweringCore(),
                                    new OneMaster(),
                                    this::issue));
    private int prod;
    private long resumes;

    @AfterEach
    void letGo() {
        path.remove();
    }

    private int issue(final long word0, final long word1) {
        if (Commands.opcode(word0) == CmdqOp.RESUME && Commands.stag(word1) == 5) {
            resumes++;
        }
        return 0;
    }

    @Test
    void shouldAllocateNothing() throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        assertEquals(0, path.probe());
        path.programRegisters();
        final long allocated = meter.leastBytes(() -> run());
        assertEquals(AllocationMeter.ROUNDS * CYCLES, resumes);
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + CYCLES + " cycles");
    }

    private void run() {
        for (int i = 0; i < CYCLES; i++) {
            final long at = (long) QueueIndex.index(prod, LOG2) * Events.BYTES;
            queue.putLong(at, 0x0000_0010_0000_7810L);
            queue.putLong(at + 8, 0x0000_0208_8000_0005L);
            queue.putLong(at + 16, 0x1234_5678L);
            prod = QueueIndex.advance(prod, 1, LOG2);
            registers.prod = prod;
            path.handleEvents();
            assertTrue(QueueIndex.isEmpty(prod, registers.cons, LOG2));
        }
    }

    /** Answers at once. */
    private final class AnsweringCore implements IommuCore {
        @Override
        public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
            return path.pageResponse(
                    dev,
                    fault,
                    response.set(fault.pasid(), fault.grpid(), PageResponseCode.SUCCESS));
        }

        @Override
        public IopfQueue iopfQueueAlloc(final String name) {
            throw new UnsupportedOperationException("a fault path allocates no queue");
        }

        @Override
        public FaultGeneration generation() {
            return FaultGeneration.LINUX_6_12;
        }
    }

    private final class OneMaster
            implements ArmSmmuFaultServices.Masters, ArmSmmuFaultServices.Master {
        @Override
        public ArmSmmuFaultServices.Master find(final int sid) {
            return sid == SID ? this : null;
        }

        @Override
        public ArmSmmuFaultServices.Master of(final IommuDevice dev) {
            return this;
        }

        @Override
        public IommuDevice device() {
            return device;
        }

        @Override
        public boolean isStallEnabled() {
            return true;
        }

        @Override
        public int faultStreamId() {
            return SID;
        }

        @Override
        public boolean beginReport() {
            return true;
        }

        @Override
        public void endReport() {}
    }

    /** The event queue's pointers. */
    private static final class Registers implements Mmio {
        private int prod;
        private int cons;

        @Override
        public long sizeBytes() {
            return SmmuRegisters.WINDOW_BYTES;
        }

        @Override
        public int readl(final long offset) {
            return offset == SmmuRegisters.EVENTQ_PROD ? prod : cons;
        }

        @Override
        public void writel(final int value, final long offset) {
            if (offset == SmmuRegisters.EVENTQ_CONS) {
                cons = value;
            }
        }

        @Override
        public long readq(final long offset) {
            return 0;
        }

        @Override
        public void writeq(final long value, final long offset) {}
    }
}
