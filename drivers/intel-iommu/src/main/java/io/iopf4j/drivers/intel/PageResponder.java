// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.vtd.PageResponse;

/**
 * Answers page requests: {@code intel_iommu_page_response()} of Linux 6.12 and {@code
 * intel_svm_page_response()} of 6.1. A code is written as it is: FAILURE is 2 there, which PCIe
 * does not know. Any thread.
 */
class PageResponder {
    private static final int PASID_MAX = 1 << 20;

    private final IntelIommu iommu;

    PageResponder(final IntelIommu iommu) {
        this.iommu = iommu;
    }

    /** That of a unit's generation. */
    static PageResponder of(final IntelIommu iommu) {
        return iommu.generation() == FaultGeneration.SERIES_2017
                ? new PageResponder2017(iommu)
                : new PageResponder(iommu);
    }

    /**
     * Answers what was reported to the core.
     *
     * @param info the device that asked
     * @param evt the last request of its group
     * @param msg the answer
     * @return 0; before 6.12 {@code -EINVAL} without request or for a PASID that none has, and
     *     nothing was sent. Whether the hardware obeyed is not told, as in Linux
     */
    int respond(final DeviceInfo info, final IommuFault evt, final IommuPageResponse msg) {
        if (iommu.generation() == FaultGeneration.LINUX_6_12) {
            send(info.rid(), evt, msg.code(), false);
            return 0;
        }
        if (evt == null || !evt.hasPasid() || evt.pasid() == 0 || evt.pasid() >= PASID_MAX) {
            return -Errno.EINVAL;
        }
        final boolean isPrivate = (evt.flags() & IommuFault.FLAG_PRIV_DATA) != 0;
        if (evt.isLast() || isPrivate) {
            send(info.rid(), evt, msg.code(), isPrivate);
        }
        return 0;
    }

    /**
     * Ends what a device waits for, in 2017: nothing else does when its domain changes. Later
     * kernels drain, and their core knows what is pending.
     *
     * @param info the device, which asks no more
     */
    void endAll(final DeviceInfo info) {}

    /** The same for a device that has forgotten what it waits for: nothing is sent. */
    void forgetAll(final DeviceInfo info) {}

    private void send(
            final int rid, final IommuFault evt, final int code, final boolean isPrivate) {
        respond(
                rid,
                evt.hasPasid() ? evt.pasid() : -1,
                evt.grpid(),
                evt.isLast(),
                code,
                isPrivate,
                evt.privateData0(),
                evt.privateData1());
    }

    /**
     * Sends a page group response.
     *
     * @param pasid or negative for none
     * @param isPrivate there are private data
     */
    final void respond(
            final int rid,
            final int pasid,
            final int group,
            final boolean isLast,
            final int code,
            final boolean isPrivate,
            final long private0,
            final long private1) {
        iommu.qi()
                .submitOne(
                        PageResponse.qw0(rid, pasid, code, isPrivate ? PageResponse.PDP : 0),
                        PageResponse.qw1(group, isLast ? PageResponse.LPIG : 0),
                        isPrivate ? private0 : 0,
                        isPrivate ? private1 : 0);
    }

    final IntelIommu iommu() {
        return iommu;
    }
}
