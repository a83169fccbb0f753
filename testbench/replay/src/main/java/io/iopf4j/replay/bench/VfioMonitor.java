// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.core.vfio.VfioFaultReader;
import io.iopf4j.core.vfio.VfioPciDevice;
import io.iopf4j.core.vfio.VfioResponseWriter;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A monitor of the kernels before 6.12: VFIO's fault and response regions, a pair for each device.
 * The guest looks into the rings in the order in which its devices signalled. Its container has the
 * machine's stage 2, and passes a guest's invalidations on ({@code VFIO_IOMMU_CACHE_INVALIDATE}),
 * which needs what only a viommu of later kernels knows; so here it is one.
 */
final class VfioMonitor implements VmMonitor {
    private final Kernel kernel;
    private final IommuCore core;
    private final FaultObserver observer;
    private final Map<GuestDevice, Seat> seats = new LinkedHashMap<>();

    private final List<Seat> signalled = new ArrayList<>();
    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse response = new IommuPageResponse();
    private final GuestRecord record = new GuestRecord();
    private final Runnable settle;
    private final PhysicalMemory memory;
    private IommufdViommu viommu;
    private Runnable wakeup = () -> {};
    private boolean isClosed;

    VfioMonitor(
            final Kernel kernel,
            final IommuCore core,
            final FaultObserver observer,
            final Runnable settle,
            final PhysicalMemory memory) {
        this.settle = settle;
        this.memory = memory;
        this.kernel = kernel;
        this.core = core;
        this.observer = observer;
    }

    @Override
    public void bind(final GuestDevice device) {
        seats.put(
                device,
                new Seat(device, VfioPciDevice.open(core, kernel, device.device(), observer)));
        if (viommu == null) {
            makeViommu(device.device());
        }
        final int ret = viommu.vdeviceAlloc(device.virtualStreamId(), device.device());
        VmMemory.require(ret == 0, "name a device", ret);
    }

    private void makeViommu(final IommuDevice dev) {
        final IommuOps ops = dev.ops();
        final IommuDomain parent = ops.domainAllocPagingFlags(dev, HwptAlloc.FLAG_NEST_PARENT);
        VmMemory.require(parent != null, "make a stage 2", -Errno.EOPNOTSUPP);
        VmMemory.map(parent, memory);
        viommu = ops.viommuAlloc(dev, parent, IommuUserData.VIOMMU_ARM_SMMUV3);
        VmMemory.require(viommu != null, "make a viommu", -Errno.EOPNOTSUPP);
    }

    /** The device file is closed: what its guest says of it later meets a bad descriptor. */
    @Override
    public void unbind(final GuestDevice device) {
        final Seat seat = seats.remove(device);
        signalled.remove(seat);
        viommu.vdeviceDestroy(device.virtualStreamId());
        seat.vfio.release();
    }

    @Override
    public int attach(final GuestDevice device, final IommuUserData tables) {
        final Seat seat = seats.get(device);
        final int ret = seat.vfio.attach(viommu.allocDomainNested(tables));
        seat.openRegions();
        return ret;
    }

    @Override
    public int replace(final GuestDevice device, final IommuUserData tables) {
        return seats.get(device).vfio.replace(viommu.allocDomainNested(tables));
    }

    @Override
    public int invalidate(final long word0, final long word1) {
        return viommu.cacheInvalidate(word0, word1);
    }

    @Override
    public int detach(final GuestDevice device) {
        return seats.get(device).vfio.detach();
    }

    @Override
    public int read(final int most, final GuestListener listener) {
        int done = 0;
        while (done < most && !signalled.isEmpty()) {
            final Seat seat = signalled.get(0);
            if (isClosed || seat.reader.pollFault(fault) <= 0) {
                seat.isSignalled = false;
                signalled.remove(0);
                continue;
            }
            done++;
            listener.read(
                    record.set(
                                    seat.device,
                                    fault.hasPasid() ? fault.pasid() : IommuModel.NO_SUBSTREAM,
                                    fault.addr(),
                                    fault.grpid(),
                                    0)
                            .shape(fault.responseType(), fault.isLast()));
        }
        return done;
    }

    @Override
    public int answer(final GuestRecord answered, final int code) {
        final Seat seat = seats.get(answered.device());
        if (isClosed || seat == null || seat.writer == null) {
            observer.refused(answered.grpid(), code, -Errno.EBADF);
            return -Errno.EBADF;
        }
        final boolean hasPasid = answered.ssid() >= 0;
        response
                .set(hasPasid ? answered.ssid() : 0, answered.grpid(), inGeneration(code))
                .flags(hasPasid ? IommuPageResponse.FLAG_PASID_VALID : 0)
                .stream(answered.responseType(), answered.iova());
        final int ret = seat.writer.respond(response);
        // The answer is through once the kernel's work has taken it off the ring.
        settle.run();
        return ret;
    }

    /** FAILURE is another number in November 2017. */
    private int inGeneration(final int code) {
        return code == PageResponseCode.FAILURE && core.generation() == FaultGeneration.SERIES_2017
                ? PageResponseCode.FAILURE_2017
                : code;
    }

    @Override
    public void setWakeup(final Runnable wakeup) {
        this.wakeup = wakeup;
    }

    @Override
    public void close() {
        isClosed = true;
        seats.values().forEach(seat -> seat.vfio.release());
    }

    /** A device in this machine. */
    private final class Seat {
        private final GuestDevice device;
        private final VfioPciDevice vfio;
        private VfioFaultReader reader;
        private VfioResponseWriter writer;
        private boolean isSignalled;

        Seat(final GuestDevice device, final VfioPciDevice vfio) {
            this.device = device;
            this.vfio = vfio;
        }

        void openRegions() {
            if (reader == null && vfio.faultRegion() != null) {
                reader = new VfioFaultReader(vfio.faultRegion());
                writer = new VfioResponseWriter(vfio.responseRegion());
                vfio.faultRegion().setTrigger(this::signal);
            }
        }

        private void signal() {
            if (!isSignalled) {
                isSignalled = true;
                signalled.add(this);
            }
            wakeup.run();
        }
    }
}
