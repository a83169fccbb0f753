// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.vtd.PageResponse;

/**
 * Answers page requests as the series of November 2017 wants it: {@code
 * intel_iommu_page_response()} there, and the end of {@code prq_event_thread()} of Linux 4.15. An
 * answer says whether it is for a group or for one request of a stream, and must be what the
 * request wants. Private data go back as they came, whatever the answer says of them. Any thread.
 *
 * <p>On hardware of scalable mode responses have 6.1's form; streams do not exist there.
 */
final class PageResponder2017 extends PageResponder {
    private final OutstandingRequests outstanding = new OutstandingRequests();
    private final OutstandingRequests.Taken taken = new OutstandingRequests.Taken();

    PageResponder2017(final IntelIommu iommu) {
        super(iommu);
    }

    /** Keeps what a response will need; false if too many are outstanding. */
    boolean expect(
            final int type,
            final int rid,
            final int pasid,
            final int group,
            final long address,
            final boolean isPrivate,
            final long private0,
            final long private1) {
        return outstanding.add(type, rid, pasid, group, address, isPrivate, private0, private1);
    }

    /** Takes back what {@link #expect} kept; false if it was answered meanwhile. */
    boolean forget(final int rid, final IommuFault fault, final OutstandingRequests.Taken into) {
        return outstanding.take(
                fault.responseType(), rid, fault.pasid(), fault.grpid(), fault.addr(), into);
    }

    /**
     * Answers a request.
     *
     * @param evt not looked at: the core of 2017 keeps none
     * @return 0; {@code -EINVAL} if no request of the device waits for an answer of that type and
     *     those names, and nothing was sent
     */
    @Override
    synchronized int respond(
            final DeviceInfo info, final IommuFault evt, final IommuPageResponse msg) {
        if (!outstanding.take(
                msg.type(), info.rid(), msg.pasid(), msg.grpid(), msg.addr(), taken)) {
            return -Errno.EINVAL;
        }
        send(info.rid(), msg.code());
        return 0;
    }

    @Override
    synchronized void endAll(final DeviceInfo info) {
        while (outstanding.takeAny(info.rid(), taken)) {
            send(info.rid(), PageResponseCode.INVALID);
        }
    }

    @Override
    synchronized void forgetAll(final DeviceInfo info) {
        while (outstanding.takeAny(info.rid(), taken)) {
            // One by one, until there is none.
        }
    }

    private void send(final int rid, final int code) {
        if (!iommu().isExtended()) {
            respond(
                    rid,
                    taken.pasid(),
                    taken.group(),
                    true,
                    code,
                    taken.isPrivate(),
                    taken.private0(),
                    taken.private1());
        } else if (taken.type() == PageResponseType.GROUP) {
            respondGroup(rid, taken.pasid(), taken.group(), (int) taken.private0(), code);
        } else {
            respondStream(
                    rid,
                    taken.pasid(),
                    taken.group(),
                    taken.address(),
                    (int) taken.private0(),
                    code);
        }
    }

    /** A page group response of revision 2; the PASID is negative for none. */
    void respondGroup(
            final int rid,
            final int pasid,
            final int group,
            final int privateData,
            final int code) {
        iommu().qi()
                .submitOne(
                        PageResponse.rev2GroupQw0(rid, pasid),
                        PageResponse.rev2GroupQw1(code, group, privateData),
                        0,
                        0);
    }

    /** A page stream response of revision 2. */
    void respondStream(
            final int rid,
            final int pasid,
            final int group,
            final long address,
            final int privateData,
            final int code) {
        iommu().qi()
                .submitOne(
                        PageResponse.streamQw0(rid, pasid, group, privateData),
                        PageResponse.streamQw1(rid, address, code),
                        0,
                        0);
    }
}
