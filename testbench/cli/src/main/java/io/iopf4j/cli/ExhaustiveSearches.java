// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.Bounds;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.explore.Exhaustive;
import io.iopf4j.replay.explore.Finding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;
import tools.jackson.core.JsonGenerator;

/** One exhaustive search after the other, until one finds something, and what they came to. */
final class ExhaustiveSearches {
    private final Bounds bounds;
    private final int mostStates;
    private final List<Row> rows = new ArrayList<>();

    ExhaustiveSearches(final Bounds bounds, final int mostStates) {
        this.bounds = bounds;
        this.mostStates = mostStates;
    }

    /** What one search came to. */
    private record Row(DrawLimits limits, Exhaustive search) {
        String name() {
            return limits.iommu()
                    + " "
                    + limits.semantics().orElseThrow()
                    + " "
                    + limits.policy().orElseThrow();
        }
    }

    /** Searches all that limits leave open; what was found first, else empty. */
    Optional<Finding> run(
            final DrawLimits limits,
            final UnaryOperator<ScenarioRun> setup,
            final BooleanSupplier goesOn,
            final ObjIntConsumer<String> progress) {
        for (final DrawLimits each : Exhaustive.each(limits)) {
            if (!goesOn.getAsBoolean()) {
                break;
            }
            final Row row = new Row(each, new Exhaustive(each, bounds, setup));
            rows.add(row);
            final Optional<Finding> found =
                    row.search.run(
                            seen -> {
                                progress.accept(row.name(), seen.states());
                                return seen.states() < mostStates && goesOn.getAsBoolean();
                            });
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    void text(final PrintWriter out, final Optional<Finding> found, final Optional<Path> file) {
        out.printf(
                "exhaustive  %d VMs, %d devices, %d PASIDs, %d groups, %d steps%n%n",
                bounds.vms(), bounds.devices(), bounds.pasids(), bounds.groups(), bounds.events());
        out.printf("%-37s %9s %11s %5s%n", "model, rules, policy", "states", "transitions", "deep");
        for (final Row row : rows) {
            out.printf(
                    "%-37s %9d %11d %5d %s%n",
                    row.name(),
                    row.search.states(),
                    row.search.transitions(),
                    row.search.deepest(),
                    row.search.isExhausted() ? "all" : "cut");
        }
        out.println();
        if (found.isPresent()) {
            ExploreReport.finding(out, found.get(), file.orElseThrow());
        } else {
            out.println("nothing was broken");
        }
        out.flush();
    }

    void json(final JsonGenerator json, final Optional<Finding> found, final Optional<Path> file) {
        json.writeStartObject();
        json.writeStringProperty("iopf4j", Version.number());
        json.writeName("exhaustive");
        json.writeStartArray();
        for (final Row row : rows) {
            json.writeStartObject();
            json.writeStringProperty("iommu", row.limits.iommu().toString());
            json.writeStringProperty("semantics", row.limits.semantics().orElseThrow());
            json.writeStringProperty("policy", row.limits.policy().orElseThrow());
            json.writeBooleanProperty("upstream", row.limits.isUpstream());
            json.writeNumberProperty("states", row.search.states());
            json.writeNumberProperty("transitions", row.search.transitions());
            json.writeNumberProperty("deepest", row.search.deepest());
            json.writeBooleanProperty("exhausted", row.search.isExhausted());
            json.writeEndObject();
        }
        json.writeEndArray();
        ExploreReport.finding(json, found, file);
        json.writeEndObject();
    }
}
