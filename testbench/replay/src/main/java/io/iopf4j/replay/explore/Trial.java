// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.invariants.Invariants;
import io.iopf4j.replay.scenario.Scenario;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Runs scenarios and judges them. One thread. */
public final class Trial {
    private final UnaryOperator<ScenarioRun> setup;
    private long runs;
    private long skipped;
    private String whySkipped;
    private long cycles;
    private final Map<String, Long> checks = new LinkedHashMap<>();
    private long digest;

    /**
     * A judge that has seen nothing.
     *
     * @param setup what each run gets beside its scenario, such as something between the bench's
     *     parts; it is asked for each run anew
     */
    public Trial(final UnaryOperator<ScenarioRun> setup) {
        this.setup = setup;
    }

    /**
     * Runs a scenario.
     *
     * @param scenario what to run, with its own seed
     * @return how it failed, empty if all held; a scenario that its hardware cannot run has not
     *     failed
     */
    public Optional<Failure> run(final Scenario scenario) {
        runs++;
        final Bench bench;
        try {
            bench = setup.apply(new ScenarioRun(scenario)).play(now -> {});
        } catch (final IOException e) {
            skipped++;
            whySkipped = e.getMessage();
            return Optional.empty();
        } catch (final RuntimeException | AssertionError | StackOverflowError e) {
            return Optional.of(
                    new Failure(e.getClass().getSimpleName(), String.valueOf(e.getMessage())));
        }
        cycles += bench.ledger().ended();
        digest = bench.ledger().digest(digest);
        return judged(bench.invariants());
    }

    private Optional<Failure> judged(final Invariants invariants) {
        for (final Invariant invariant : invariants.all()) {
            checks.merge(invariant.name(), invariant.checked(), Long::sum);
        }
        return Optional.ofNullable(invariants.firstBreach())
                .map(breach -> new Failure(breach.name(), breach.text()));
    }

    /**
     * How many scenarios were run.
     *
     * @return a count
     */
    public long runs() {
        return runs;
    }

    /**
     * How many of them could not run: their hardware, or code that is loaded, has not what they
     * need.
     *
     * @return a count, at most {@link #runs()}
     */
    public long skipped() {
        return skipped;
    }

    /**
     * Why the last of those could not run.
     *
     * @return one line, or null if there was none
     */
    public String whySkipped() {
        return whySkipped;
    }

    /**
     * How many accesses went their whole way, from being issued to their end.
     *
     * @return a count over all runs
     */
    public long cycles() {
        return cycles;
    }

    /**
     * How often each invariant was checked.
     *
     * @return counts over all runs, by the invariants' names in their fixed order
     */
    public Map<String, Long> checksByInvariant() {
        return Collections.unmodifiableMap(checks);
    }

    /**
     * A number that differs if any fault of any run had another life.
     *
     * @return of all ledgers so far, in order
     */
    public long digest() {
        return digest;
    }
}
