// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit.examples;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static io.iopf4j.junit.PageResponseSent.SUCCESS;
import static io.iopf4j.junit.VtdDescriptor.PAGE_GRP_RESP;
import static io.iopf4j.junit.VtdRegister.PQH_REG;
import static io.iopf4j.junit.VtdRegister.PRS_REG;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.MessageInterrupt;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.junit.EmulatedVtd;
import io.iopf4j.junit.Iommu;
import io.iopf4j.junit.IommuTestbench;
import io.iopf4j.junit.VirtualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(IommuTestbench.class)
class OwnDriverTest {
    /** Says yes to every page request. */
    static final class YesDriver {
        private final Mmio mmio;
        private final DmaMemory requests;
        private final DmaMemory descriptors;
        private int head;
        private int tail;

        YesDriver(final PlatformDevice unit, final Kernel kernel) {
            mmio = unit.mmio();
            requests = unit.dma().allocCoherent(4096);
            descriptors = unit.dma().allocCoherent(4096);
            mmio.writeq(descriptors.dmaAddress() | VtdRegisters.IQA_DW, VtdRegisters.IQA);
            mmio.writel(VtdRegisters.QIE, VtdRegisters.GCMD);
            mmio.writeq(requests.dmaAddress(), VtdRegisters.PQA);
            final MessageInterrupt line = (MessageInterrupt) unit.interrupt("prq");
            kernel.requestThreadedIrq(line, null, this::takeRequests);
            mmio.writel(line.messageData(), VtdRegisters.PEDATA);
            mmio.writel((int) line.messageAddress(), VtdRegisters.PEADDR);
            mmio.writel(0, VtdRegisters.PECTL);
        }

        private void takeRequests() {
            mmio.writel(VtdRegisters.PRS_PPR, VtdRegisters.PRS);
            while (head != mmio.readq(VtdRegisters.PQT)) {
                final long qw0 = requests.getLong(head);
                final long qw1 = requests.getLong(head + 8);
                if ((qw1 & PageRequest.LPIG) != 0) {
                    answer(PageRequest.rid(qw0), PageRequest.pasid(qw0), PageRequest.group(qw1));
                }
                head = (head + PageRequest.BYTES) % 4096;
                mmio.writeq(head, VtdRegisters.PQH);
            }
        }

        private void answer(final int rid, final int pasid, final int group) {
            final long qw0 = PageResponse.qw0(rid, pasid, PageResponse.SUCCESS, 0);
            descriptors.putLong(tail, qw0);
            descriptors.putLong(tail + 8, PageResponse.qw1(group, 0));
            tail = (tail + 32) % 4096;
            mmio.writeq(tail, VtdRegisters.IQT);
        }
    }

    @Test
    void shouldAnswerARequestWithItsGroup(
            final EmulatedVtd vtd, @Iommu final YesDriver driver, final VirtualClock clock) {
        vtd.requester(0x310).request(5, 0x7000, 3);
        clock.run();

        assertThat(vtd.written()).containsInOrder(PRS_REG.with(1), PQH_REG.with(32));
        assertThat(vtd.commands())
                .containsExactly(PAGE_GRP_RESP.with("PASID", 5).with("PRGIndex", 3));
        assertThat(vtd.responses()).containsExactly(SUCCESS.with("RID", 0x310));
    }
}
