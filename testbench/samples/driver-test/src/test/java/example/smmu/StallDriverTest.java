// SPDX-License-Identifier: Apache-2.0
package example.smmu;

import static io.iopf4j.junit.FaultCall.PAGE_REQUEST;
import static io.iopf4j.junit.IommuAssertions.assertThat;
import static io.iopf4j.junit.SmmuCommand.CMD_RESUME;
import static io.iopf4j.junit.SmmuRegister.SMMU_CMDQ_BASE;
import static io.iopf4j.junit.SmmuRegister.SMMU_CR0;
import static io.iopf4j.junit.SmmuRegister.SMMU_EVENTQ_BASE;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.junit.DmaAccess;
import io.iopf4j.junit.EmulatedSmmu;
import io.iopf4j.junit.Iommu;
import io.iopf4j.junit.IommuTestbench;
import io.iopf4j.junit.SmmuDevice;
import io.iopf4j.junit.VirtualClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(IommuTestbench.class)
class StallDriverTest {
    @Iommu(stallEntries = 16)
    EmulatedSmmu smmu;

    @Iommu StallDriver driver;
    @Iommu VirtualClock clock;
    SmmuDevice nic;
    IommuDevice kernelsNic;

    @BeforeEach
    void plugIn() {
        nic = smmu.stallingDevice(8);
        kernelsNic = nic.iommuDevice(null);
        driver.add(kernelsNic);
    }

    @Test
    void shouldSetQueuesUpBeforeTheyAreEnabled() {
        assertThat(smmu.written())
                .containsInOrder(SMMU_CMDQ_BASE, SMMU_EVENTQ_BASE, SMMU_CR0.with(0xd));
    }

    @Test
    void shouldResumeAStallWhenItsPageIsThere() {
        final DmaAccess read = nic.read(0x1000);
        clock.run();
        assertThat(smmu.reported()).containsExactly(PAGE_REQUEST.with("addr", 0x1000));
        assertThat(read).isPending();

        nic.map(0x1000);
        driver.respond(kernelsNic, 0, PageResponseCode.SUCCESS);

        assertThat(smmu.commands())
                .containsExactly(CMD_RESUME.with("StreamID", 8).with("STAG", 0).with("Ac", 1));
        assertThat(read).isDone();
    }

    @Test
    void shouldAbortAStallThatTheCoreRefuses() {
        smmu.answerReportsWith(-Errno.EINVAL);
        final DmaAccess write = nic.write(0x1000);
        clock.run();
        assertThat(write).isAborted();
    }

    @Test
    void shouldKeepItsPlaceWhenTheQueueWraps() {
        for (int page = 0; page < 100; page++) {
            final DmaAccess read = nic.read(page * 0x1000L);
            clock.run();
            driver.respond(
                    kernelsNic,
                    (int) smmu.reported().last().number("grpid"),
                    PageResponseCode.INVALID);
            assertThat(read).isAborted();
        }
        assertThat(smmu.reported()).hasSize(100);
    }
}
