// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The driver over the model, below a core, that of Linux 6.12 unless a test wants another:
 * everything that a fault passes. Its fault path is that of {@link FaultPaths}.
 */
final class DriverBench implements PlatformDevice {
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final int NO_PASID = IommuModel.NO_SUBSTREAM;
    static final int SID = 0x10;
    static final int PASID_BITS = 5;
    static final long IOVA = 0x1234_5678L;
    static final long MEMORY = 0x4000_0000L;
    static final SmmuV3Config CONFIG =
            SmmuV3Config.roomy()
                    .withSidBits(8)
                    .withCommandQueueLog2Max(8)
                    .withEventQueueLog2Max(7)
                    .withStallMax(64);

    /** The same as a small integration would have it: no PCIe, no messages, no ranges, no EL2. */
    static final SmmuV3Config PLAIN =
            CONFIG.without(SmmuFeature.HYP)
                    .without(SmmuFeature.RANGE_INVALIDATION)
                    .without(SmmuFeature.PRI)
                    .without(SmmuFeature.ATS)
                    .without(SmmuFeature.MSI);

    final PhysicalMemory memory = new PhysicalMemory(MEMORY, 0x100_0000);
    final MemoryAllocator allocator = new MemoryAllocator(memory);
    final Scheduler scheduler = new Scheduler(1);
    final RecentLog log = new RecentLog(100);
    final SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
    final FaultCore core;
    final SmmuV3 model;
    final Mmio mmio;
    final long page;
    ArmSmmuDevice smmu;

    /** Groups that {@link #keepFaults} was handed, oldest first. */
    final ArrayDeque<IopfGroup> faults = new ArrayDeque<>();

    DriverBench() {
        this(CONFIG);
    }

    DriverBench(final SmmuV3Config config) {
        this(config, UnaryOperator.identity());
    }

    /** A bench whose driver sees the registers through something else. */
    DriverBench(final SmmuV3Config config, final UnaryOperator<Mmio> wrap) {
        this(Semantics.MAINLINE_6_12, config, wrap);
    }

    private DriverBench(
            final Semantics semantics, final SmmuV3Config config, final UnaryOperator<Mmio> wrap) {
        core = semantics.create(kernel, FaultObserver.NONE);
        model = new SmmuV3(memory, config, SmmuObserver.NONE);
        mmio = wrap.apply(model.registerPages());
        page = allocator.allocCoherent(4096).dmaAddress();
    }

    static DriverBench probed() {
        return probed(CONFIG);
    }

    static DriverBench probed(final SmmuV3Config config) {
        return probed(new DriverBench(config));
    }

    /** Below another core; the test is skipped where the fault path knows its rules not. */
    static DriverBench probed(final Semantics semantics) {
        if (semantics != Semantics.MAINLINE_6_12) {
            FaultPaths.assume(ArmSmmuFaultPath.Ability.EARLIER_GENERATIONS);
        }
        return probed(new DriverBench(semantics, CONFIG, UnaryOperator.identity()));
    }

    private static DriverBench probed(final DriverBench bench) {
        if (bench.probe() != 0) {
            throw new AssertionError("probe failed: " + bench.log.recent());
        }
        return bench;
    }

    int probe() {
        smmu = ArmSmmuDevice.probe(this, kernel, core, FaultPaths.current());
        return smmu.error();
    }

    // ---- PlatformDevice -------------------------------------------------------------------------

    @Override
    public String name() {
        return "arm-smmu-v3.0";
    }

    @Override
    public Mmio mmio() {
        return mmio;
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
        return model.interrupt(name);
    }

    // ---- Devices --------------------------------------------------------------------------------

    IommuDevice device(final int... sids) {
        return device(true, PASID_BITS, sids);
    }

    IommuDevice device(final boolean canStall, final int pasidBits, final int... sids) {
        final List<Integer> ids = new ArrayList<>();
        for (final int sid : sids) {
            ids.add(sid);
        }
        return new IommuDevice("dev-" + ids, smmu.ops(), new IommuFwspec(ids, canStall, pasidBits));
    }

    /** A device in a group of its own, with faults enabled, behind an endpoint. */
    Client client(final int sid) {
        final IommuDevice device = device(sid);
        final IommuGroup group = new IommuGroup(sid);
        expectSuccess(group.addDevice(device));
        expectSuccess(device.ops().devEnableFeature(device, DevFeature.IOPF));
        return new Client(device, group);
    }

    ArmSmmuPagingDomain pagingDomain(final Client client) {
        final IommuDomain domain = smmu.ops().domainAllocPaging(client.device);
        domain.setIopfHandler(this::keepFaults);
        return (ArmSmmuPagingDomain) domain;
    }

    int keepFaults(final IopfGroup group) {
        faults.addLast(group);
        return 0;
    }

    /** Runs interrupts, then answers the oldest fault and runs what follows. */
    void answer(final int code) {
        final IopfGroup group = faults.removeFirst();
        group.respond(code);
        group.free();
        scheduler.runReady();
    }

    boolean logged(final String part) {
        return log.recent().stream().anyMatch(line -> line.contains(part));
    }

    /** Commands that the SMMU consumed since it was probed, word 0 and word 1 in turn. */
    List<long[]> commands() {
        final long base = mmio.readq(SmmuRegisters.CMDQ_BASE) & SmmuRegisters.QUEUE_BASE_ADDR_MASK;
        final int count = mmio.readl(SmmuRegisters.CMDQ_PROD);
        final List<long[]> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final long at = base + (long) i * Commands.BYTES;
            final long word0 = memory.readLong(at);
            final long word1 = memory.readLong(at + 8);
            // A SYNC whose message has come is half gone.
            final boolean isSync = (int) word0 == 0 && word1 == at;
            commands.add(
                    new long[] {isSync ? Commands.sync(Commands.SYNC_CS_IRQ, 0) : word0, word1});
        }
        return commands;
    }

    long[] lastCommandBefore(final int opcodeAfter) {
        final List<long[]> commands = commands();
        for (int i = commands.size() - 1; i > 0; i--) {
            if (Commands.opcode(commands.get(i)[0]) == opcodeAfter) {
                return commands.get(i - 1);
            }
        }
        throw new AssertionError("no such command");
    }

    long[] lastSyncedCommand() {
        return lastCommandBefore(CmdqOp.SYNC);
    }

    static void expectSuccess(final int ret) {
        if (ret != 0) {
            throw new AssertionError("errno " + ret);
        }
    }

    /** A device as the bench drives it. */
    final class Client {
        final IommuDevice device;
        final IommuGroup group;
        final Endpoint endpoint;
        private final List<AccessResult> results = new ArrayList<>();

        Client(final IommuDevice device, final IommuGroup group) {
            this.device = device;
            this.group = group;
            this.endpoint =
                    new Endpoint(
                            0,
                            device.name(),
                            device.fwspec().ids().get(0),
                            model,
                            (from, id, result) -> results.add(result));
        }

        Client attach(final IommuDomain domain) {
            expectSuccess(group.attach(domain, new IommuAttachHandle()));
            return this;
        }

        Client attachPasid(final IommuDomain domain, final int pasid) {
            expectSuccess(group.attachPasid(domain, pasid, new IommuAttachHandle()));
            return this;
        }

        /** Issues an access and runs the driver. */
        void access(final int pasid, final long iova, final int perm) {
            endpoint.access(pasid, iova, perm);
            scheduler.runReady();
        }

        /** How accesses ended, in that order. */
        List<AccessResult> results() {
            return List.copyOf(results);
        }
    }
}
