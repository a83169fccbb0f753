// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.inject.DeviceReset;
import io.iopf4j.emulation.inject.SurpriseRemoval;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device that is reset or gone while the SMMU stalls accesses of it. */
final class PluggedEndpointTest {
    private static final long SEED = 3;

    private final SmmuBench bench = SmmuBench.stalling();
    private final Scheduler scheduler = new Scheduler(1);
    private final List<String> ends = new ArrayList<>();
    private final Endpoint endpoint =
            new Endpoint(
                    0, "nic", SID, bench.smmu, (who, id, result) -> ends.add(id + " " + result));

    @Test
    void shouldForgetWhatItHadInFlight() {
        endpoint.access(SSID, IOVA, READ);
        endpoint.access(SSID, IOVA, READ);
        endpoint.reset();
        assertEquals(0, endpoint.inFlight());
        assertEquals(2, endpoint.forgotten());
        assertEquals(2, bench.smmu.recordedStalls(), "nobody told the SMMU");
        assertEquals(3, endpoint.access(SSID, IOVA, READ));
        bench.resume(SID, 0, Commands.RESUME_ABORT);
        assertEquals(List.of("1 ABORTED"), ends);
        assertEquals(1, endpoint.forgotten());
        assertEquals(1, endpoint.inFlight());
        endpoint.reset();
        assertEquals(2, endpoint.forgotten());
    }

    @Test
    void shouldIssueNothingOnceItIsGone() {
        endpoint.access(SSID, IOVA, READ);
        endpoint.unplug();
        endpoint.unplug();
        assertTrue(endpoint.isUnplugged());
        assertThrows(IllegalStateException.class, () -> endpoint.access(SSID, IOVA, READ));
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(List.of("1 ABORTED"), ends);
        assertEquals(0, endpoint.forgotten());
    }

    @Test
    void shouldResetAtATimeThatTheSeedPicks() {
        final DeviceReset reset = new DeviceReset(scheduler, endpoint, SEED);
        endpoint.access(SSID, IOVA, READ);
        reset.happenWithin(1_000);
        final long whenNs = scheduler.nextTimerNs();
        assertTrue(whenNs >= 1 && whenNs <= 1_000, "at " + whenNs);
        scheduler.runUntil(1_000);
        assertEquals(1, reset.resets());
        assertEquals(1, endpoint.forgotten());
    }

    @Test
    void shouldTellTheHostLaterOrNever() {
        final List<Long> told = new ArrayList<>();
        final SurpriseRemoval removal =
                new SurpriseRemoval(scheduler, endpoint, () -> told.add(scheduler.nowNs()), SEED);
        removal.happenWithin(1_000, -1);
        scheduler.runUntil(1_000);
        assertTrue(endpoint.isUnplugged());
        scheduler.runUntil(1_000_000);
        assertEquals(List.of(), told);
        removal.happenWithin(1, 500);
        scheduler.runUntil(2_000_000);
        assertEquals(List.of(1_000_501L), told);
    }
}
