// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.bench.GuestRecord;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Virtual machines over our drivers, on both kinds of hardware. */
@ExtendWith(IommuTestbench.class)
class GuestBenchTest {
    @Test
    void shouldEndAnAccessWhenItsGuestAnswers(
            final GuestBench bench, final EmulatedSmmu smmu, final VirtualClock clock) {
        final TestVm vm = bench.vm("web").answersAfter(Duration.ofMillis(1));
        final DmaAccess read = vm.device("nic").read(0x1000);
        clock.advance(Duration.ofNanos(999_999));
        assertThat(read).isPending();
        assertEquals(1, bench.pending());

        clock.advance(Duration.ofNanos(1));

        assertThat(read).isDone();
        assertThat(smmu.commands()).contains(SmmuCommand.CMD_RESUME.with("Ac", 1));
        assertThat(smmu.reported()).hasSize(1);
        assertThat(bench.ended()).containsExactly(AccessEnd.DONE.with("device", "nic"));
    }

    @Test
    void shouldTakeAnAnswerOnce(final GuestBench bench, final VirtualClock clock) {
        final TestVm vm = bench.vm("web");
        final DmaAccess read = vm.device("nic").read(0x1000);
        clock.run();
        final GuestRecord fault = vm.faults().get(0);

        assertEquals(0, vm.answer(fault, PageResponseCode.INVALID));
        assertEquals(-Errno.EINVAL, vm.answer(fault, PageResponseCode.SUCCESS));
        assertThat(read).isAborted();
    }

    @Test
    void shouldRunTheSameOnVtd(
            @Iommu(model = Iommu.Model.VTD, interruptLatencyNs = 0) final GuestBench bench,
            final EmulatedVtd vtd,
            final VirtualClock clock) {
        final TestVm vm = bench.vm("web");
        final DmaAccess read = vm.device("nic", 5).access(5, 0x7000, 1);
        clock.run();

        assertThat(vtd.records())
                .contains(VtdRecord.PAGE_REQ_DSC.with("PASID", 5).with("Addr", 0x7000));
        assertEquals(0, vm.answer());
        assertThat(read).isDone();
        assertThat(vtd.commands()).contains(VtdDescriptor.PAGE_GRP_RESP.with("RespCode", 0));
    }
}
