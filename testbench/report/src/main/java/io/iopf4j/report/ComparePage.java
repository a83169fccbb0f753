// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.bench.Hardware;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.whatif.Difference;
import io.iopf4j.replay.whatif.Fate;
import io.iopf4j.replay.whatif.Shift;
import io.iopf4j.replay.whatif.SideBySide;
import io.iopf4j.replay.whatif.Story;
import io.iopf4j.replay.whatif.VmWaits;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * The page of a comparison: what became of each machine's faults side by side, what was outstanding
 * in each run over time on one scale, who starved whom, and every fault whose fate differs, with
 * the stories of the first of them. Only reads.
 */
public final class ComparePage {
    private static final int MOST_VMS = 12;
    private static final int MOST_LINES = 8;
    private static final int MOST_STORIES = 4_000;

    private final PageHead head;
    private final SideBySide result;

    /**
     * A page.
     *
     * @param head what it says of itself
     * @param result the runs
     */
    public ComparePage(final PageHead head, final SideBySide result) {
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
        new HtmlPage(head, List.of("compare.js")).writeTo(out, this::data);
    }

    private void data(final JsonGenerator json) {
        json.writeNumberProperty("end", result.endNs());
        json.writeNumberProperty("faults", result.pairs());
        json.writeNumberProperty("notInAll", result.notInAll());
        json.writeNumberProperty("vmCount", result.runs().get(0).waits().size());
        json.writeName("outcomes");
        strings(json, outcomes().stream().map(Fate::word).toList());
        json.writeName("runs");
        json.writeStartArray();
        result.runs().forEach(run -> run(json, run));
        json.writeEndArray();
        shifts(json);
        differences(json);
    }

    private static List<Outcome> outcomes() {
        return List.of(Outcome.values());
    }

    // ---- Runs -----------------------------------------------------------------------------------

    private void run(final JsonGenerator json, final SideBySide.Run run) {
        final RunResult ran = run.faults().result();
        final Hardware hardware = ran.bench().hardware();
        json.writeStartObject();
        json.writeStringProperty("label", run.variant().label());
        json.writeStringProperty("semantics", ran.bench().settings().semantics().profileName());
        json.writeStringProperty("policy", String.join(",", ran.bench().settings().policyNames()));
        json.writeStringProperty("iommu", hardware.name());
        json.writeNumberProperty("seed", ran.bench().settings().seed());
        json.writeNumberProperty("raised", ran.raised());
        json.writeNumberProperty("stalled", hardware.stallHighWater());
        json.writeNumberProperty("queued", hardware.queueHighWater());
        json.writeNumberProperty("overflows", hardware.queueOverflows());
        json.writeNumberProperty("stallEntries", new RunRules(ran).stallEntries());
        json.writeNumberProperty("queueEntries", new RunRules(ran).queueEntries());
        json.writeName("broken");
        strings(
                json,
                ran.bench().invariants().all().stream()
                        .filter(invariant -> !invariant.holds())
                        .map(ComparePage::breach)
                        .toList());
        json.writeName("vms");
        json.writeStartArray();
        for (final int vm : result.vms(MOST_VMS)) {
            vm(json, ran.vms().get(vm), run.waits().get(vm));
        }
        json.writeEndArray();
        series(json, run.faults());
        json.writeEndObject();
    }

    private static String breach(final Invariant invariant) {
        return invariant.name() + ": " + invariant.breach();
    }

    private static void vm(final JsonGenerator json, final VmResult vm, final VmWaits waits) {
        json.writeStartObject();
        json.writeStringProperty("name", vm.name());
        json.writeNumberProperty("devices", vm.devices());
        json.writeName("counts");
        json.writeStartArray();
        outcomes().forEach(outcome -> json.writeNumber(vm.outcomes().get(outcome)));
        json.writeEndArray();
        json.writeNumberProperty("most", vm.outstandingHighWater());
        json.writeNumberProperty("quota", vm.quota());
        json.writeNumberProperty("answers", vm.latencies().count());
        json.writeName("latency");
        json.writeStartArray();
        json.writeNumber(vm.percentileNs(50));
        json.writeNumber(vm.percentileNs(90));
        json.writeNumber(vm.percentileNs(99));
        json.writeNumber(vm.longestNs());
        json.writeEndArray();
        json.writeNumberProperty("held", waits.heldAtPeak());
        json.writeNumberProperty("taken", waits.takenAtPeak());
        json.writeNumberProperty("longest", waits.longestNs());
        json.writeNumberProperty("total", waits.totalNs());
        json.writeNumberProperty("room", waits.roomNs());
        json.writeName("charges");
        json.writeStartArray();
        waits.charges().stream()
                .limit(MOST_LINES)
                .forEach(
                        charge -> {
                            json.writeStartArray();
                            json.writeString(charge.vm());
                            json.writeNumber(charge.ns());
                            json.writeEndArray();
                        });
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What is outstanding of each machine over time, and what of the shared room is taken. */
    private void series(final JsonGenerator json, final FaultTable faults) {
        final Occupancy occupancy = new Occupancy(faults.result());
        final boolean hasStalls = new RunRules(faults.result()).stallEntries() > 0;
        json.writeName("series");
        json.writeStartArray();
        steps(
                json,
                hasStalls ? "stall buffer, all VMs" : "page request queue, all VMs",
                hasStalls ? occupancy.stalls() : occupancy.queue());
        result.vms(MOST_VMS).stream()
                .limit(MOST_LINES)
                .forEach(
                        vm ->
                                steps(
                                        json,
                                        faults.result().vms().get(vm).name(),
                                        occupancy.outstanding(vm)));
        json.writeEndArray();
    }

    private static void steps(
            final JsonGenerator json, final String name, final StepSeries series) {
        final List<Long> times = new ArrayList<>();
        final List<Long> values = new ArrayList<>();
        series.forEach(
                (ns, count) -> {
                    times.add(ns);
                    values.add(count);
                });
        json.writeStartObject();
        json.writeStringProperty("name", name);
        json.writeNumberProperty("count", times.size());
        final PageColumns columns = new PageColumns(json, times.size());
        columns.write("times", times::get);
        columns.write("values", values::get);
        json.writeEndObject();
    }

    // ---- What differs ---------------------------------------------------------------------------

    private void shifts(final JsonGenerator json) {
        json.writeName("shifts");
        json.writeStartArray();
        for (final Shift shift : result.shifts()) {
            json.writeStartArray();
            json.writeNumber(shift.run());
            json.writeString(shift.vm());
            json.writeString(shift.from().toString());
            json.writeString(shift.to().toString());
            json.writeNumber(shift.count());
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private void differences(final JsonGenerator json) {
        final List<Difference> all = new ArrayList<>(result.differences());
        final Map<String, Integer> words = new LinkedHashMap<>();
        for (int i = 0; i < result.differences(); i++) {
            final Difference difference = result.difference(i);
            all.add(difference);
            number(words, difference.vm());
            number(words, difference.device());
            difference.fates().forEach(fate -> number(words, fate.toString()));
        }
        json.writeName("words");
        strings(json, List.copyOf(words.keySet()));
        json.writeName("differing");
        json.writeStartObject();
        json.writeNumberProperty("count", all.size());
        final PageColumns columns = new PageColumns(json, all.size());
        columns.write("vm", i -> words.get(all.get(i).vm()));
        columns.write("device", i -> words.get(all.get(i).device()));
        columns.write("number", i -> all.get(i).number());
        columns.write("addrHigh", i -> all.get(i).iova() >>> Integer.SIZE);
        columns.write("addrLow", i -> all.get(i).iova() & 0xffff_ffffL);
        columns.write("raised", i -> raisedNs(all.get(i)));
        for (int run = 0; run < result.runs().size(); run++) {
            final int which = run;
            columns.write("fate" + run, i -> words.get(all.get(i).fates().get(which).toString()));
        }
        json.writeEndObject();
        stories(json, Math.min(all.size(), MOST_STORIES / result.runs().size()));
    }

    private static void number(final Map<String, Integer> words, final String word) {
        words.putIfAbsent(word, words.size());
    }

    private long raisedNs(final Difference difference) {
        long firstNs = Long.MAX_VALUE;
        for (int run = 0; run < result.runs().size(); run++) {
            if (difference.faults().get(run).isPresent()) {
                final FaultTable table = result.runs().get(run).faults();
                final int row = table.row(difference.faults().get(run).getAsInt());
                firstNs = Math.min(firstNs, table.result().ledger().raisedNs(row));
            }
        }
        return firstNs;
    }

    /** Of the first differing faults, for each run its steps; null if it did not raise it. */
    private void stories(final JsonGenerator json, final int count) {
        json.writeName("stories");
        json.writeStartArray();
        for (int i = 0; i < count; i++) {
            json.writeStartArray();
            for (int run = 0; run < result.runs().size(); run++) {
                story(json, result.story(i, run));
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void story(final JsonGenerator json, final Optional<Story> story) {
        if (story.isEmpty()) {
            json.writeNull();
            return;
        }
        json.writeStartArray();
        for (final Story.Step step : story.get().steps()) {
            json.writeStartArray();
            json.writeNumber(step.ns());
            json.writeString(step.layer() == Story.Layer.END ? "" : step.layer().word());
            json.writeString(step.text());
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void strings(final JsonGenerator json, final List<String> values) {
        json.writeStartArray();
        values.forEach(json::writeString);
        json.writeEndArray();
    }
}
