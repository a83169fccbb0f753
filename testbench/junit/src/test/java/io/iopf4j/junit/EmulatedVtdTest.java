// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static io.iopf4j.junit.VtdRegister.GSTS_REG;
import static io.iopf4j.junit.VtdRegister.IQA_REG;
import static io.iopf4j.junit.VtdRegister.IQT_REG;
import static io.iopf4j.junit.VtdRegister.PRS_REG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.VtdRegisters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A driver of the test's own on a remapping unit. */
@ExtendWith(IommuTestbench.class)
class EmulatedVtdTest {
    @Test
    void shouldRecordWhatADriverDoes(
            final EmulatedVtd vtd, @Iommu final TinyVtdDriver driver, final VirtualClock clock) {
        final PageRequester nic = vtd.requester(0x310);
        nic.request(5, 0x7000, IommuFault.PERM_WRITE, 3, false);
        nic.request(5, 0x8000, IommuFault.PERM_READ, 3, true);
        clock.run();

        assertThat(vtd.records())
                .containsExactly(
                        VtdRecord.PAGE_REQ_DSC.with("LPIG", 0).with("WR", 1).with("Addr", 0x7000),
                        VtdRecord.PAGE_REQ_DSC.with("LPIG", 1).with("RD", 1).with("Addr", 0x8000));
        assertThat(vtd.commands())
                .containsExactly(
                        VtdDescriptor.PAGE_GRP_RESP
                                .with("RID", 0x310)
                                .with("PASID", 5)
                                .with("PRGIndex", 3)
                                .with("RespCode", 0));
        assertThat(vtd.responses())
                .containsExactly(PageResponseSent.SUCCESS.with("PRGIndex", 3).with("PASID", 5));
        assertThat(vtd.written()).containsInOrder(IQA_REG, PRS_REG.with(1), IQT_REG.with(32));
        assertEquals(
                VtdRegisters.TE | VtdRegisters.QIE,
                (int) vtd.read(GSTS_REG) & (VtdRegisters.TE | VtdRegisters.QIE));
    }
}
