// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.iopf4j.api.IommuFault;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A failure shows what the machine was doing, decoded, and the line that repeats it. */
class FailureReportTest {
    private static void assertShows(final String report, final String... lines) {
        int at = 0;
        for (final String line : lines) {
            at = report.indexOf(line, at);
            assertTrue(at >= 0, () -> "missing: " + line + "\nin: " + report);
        }
    }

    @Test
    void shouldShowAnSmmu() {
        assertShows(
                Inner.run(OfSmmu.class).report(),
                "AssertionFailedError: red",
                "Suppressed: io.iopf4j.junit.Evidence: seed 42, at 0.000us",
                "repeat: mvn test -Dtest='io.iopf4j.junit.FailureReportTest$OfSmmu#test'"
                        + " -Diopf4j.seed=42",
                "last events:",
                "0.000us  write  SMMU_CR0 value=0xd",
                "0.000us  command  CMD_STALL_TERM StreamID=9",
                "0.000us  record  F_TRANSLATION StreamID=8 Stall=1 STAG=0 RnW=1 InD=0 PnU=0 S2=0"
                        + " Class=2 InputAddr=0x1000",
                "registers and queues:",
                "CR0 SMMUEN EVENTQEN CMDQEN",
                "IRQ_CTRL EVENTQ_IRQEN",
                "GERROR 0, GERRORN 0, active: none",
                "CMDQ_PROD index 1 wrap 0, CONS index 1 wrap 0, LOG2SIZE 4",
                "EVENTQ_PROD index 1 wrap 0, CONS index 0 wrap 0, LOG2SIZE 4",
                "  F_TRANSLATION StreamID=8 Stall=1",
                "PRIQ_BASE 0: not set up",
                "stalls: 1 recorded, 0 held, of 16",
                "pending:",
                "access 1 of device-8 at 0x1000 is pending");
    }

    @Test
    void shouldShowAUnitOfVtd() {
        assertShows(
                Inner.run(OfVtd.class).report(),
                "GSTS QIES RTPS TES",
                "FSTS none",
                "PRS PPR",
                "IQH index 1, IQT index 1, IQA 0x",
                "PQH index 0, PQT index 1, PQA 0x",
                "  PAGE_REQ_DSC RID=0x310 PASID=5 PRGIndex=3 LPIG=1 RD=1 WR=0 Addr=0x7000");
    }

    @Test
    void shouldShowABench() {
        assertShows(
                Inner.run(OfBench.class).report(),
                "expected an access to be done, but access of nic at 0x1000 r--- is pending",
                "report  PAGE_REQUEST device=nic grpid=0 last=1 perm=r--- addr=0x1000 ret=0",
                "EVENTQ_PROD index 1 wrap 0, CONS index 1 wrap 0",
                "fault 0 of nic in web at 0x1000 is OUTSTANDING");
    }

    @Test
    void shouldShowACommandInError() {
        assertShows(
                Inner.run(ExpectedErrorTest.IllegalCommand.class).report(),
                "error  command error CERROR_ILL",
                "active: CMDQ_ERR",
                "CMDQ_PROD index 1 wrap 0, CONS index 0 wrap 0 CERROR_ILL",
                "  CMD_TLBI_EL3_ALL");
    }

    @Test
    void shouldCutLongQueues() {
        assertShows(Inner.run(LongQueue.class).report(), "  ... 4 more");
    }

    @Test
    void shouldShowBrokenBooks() {
        final Throwable failure = Inner.run(BrokenBooks.class).failure();
        assertTrue(failure.getMessage().startsWith("unexpected error: access 1 of"));
    }

    @Test
    void shouldLeaveAbortedTestsAlone() {
        assertEquals(0, Inner.run(Aborted.class).failures().size());
    }

    @Test
    void shouldPrintWhatAnAssertionFound() {
        final String message = Inner.run(WrongCommand.class).failure().getMessage();
        assertEquals(
                """
                expected commands submitted, exactly:
                  CMD_RESUME StreamID=8 Ac=1
                but there were 1:
                  CMD_STALL_TERM StreamID=9""",
                message);
        assertFalse(message.contains("Evidence"));
    }

    @ExtendWith(IommuTestbench.class)
    static class OfSmmu {
        @Test
        void test(
                @Iommu(stallEntries = 16, seed = 42) final EmulatedSmmu smmu,
                @Iommu final TinySmmuDriver driver) {
            driver.submit(io.iopf4j.api.smmuv3.Commands.stallTerm(9), 0);
            smmu.stallingDevice(8).read(0x1000);
            fail("red");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class OfVtd {
        @Test
        void test(final EmulatedVtd vtd, @Iommu final TinyVtdDriver driver) {
            driver.submit(io.iopf4j.api.vtd.Invalidation.waitFor(0, 0), 0);
            vtd.requester(0x310).request(5, 0x7000, IommuFault.PERM_READ, 3, true);
            fail("red");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class OfBench {
        @Test
        void test(final GuestBench bench, final VirtualClock clock) {
            final DmaAccess read = bench.vm("web").device("nic").read(0x1000);
            clock.run();
            assertThat(read).isDone();
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class LongQueue {
        @Test
        void test(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
            final SmmuDevice nic = smmu.stallingDevice(8);
            for (int i = 0; i < 12; i++) {
                nic.read(0x1000L * i);
            }
            fail("red");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class BrokenBooks {
        @Test
        void test(final EmulatedSmmu smmu) {
            final OpenAccesses accesses = new OpenAccesses("x", smmu.machine().recorder());
            accesses.ended(1, io.iopf4j.emulation.AccessResult.DONE);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Aborted {
        @Test
        void test(final EmulatedSmmu smmu) {
            smmu.expectError("what does not come");
            Assumptions.abort("not today");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class WrongCommand {
        @Test
        void test(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
            driver.submit(io.iopf4j.api.smmuv3.Commands.stallTerm(9), 0);
            assertThat(smmu.commands())
                    .containsExactly(SmmuCommand.CMD_RESUME.with("StreamID", 8).with("Ac", 1));
        }
    }
}
