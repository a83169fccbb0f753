// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.MessageInterrupt;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.VtdRegisters;

/** A driver that tests of the testbench bring: answers each page request that is last with OK. */
final class TinyVtdDriver {
    static final int REQUESTS = 4096 / PageRequest.BYTES;
    private static final int DESCRIPTOR_BYTES = 32;

    private final Mmio mmio;
    private final DmaMemory descriptors;
    private final DmaMemory requests;
    private int tail;

    TinyVtdDriver(final PlatformDevice platform, final Kernel kernel) {
        mmio = platform.mmio();
        descriptors = platform.dma().allocCoherent(4096);
        requests = platform.dma().allocCoherent(4096);
        mmio.writeq(descriptors.dmaAddress() | VtdRegisters.IQA_DW, VtdRegisters.IQA);
        mmio.writel(
                (mmio.readl(VtdRegisters.GSTS) & VtdRegisters.TE) | VtdRegisters.QIE,
                VtdRegisters.GCMD);
        mmio.writeq(requests.dmaAddress(), VtdRegisters.PQA);
        final MessageInterrupt line = (MessageInterrupt) platform.interrupt("prq");
        kernel.requestThreadedIrq(line, null, this::takeRequests);
        mmio.writel(line.messageData(), VtdRegisters.PEDATA);
        mmio.writel((int) line.messageAddress(), VtdRegisters.PEADDR);
        mmio.writel(0, VtdRegisters.PECTL);
    }

    private void takeRequests() {
        mmio.writel(VtdRegisters.PRS_PPR, VtdRegisters.PRS);
        long head = mmio.readq(VtdRegisters.PQH);
        while (head != mmio.readq(VtdRegisters.PQT)) {
            final long qw0 = requests.getLong(head);
            final long qw1 = requests.getLong(head + 8);
            if ((qw1 & PageRequest.LPIG) != 0) {
                submit(
                        PageResponse.qw0(
                                PageRequest.rid(qw0),
                                PageRequest.pasid(qw0),
                                PageResponse.SUCCESS,
                                0),
                        PageResponse.qw1(PageRequest.group(qw1), 0));
            }
            head = (head + PageRequest.BYTES) % 4096;
            mmio.writeq(head, VtdRegisters.PQH);
        }
    }

    void submit(final long qw0, final long qw1) {
        descriptors.putLong(tail, qw0);
        descriptors.putLong(tail + 8, qw1);
        tail = (tail + DESCRIPTOR_BYTES) % 4096;
        mmio.writeq(tail, VtdRegisters.IQT);
    }
}
