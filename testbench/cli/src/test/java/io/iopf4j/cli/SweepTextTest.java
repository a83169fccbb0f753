// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.sweep.Criterion;
import io.iopf4j.replay.sweep.PolicyRanges;
import io.iopf4j.replay.sweep.Question;
import io.iopf4j.replay.sweep.Sweep;
import io.iopf4j.replay.sweep.SweepResult;
import io.iopf4j.replay.whatif.Rules;
import io.iopf4j.replay.whatif.Runs;
import io.iopf4j.replay.whatif.ScenarioFaults;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SweepTextTest {
    private static FaultsInput scenario() throws IOException {
        final ScenarioName name = new ScenarioName("shared-stall-buffer");
        return new FaultsInput(
                new ScenarioFaults(name.word(), name.read()), name.inputs(), Optional.empty());
    }

    private static SweepResult sweep(
            final FaultsInput input, final String policy, final String offender)
            throws IOException {
        final Question question =
                new Question(
                        input.faults(),
                        Rules.DEFAULT.withPolicy(policy),
                        PolicyRanges.parse(policy),
                        Criterion.DEFAULT,
                        Optional.of(offender));
        return new Sweep(question, 1, Runs.Listener.UNHEARD).run().orElseThrow();
    }

    /** The same if it had been stopped after its first run. */
    private static SweepResult stopped(final SweepResult all) {
        return new SweepResult(
                all.question(),
                all.setting(),
                all.offender(),
                List.of(all.points().get(0), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    private static String text(final FaultsInput input, final SweepResult result) {
        final StringWriter text = new StringWriter();
        try (PrintWriter out = new PrintWriter(text)) {
            new SweepText(out, result).write(input);
        }
        return text.toString();
    }

    @Test
    void shouldClaimNothingOfValuesThatWereNotRun() throws IOException {
        final FaultsInput input = scenario();
        final SweepResult all = sweep(input, "vm-quota={1,64},timeout={1m,2m}", "silent");
        assertTrue(text(input, all).contains("timeout 1m to 2m: none of the values harms nobody"));

        final String text = text(input, stopped(all));
        assertTrue(text.contains("timeout 1m: none so far harms nobody"), text);
        assertTrue(text.contains("timeout 2m: not run"), text);
        assertTrue(text.contains("answer      none so far: each value that was run harms"), text);
        assertFalse(text.contains("each value harms"), text);
    }

    @Test
    void shouldEndNoLineWithBlanks() throws IOException {
        final FaultsInput input = scenario();
        text(input, sweep(input, "vm-quota={2,64}", Question.NOBODY))
                .lines()
                .forEach(line -> assertTrue(line.equals(line.stripTrailing()), "'" + line + "'"));
    }
}
