// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.whatif.Difference;
import io.iopf4j.replay.whatif.Fate;
import io.iopf4j.replay.whatif.Shift;
import io.iopf4j.replay.whatif.SideBySide;
import io.iopf4j.replay.whatif.Story;
import io.iopf4j.replay.whatif.VmWaits;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** The machine-readable report of a comparison. Keys are stable; times are nanoseconds. */
final class CompareJson {
    private final JsonGenerator json;
    private final SideBySide result;

    private CompareJson(final JsonGenerator json, final SideBySide result) {
        this.json = json;
        this.result = result;
    }

    static void write(
            final JsonGenerator json,
            final FaultsInput input,
            final SideBySide result,
            final int stories) {
        new CompareJson(json, result).write(input, stories);
    }

    private void write(final FaultsInput input, final int stories) {
        json.writeStartObject();
        JsonReport.source(json, input, result.runs().get(0).waits().size());
        json.writeName("runs");
        json.writeStartArray();
        result.runs().forEach(this::run);
        json.writeEndArray();
        differences(stories);
        json.writeEndObject();
    }

    private void run(final SideBySide.Run run) {
        json.writeStartObject();
        json.writeStringProperty("label", run.variant().label());
        JsonReport.run(json, run.faults());
        json.writeName("waits");
        json.writeStartArray();
        run.waits().forEach(this::waits);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void waits(final VmWaits waits) {
        json.writeStartObject();
        json.writeStringProperty("vm", waits.vm());
        json.writeNumberProperty("neverReported", waits.neverReported());
        json.writeNumberProperty("longestNs", waits.longestNs());
        json.writeNumberProperty("totalNs", waits.totalNs());
        json.writeNumberProperty("roomNs", waits.roomNs());
        json.writeNumberProperty("heldAtPeak", waits.heldAtPeak());
        json.writeNumberProperty("takenAtPeak", waits.takenAtPeak());
        json.writeName("starvedBy");
        json.writeStartArray();
        for (final VmWaits.Charge charge : waits.charges()) {
            json.writeStartObject();
            json.writeStringProperty("vm", charge.vm());
            json.writeNumberProperty("ns", charge.ns());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void differences(final int stories) {
        json.writeName("differences");
        json.writeStartObject();
        json.writeNumberProperty("faults", result.pairs());
        json.writeNumberProperty("differ", result.differences());
        json.writeNumberProperty("notInAllRuns", result.notInAll());
        json.writeNumberProperty("endNs", result.endNs());
        json.writeName("shifts");
        json.writeStartArray();
        result.shifts().forEach(this::shift);
        json.writeEndArray();
        json.writeName("first");
        json.writeStartArray();
        result.first(stories).forEach(this::difference);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void shift(final Shift shift) {
        json.writeStartObject();
        json.writeStringProperty("run", label(shift.run()));
        json.writeStringProperty("vm", shift.vm());
        json.writeName("from");
        fate(shift.from());
        json.writeName("to");
        fate(shift.to());
        json.writeNumberProperty("count", shift.count());
        json.writeEndObject();
    }

    private void difference(final int index) {
        final Difference fault = result.difference(index);
        json.writeStartObject();
        json.writeStringProperty("vm", fault.vm());
        json.writeStringProperty("device", fault.device());
        json.writeNumberProperty("number", fault.number());
        json.writeStringProperty("addr", "0x" + Long.toHexString(fault.iova()));
        json.writeName("runs");
        json.writeStartArray();
        for (int run = 0; run < result.runs().size(); run++) {
            json.writeStartObject();
            json.writeStringProperty("label", label(run));
            if (fault.faults().get(run).isPresent()) {
                json.writeNumberProperty("fault", fault.faults().get(run).getAsInt());
            } else {
                json.writeNullProperty("fault");
            }
            json.writeName("fate");
            fate(fault.fates().get(run));
            story(result.story(index, run));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void story(final Optional<Story> story) {
        json.writeName("story");
        json.writeStartArray();
        if (story.isPresent()) {
            for (final Story.Step step : story.get().steps()) {
                json.writeStartObject();
                json.writeNumberProperty("ns", step.ns());
                json.writeStringProperty("layer", step.layer().word());
                json.writeStringProperty("text", step.text());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    private void fate(final Fate fate) {
        json.writeStartObject();
        if (fate.outcome() == null) {
            json.writeNullProperty("outcome");
        } else {
            json.writeStringProperty("outcome", fate.outcome().name().toLowerCase(Locale.ROOT));
        }
        if (fate.code() == Ledger.NONE) {
            json.writeNullProperty("code");
        } else {
            json.writeNumberProperty("code", fate.code());
        }
        json.writeEndObject();
    }

    private String label(final int run) {
        return result.runs().get(run).variant().label();
    }
}
