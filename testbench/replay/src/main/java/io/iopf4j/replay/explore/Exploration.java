// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Scenario;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Draws scenarios from one seed after the other and runs them until one fails. The same limits and
 * seeds give the same runs. One thread.
 */
public final class Exploration {
    private final DrawLimits limits;
    private final UnaryOperator<ScenarioRun> setup;
    private final Trial trial;

    /**
     * An exploration that has seen nothing.
     *
     * @param limits what is not left to chance
     * @param setup what each run gets beside its scenario; it is asked for each run anew
     */
    public Exploration(final DrawLimits limits, final UnaryOperator<ScenarioRun> setup) {
        this.limits = limits;
        this.setup = setup;
        this.trial = new Trial(setup);
    }

    /**
     * An exploration of what ships.
     *
     * @param limits what is not left to chance
     */
    public Exploration(final DrawLimits limits) {
        this(limits, UnaryOperator.identity());
    }

    /**
     * Goes from seed to seed.
     *
     * @param firstSeed the first
     * @param goesOn asked before each run with what has been seen so far
     * @return what was found first, shrunk; empty if nothing was as long as it went on
     */
    public Optional<Finding> run(final long firstSeed, final Predicate<Trial> goesOn) {
        for (long seed = firstSeed; goesOn.test(trial); seed++) {
            final Scenario drawn = ScenarioDraw.draw(limits, seed);
            final Optional<Failure> failure = trial.run(drawn);
            if (failure.isPresent()) {
                return Optional.of(finding(seed, drawn, failure.get()));
            }
        }
        return Optional.empty();
    }

    private Finding finding(final long seed, final Scenario drawn, final Failure failure) {
        final Trial attempts = new Trial(setup);
        final Scenario shrunk =
                new Shrinker(
                                drawn,
                                limits.isUpstream() ? "" : KnownHoles.CLOSING,
                                smaller ->
                                        attempts.run(smaller).filter(failure::isLike).isPresent())
                        .shrunk();
        return new Finding(seed, attempts.run(shrunk).orElseThrow(), drawn, shrunk);
    }

    /**
     * What has been seen so far, without the attempts at shrinking.
     *
     * @return counts
     */
    public Trial seen() {
        return trial;
    }
}
