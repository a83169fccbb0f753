// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.explore.Finding;
import io.iopf4j.replay.explore.Trial;
import io.iopf4j.replay.scenario.ScenarioWriter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** What an exploration came to, for people and for programs. */
record ExploreReport(
        DrawLimits limits,
        long firstSeed,
        Trial seen,
        long tookNs,
        Optional<Finding> found,
        Optional<Path> file) {
    private static final double NS_PER_S = 1e9;

    void text(final PrintWriter out) {
        final double seconds = tookNs / NS_PER_S;
        out.printf(
                "explored    %,d scenarios from seed %d, %,d fault cycles%n",
                seen.runs(), firstSeed, seen.cycles());
        out.printf(
                "rate        %,.0f scenarios/s, %,.0f fault cycles/s, %.1f s%n",
                seen.runs() / seconds, seen.cycles() / seconds, seconds);
        if (seen.skipped() != 0) {
            out.printf("skipped     %,d that this hardware or code cannot run%n", seen.skipped());
        }
        out.printf("ledgers     %016x%n%n", seen.digest());
        seen.checksByInvariant()
                .forEach(
                        (name, checks) ->
                                out.printf("invariant   %-34s %,d checks%n", name, checks));
        if (found.isEmpty()) {
            out.printf("%nnothing was broken%n");
        } else {
            out.println();
            finding(out, found.get(), file.orElseThrow());
        }
        out.flush();
    }

    static void finding(final PrintWriter out, final Finding finding, final Path file) {
        out.printf(
                "seed %d breaks %s:%n  %s%n",
                finding.seed(), finding.failure().what(), finding.failure().text());
        out.printf(
                "%d events shrank to %d, in %s:%n%n",
                finding.drawn().events().size(), finding.steps(), file);
        out.print(ScenarioWriter.write(finding.shrunk()));
        out.printf("%nto see it: iopf4j run %s%n", command(file));
    }

    /** A name without a folder would be that of a scenario that ships. */
    private static String command(final Path file) {
        return file.getParent() == null ? "./" + file : file.toString();
    }

    void json(final JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("iopf4j", Version.number());
        json.writeName("explore");
        json.writeStartObject();
        json.writeNumberProperty("firstSeed", firstSeed);
        json.writeStringProperty("iommu", limits.iommu().toString());
        json.writeStringProperty("semantics", limits.semantics().orElse("any"));
        json.writeStringProperty("policy", limits.policy().orElse("any"));
        json.writeBooleanProperty("upstream", limits.isUpstream());
        json.writeNumberProperty("scenarios", seen.runs());
        json.writeNumberProperty("skipped", seen.skipped());
        json.writeNumberProperty("cycles", seen.cycles());
        json.writeStringProperty("ledgers", String.format("%016x", seen.digest()));
        json.writeNumberProperty("elapsedNs", tookNs);
        json.writeEndObject();
        finding(json, found, file);
        json.writeName("invariants");
        json.writeStartArray();
        seen.checksByInvariant()
                .forEach(
                        (name, checks) -> {
                            json.writeStartObject();
                            json.writeStringProperty("name", name);
                            json.writeBooleanProperty("holds", holds(name));
                            json.writeNumberProperty("checked", checks);
                            json.writeEndObject();
                        });
        json.writeEndArray();
        json.writeEndObject();
    }

    private boolean holds(final String invariant) {
        return found.filter(finding -> finding.failure().what().equals(invariant)).isEmpty();
    }

    static void finding(
            final JsonGenerator json, final Optional<Finding> found, final Optional<Path> file) {
        json.writeName("finding");
        if (found.isEmpty()) {
            json.writeNull();
            return;
        }
        final Finding finding = found.get();
        json.writeStartObject();
        json.writeNumberProperty("seed", finding.seed());
        json.writeStringProperty("broken", finding.failure().what());
        json.writeStringProperty("text", finding.failure().text());
        json.writeNumberProperty("steps", finding.steps());
        json.writeStringProperty("file", file.orElseThrow().toString());
        json.writeStringProperty("scenario", ScenarioWriter.write(finding.shrunk()));
        json.writeEndObject();
    }
}
