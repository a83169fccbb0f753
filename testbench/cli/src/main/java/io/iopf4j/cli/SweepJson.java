// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.sweep.Axis;
import io.iopf4j.replay.sweep.Offender;
import io.iopf4j.replay.sweep.Point;
import io.iopf4j.replay.sweep.SweepResult;
import io.iopf4j.replay.sweep.Value;
import io.iopf4j.replay.sweep.VmTally;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** The machine-readable report of a sweep. Keys are stable; times are nanoseconds. */
final class SweepJson {
    private final JsonGenerator json;
    private final SweepResult result;

    private SweepJson(final JsonGenerator json, final SweepResult result) {
        this.json = json;
        this.result = result;
    }

    static void write(final JsonGenerator json, final FaultsInput input, final SweepResult result) {
        json.writeStartObject();
        JsonReport.source(json, input, result.done().get(0).vms().size());
        json.writeName("sweep");
        json.writeStartObject();
        new SweepJson(json, result).members();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void members() {
        json.writeStringProperty("semantics", result.setting().semantics());
        json.writeStringProperty("iommu", result.setting().iommu());
        json.writeStringProperty("policy", result.question().rules().policy().orElse(null));
        json.writeNumberProperty("seed", result.setting().seed());
        json.writeStringProperty("unharmed", result.question().criterion().text());
        json.writeStringProperty("meaning", result.question().criterion().meaning());
        offender();
        json.writeName("axes");
        json.writeStartArray();
        result.question().axes().forEach(this::axis);
        json.writeEndArray();
        json.writeNumberProperty("runs", result.points().size());
        json.writeNumberProperty("done", result.doneCount());
        json.writeBooleanProperty("interrupted", result.isInterrupted());
        json.writeBooleanProperty("nothingAtStake", result.isIdle());
        values("answer", result.answer());
        values("closest", result.closest());
        lines();
        json.writeName("points");
        json.writeStartArray();
        result.done().forEach(this::point);
        json.writeEndArray();
    }

    private void offender() {
        final Offender offender = result.offender();
        if (offender.isNobody()) {
            json.writeNullProperty("offender");
            return;
        }
        json.writeName("offender");
        json.writeStartObject();
        json.writeStringProperty("vm", offender.name());
        json.writeBooleanProperty("given", offender.choice() == Offender.Choice.GIVEN);
        json.writeNumberProperty("outstandingHighWater", offender.outstandingHighWater());
        json.writeEndObject();
    }

    private void axis(final Axis axis) {
        json.writeStartObject();
        json.writeStringProperty("name", axis.name());
        json.writeStringProperty("range", axis.range().text());
        json.writeStringProperty("unit", axis.range().isOfTimes() ? "ns" : "count");
        json.writeName("values");
        json.writeStartArray();
        axis.range().values().forEach(value -> json.writeNumber(value.number()));
        json.writeEndArray();
        json.writeEndObject();
    }

    private void values(final String name, final Optional<Point> point) {
        if (point.isEmpty()) {
            json.writeNullProperty(name);
        } else {
            json.writeName(name);
            values(point.get().values());
        }
    }

    private void values(final List<Value> values) {
        json.writeStartObject();
        for (int i = 0; i < values.size(); i++) {
            json.writeNumberProperty(
                    result.question().axes().get(i).name(), values.get(i).number());
        }
        json.writeEndObject();
    }

    /** For each value of the second axis, or once, what the first may be. */
    private void lines() {
        json.writeName("lines");
        json.writeStartArray();
        for (int line = 0; line < result.lines(); line++) {
            json.writeStartObject();
            if (result.question().axes().size() > 1) {
                final Axis second = result.question().axes().get(1);
                json.writeNumberProperty(second.name(), second.range().values().get(line).number());
            }
            final Optional<Point> smallest = result.smallest(line);
            if (smallest.isPresent()) {
                json.writeNumberProperty("smallest", smallest.get().values().get(0).number());
            } else {
                json.writeNullProperty("smallest");
            }
            json.writeName("harmless");
            json.writeStartArray();
            for (final SweepResult.Stretch stretch : result.unharmed(line)) {
                json.writeStartObject();
                json.writeNumberProperty("first", stretch.first().number());
                json.writeNumberProperty("last", stretch.last().number());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void point(final Point point) {
        json.writeStartObject();
        json.writeName("values");
        values(point.values());
        json.writeName("harmed");
        json.writeStartArray();
        point.harmed().forEach(json::writeString);
        json.writeEndArray();
        json.writeNumberProperty("harm", point.harm());
        json.writeNumberProperty("stallHighWater", point.stallHighWater());
        json.writeNumberProperty("queueHighWater", point.queueHighWater());
        json.writeNumberProperty("queueOverflows", point.queueOverflows());
        json.writeName("brokenInvariants");
        json.writeStartArray();
        point.broken().forEach(json::writeString);
        json.writeEndArray();
        json.writeName("perVm");
        json.writeStartArray();
        point.vms().forEach(this::vm);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void vm(final VmTally vm) {
        json.writeStartObject();
        json.writeStringProperty("vm", vm.vm());
        JsonReport.fates(json, vm.raised(), vm.outcomes(), vm.outstandingHighWater());
        json.writeNumberProperty("owed", vm.owed());
        json.writeNumberProperty("lost", vm.lost());
        json.writeNumberProperty("missing", vm.missing());
        json.writeNumberProperty("late", vm.late());
        json.writeNumberProperty("longestWaitNs", vm.longestWaitNs());
        json.writeName("latencyNs");
        json.writeStartObject();
        json.writeNumberProperty("p50", vm.p50Ns());
        json.writeNumberProperty("p99", vm.p99Ns());
        json.writeNumberProperty("max", vm.longestNs());
        json.writeEndObject();
        json.writeEndObject();
    }
}
