// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.vtd.Vtd;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdObserver;
import io.iopf4j.emulation.vtd.VtdPlatform;
import java.util.List;

/**
 * A VT-d remapping unit of scalable mode out of reset with no driver, or that of a {@link
 * GuestBench} with ours.
 */
public final class EmulatedVtd extends EmulatedIommu {
    private static final String NAME = "dmar0";
    private static final int MOST_RID = 0xffff;

    private final PhysicalMemory memory;
    private final MemoryAllocator allocator;
    private final Vtd model;
    private final PlatformDevice modelPlatform;
    private RequesterTables tables;

    /** That of a bench, which has its own model and devices. */
    EmulatedVtd(final Machine machine) {
        super(machine);
        memory = null;
        allocator = null;
        model = null;
        modelPlatform = null;
    }

    EmulatedVtd(
            final BareMachine machine,
            final PhysicalMemory memory,
            final MemoryAllocator allocator) {
        super(machine);
        this.memory = memory;
        this.allocator = allocator;
        model = new Vtd(memory, VtdConfig.scalable(), VtdObserver.NONE);
        model.connect(new Responses());
        modelPlatform = new VtdPlatform(NAME, model, allocator);
    }

    PlatformDevice modelPlatform() {
        return modelPlatform;
    }

    /**
     * A device that asks for pages with PASIDs 0 to 63. If translation is off, tables are made by
     * which it may, and translation is turned on: a test of queues needs none of its own. Else it
     * is behind the tables that the driver made.
     *
     * @param rid bus, device and function, 16 bits
     * @return the device
     * @throws IllegalStateException on the machine of a {@link GuestBench}, which has its own
     */
    public PageRequester requester(final int rid) {
        final BareMachine bare = machine().bare();
        if (rid < 0 || rid > MOST_RID) {
            throw new IllegalArgumentException("rid must be in [0, 65535]: rid=" + rid);
        }
        final boolean isOn = (model.registers().readl(VtdRegisters.GSTS) & VtdRegisters.TE) != 0;
        if (tables == null && !isOn) {
            tables = new RequesterTables(model.registers(), memory, allocator);
        }
        if (tables != null) {
            tables.allow(rid);
        }
        bare.look();
        return new PageRequester(rid, model, machine().recorder());
    }

    /**
     * What devices were told about their page requests: {@link PageResponseSent}.
     *
     * @return oldest first
     */
    public Recorded responses() {
        return machine().recorder().journal().of(Topic.RESPONSE);
    }

    /**
     * What a register reads now.
     *
     * @param register which
     * @return its value, zero-extended
     */
    public long read(final VtdRegister register) {
        return machine().recorder().read(register.offset(), register.bytes());
    }

    @Override
    int pendingAccesses() {
        return 0;
    }

    @Override
    List<String> openAccesses() {
        return List.of();
    }

    /** The bus, on which responses are written down and devices are never in the way. */
    private final class Responses implements PcieBus {
        @Override
        public void pageRequestResponse(
                final int streamId, final int substreamId, final int code, final int group) {
            final Journal journal = machine().recorder().journal();
            journal.add(
                    Topic.RESPONSE,
                    PageResponseSent.decode(journal.nowNs(), streamId, substreamId, code, group));
        }
    }
}
