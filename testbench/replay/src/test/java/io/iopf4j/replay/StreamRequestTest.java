// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.ScenarioFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that each want an answer of their own, as revision 2 of VT-d has them. */
class StreamRequestTest {
    private static final String CONFUSED =
            """
            title: a guest answers stream requests as if they were groups
            duration: 1s
            hardware: {iommu: vtd}
            vms:
              - name: confused
                guest: {kind: lying, mode: wrong-type, every: 4}
                workload: {rate: 100/s, responseType: stream}
              - name: honest
                workload: {rate: 50/s, groupSize: 2, responseType: stream}
            """;

    @TempDir Path folder;

    @Test
    void shouldRefuseAGroupAnswerToAStreamRequest() throws IOException {
        final RunResult result = run(Semantics.V3_2017);
        assertEquals(200, result.raised(), "each request by itself");
        assertEquals(175, result.outcomes().get(Outcome.ANSWERED));
        assertEquals(25, result.outcomes().get(Outcome.OUTSTANDING));
        assertEquals(25, result.ledger().refused());
        assertTrue(result.bench().invariants().hold());
    }

    @Test
    void shouldAskInGroupsWhereThereAreNoStreams() throws IOException {
        final RunResult result = run(Semantics.MAINLINE_6_12);
        assertEquals(150, result.raised(), "two requests of the other are one group");
        assertEquals(150, result.outcomes().get(Outcome.ANSWERED));
        assertTrue(result.bench().invariants().hold());
    }

    private RunResult run(final Semantics semantics) throws IOException {
        final Path file = Files.writeString(folder.resolve("stream.yaml"), CONFUSED);
        return new ScenarioRun(ScenarioFile.read(file))
                .withSemantics(Optional.of(semantics))
                .run(time -> {});
    }
}
