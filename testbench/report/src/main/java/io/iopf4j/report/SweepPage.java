// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.sweep.Axis;
import io.iopf4j.replay.sweep.Point;
import io.iopf4j.replay.sweep.SweepResult;
import io.iopf4j.replay.sweep.VmTally;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * The page of a sweep: over one range what became of the others and of the offender, over two a map
 * of whom each pair of values harms. Only reads.
 */
public final class SweepPage {
    private final PageHead head;
    private final SweepResult result;

    /**
     * A page.
     *
     * @param head what it says of itself
     * @param result the sweep, of which at least one run is done
     */
    public SweepPage(final PageHead head, final SweepResult result) {
        this.head = head;
        this.result = result;
    }

    /**
     * Writes it.
     *
     * @param out where to; UTF-8; is not closed
     * @throws IOException if it cannot be written
     */
    public void writeTo(final Writer out) throws IOException {
        new HtmlPage(head, List.of("sweep.js")).writeTo(out, this::data);
    }

    private void data(final JsonGenerator json) {
        json.writeStringProperty("semantics", result.setting().semantics());
        json.writeStringProperty("iommu", result.setting().iommu());
        json.writeStringProperty("policy", result.question().rules().policy().orElse(null));
        json.writeNumberProperty("seed", result.setting().seed());
        json.writeStringProperty("criterion", result.question().criterion().text());
        json.writeStringProperty("meaning", result.question().criterion().meaning());
        json.writeStringProperty("offender", result.offender().name());
        json.writeNumberProperty("offenderMost", result.offender().outstandingHighWater());
        json.writeBooleanProperty("isIdle", result.isIdle());
        json.writeName("axes");
        json.writeStartArray();
        result.question().axes().forEach(axis -> axis(json, axis));
        json.writeEndArray();
        PageParts.strings(
                json,
                "vms",
                result.others(result.done().get(0)).stream().map(VmTally::vm).toList());
        json.writeNumberProperty("answer", index(result.answer()));
        json.writeNumberProperty("closest", index(result.closest()));
        json.writeName("points");
        json.writeStartArray();
        for (final Optional<Point> point : result.points()) {
            if (point.isPresent()) {
                point(json, point.get());
            } else {
                json.writeNull();
            }
        }
        json.writeEndArray();
    }

    /** Its place among the runs; -1 if there is none. */
    private int index(final Optional<Point> point) {
        return point.isPresent() ? result.points().indexOf(point) : -1;
    }

    private static void axis(final JsonGenerator json, final Axis axis) {
        json.writeStartObject();
        json.writeStringProperty("name", axis.name());
        json.writeStringProperty("range", axis.range().text());
        json.writeBooleanProperty("isOfTimes", axis.range().isOfTimes());
        json.writeName("values");
        json.writeStartArray();
        axis.range().values().forEach(value -> json.writeNumber(value.number()));
        json.writeEndArray();
        PageParts.strings(
                json, "words", axis.range().values().stream().map(value -> value.word()).toList());
        json.writeEndObject();
    }

    private void point(final JsonGenerator json, final Point point) {
        final List<VmTally> others = result.others(point);
        json.writeStartObject();
        PageParts.strings(json, "harmed", point.harmed());
        PageParts.strings(json, "broken", point.broken());
        json.writeNumberProperty(
                "answered",
                others.stream().mapToLong(vm -> vm.outcomes().get(Outcome.ANSWERED)).sum());
        json.writeNumberProperty(
                "lost", others.stream().mapToLong(vm -> vm.lost() + vm.missing()).sum());
        json.writeNumberProperty("p99", others.stream().mapToLong(VmTally::p99Ns).max().orElse(0));
        json.writeNumberProperty(
                "wait", others.stream().mapToLong(VmTally::longestWaitNs).max().orElse(0));
        if (!result.offender().isNobody()) {
            final VmTally offender = point.vm(result.offender().name());
            json.writeNumberProperty("itsAnswered", offender.outcomes().get(Outcome.ANSWERED));
            json.writeNumberProperty("itsEnded", offender.ended());
            json.writeNumberProperty("itsOpen", offender.open());
        }
        json.writeNumberProperty("stalled", point.stallHighWater());
        json.writeNumberProperty("queued", point.queueHighWater());
        json.writeEndObject();
    }
}
