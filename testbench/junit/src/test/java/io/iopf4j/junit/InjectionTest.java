// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.MemoryGate;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.inject.AllocationFailure;
import io.iopf4j.emulation.inject.Chance;
import io.iopf4j.emulation.inject.ChangedPlatform;
import io.iopf4j.emulation.inject.CommandErrors;
import io.iopf4j.emulation.inject.FailingMemory;
import io.iopf4j.emulation.inject.MemoryRange;
import io.iopf4j.replay.bench.Seams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Injectors stand at the seams of a machine, and the recorder sees what they make of things. */
@ExtendWith(IommuTestbench.class)
class InjectionTest {
    private static final int SID = 8;

    /** Spoils the first command. */
    static final class SpoiltCommand implements Seams {
        SpoiltCommand() {}

        @Override
        public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
            return CommandErrors.ofSmmu(given, Chance.only(1));
        }
    }

    /** Has no memory for the second queue. */
    static final class LittleMemory implements Seams {
        LittleMemory() {}

        @Override
        public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
            return ChangedPlatform.withDma(
                    given, dma -> new AllocationFailure(dma, Chance.only(2)));
        }
    }

    @Test
    void shouldRecordTheCommandThatArrived(
            @Iommu(seams = SpoiltCommand.class) final EmulatedSmmu smmu,
            @Iommu final TinySmmuDriver driver) {
        smmu.expectError("CERROR_ILL");
        driver.submit(Commands.stallTerm(SID), 0);
        assertThat(smmu.commands()).hasSize(1).containsNo(SmmuCommand.CMD_STALL_TERM);
    }

    @Test
    void shouldGiveNoMemoryAtTheNthCall(
            @Iommu final LittleMemory between, final PlatformDevice platform) {
        platform.dma().allocCoherent(1);
        assertNull(platform.dma().allocCoherent(1));
    }

    @Test
    void shouldCountAccessesOfADeviceThatWasPulledOut(
            final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
        final SmmuDevice nic = smmu.stallingDevice(SID);
        final DmaAccess read = nic.read(0x1000);
        nic.endpoint().unplug();
        assertThat(read).isPending();
        driver.resume(SID, 0, Commands.RESUME_ABORT);
        assertThat(read).isAborted();
    }

    @Test
    void shouldFailMemoryAtAnAddress(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
        smmu.expectError("F_WALK_EABT");
        final SmmuDevice nic = smmu.stallingDevice(SID);
        nic.map(0x1000);
        final FailingMemory gate =
                new FailingMemory(MemoryGate.OPEN, MemoryRange.ALL, Chance.only(3));
        smmu.memory().guard(gate);
        assertThat(nic.read(0x1000)).isAborted();
        smmu.memory().guard(MemoryGate.OPEN);
        assertEquals(1, gate.failed());
        assertThat(nic.read(0x1000)).isDone();
    }
}
