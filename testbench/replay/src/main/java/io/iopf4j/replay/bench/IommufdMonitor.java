// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iommufd.IommufdContext;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.iommufd.IommufdFaultQueue;
import io.iopf4j.core.iommufd.IommufdHwpt;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PhysicalMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A monitor of 6.12: one iommufd context with one fault queue, and of later kernels what a guest's
 * tables need: the viommu (6.13), or attachments at PASIDs (6.15).
 */
final class IommufdMonitor implements VmMonitor {
    /** A group that does not fit is never read: none has more pages than a file can ask for. */
    private static final int READ_RECORDS = 512;

    private static final int PASID_VALID = 1;
    private static final int LAST_PAGE = 1 << 1;

    private final IommufdContext context;
    private final int faultQueueId;
    private final IommufdFaultQueue faultQueue;
    private final Map<GuestDevice, Seat> seats = new HashMap<>();
    private final ByteBuffer records = ByteBuffer.allocate(READ_RECORDS * HwptPgfault.BYTES);
    private final ByteBuffer answer = ByteBuffer.allocate(HwptPageResponse.BYTES);
    private final GuestRecord record = new GuestRecord();
    private final PhysicalMemory memory;
    private GuestDevice[] deviceOfId = new GuestDevice[16];
    private final boolean hasViommus;
    private IommufdHwpt parent;

    // Where pages were invalidated last; no device until anything is attached or detached.
    private GuestDevice lastDevice;
    private int lastPasid;
    private IommuDomain lastDomain;

    private int viommuId;
    private IommufdViommu viommu;

    IommufdMonitor(
            final GroupResponder core,
            final FaultObserver observer,
            final boolean drains,
            final PhysicalMemory memory,
            final boolean hasViommus) {
        this.memory = memory;
        this.hasViommus = hasViommus;
        context = new IommufdContext(core, observer);
        faultQueueId = context.faultQueueAlloc(0);
        faultQueue = context.faultQueue(faultQueueId);
        if (drains) {
            faultQueue.restWithdrawnCookies();
        }
    }

    @Override
    public void bind(final GuestDevice device) {
        final IommufdDevice bound = context.bind(device.device());
        seats.put(device, new Seat(bound));
        if (bound.id() >= deviceOfId.length) {
            deviceOfId = Arrays.copyOf(deviceOfId, bound.id() * 2);
        }
        deviceOfId[bound.id()] = device;
        if (parent == null) {
            makeParent(bound);
        }
        if (hasViommus) {
            name(device, bound);
        }
    }

    private void makeParent(final IommufdDevice bound) {
        parent = context.hwptAllocPaging(bound, HwptAlloc.FLAG_NEST_PARENT);
        VmMemory.require(parent != null, "make a stage 2", context.lastError());
        VmMemory.map(parent.domain(), memory);
    }

    private void name(final GuestDevice device, final IommufdDevice bound) {
        if (viommu == null) {
            makeViommu(bound);
        }
        final int id = context.vdeviceAlloc(viommuId, bound, device.virtualStreamId());
        VmMemory.require(id > 0, "name a device", id);
    }

    private void makeViommu(final IommufdDevice bound) {
        viommuId = context.viommuAlloc(IommuUserData.VIOMMU_ARM_SMMUV3, bound, parent);
        VmMemory.require(viommuId > 0, "make a viommu", viommuId);
        viommu = context.viommu(viommuId);
    }

    @Override
    public void unbind(final GuestDevice device) {
        lastDevice = null;
        final Seat seat = seats.remove(device);
        deviceOfId[seat.bound.id()] = null;
        context.destroy(seat.bound.id());
    }

    @Override
    public int attachMemory(final GuestDevice device) {
        return attach(seats.get(device), IommuGroup.NO_PASID, parent);
    }

    @Override
    public int attach(final GuestDevice device, final int pasid, final IommuUserData tables) {
        final Seat seat = seats.get(device);
        final IommufdHwpt hwpt = nested(seat, tables);
        if (hwpt == null) {
            return context.lastError();
        }
        final int ret = attach(seat, pasid, hwpt);
        if (ret != 0) {
            context.destroy(hwpt.id());
        }
        return ret;
    }

    private int attach(final Seat seat, final int pasid, final IommufdHwpt hwpt) {
        final int ret = seat.bound.attach(hwpt, pasid);
        if (ret == 0) {
            lastDevice = null;
            seat.hwpts.put(pasid, hwpt);
        }
        return ret;
    }

    private IommufdHwpt nested(final Seat seat, final IommuUserData tables) {
        return hasViommus
                ? context.hwptAllocNested(viommuId, tables, faultQueueId)
                : context.hwptAllocNested(seat.bound, parent, tables, faultQueueId);
    }

    @Override
    public int replace(final GuestDevice device, final int pasid, final IommuUserData tables) {
        final Seat seat = seats.get(device);
        final IommufdHwpt hwpt = nested(seat, tables);
        if (hwpt == null) {
            return context.lastError();
        }
        final int ret = seat.bound.replace(hwpt, pasid);
        lastDevice = null;
        context.destroy(ret == 0 ? seat.hwpts.put(pasid, hwpt).id() : hwpt.id());
        return ret;
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
        if (device != lastDevice || pasid != lastPasid) {
            lastDomain = seats.get(device).hwpts.get(pasid).domain();
            lastDevice = device;
            lastPasid = pasid;
        }
        return lastDomain.cacheInvalidateUser(type, word0, word1, word2);
    }

    @Override
    public int detach(final GuestDevice device, final int pasid) {
        lastDevice = null;
        final Seat seat = seats.get(device);
        final IommufdHwpt hwpt = seat.hwpts.remove(pasid);
        if (hwpt == null) {
            return 0;
        }
        final int ret = seat.bound.detach(pasid);
        if (hwpt != parent) {
            context.destroy(hwpt.id());
        }
        return ret;
    }

    @Override
    public int read(final int most, final GuestListener listener) {
        int done = 0;
        while (done < most) {
            records.clear().limit(Math.min(most - done, READ_RECORDS) * HwptPgfault.BYTES);
            final int bytes = faultQueue.read(records);
            if (bytes <= 0) {
                return done == 0 ? bytes : done;
            }
            for (int at = 0; at < bytes; at += HwptPgfault.BYTES) {
                listener.read(decode(at));
            }
            done += bytes / HwptPgfault.BYTES;
        }
        return done;
    }

    private GuestRecord decode(final int at) {
        final int flags = HwptPgfault.flags(records, at);
        final int devId = HwptPgfault.devId(records, at);
        return record.set(
                        devId >= 0 && devId < deviceOfId.length ? deviceOfId[devId] : null,
                        (flags & PASID_VALID) == 0
                                ? IommuModel.NO_SUBSTREAM
                                : HwptPgfault.pasid(records, at),
                        HwptPgfault.addr(records, at),
                        HwptPgfault.grpid(records, at),
                        HwptPgfault.cookie(records, at))
                .shape(record.responseType(), (flags & LAST_PAGE) != 0)
                .asking(HwptPgfault.perm(records, at));
    }

    @Override
    public int answer(final GuestRecord answered, final int code) {
        answer.clear();
        HwptPageResponse.encode(answer, 0, answered.cookie(), code);
        return Math.min(faultQueue.write(answer), 0);
    }

    @Override
    public int kept() {
        return faultQueue.kept();
    }

    /** There is one queue, and each read looks into it. */
    @Override
    public void lookEverywhere() {}

    @Override
    public List<GuestDoor> doors() {
        return List.of(new FaultQueueDoor(faultQueue));
    }

    @Override
    public void setWakeup(final Runnable wakeup) {
        faultQueue.setWakeup(wakeup);
    }

    @Override
    public void close() {
        faultQueue.close();
    }

    /** A device in this context. */
    private static final class Seat {
        private final IommufdDevice bound;
        private final Map<Integer, IommufdHwpt> hwpts = new HashMap<>();

        Seat(final IommufdDevice bound) {
            this.bound = bound;
        }
    }
}
