// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.dump.Recording.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StepTapeTest {
    private static final List<Kind> KINDS = List.of(Kind.values());

    private record Step(Kind kind, long timeNs, int subject, int records) {}

    @Test
    void shouldGiveBackWhatItTook() {
        final SplittableRandom random = new SplittableRandom(1);
        final long[] times = {0, 1, 20_000, Long.MIN_VALUE, Long.MAX_VALUE, -1, 1L << 40};
        final int[] subjects = {0, 1, 63, 64, 1_000_000, Integer.MAX_VALUE};
        final StepTape tape = new StepTape();
        final List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            final Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            final Step step =
                    new Step(
                            kind,
                            times[random.nextInt(times.length)] + random.nextInt(100),
                            subjects[random.nextInt(subjects.length)],
                            kind == Kind.READ ? subjects[random.nextInt(subjects.length)] : 0);
            steps.add(step);
            tape.add(step.kind, step.timeNs, step.subject, step.records);
        }
        assertEquals(steps.size(), tape.size());
        final StepTape.Walk walk = tape.walk();
        for (final Step step : steps) {
            assertTrue(walk.next());
            assertEquals(
                    step, new Step(walk.kind(), walk.timeNs(), walk.subject(), walk.records()));
        }
        assertFalse(walk.next());
    }

    @Test
    void shouldKeepTheDevicesOfTheStepsBehindAChangedOne() {
        final StepTape tape = new StepTape();
        tape.add(Kind.ATTACH, 10, 3, 0);
        final long replaced = tape.add(Kind.REPLACE, 20, 5, 0);
        tape.add(Kind.REPLACE, 30, 4, 0);
        tape.change(replaced, Kind.DETACH);
        final StepTape.Walk walk = tape.walk();
        final List<String> seen = new ArrayList<>();
        while (walk.next()) {
            seen.add(walk.kind() + " " + walk.subject());
        }
        assertEquals(List.of("ATTACH 3", "DETACH 5", "REPLACE 4"), seen);
    }
}
