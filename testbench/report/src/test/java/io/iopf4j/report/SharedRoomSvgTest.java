// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SharedRoomSvgTest {
    private static RunResult run(final Scenario scenario, final String policy) throws IOException {
        return new ScenarioRun(scenario)
                .withPolicies(Optional.of(Policies.parse(policy)))
                .run(done -> {});
    }

    private static String svg(final Map<String, RunResult> runs) throws IOException {
        final StringBuilder svg = new StringBuilder();
        new SharedRoomSvg(runs).writeTo(svg);
        return svg.toString();
    }

    @Test
    void shouldShowABufferThatIsFullAndOneThatIsNot() throws IOException {
        final Scenario scenario = Scenarios.named("shared-stall-buffer");
        final SharedRoomColumns full =
                new SharedRoomColumns(run(scenario, "none"), 100, 2_000_000_000L, 4);
        assertEquals(4, full.bands());
        assertEquals("silent", full.name(0));
        assertEquals(64, full.heldUpTo(0, 99));
        assertEquals(64, full.heldUpTo(3, 99));
        assertTrue(full.isWaiting(99));
        assertFalse(full.isWaiting(0));
        final SharedRoomColumns half =
                new SharedRoomColumns(run(scenario, "vm-quota=half"), 100, 2_000_000_000L, 1);
        assertEquals(2, half.bands());
        assertEquals("3 others", half.name(1));
        assertEquals(32, half.heldUpTo(0, 99));
        assertFalse(half.isWaiting(99));
    }

    @Test
    void shouldCountEachRequestInAQueueOfRequests() throws IOException {
        final SharedRoomColumns columns =
                new SharedRoomColumns(
                        run(Scenarios.named("shared-prq"), "none"), 100, 500_000_000L, 4);
        int most = 0;
        for (int column = 0; column < 100; column++) {
            most = Math.max(most, columns.heldUpTo(2, column));
        }
        assertEquals(256, columns.capacity());
        assertEquals(256, columns.scale());
        assertTrue(most > 240 && most <= 256, "it was full: " + most);
    }

    @Test
    void shouldTakeNoMarkupFromALabelAndDrawTheSameAgain() throws IOException {
        final Map<String, RunResult> runs =
                Map.of("a<b&c", run(Scenarios.named("shared-stall-buffer"), "none"));
        final String svg = svg(runs);
        assertEquals(svg, svg(runs));
        assertTrue(svg.contains(">a&lt;b&amp;c</text>"), svg);
        assertTrue(svg.contains(">500 ms</text>"), svg);
        assertFalse(svg.contains("a<b"), svg);
    }
}
