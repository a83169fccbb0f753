// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.WiredInterrupt;
import io.iopf4j.emulation.vtd.Vtd;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdNotModelled;
import io.iopf4j.emulation.vtd.VtdObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A VT-d remapping unit where QEMU's {@code q35} machine has it, 256 MiB of memory, and the
 * endpoint block. Its interrupts are messages: each is written to memory if memory is there, and
 * pulses a wire in any case.
 */
public final class VtdMachine implements Machine {
    /** Physical address of the unit's registers. */
    public static final long REGISTERS_BASE = 0xfed9_0000L;

    /** Physical address of the endpoint block. */
    public static final long ENDPOINT_BASE = 0xfedb_0000L;

    /** Physical address of the memory. */
    public static final long MEMORY_BASE = 0;

    /** Bytes of memory. */
    public static final long MEMORY_BYTES = 256L << 20;

    private static final long SEED = 1;

    private final PhysicalMemory memory = new PhysicalMemory(MEMORY_BASE, MEMORY_BYTES);
    private final Scheduler clock = new Scheduler(SEED);
    private final Vtd vtd;
    private final EndpointBlock endpoint;
    private final List<Window> windows;
    private final List<WiredInterrupt> interrupts;

    /**
     * A machine out of reset.
     *
     * @param config the unit's integrator's choice
     */
    public VtdMachine(final VtdConfig config) {
        vtd = new Vtd(memory, config, VtdObserver.NONE);
        endpoint =
                new EndpointBlock(
                        memory, vtd, null, config.isRevision2() ? vtd::pageStreamRequest : null);
        windows =
                List.of(
                        new Window(REGISTERS_BASE, vtd.registers(), Long.BYTES),
                        new Window(ENDPOINT_BASE, endpoint, Long.BYTES));
        interrupts = Stream.of("fault", "prq", "invalidation").map(vtd::interrupt).toList();
    }

    @Override
    public PhysicalMemory memory() {
        return memory;
    }

    @Override
    public List<Window> windows() {
        return windows;
    }

    @Override
    public List<WiredInterrupt> interrupts() {
        return interrupts;
    }

    @Override
    public Scheduler clock() {
        return clock;
    }

    @Override
    public List<String> remarks() {
        final List<String> remarks = new ArrayList<>(endpoint.remarks());
        for (final VtdNotModelled what : VtdNotModelled.values()) {
            final long times = vtd.counters().notModelled(what);
            if (times > 0) {
                remarks.add(Machine.notModelled(what.name(), times, what.effect()));
            }
        }
        return remarks;
    }
}
