// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.scenario.ScenarioWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExhaustiveTest {
    private static final DrawLimits MAINLINE =
            new DrawLimits(
                    Hardware.Iommu.SMMUV3,
                    Optional.of("mainline-6.12"),
                    Optional.of("none"),
                    false);

    @TempDir private Path folder;

    private static Exhaustive exhausted(
            final DrawLimits limits, final Bounds bounds, final boolean merges) {
        final Exhaustive search = new Exhaustive(limits, bounds, UnaryOperator.identity(), merges);
        assertEquals("", text(search.run(seen -> true)));
        assertTrue(search.isExhausted());
        return search;
    }

    private static String text(final Optional<Finding> found) {
        return found.map(it -> it.failure() + "\n" + ScenarioWriter.write(it.shrunk())).orElse("");
    }

    /**
     * One device that asks at most once. From the start it may ask, be removed, get another domain
     * (which leads to the start again) or lose its fault queue: 4 steps, 3 more states. Having
     * asked, it may be reported, get another domain, be removed or lose its queue; removed, lose
     * its queue; without a queue, ask or be removed: 7 steps, of which the last two lead where
     * others have led, so 5 more states.
     */
    @ParameterizedTest
    @CsvSource({"1, 4, 5", "2, 9, 12"})
    void shouldCountWhatCanBeCountedByHand(
            final int events, final int states, final int transitions) {
        final Exhaustive search = exhausted(MAINLINE, new Bounds(1, 1, 1, 1, events), true);

        assertEquals(states, search.states());
        assertEquals(transitions, search.transitions());
        assertEquals(events, search.deepest());
    }

    /** Devices that are not spread evenly: nothing is left out for being alike. */
    @ParameterizedTest
    @CsvSource({"SMMUV3, 3, 3", "VTD, 1, 4"})
    void shouldSeeTheSameStatesIfItMergesNone(
            final Hardware.Iommu iommu, final int devices, final int events) {
        final DrawLimits limits =
                new DrawLimits(
                        iommu, Optional.of("mainline-6.12"), Optional.of("timeout=50us"), false);
        final Bounds bounds = new Bounds(2, devices, 1, 2, events);
        final Exhaustive merged = exhausted(limits, bounds, true);
        final Exhaustive all = exhausted(limits, bounds, false);

        assertEquals(all.states(), merged.states());
        assertTrue(all.transitions() > merged.transitions());
    }

    @Test
    void shouldSeeTheSameAgain() {
        final Bounds bounds = new Bounds(2, 2, 1, 2, 3);
        final Exhaustive one = exhausted(MAINLINE, bounds, true);
        final Exhaustive other = exhausted(MAINLINE, bounds, true);

        assertEquals(one.states(), other.states());
        assertEquals(one.transitions(), other.transitions());
        assertEquals(one.seen().digest(), other.seen().digest());
    }

    @ParameterizedTest
    @EnumSource(
            value = Hardware.Iommu.class,
            names = {"SMMUV3", "VTD"})
    void shouldFindNothingInWhatShips(final Hardware.Iommu iommu) {
        final List<DrawLimits> each =
                Exhaustive.each(new DrawLimits(iommu, Optional.empty(), Optional.empty(), false));

        assertEquals(12, each.size());
        for (final DrawLimits limits : each) {
            final Exhaustive search = exhausted(limits, new Bounds(2, 2, 1, 2, 3), true);
            assertTrue(search.states() > 100, limits::toString);
            assertEquals(search.transitions(), search.seen().runs());
        }
    }

    @Test
    void shouldStopWhenItIsTold() {
        final Exhaustive search =
                new Exhaustive(MAINLINE, Bounds.DEFAULT, UnaryOperator.identity());

        assertEquals(Optional.empty(), search.run(seen -> seen.states() < 50));
        assertTrue(search.states() >= 50);
        assertFalse(search.isExhausted());
    }

    /** FINDINGS 4 (and 12) on SMMUv3, 8 on VT-d, whose hardware drains by itself. */
    @ParameterizedTest
    @CsvSource({
        "SMMUV3, v3-2017, NoFaultOutlivesItsDomain, 2",
        "SMMUV3, mainline-5.x, NoFaultOutlivesItsDomain, 2",
        "SMMUV3, mainline-6.12, NoFaultOutlivesItsDomain, 2",
        "VTD, mainline-5.x, NoFaultOutlivesItsDomain, 2",
        "VTD, mainline-6.12, ResponsesCarryTheGroupTheyAnswer, 4"
    })
    void shouldFindTheShortestWayIntoAKnownHole(
            final Hardware.Iommu iommu,
            final String semantics,
            final String invariant,
            final int steps)
            throws IOException {
        final Finding found =
                new Exhaustive(
                                new DrawLimits(
                                        iommu, Optional.of(semantics), Optional.of("none"), true),
                                new Bounds(2, 2, 2, 2, 5),
                                UnaryOperator.identity())
                        .run(seen -> true)
                        .orElseThrow();

        assertEquals(invariant, found.failure().what());
        assertEquals(steps, found.steps());
        assertEquals(found.failure(), replayed(found, UnaryOperator.identity()));
    }

    /** From its file, as {@code run} does. */
    private Failure replayed(final Finding found, final UnaryOperator<ScenarioRun> setup)
            throws IOException {
        final Path file = folder.resolve("shortest.yaml");
        Files.writeString(file, ScenarioWriter.write(found.shrunk()));
        return new Trial(setup).run(ScenarioFile.read(file)).orElseThrow();
    }

    @Test
    void shouldFindAnAnswerThatIsGivenTwice() throws IOException {
        final UnaryOperator<ScenarioRun> planted =
                run -> run.withSemantics(Optional.of(new AnswersTwice()));
        final Exhaustive search = new Exhaustive(MAINLINE, new Bounds(1, 1, 1, 2, 4), planted);

        final Finding found = search.run(seen -> true).orElseThrow();

        assertEquals("ResponsesCarryTheGroupTheyAnswer", found.failure().what());
        assertEquals(
                2,
                found.shrunk().events().stream()
                        .filter(event -> event.kind() == ScenarioEvent.Kind.ACCESS)
                        .count());
        assertEquals(found.failure(), replayed(found, planted));
    }

    /** Answers twice if another fault of the device waits. */
    private static final class AnswersTwice implements Profile {
        @Override
        public String profileName() {
            return "answers-twice";
        }

        @Override
        public String description() {
            return "6.12's, but for a second answer";
        }

        @Override
        public FaultCore create(
                final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            return new Mainline612(kernel, observer, failSlab) {
                @Override
                public void groupResponse(
                        final PendingGroup group, final int code, final ResponseOrigin origin) {
                    super.groupResponse(group, code, origin);
                    final IommuDevice dev = group.device();
                    if (pending(dev) > 0) {
                        observer.responding(group, code, origin);
                        dev.ops()
                                .pageResponse(
                                        dev,
                                        group.lastFault(),
                                        new IommuPageResponse()
                                                .set(
                                                        group.lastFault().pasid(),
                                                        group.lastFault().grpid(),
                                                        code));
                    }
                }
            };
        }
    }

    @Test
    void shouldRefuseBoundsInOneLine() {
        assertEquals(
                "devices must be in [1, 8], not 9",
                assertThrows(IllegalArgumentException.class, () -> new Bounds(1, 9, 1, 1, 1))
                        .getMessage());
    }

    @Test
    void shouldTakeEveryOrderOnce() {
        final Set<List<Integer>> orders = new HashSet<>();
        final Deque<int[]> left = new ArrayDeque<>(List.of(new int[0]));
        int runs = 0;
        while (!left.isEmpty()) {
            final Choices choices = new Choices(left.pop());
            final int first = choices.applyAsInt(3);
            final int second = choices.applyAsInt(first == 1 ? 2 : 4);
            choices.end();
            assertEquals(0, choices.applyAsInt(9));
            orders.add(List.of(first, second));
            left.addAll(choices.others());
            runs++;
        }

        assertEquals(4 + 2 + 4, runs);
        assertEquals(runs, orders.size());
    }
}
