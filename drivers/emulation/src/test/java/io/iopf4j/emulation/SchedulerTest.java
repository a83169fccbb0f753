// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Virtual time, and the order in which ready tasks run. */
final class SchedulerTest {
    private static final int TASKS = 40;

    @Test
    void shouldRunInTheSameOrderForTheSameSeed() {
        assertEquals(orderOf(7, TASKS), orderOf(7, TASKS));
    }

    @Test
    void shouldExploreEveryOrderOfThreeOverTheSeeds() {
        final Set<List<Integer>> orders = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            orders.add(orderOf(seed, 3));
        }
        assertEquals(6, orders.size());
    }

    @Test
    void shouldRunEachReadyTaskOnce() {
        assertEquals(TASKS, new HashSet<>(orderOf(1, TASKS)).size());
        assertEquals(TASKS, orderOf(1, TASKS).size());
    }

    @Test
    void shouldRunATaskOnceHoweverOftenItIsWoken() {
        final Scheduler scheduler = new Scheduler(1);
        final int[] runs = {0};
        final Scheduler.Task task = scheduler.new Task(() -> runs[0]++);
        task.wake();
        task.wake();
        assertEquals(1, scheduler.runReady());
        assertEquals(1, runs[0]);
    }

    @Test
    void shouldRunATaskAgainThatWokeItself() {
        final Scheduler scheduler = new Scheduler(1);
        final int[] left = {3};
        final Scheduler.Task[] task = new Scheduler.Task[1];
        task[0] =
                scheduler
                .new Task(
                        () -> {
                            if (--left[0] > 0) {
                                task[0].wake();
                            }
                        });
        task[0].wake();
        assertEquals(3, scheduler.runReady());
        assertEquals(3, scheduler.tasksRun());
    }

    @Test
    void shouldNotRunACancelledTask() {
        final Scheduler scheduler = new Scheduler(1);
        final List<String> ran = new ArrayList<>();
        final Scheduler.Task kept = scheduler.new Task(() -> ran.add("kept"));
        final Scheduler.Task cancelled = scheduler.new Task(() -> ran.add("cancelled"));
        cancelled.wake();
        kept.wake();
        cancelled.cancel();
        cancelled.cancel();
        scheduler.runReady();
        assertEquals(List.of("kept"), ran);
    }

    @Test
    void shouldRunACancelledTaskThatIsWokenAgain() {
        final Scheduler scheduler = new Scheduler(1);
        final Scheduler.Task task = scheduler.new Task(() -> {});
        task.wake();
        task.cancel();
        task.wake();
        assertEquals(1, scheduler.runReady());
    }

    @Test
    void shouldLetTimePass() {
        final Scheduler scheduler = new Scheduler(1);
        scheduler.advanceTo(5);
        scheduler.advanceTo(5);
        assertEquals(5, scheduler.nowNs());
    }

    @Test
    void shouldNeverRunTimeBack() {
        final Scheduler scheduler = new Scheduler(1);
        scheduler.advanceTo(5);
        assertThrows(IllegalArgumentException.class, () -> scheduler.advanceTo(4));
        assertEquals(5, scheduler.nowNs());
    }

    @Test
    void shouldCostNoTimeToRunATask() {
        final Scheduler scheduler = new Scheduler(1);
        scheduler.new Task(() -> {}).wake();
        scheduler.runReady();
        assertEquals(0, scheduler.nowNs());
    }

    private static List<Integer> orderOf(final long seed, final int tasks) {
        final Scheduler scheduler = new Scheduler(seed);
        final List<Integer> order = new ArrayList<>();
        for (int number = 0; number < tasks; number++) {
            final int mine = number;
            scheduler.new Task(() -> order.add(mine)).wake();
        }
        scheduler.runReady();
        return order;
    }
}
