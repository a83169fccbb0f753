// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.RootEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.vtd.Vtd;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdObserver;
import io.iopf4j.emulation.vtd.VtdPlatform;
import java.util.ArrayList;
import java.util.List;

/** The driver's queues and threads over the model; its tables are written by hand. */
final class ModelBench implements PcieBus {
    static final int RID = 0x310;
    static final int PASID = 0x42;
    static final long ADDRESS = 0x7f12_3456_7000L;
    static final int READ = IommuFault.PERM_READ;

    final PhysicalMemory memory = new PhysicalMemory(0x4000_0000L, 0x100_0000);
    final MemoryAllocator allocator = new MemoryAllocator(memory);
    final Scheduler scheduler = new Scheduler(1);
    final RecentLog log = new RecentLog(200);
    final SimulatedKernel kernel = new SimulatedKernel(scheduler, log);
    final RecordingCore core;
    final Vtd model;
    final IntelIommu iommu;
    final DeviceInfo info;

    /**
     * What devices were answered, as {@code rid pasid code group}, with the address of a stream.
     */
    final List<String> answers = new ArrayList<>();

    /** Invalidations that reached devices. */
    final List<String> invalidations = new ArrayList<>();

    /** How many invalidations from now on are not completed. */
    int withheld;

    ModelBench(
            final VtdConfig config, final FaultGeneration generation, final IntelOptions options) {
        core = new RecordingCore(generation);
        model = new Vtd(memory, config, VtdObserver.NONE);
        model.connect(this);
        iommu = IntelIommu.probe(new VtdPlatform("dmar0", model, allocator), kernel, core, options);
        if (iommu.error() != 0) {
            throw new AssertionError("probe failed: " + log.recent());
        }
        info = TestDevices.add(iommu, RID);
        writeContext();
    }

    static ModelBench of(final FaultGeneration generation) {
        return new ModelBench(VtdConfig.scalable(), generation, IntelOptions.DEFAULT);
    }

    private void writeContext() {
        final DmaMemory contexts = allocator.allocCoherent(4096);
        final DmaMemory directory = allocator.allocCoherent(4096);
        final long at = (RID & 0x7f) * 32L;
        iommu.rootTable().putLong((RID >>> 8) * 16L, contexts.dmaAddress() | RootEntry.PRESENT);
        if (iommu.isExtended()) {
            contexts.putLong(at + 8, 2 | 5 << 8);
            contexts.putLong(at + 16, directory.dmaAddress() | 4);
            contexts.putLong(
                    at,
                    ExtendedContextEntry.PRESENT
                            | ExtendedContextEntry.PRS
                            | ExtendedContextEntry.PASIDE
                            | (long) ExtendedContextEntry.T_PASS_THROUGH_PASID_DEVICE_TLB
                                    << ExtendedContextEntry.T_SHIFT);
        } else {
            contexts.putLong(
                    at,
                    directory.dmaAddress()
                            | ScalableContextEntry.PRESENT
                            | ScalableContextEntry.DTE
                            | ScalableContextEntry.PASIDE
                            | ScalableContextEntry.PRE);
        }
    }

    void request(final int group, final boolean isLast) {
        model.pageRequest(RID, PASID, ADDRESS, READ, group, isLast);
    }

    int respond(final int index, final int code) {
        final IommuFault fault = core.reported.get(index);
        return iommu.responder()
                .respond(
                        info,
                        fault,
                        new IommuPageResponse()
                                .set(fault.pasid(), fault.grpid(), code).stream(
                                        fault.responseType(), fault.addr()));
    }

    boolean logged(final String part) {
        return log.recent().stream().anyMatch(line -> line.contains(part));
    }

    // ---- PcieBus --------------------------------------------------------------------------------

    @Override
    public void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {
        answers.add(String.format("%x %x %x %x", streamId, substreamId, code, group));
    }

    @Override
    public void pageStreamResponse(
            final int streamId,
            final int substreamId,
            final int code,
            final int group,
            final long address) {
        answers.add(String.format("%x %x %x %x %x", streamId, substreamId, code, group, address));
    }

    @Override
    public boolean invalidateTranslations(
            final int streamId,
            final int substreamId,
            final boolean isGlobal,
            final long address,
            final int log2Bytes) {
        invalidations.add(String.format("%x %x %x %d", streamId, substreamId, address, log2Bytes));
        if (withheld > 0) {
            withheld--;
            return false;
        }
        return true;
    }
}
