// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static io.iopf4j.junit.SmmuRegister.SMMU_CMDQ_BASE;
import static io.iopf4j.junit.SmmuRegister.SMMU_CMDQ_PROD;
import static io.iopf4j.junit.SmmuRegister.SMMU_CR0;
import static io.iopf4j.junit.SmmuRegister.SMMU_EVENTQ_CONS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.smmuv3.Commands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A driver of the test's own on an SMMU: what it did is recorded by the manual's names. */
@ExtendWith(IommuTestbench.class)
class EmulatedSmmuTest {
    private static final int SID = 8;

    @Test
    void shouldRecordWhatADriverDoes(
            final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver, final VirtualClock clock) {
        final SmmuDevice nic = smmu.stallingDevice(SID);
        final DmaAccess read = nic.read(0x1234_5678);
        clock.run();

        assertThat(read).isPending();
        assertThat(smmu.written())
                .containsInOrder(SMMU_CMDQ_BASE, SMMU_CR0.with(0xd), SMMU_EVENTQ_CONS.with(1));
        assertThat(smmu.records())
                .containsExactly(
                        SmmuEvent.F_TRANSLATION
                                .with("StreamID", SID)
                                .with("Stall", 1)
                                .with("RnW", 1)
                                .with("InputAddr", 0x1234_5678));
        assertThat(smmu.reported())
                .containsExactly(FaultCall.PAGE_REQUEST.with("device", "dev-8").with("ret", "0"));

        nic.map(0x1234_5678);
        driver.resume(SID, (int) smmu.records().last().number("STAG"), Commands.RESUME_RETRY);

        assertThat(read).isDone();
        assertThat(smmu.commands())
                .containsExactly(
                        SmmuCommand.CMD_RESUME.with("StreamID", SID).with("Ac", 1).with("Ab", 0));
        assertThat(smmu.ended()).containsExactly(AccessEnd.DONE.with("addr", 0x1234_5678));
        assertEquals(1, smmu.read(SMMU_CMDQ_PROD));
    }

    @Test
    void shouldRefuseReportsWhenTold(
            final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver, final VirtualClock clock) {
        smmu.answerReportsWith(-Errno.ENODEV);
        final DmaAccess write = smmu.stallingDevice(SID).write(0x1000);
        clock.run();

        assertThat(write).isAborted();
        assertThat(smmu.reported()).containsExactly(FaultCall.PAGE_REQUEST.with("ret", "-ENODEV"));
        assertThat(smmu.commands()).containsExactly(SmmuCommand.CMD_RESUME.with("Ab", 1));
    }
}
