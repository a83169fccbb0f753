// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit.examples;

import static io.iopf4j.junit.AccessEnd.ABORTED;
import static io.iopf4j.junit.IommuAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.junit.DmaAccess;
import io.iopf4j.junit.GuestBench;
import io.iopf4j.junit.Iommu;
import io.iopf4j.junit.IommuTestbench;
import io.iopf4j.junit.TestDevice;
import io.iopf4j.junit.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(IommuTestbench.class)
class SharedStallBufferTest {
    @Test
    void shouldLeaveHalfTheBufferToOthers(
            @Iommu(stallEntries = 16, policy = "vm-quota=half") final GuestBench bench,
            final VirtualClock clock) {
        final TestDevice gpu = bench.vm("stuck").device("gpu");
        final TestDevice nic = bench.vm("busy").answersAfter(Duration.ofMillis(1)).device("nic");

        for (int page = 0; page < 16; page++) {
            gpu.read(page * 4096L);
        }
        clock.run();
        final DmaAccess read = nic.read(0x1000);
        clock.advance(Duration.ofMillis(1));

        assertThat(read).isDone();
        assertThat(bench.ended().only(ABORTED.with("device", "gpu"))).hasSize(8);
        assertEquals(8, bench.pending());
    }
}
