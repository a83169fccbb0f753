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
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.vfio.VfioFaultReader;
import io.iopf4j.core.vfio.VfioPciDevice;
import io.iopf4j.core.vfio.VfioResponseWriter;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.ArrayList;
import java.util.HashMap;
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
    private final boolean hasViommus;
    private IommuDomain parent;
    private IommufdViommu viommu;
    private Runnable wakeup = () -> {};
    private boolean isClosed;

    VfioMonitor(
            final Kernel kernel,
            final IommuCore core,
            final FaultObserver observer,
            final Runnable settle,
            final PhysicalMemory memory,
            final boolean hasViommus) {
        this.hasViommus = hasViommus;
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
        if (parent == null) {
            makeParent(device.device());
        }
        if (hasViommus) {
            final int ret = viommu.vdeviceAlloc(device.virtualStreamId(), device.device());
            VmMemory.require(ret == 0, "name a device", ret);
        }
    }

    private void makeParent(final IommuDevice dev) {
        final IommuOps ops = dev.ops();
        parent = ops.domainAllocPagingFlags(dev, HwptAlloc.FLAG_NEST_PARENT);
        VmMemory.require(parent != null, "make a stage 2", -Errno.EOPNOTSUPP);
        VmMemory.map(parent, memory);
        if (hasViommus) {
            viommu = ops.viommuAlloc(dev, parent, IommuUserData.VIOMMU_ARM_SMMUV3);
            VmMemory.require(viommu != null, "make a viommu", -Errno.EOPNOTSUPP);
        }
    }

    private IommuDomain nested(final GuestDevice device, final IommuUserData tables) {
        final IommuDevice dev = device.device();
        return hasViommus
                ? viommu.allocDomainNested(tables)
                : dev.ops().domainAllocNested(dev, parent, tables);
    }

    /** The device file is closed: what its guest says of it later meets a bad descriptor. */
    @Override
    public void unbind(final GuestDevice device) {
        final Seat seat = seats.remove(device);
        signalled.remove(seat);
        if (hasViommus) {
            viommu.vdeviceDestroy(device.virtualStreamId());
        }
        seat.vfio.release();
    }

    @Override
    public int attachMemory(final GuestDevice device) {
        return seats.get(device).vfio.attach(parent);
    }

    @Override
    public int attach(final GuestDevice device, final int pasid, final IommuUserData tables) {
        final Seat seat = seats.get(device);
        final IommuDomain domain = nested(device, tables);
        VmMemory.require(domain != null, "nest a guest's tables", -Errno.EOPNOTSUPP);
        final int ret =
                pasid == IommuGroup.NO_PASID
                        ? seat.vfio.attach(domain)
                        : seat.vfio.bindPasid(pasid, domain);
        seat.openRegions();
        if (ret == 0 && pasid != IommuGroup.NO_PASID) {
            seat.domains.put(pasid, domain);
        }
        return ret;
    }

    @Override
    public int replace(final GuestDevice device, final int pasid, final IommuUserData tables) {
        final Seat seat = seats.get(device);
        final IommuDomain domain = nested(device, tables);
        if (pasid == IommuGroup.NO_PASID) {
            return seat.vfio.replace(domain);
        }
        seat.vfio.unbindPasid(pasid);
        seat.domains.put(pasid, domain);
        return seat.vfio.bindPasid(pasid, domain);
    }

    @Override
    public int invalidate(final long word0, final long word1) {
        return viommu.cacheInvalidate(word0, word1);
    }

    @Override
    public int invalidate(
            final GuestDevice device,
            final int pasid,
            final int type,
            final long word0,
            final long word1,
            final long word2) {
        return seats.get(device).domains.get(pasid).cacheInvalidateUser(type, word0, word1, word2);
    }

    /** With what is attached for accesses without a PASID go the device's PASIDs. */
    @Override
    public int detach(final GuestDevice device, final int pasid) {
        final Seat seat = seats.get(device);
        if (pasid != IommuGroup.NO_PASID) {
            seat.domains.remove(pasid);
            return seat.vfio.unbindPasid(pasid);
        }
        seat.domains.clear();
        return seat.vfio.detach();
    }

    @Override
    public int read(final int most, final GuestListener listener) {
        if (isClosed) {
            return -Errno.EBADF;
        }
        int done = 0;
        while (done < most && !signalled.isEmpty()) {
            final Seat seat = signalled.get(0);
            final int ret = seat.reader.pollFault(fault);
            if (ret == -Errno.EINVAL) {
                // What a guest makes of its ring; it is out of it now.
                continue;
            }
            if (ret <= 0) {
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
                            .shape(fault.responseType(), fault.isLast())
                            .asking(fault.perm()));
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

    /** What is in its rings, which have one size, is a copy of what the core keeps. */
    @Override
    public int kept() {
        return 0;
    }

    @Override
    public void lookEverywhere() {
        seats.values().forEach(Seat::mark);
    }

    @Override
    public List<GuestDoor> doors() {
        final List<GuestDoor> doors = new ArrayList<>();
        for (final Seat seat : seats.values()) {
            if (seat.reader != null) {
                doors.add(new RegionDoor(seat.vfio.faultRegion()));
                doors.add(new RegionDoor(seat.vfio.responseRegion()));
            }
        }
        return doors;
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
        private final Map<Integer, IommuDomain> domains = new HashMap<>();
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
            mark();
            wakeup.run();
        }

        void mark() {
            if (reader != null && !isSignalled) {
                isSignalled = true;
                signalled.add(this);
            }
        }
    }
}
