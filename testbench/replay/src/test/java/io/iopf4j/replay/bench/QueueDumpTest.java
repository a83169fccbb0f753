// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.TagIndex;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What emulated hardware and its driver leave in their queues, dumped and read as a user's. */
class QueueDumpTest {
    private static final long IOVA = 0x1234_5000L;
    private static final int READ = IommuFault.PERM_READ;
    private static final int WRITE = IommuFault.PERM_WRITE;
    private static final int PASID_LAST = IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE;
    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_MASK = -1L << PAGE_SHIFT;
    private static final int FIRST_RID = 0x100;

    /** What of an event the tests look at. */
    private record Seen(
            Kind kind, int rid, int pasid, int grpid, int flags, int perm, long addr, int code) {}

    /** Keeps the memory that hardware is built on. */
    private static final class Machine implements HardwareSettings {
        private final HardwareSettings settings;
        private final Bench bench;
        private final GuestVm vm;
        private final GuestDevice device;
        private PhysicalMemory memory;

        Machine(final HardwareSettings settings) {
            this.settings = settings;
            bench = Bench.recorded(new BenchSettings(this, Semantics.MAINLINE_6_12, List.of(), 1));
            vm = bench.addVm("vm");
            device = bench.addDevice("dev", vm, Set.of(1, 3));
            device.attach();
        }

        @Override
        public long interruptLatencyNs() {
            return settings.interruptLatencyNs();
        }

        @Override
        public boolean hasGroupsOfSeveral() {
            return settings.hasGroupsOfSeveral();
        }

        @Override
        public TagIndex tags() {
            return settings.tags();
        }

        @Override
        public Hardware build(final HardwareParts parts) {
            memory = parts.memory();
            return settings.build(parts);
        }

        byte[] dump(final long address, final int length) {
            final byte[] dump = new byte[length];
            memory.readBytes(address, dump, 0, length);
            return dump;
        }

        void answer(final int row, final int code) {
            final Ledger ledger = bench.ledger();
            vm.readAll();
            assertEquals(
                    0,
                    vm.answer(
                            device,
                            ledger.substream(row),
                            ledger.iova(row),
                            ledger.tag(row),
                            ledger.cookie(row),
                            code));
            bench.settle(device);
        }
    }

    private static List<Seen> read(final byte[] dump, final String said) throws IOException {
        final TraceReader reader = Traces.open(new ByteArrayInputStream(dump), "dump", said);
        final FaultEvents events = new FaultEvents(reader);
        final List<Seen> all = new ArrayList<>();
        while (events.next()) {
            final FaultEvent event = events.event();
            if (event.kind() != Kind.OTHER) {
                all.add(
                        new Seen(
                                event.kind(),
                                event.rid(),
                                event.pasid(),
                                event.grpid(),
                                event.flags(),
                                event.perm(),
                                event.addr(),
                                event.code()));
            }
        }
        assertEquals(List.of(), reader.warnings(), "the reader knows every record");
        return all;
    }

    private static Seen request(
            final int rid,
            final int pasid,
            final int group,
            final int flags,
            final int perm,
            final long addr) {
        return new Seen(Kind.REQUEST, rid, pasid, group, flags, perm, addr, 0);
    }

    private static Seen answer(final int rid, final int pasid, final int group, final int code) {
        return new Seen(Kind.ANSWER, rid, pasid, group, 0, 0, 0, code);
    }

    @Test
    void shouldReadTheQueuesOfAnEmulatedSmmu() throws IOException {
        final Machine machine = new Machine(new SmmuSettings(SmmuV3Config.roomy()));
        final Ledger ledger = machine.bench.ledger();
        final int one = machine.device.issue(1, IOVA, READ);
        final int two = machine.device.issue(3, IOVA + 0x1008, WRITE);
        machine.bench.settle(machine.device);
        machine.bench.addHostDevice("host").access(0, 0x7000, WRITE);
        machine.bench.settle(machine.device);
        final Mmio registers = ((SmmuHardware) machine.bench.hardware()).smmu().registerPages();
        final byte[] events = queue(machine, registers, SmmuRegisters.EVENTQ_BASE, Events.BYTES);
        assertEquals(
                List.of(
                        request(0, 1, ledger.tag(one), PASID_LAST, READ, IOVA),
                        request(0, 3, ledger.tag(two), PASID_LAST, WRITE, IOVA + 0x1008),
                        new Seen(Kind.FAULT, 1, 0, 0, 0, WRITE, 0x7000, 0)),
                read(events, "evtq"));
        machine.answer(two, PageResponseCode.INVALID);
        machine.answer(one, PageResponseCode.SUCCESS);
        assertEquals(
                List.of(
                        answer(0, 0, ledger.tag(two), PageResponseCode.INVALID),
                        answer(0, 0, ledger.tag(one), PageResponseCode.SUCCESS)),
                read(queue(machine, registers, SmmuRegisters.CMDQ_BASE, Commands.BYTES), "cmdq"));
    }

    private static byte[] queue(
            final Machine machine, final Mmio registers, final int base, final int entryBytes) {
        final long register = registers.readq(base);
        return machine.dump(
                register & SmmuRegisters.QUEUE_BASE_ADDR_MASK,
                entryBytes << (register & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK));
    }

    @Test
    void shouldReadTheQueuesOfAnEmulatedVtdUnit() throws IOException {
        final Machine machine =
                new Machine(VtdSettings.of(Semantics.MAINLINE_6_12).withInterruptLatencyNs(0));
        final Ledger ledger = machine.bench.ledger();
        final int one =
                machine.device.issue(
                        1, new long[] {IOVA, IOVA + 0x1000}, new int[] {READ, WRITE}, 2);
        final int two = machine.device.issue(3, IOVA + 0x5000, READ);
        machine.bench.settle(machine.device);
        final Mmio registers = ((VtdHardware) machine.bench.hardware()).vtd().registers();
        final long queue = registers.readq(VtdRegisters.PQA);
        final int group = ledger.tag(one);
        assertEquals(
                List.of(
                        request(FIRST_RID, 1, group, IommuFault.FLAG_PASID_VALID, READ, IOVA),
                        request(FIRST_RID, 1, group, PASID_LAST, WRITE, IOVA + 0x1000),
                        request(FIRST_RID, 3, ledger.tag(two), PASID_LAST, READ, IOVA + 0x5000)),
                read(machine.dump(queue & PAGE_MASK, bytes(queue)), "prq"));
        machine.answer(two, PageResponseCode.SUCCESS);
        machine.vm.answer(
                machine.device,
                1,
                ledger.iova(one),
                group,
                ledger.cookie(one),
                PageResponseCode.INVALID);
        machine.bench.settle(machine.device);
        assertEquals(
                List.of(
                        answer(FIRST_RID, 3, ledger.tag(two), PageResponseCode.SUCCESS),
                        answer(FIRST_RID, 1, group, PageResponseCode.INVALID)),
                read(invalidationQueue(machine, registers), null));
    }

    private static int bytes(final long queue) {
        return 1 << (PAGE_SHIFT + (int) (queue & VtdRegisters.QUEUE_SIZE_MASK));
    }

    /** As debugfs shows it: {@code invalidation_queue_show()}, Linux 6.12. */
    private static byte[] invalidationQueue(final Machine machine, final Mmio registers) {
        final long queue = registers.readq(VtdRegisters.IQA);
        final boolean isWide = (queue & VtdRegisters.IQA_DW) != 0;
        final int shift = isWide ? 5 : 4;
        final ByteBuffer words =
                ByteBuffer.wrap(machine.dump(queue & PAGE_MASK, bytes(queue)))
                        .order(ByteOrder.LITTLE_ENDIAN);
        final StringBuilder text = new StringBuilder("Invalidation queue on IOMMU: dmar0\n");
        text.append(
                String.format(
                        " Base: 0x%x\tHead: %d\tTail: %d%n",
                        queue & PAGE_MASK,
                        registers.readq(VtdRegisters.IQH) >> shift,
                        registers.readq(VtdRegisters.IQT) >> shift));
        text.append("Index\t\tqw0\t\t\tqw1\t\t\tstatus\n");
        for (int index = 0; words.hasRemaining(); index++) {
            text.append(String.format("%5d", index));
            for (int word = 0; word < (isWide ? 4 : 2); word++) {
                text.append(String.format("\t%016x", words.getLong()));
            }
            text.append("\t0000000000000002\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Before the interrupt's thread runs, which clears what it has read. */
    @Test
    void shouldReadTheFaultRecordsOfAnEmulatedVtdUnit() throws IOException {
        final Machine machine =
                new Machine(
                        VtdSettings.of(Semantics.MAINLINE_6_12).withInterruptLatencyNs(1_000_000));
        final HostDevice host = machine.bench.addHostDevice("host");
        host.access(0, 0x7000, WRITE);
        host.access(0, 0x9000, READ);
        final Mmio registers = ((VtdHardware) machine.bench.hardware()).vtd().registers();
        assertEquals(
                List.of(
                        new Seen(Kind.FAULT, FIRST_RID + 1, 0, 0, 0, WRITE, 0x7000, 0),
                        new Seen(Kind.FAULT, FIRST_RID + 1, 0, 0, 0, READ, 0x9000, 0)),
                read(faultRecords(registers), "frcd"));
        machine.bench.scheduler().runUntil(2_000_000);
        assertEquals(List.of(), read(faultRecords(registers), "frcd"), "the driver has read them");
    }

    private static byte[] faultRecords(final Mmio registers) {
        final VtdCapabilities capabilities =
                new VtdCapabilities(
                        registers.readq(VtdRegisters.CAP), registers.readq(VtdRegisters.ECAP));
        final ByteBuffer records =
                ByteBuffer.allocate(VtdRegisters.FRCD_BYTES * capabilities.faultRecords())
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < records.capacity(); at += Long.BYTES) {
            records.putLong(registers.readq(capabilities.faultRecordsOffset() + at));
        }
        return records.array();
    }
}
