// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.emulation.vtd.Vtd;
import java.util.List;

/** A PCIe device behind an {@link EmulatedVtd}: it sends the page requests that it is told to. */
public final class PageRequester {
    private static final int PASID_BITS = 6;

    private final int rid;
    private final Vtd model;
    private final Recorder recorder;

    PageRequester(final int rid, final Vtd model, final Recorder recorder) {
        this.rid = rid;
        this.model = model;
        this.recorder = recorder;
    }

    /**
     * Asks to read one page, alone in its group.
     *
     * @param pasid PASID, in [0, 63]
     * @param address address in the page
     * @param group group index, 9 bits
     */
    public void request(final int pasid, final long address, final int group) {
        request(pasid, address, IommuFault.PERM_READ, group, true);
    }

    /**
     * Asks for a page.
     *
     * @param pasid PASID, in [0, 63]; negative for none
     * @param address address in the page
     * @param perm {@code IommuFault.PERM_} bits
     * @param group group index, 9 bits
     * @param isLast it completes its group
     */
    public void request(
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast) {
        model.pageRequest(rid, pasid, address, perm, group, isLast);
        recorder.watch().look();
    }

    /**
     * The kernel's view of it.
     *
     * @param ops the driver's operations, or a mock
     * @return a new device of this requester id
     */
    public IommuDevice iommuDevice(final IommuOps ops) {
        return new IommuDevice(
                toString(), ops, new IommuFwspec(List.of(rid), false, PASID_BITS, true));
    }

    /**
     * Its bus, device and function.
     *
     * @return 16 bits
     */
    public int rid() {
        return rid;
    }

    @Override
    public String toString() {
        return "requester-" + Integer.toHexString(rid);
    }
}
