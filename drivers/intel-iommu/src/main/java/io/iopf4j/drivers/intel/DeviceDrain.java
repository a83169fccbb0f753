// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * Ends all page requests of a device, whatever their PASID: what December 2017 asked for and Linux
 * never got. The device forgets what it waits for, by a reset of its page request interface; what
 * it sent before that is on its way or in the queue, and is let through and taken out; then it may
 * ask again. No answer is owed to anybody afterwards.
 *
 * <p>That holds for a device which may ask no more, too. When its last domain goes, 6.12 answers
 * what is pending, and only then takes its page requests away: an answer gives the device room, and
 * what it asks for then comes after the drains of its PASIDs.
 */
final class DeviceDrain {
    /** More rounds than this make no progress: another device keeps the queue full. */
    private static final int MAX_ROUNDS = 64;

    private static final int FENCE_STATUS = 2;

    private final IntelIommu iommu;

    DeviceDrain(final IntelIommu iommu) {
        this.iommu = iommu;
    }

    /**
     * Drains a device; does nothing if it cannot ask for pages.
     *
     * @return 0, or the errno of the device or the unit, and requests may be there still
     */
    int drain(final DeviceInfo info) {
        final PageRequestQueue queue = iommu.pageRequestQueue();
        if (queue == null || !info.isPriSupported()) {
            return 0;
        }
        if (iommu.isGone()) {
            return -Errno.ENODEV;
        }
        final boolean mayAsk = info.isPriEnabled();
        // Where the driver knows what is owed it is answered, while the device still listens.
        queue.responder().endAll(info);
        if (mayAsk) {
            info.pci().disablePri();
        }
        info.pci().resetPri();
        info.setForgotten(true);
        int ret = pushOut(info, queue);
        takeOut(info, queue);
        info.setForgotten(false);
        queue.responder().forgetAll(info);
        iommu.iopfQueue().flushDev(info.device());
        if (mayAsk) {
            final int enabled = info.pci().enablePri(iommu.options().pageRequests());
            if (enabled != 0) {
                info.setPriEnabled(false);
                ret = enabled;
            }
        }
        return ret;
    }

    /** What is on its way arrives; if the queue overflows meanwhile, once more. */
    private int pushOut(final DeviceInfo info, final PageRequestQueue queue) {
        int ret = 0;
        for (int round = 0; round < MAX_ROUNDS && ret == 0; round++) {
            ret = submit(info);
            if ((iommu.mmio().readl(VtdRegisters.PRS) & VtdRegisters.PRS_PRO) == 0
                    || !queue.awaitRun()) {
                return ret;
            }
        }
        return ret;
    }

    private int submit(final DeviceInfo info) {
        final QiFlush flush = iommu.flush();
        final QiBatch batch = new QiBatch(iommu.qi());
        batch.add(Invalidation.waitFor(FENCE_STATUS, Invalidation.WAIT_FN), 0);
        batch.add(flush.iotlb(Invalidation.IOTLB_DOMAIN, info.ridDid()), 0);
        batch.add(flush.devTlb(info), Invalidation.deviceRange(0, QiFlush.ALL_LOG2));
        for (final int pasid : info.pasids()) {
            batch.add(
                    Invalidation.pasidIotlb(Invalidation.PASID_IOTLB_ALL, info.did(pasid), pasid),
                    0);
            batch.add(
                    flush.devTlbPasid(info, pasid),
                    Invalidation.pasidDeviceRange(0, QiFlush.ALL_LOG2));
        }
        final int ret = batch.submit();
        final boolean canDrain = iommu.capabilities().hasEcap(VtdCapabilities.PDS);
        final long[] fence = {Invalidation.waitFor(FENCE_STATUS, Invalidation.WAIT_FN), 0, 0, 0};
        final int drained = iommu.qi().submitSync(fence, 1, canDrain ? Qi.DRAIN : 0);
        return ret != 0 ? ret : drained;
    }

    /** The queue's thread comes past all that it has: what is the device's it throws away. */
    private void takeOut(final DeviceInfo info, final PageRequestQueue queue) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (!isQueued(info.rid(), queue)) {
                return;
            }
            if (!queue.awaitRun()) {
                break;
            }
        }
        iommu.kernel().log().warn(iommu.name(), "page requests are not taken off the queue");
    }

    private boolean isQueued(final int rid, final PageRequestQueue queue) {
        final Mmio mmio = iommu.mmio();
        final boolean isRev2 = iommu.isExtended();
        final long mask = queue.ringMask();
        final long tail = mmio.readq(VtdRegisters.PQT) & mask;
        long head = mmio.readq(VtdRegisters.PQH) & mask;
        while (head != tail) {
            final long qw0 = queue.memory().getLong(head);
            final int its =
                    isRev2
                            ? PageRequestRev2.rid(qw0, queue.memory().getLong(head + Long.BYTES))
                            : PageRequest.rid(qw0);
            if (its == rid) {
                return true;
            }
            head = (head + (isRev2 ? PageRequestRev2.BYTES : PageRequest.BYTES)) & mask;
        }
        return false;
    }
}
