// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import io.iopf4j.emulation.smmuv3.SmmuPlatform;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import java.util.ArrayList;
import java.util.List;

/**
 * An SMMUv3 out of reset with no driver, or that of a {@link GuestBench} with ours. Without a bench
 * its stream table registers hold an empty table, as firmware may leave one; a driver may set its
 * own.
 */
public final class EmulatedSmmu extends EmulatedIommu {
    private static final String NAME = "arm-smmu-v3.0";

    private final PhysicalMemory memory;
    private final MemoryAllocator allocator;
    private final SmmuV3 model;
    private final PlatformDevice modelPlatform;
    private final long streamTable;
    private final List<SmmuDevice> devices = new ArrayList<>();

    /** That of a bench, which has its own model and devices. */
    EmulatedSmmu(final Machine machine) {
        super(machine);
        memory = null;
        allocator = null;
        model = null;
        modelPlatform = null;
        streamTable = 0;
    }

    private EmulatedSmmu(
            final Machine machine, final PhysicalMemory memory, final MemoryAllocator allocator) {
        super(machine);
        this.memory = memory;
        this.allocator = allocator;
        model = new SmmuV3(memory, machine.configuration().smmu(true), new LostRecords());
        modelPlatform = new SmmuPlatform(NAME, model, allocator);
        streamTable = StreamTables.install(model, allocator);
    }

    static EmulatedSmmu bare(
            final BareMachine machine,
            final PhysicalMemory memory,
            final MemoryAllocator allocator) {
        return new EmulatedSmmu(machine, memory, allocator);
    }

    SmmuV3 model() {
        return model;
    }

    PlatformDevice modelPlatform() {
        return modelPlatform;
    }

    /**
     * A device whose accesses stall on pages that are not mapped: its stream has tables of its own
     * already, so that a test of queues needs none.
     *
     * @param sid its StreamID, in [0, 255]
     * @return the device; {@link SmmuDevice#map} maps its pages
     * @throws IllegalStateException if the driver has put a stream table of its own in place, or on
     *     the machine of a {@link GuestBench}
     */
    public SmmuDevice stallingDevice(final int sid) {
        final BareMachine bare = machine().bare();
        final long base =
                model.registerPages().readq(SmmuRegisters.STRTAB_BASE)
                        & SmmuRegisters.STRTAB_BASE_ADDR_MASK;
        if (base != streamTable) {
            throw new IllegalStateException(
                    "the driver has a stream table of its own at 0x"
                            + Long.toHexString(base)
                            + ": device(sid) is behind that");
        }
        return add(
                bare,
                sid,
                StreamTables.stalling(check(sid), streamTable, model, memory, allocator));
    }

    /**
     * A device behind the tables that the driver makes.
     *
     * @param sid its StreamID, in [0, 255]
     * @return the device
     * @throws IllegalStateException on the machine of a {@link GuestBench}, which has its own
     */
    public SmmuDevice device(final int sid) {
        return add(machine().bare(), check(sid), null);
    }

    private SmmuDevice add(final BareMachine bare, final int sid, final StreamTables tables) {
        final SmmuDevice device = new SmmuDevice(devices.size(), sid, this, tables);
        devices.add(device);
        bare.look();
        return device;
    }

    private int check(final int sid) {
        final int most = (1 << model.config().sidBits()) - 1;
        if (sid < 0 || sid > most) {
            throw new IllegalArgumentException("sid must be in [0, " + most + "]: sid=" + sid);
        }
        return sid;
    }

    /**
     * What a register reads now.
     *
     * @param register which
     * @return its value, zero-extended
     */
    public long read(final SmmuRegister register) {
        return machine().recorder().read(register.offset(), register.bytes());
    }

    @Override
    int pendingAccesses() {
        return devices.stream().mapToInt(device -> device.accesses().count()).sum();
    }

    @Override
    List<String> openAccesses() {
        return devices.stream().flatMap(device -> device.accesses().lines().stream()).toList();
    }

    /** A record that found no room is known from the model alone. */
    private final class LostRecords implements SmmuObserver {
        @Override
        public void terminateEvent(final int number, final boolean recorded) {
            if (machine().recorder().watch() instanceof SmmuWatch watch) {
                watch.terminated(number, recorded);
            }
        }
    }
}
