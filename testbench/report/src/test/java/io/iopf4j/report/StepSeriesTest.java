// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StepSeriesTest {
    private final StepSeries series = new StepSeries();

    private List<String> steps() {
        final List<String> steps = new ArrayList<>();
        series.forEach((ns, count) -> steps.add(ns + ":" + count));
        return steps;
    }

    @Test
    void shouldCountWhatOverlaps() {
        series.begin(30);
        series.end(40);
        series.begin(10);
        series.end(35);
        assertEquals(List.of("10:1", "30:2", "35:1", "40:0"), steps());
    }

    @Test
    void shouldTellAnInstantOnce() {
        series.begin(10);
        series.begin(10);
        series.end(20);
        series.begin(20);
        series.begin(20);
        assertEquals(List.of("10:2", "20:3"), steps());
    }

    @Test
    void shouldNotStepForWhatComesAndGoesAtOnce() {
        series.begin(10);
        series.end(10);
        assertEquals(List.of(), steps());
    }

    @Test
    void shouldHaveRoomForMany() {
        for (int i = 0; i < 1000; i++) {
            series.begin(i);
            series.end(i + 1000);
        }
        final List<String> steps = steps();
        assertEquals(2000, steps.size());
        assertEquals("999:1000", steps.get(999));
    }
}
