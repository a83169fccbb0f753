// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.ReplayResult;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Ledger;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.core.JsonGenerator;

/**
 * The page of one run, of a dump or of a scenario: its summary, what was outstanding and queued
 * over time, how long answers took, and every fault with its whole life. Some twenty to forty bytes
 * a fault. Only reads.
 */
public final class RunPage {
    private final PageHead head;
    private final FaultTable faults;

    /**
     * A page.
     *
     * @param head what it says of itself
     * @param faults the run
     */
    public RunPage(final PageHead head, final FaultTable faults) {
        this.head = head;
        this.faults = faults;
    }

    /**
     * Writes it.
     *
     * @param out where to; UTF-8; is not closed
     * @throws IOException if it cannot be written
     */
    public void writeTo(final Writer out) throws IOException {
        new HtmlPage(head, List.of("faults.js", "life.js", "run.js")).writeTo(out, this::data);
    }

    private void data(final JsonGenerator json) {
        final RunResult result = faults.result();
        PageParts.facts(json, "rules", new RunRules(result).facts());
        rooms(json, new RunRules(result));
        responses(json, result);
        faults.replay().ifPresent(replay -> comparison(json, replay));
        invariants(json, result);
        vms(json, result.vms());
        PageParts.strings(
                json,
                "devices",
                result.bench().devices().stream().map(any -> any.endpoint().name()).toList());
        columns(json);
    }

    /** What all machines share, and how much of it there is. */
    private static void rooms(final JsonGenerator json, final RunRules rules) {
        json.writeName("hardware");
        json.writeStartObject();
        json.writeStringProperty("queue", rules.queueName());
        json.writeNumberProperty("queueEntries", rules.queueEntries());
        json.writeNumberProperty("stallEntries", rules.stallEntries());
        json.writeNumberProperty("queueHighWater", rules.hardware().queueHighWater());
        json.writeNumberProperty("stallHighWater", rules.hardware().stallHighWater());
        json.writeNumberProperty("queueOverflows", rules.hardware().queueOverflows());
        json.writeNumberProperty("commandErrors", rules.hardware().commandErrors());
        json.writeEndObject();
    }

    private static void responses(final JsonGenerator json, final RunResult result) {
        json.writeName("responses");
        json.writeStartArray();
        for (int code = 0; code < RunRules.CODES.size(); code++) {
            json.writeNumber(result.ledger().responses(code));
        }
        json.writeNumber(result.ledger().refused());
        json.writeEndArray();
        PageParts.strings(json, "codes", RunRules.CODES);
    }

    private static void comparison(final JsonGenerator json, final ReplayResult replay) {
        json.writeName("comparison");
        json.writeStartObject();
        json.writeNumberProperty("matched", replay.comparison().matched());
        json.writeNumberProperty("diverged", replay.comparison().diverged());
        json.writeNumberProperty("spoiled", replay.comparison().spoiled());
        json.writeStringProperty("first", replay.comparison().firstDivergence());
        json.writeEndObject();
    }

    private static void invariants(final JsonGenerator json, final RunResult result) {
        json.writeName("invariants");
        json.writeStartArray();
        for (final Invariant invariant : result.bench().invariants().all()) {
            json.writeStartObject();
            json.writeStringProperty("name", invariant.name());
            json.writeNumberProperty("checked", invariant.checked());
            json.writeStringProperty("breach", invariant.breach());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void vms(final JsonGenerator json, final List<VmResult> vms) {
        json.writeName("vms");
        json.writeStartArray();
        for (final VmResult vm : vms) {
            json.writeStartObject();
            json.writeStringProperty("name", vm.name());
            json.writeNumberProperty("devices", vm.devices());
            json.writeNumberProperty("most", vm.outstandingHighWater());
            json.writeNumberProperty("quota", vm.quota());
            json.writeName("latency");
            json.writeStartArray();
            json.writeNumber(vm.percentileNs(50));
            json.writeNumber(vm.percentileNs(90));
            json.writeNumber(vm.percentileNs(99));
            json.writeNumber(vm.longestNs());
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        PageParts.strings(json, "fates", RunRules.FATES);
    }

    private void columns(final JsonGenerator json) {
        final Ledger ledger = faults.result().ledger();
        json.writeName("faults");
        json.writeStartObject();
        json.writeNumberProperty("count", faults.size());
        final PageColumns columns = new PageColumns(json, faults.size());
        columns.write("vm", fault -> ledger.vm(faults.row(fault)));
        columns.write("device", fault -> ledger.endpoint(faults.row(fault)));
        columns.write("pasid", fault -> given(faults.pasid(fault)));
        columns.write("grpid", fault -> given(faults.grpid(fault)));
        columns.write("tag", fault -> ledger.tag(faults.row(fault)));
        columns.write("addrHigh", fault -> ledger.iova(faults.row(fault)) >>> Integer.SIZE);
        columns.write("addrLow", fault -> ledger.iova(faults.row(fault)) & 0xffff_ffffL);
        columns.write("requests", fault -> ledger.requests(faults.row(fault)));
        columns.write("records", fault -> ledger.records(faults.row(fault)));
        columns.write("code", fault -> ledger.code(faults.row(fault)));
        columns.write("recorded", fault -> given(faults.recordedCode(fault)));
        columns.write("fate", fault -> RunRules.fate(ledger.outcome(faults.row(fault))));
        columns.write("result", fault -> RunRules.end(ledger.result(faults.row(fault))));
        columns.write("raised", fault -> ledger.raisedNs(faults.row(fault)));
        columns.write(
                "queued",
                fault -> ledger.queuedNs(faults.row(fault)),
                fault -> ledger.raisedNs(faults.row(fault)));
        columns.write(
                "reported",
                fault -> ledger.reportedNs(faults.row(fault)),
                fault -> ledger.queuedNs(faults.row(fault)));
        columns.write(
                "delivered",
                fault -> ledger.deliveredNs(faults.row(fault)),
                fault -> ledger.reportedNs(faults.row(fault)));
        columns.write(
                "answered",
                fault -> ledger.answeredNs(faults.row(fault)),
                fault -> ledger.reportedNs(faults.row(fault)));
        columns.write(
                "completed",
                fault -> ledger.completedNs(faults.row(fault)),
                fault -> ledger.answeredNs(faults.row(fault)));
        json.writeEndObject();
        PageParts.strings(json, "ends", RunRules.ENDS);
    }

    private static long given(final OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : Ledger.NONE;
    }
}
