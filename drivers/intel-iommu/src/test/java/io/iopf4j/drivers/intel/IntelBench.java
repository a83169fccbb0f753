// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.RootEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.pci.PciEndpoint;
import io.iopf4j.emulation.pci.PciEndpointListener;
import io.iopf4j.emulation.pci.PciFunction;
import io.iopf4j.emulation.pci.PciFunctionConfig;
import io.iopf4j.emulation.pci.PcieFabric;
import io.iopf4j.emulation.vtd.Vtd;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdObserver;
import io.iopf4j.emulation.vtd.VtdPlatform;
import io.iopf4j.iopgtable.IoPgtable;
import io.iopf4j.iopgtable.IoPgtableFmt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongUnaryOperator;

/**
 * The driver over the model, below a core, with devices of PCIe: everything that a fault passes.
 */
final class IntelBench implements PlatformDevice {
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final int NO_PASID = IommuModel.NO_SUBSTREAM;
    static final int RID = 0x310;
    static final int OTHER_RID = 0x488;
    static final int PASID = 5;
    static final long IOVA = 0x1234_5000L;
    static final long MEMORY = 0x4000_0000L;

    /** A function with everything, whose PASIDs have 8 bits. */
    static final PciFunctionConfig FUNCTION =
            PciFunctionConfig.roomy()
                    .withPasid(new PciFunctionConfig.Pasid(8, true, true))
                    .withCachedTranslations(16);

    final PhysicalMemory memory = new PhysicalMemory(MEMORY, 0x100_0000);
    final MemoryAllocator allocator = new MemoryAllocator(memory);
    final Scheduler scheduler = new Scheduler(1);
    final RecentLog log = new RecentLog(200);
    final SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
    final FaultCore core;
    final Vtd model;
    final PcieFabric fabric = new PcieFabric();
    final long page;
    final IntelIommu iommu;

    /** Groups that {@link #keepFaults} was handed, oldest first. */
    final ArrayDeque<IopfGroup> faults = new ArrayDeque<>();

    /** Descriptors but the waits that end a submission, as {@code qw0:qw1} in hex. */
    final List<String> descriptors = new ArrayList<>();

    /** How many submissions there were. */
    int submissions;

    /** What else happens before descriptors are consumed. */
    Runnable beforeSubmission = () -> {};

    /** Puts another first doubleword in a descriptor's place; a changed one loses its second. */
    LongUnaryOperator rewrite;

    /** A long run has no use for descriptors in words. */
    boolean isQuiet;

    /** The driver gets no memory. */
    boolean isScarce;

    /** How often it got none. */
    int refusals;

    /** Which allocations of the core fail. */
    FailSlab failSlab = FailSlab.NEVER;

    private final VtdPlatform platform;
    private long tail;

    IntelBench(final Semantics semantics, final VtdConfig config, final IntelOptions options) {
        core = semantics.create(kernel, FaultObserver.NONE, () -> failSlab.fails());
        model = new Vtd(memory, config, VtdObserver.NONE);
        model.connect(fabric);
        platform = new VtdPlatform("dmar0", model, allocator);
        page = allocator.allocCoherent(4096).dmaAddress();
        iommu = IntelIommu.probe(this, kernel, core, options);
        if (iommu.error() != 0) {
            throw new AssertionError("probe failed: " + log.recent());
        }
    }

    static IntelBench scalable() {
        return of(VtdConfig.scalable());
    }

    static IntelBench of(final VtdConfig config) {
        return new IntelBench(Semantics.MAINLINE_6_12, config, IntelOptions.DEFAULT);
    }

    static IntelBench of(final Semantics semantics) {
        return new IntelBench(semantics, VtdConfig.scalable(), IntelOptions.DEFAULT);
    }

    static IntelBench revision2() {
        return new IntelBench(
                Semantics.V3_2017, VtdConfig.revision2().withPasidBits(8), IntelOptions.DEFAULT);
    }

    static void expectSuccess(final int ret) {
        if (ret != 0) {
            throw new AssertionError("errno " + ret);
        }
    }

    boolean logged(final String part) {
        return log.recent().stream().anyMatch(line -> line.contains(part));
    }

    /** Descriptors since the last call. */
    List<String> takeDescriptors() {
        final List<String> taken = List.copyOf(descriptors);
        descriptors.clear();
        submissions = 0;
        return taken;
    }

    // ---- Devices --------------------------------------------------------------------------------

    Client client(final int rid) {
        return client(rid, FUNCTION);
    }

    /** A probed device in a group of its own. */
    Client client(final int rid, final PciFunctionConfig config) {
        return new Client(rid, config);
    }

    /** The same with faults enabled. */
    Client faulting(final int rid) {
        final Client client = client(rid);
        expectSuccess(client.device.ops().devEnableFeature(client.device, DevFeature.IOPF));
        return client;
    }

    int keepFaults(final IopfGroup group) {
        faults.addLast(group);
        return 0;
    }

    /** Answers the oldest fault and runs what follows. */
    void answer(final int code) {
        final IopfGroup group = faults.removeFirst();
        group.respond(code);
        group.free();
        run();
    }

    /** Runs what is ready, and what a device does after a while. */
    void run() {
        scheduler.runReady();
        scheduler.runUntil(scheduler.nowNs() + 20 * PciFunctionConfig.DEFAULT_RETRY_DELAY_NS);
    }

    IntelPagingDomain paging(final int flags) {
        final IommuDomain domain = iommu.ops().domainAllocPagingFlags(null, flags);
        if (domain != null) {
            domain.setIopfHandler(this::keepFaults);
        }
        return (IntelPagingDomain) domain;
    }

    /** A second stage with all memory, one to one. */
    IntelPagingDomain parent() {
        final IntelPagingDomain parent = paging(HwptAlloc.FLAG_NEST_PARENT);
        expectSuccess(parent.map(memory.base(), memory.base(), memory.sizeBytes(), READ | WRITE));
        return parent;
    }

    /** A guest's first stage. */
    IoPgtable guestTable() {
        return IoPgtable.alloc(allocator, IoPgtableFmt.X86_FIRST_STAGE, IoPgtable.ADDRESS_BITS);
    }

    IommuDomain nested(final IommuDomain parent, final IoPgtable table) {
        final IommuDomain domain =
                iommu.ops()
                        .domainAllocNested(
                                null,
                                parent,
                                new IommuUserData(IommuUserData.VTD_S1, 0, table.ttb(), 48));
        domain.setIopfHandler(this::keepFaults);
        return domain;
    }

    /** A device as the bench drives it. */
    final class Client {
        final IommuDevice device;
        final IommuGroup group;
        final PciEndpoint endpoint;
        final DeviceInfo info;
        private final List<AccessResult> results = new ArrayList<>();
        private final List<Long> reached = new ArrayList<>();

        /** Hears of an access's end too, if it is set. */
        BiConsumer<Integer, AccessResult> ended;

        Client(final int rid, final PciFunctionConfig config) {
            final PciFunction function = new PciFunction(config);
            endpoint =
                    new PciEndpoint(
                            0,
                            "dev-" + rid,
                            rid,
                            model,
                            scheduler,
                            function,
                            new PciEndpointListener() {
                                @Override
                                public void accessEnded(
                                        final PciEndpoint from,
                                        final int id,
                                        final AccessResult result) {
                                    if (ended == null) {
                                        results.add(result);
                                    } else {
                                        ended.accept(id, result);
                                    }
                                }

                                @Override
                                public void reached(
                                        final PciEndpoint from, final int id, final long address) {
                                    reached.add(address);
                                }
                            },
                            model::pageStreamRequest);
            fabric.add(endpoint);
            device =
                    new IommuDevice(
                            endpoint.name(),
                            iommu.ops(),
                            new IommuFwspec(List.of(rid), false, 0),
                            function);
            group = new IommuGroup(rid);
            expectSuccess(group.addDevice(device));
            info = DeviceInfo.of(device);
        }

        Client attach(final IommuDomain domain) {
            expectSuccess(group.attach(domain, new IommuAttachHandle()));
            return this;
        }

        Client attachPasid(final IommuDomain domain, final int pasid) {
            expectSuccess(group.attachPasid(domain, pasid, new IommuAttachHandle()));
            return this;
        }

        /** Issues an access and runs what follows. */
        void access(final int pasid, final long iova, final int perm) {
            endpoint.access(pasid, iova, perm);
            run();
        }

        /** How accesses ended, in that order, since the last call. */
        List<AccessResult> takeResults() {
            final List<AccessResult> taken = List.copyOf(results);
            results.clear();
            return taken;
        }

        /** Where accesses went, since the last call. */
        List<Long> takeReached() {
            final List<Long> taken = List.copyOf(reached);
            reached.clear();
            return taken;
        }

        /** A doubleword of its context entry; with entries of 32 bytes. */
        long context(final int qw) {
            final long root = iommu.rootTable().dmaAddress() + (info.bus() * 2L) * 8;
            final long table = memory.readLong(root + (info.devfn() >= 0x80 ? 8 : 0));
            return (table & RootEntry.PRESENT) == 0
                    ? 0
                    : memory.readLong(
                            (table & RootEntry.TABLE_MASK) + (info.devfn() & 0x7f) * 32L + qw * 8L);
        }

        /** A doubleword of its PASID entry. */
        long pasidEntry(final int pasid, final int qw) {
            final long directory = context(0) & ScalableContextEntry.DIRECTORY_MASK;
            final long table =
                    memory.readLong(
                            directory
                                    + (pasid >>> PasidEntry.TABLE_LOG2)
                                            * (long) PasidEntry.DIRECTORY_BYTES);
            return memory.readLong(
                    (table & PasidEntry.TABLE_MASK)
                            + (pasid & 0x3f) * (long) PasidEntry.BYTES
                            + qw * 8L);
        }
    }

    // ---- PlatformDevice -------------------------------------------------------------------------

    @Override
    public String name() {
        return platform.name();
    }

    /** The allocator, seen through. */
    @Override
    public DmaAllocator dma() {
        return new DmaAllocator() {
            @Override
            public DmaMemory allocCoherent(final long sizeBytes) {
                if (isScarce) {
                    refusals++;
                    return null;
                }
                return allocator.allocCoherent(sizeBytes);
            }

            @Override
            public void freeCoherent(final DmaMemory memory) {
                allocator.freeCoherent(memory);
            }
        };
    }

    @Override
    public boolean isCoherent() {
        return true;
    }

    @Override
    public InterruptLine interrupt(final String name) {
        return platform.interrupt(name);
    }

    /** The model's registers, seen through. */
    @Override
    public Mmio mmio() {
        final Mmio mmio = platform.mmio();
        return new Mmio() {
            @Override
            public long sizeBytes() {
                return mmio.sizeBytes();
            }

            @Override
            public int readl(final long offset) {
                return mmio.readl(offset);
            }

            @Override
            public void writel(final int value, final long offset) {
                if (offset == VtdRegisters.IQT && value != 0) {
                    note(value);
                    beforeSubmission.run();
                }
                mmio.writel(value, offset);
            }

            @Override
            public long readq(final long offset) {
                return mmio.readq(offset);
            }

            @Override
            public void writeq(final long value, final long offset) {
                mmio.writeq(value, offset);
            }

            private void rewrite(final long at) {
                final long qw0 = memory.readLong(at);
                final long rewritten = rewrite.applyAsLong(qw0);
                if (rewritten != qw0) {
                    memory.writeLong(at, rewritten);
                    memory.writeLong(at + 8, 0);
                }
            }

            private void note(final long to) {
                final long iqa = mmio.readq(VtdRegisters.IQA);
                final int bytes = (iqa & VtdRegisters.IQA_DW) != 0 ? 32 : 16;
                submissions++;
                for (; tail != to; tail = (tail + bytes) % (256L * bytes)) {
                    final long at = (iqa & -0x1000L) + tail;
                    if (rewrite != null) {
                        rewrite(at);
                    }
                    if (isQuiet) {
                        continue;
                    }
                    final long qw0 = memory.readLong(at);
                    final boolean isAppended =
                            Invalidation.type(qw0) == Invalidation.WAIT
                                    && (qw0 & Invalidation.WAIT_SW) != 0;
                    if (!isAppended) {
                        descriptors.add(
                                Long.toHexString(qw0)
                                        + ":"
                                        + Long.toHexString(memory.readLong(at + 8)));
                    } else if ((qw0 & Invalidation.WAIT_PD) != 0) {
                        descriptors.add("drained");
                    }
                }
            }
        };
    }
}
