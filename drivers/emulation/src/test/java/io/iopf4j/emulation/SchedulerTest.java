// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
    void shouldLetSomebodyElseDecideTheOrder() {
        final List<Integer> widths = new ArrayList<>();
        final List<Integer> order = new ArrayList<>();
        final Scheduler scheduler =
                new Scheduler(
                        width -> {
                            widths.add(width);
                            return 1;
                        });
        for (int i = 0; i < 3; i++) {
            final int task = i;
            scheduler.new Task(() -> order.add(task)).wake();
        }
        scheduler.runReady();

        assertEquals(List.of(1, 2, 0), order);
        assertEquals(List.of(3, 2), widths);
    }

    @Test
    void shouldTellWhenEachTimerExpires() {
        final Scheduler scheduler = new Scheduler(1);
        scheduler.new Timer(() -> {}).arm(30);
        scheduler.new Timer(() -> {}).arm(10);
        final Scheduler.Timer cancelled = scheduler.new Timer(() -> {});
        cancelled.arm(5);
        cancelled.cancel();
        scheduler.new Timer(() -> {}).arm(20);

        assertArrayEquals(new long[] {10, 20, 30}, scheduler.deadlinesNs());
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

    @Test
    void shouldSayThatATaskWakesItselfForEver() {
        final Scheduler scheduler = new Scheduler(1);
        final Scheduler.Task[] task = new Scheduler.Task[1];
        task[0] = scheduler.new Task(() -> task[0].wake());
        task[0].wake();

        final String message =
                assertThrows(IllegalStateException.class, scheduler::runReady).getMessage();

        assertEquals("no end: 16777217 tasks have run at 0 ns", message);
    }

    @Test
    void shouldSayThatATimerIsArmedForNowForEver() {
        final Scheduler scheduler = new Scheduler(1);
        final Scheduler.Timer[] timer = new Scheduler.Timer[1];
        timer[0] = scheduler.new Timer(() -> timer[0].arm(scheduler.nowNs()));
        timer[0].arm(7);

        final String message =
                assertThrows(IllegalStateException.class, () -> scheduler.runUntil(9)).getMessage();

        assertEquals("no end: 16777217 timers have expired at 7 ns", message);
    }
}
