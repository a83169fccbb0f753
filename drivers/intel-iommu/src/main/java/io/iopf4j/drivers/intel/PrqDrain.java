// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * Sees to it that no page request of a PASID is anywhere any more: {@code
 * intel_iommu_drain_pasid_prq()} of Linux 6.12, {@code intel_svm_drain_prq()} of 6.1. 2017 has
 * none.
 *
 * <p>Linux waits without end for the queue's thread. Here it is let run, and run once by hand if it
 * has nothing to do; if that changes nothing either, the drain goes on.
 */
final class PrqDrain {
    /** Drains nothing: a unit without page requests, and 2017. */
    static final PrqDrain NOTHING = new PrqDrain(null, null);

    /** More rounds than this make no progress: the device asks faster than it is drained. */
    private static final int MAX_ROUNDS = 64;

    private static final int DESCRIPTORS = 3;
    private static final int FENCE_STATUS = 2;

    private final IntelIommu iommu;
    private final PageRequestQueue queue;

    PrqDrain(final IntelIommu iommu, final PageRequestQueue queue) {
        this.iommu = iommu;
        this.queue = queue;
    }

    /**
     * Drains a PASID of a device. Its PASID entry is gone already, so that it asks no more. Does
     * nothing unless PRI is enabled on the device.
     *
     * @param info the device
     * @param pasid PASID; 0 is what the device does without PASID
     */
    void drain(final DeviceInfo info, final int pasid) {
        if (queue == null || iommu.isGone() || !info.isPriEnabled()) {
            return;
        }
        awaitTaken(pasid);
        iommu.iopfQueue().flushDev(info.device());
        final long[] qws = new long[DESCRIPTORS * Qi.QWS];
        fill(qws, info, pasid);
        for (int round = 0; round < MAX_ROUNDS; round++) {
            iommu.qi().submitSync(qws, DESCRIPTORS, Qi.DRAIN);
            if ((iommu.mmio().readl(VtdRegisters.PRS) & VtdRegisters.PRS_PRO) == 0) {
                return;
            }
            if (!queue.awaitRun()) {
                break;
            }
        }
        iommu.kernel().log().warn(iommu.name(), "page requests could not be drained");
    }

    /** Waits until no request of the PASID is in the queue. Whose it is does not count. */
    private void awaitTaken(final int pasid) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (!isQueued(pasid)) {
                return;
            }
            if (!queue.awaitRun()) {
                break;
            }
        }
        iommu.kernel().log().warn(iommu.name(), "page requests are not taken off the queue");
    }

    private boolean isQueued(final int pasid) {
        final Mmio mmio = iommu.mmio();
        final long mask = queue.ringMask();
        final long tail = mmio.readq(VtdRegisters.PQT) & mask;
        long head = mmio.readq(VtdRegisters.PQH) & mask;
        while (head != tail) {
            final long qw0 = queue.memory().getLong(head);
            if ((qw0 & PageRequest.PP) != 0 && PageRequest.pasid(qw0) == pasid) {
                return true;
            }
            head = head + PageRequest.BYTES & mask;
        }
        return false;
    }

    private void fill(final long[] qws, final DeviceInfo info, final int pasid) {
        final boolean isOld = iommu.generation() != FaultGeneration.LINUX_6_12;
        final QiFlush flush = iommu.flush();
        final int did = info.ridDid();
        qws[0] = Invalidation.waitFor(FENCE_STATUS, Invalidation.WAIT_FN);
        if (pasid == 0 && !isOld) {
            qws[Qi.QWS] = flush.iotlb(Invalidation.IOTLB_DOMAIN, did);
            qws[2 * Qi.QWS] = flush.devTlb(info);
            qws[2 * Qi.QWS + 1] = Invalidation.deviceRange(0, QiFlush.ALL_LOG2);
        } else {
            qws[Qi.QWS] = Invalidation.pasidIotlb(Invalidation.PASID_IOTLB_ALL, did, pasid);
            qws[2 * Qi.QWS] = flush.devTlbPasid(info, pasid);
            // 6.1 leaves the size out: the device forgets one page, at address 0.
            qws[2 * Qi.QWS + 1] = isOld ? 0 : Invalidation.pasidDeviceRange(0, QiFlush.ALL_LOG2);
        }
    }
}
