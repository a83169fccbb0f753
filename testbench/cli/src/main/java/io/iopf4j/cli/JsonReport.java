// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.Comparison;
import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.ReplayResult;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.Unrecoverable;
import io.iopf4j.replay.VmMap;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.Hardware;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.dump.FaultKinds;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.invariants.Invariants;
import io.iopf4j.replay.ledger.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import tools.jackson.core.JsonGenerator;

/** The machine-readable report. Keys are stable; times are nanoseconds. */
final class JsonReport {
    private JsonReport() {}

    /** Explains faults unless that is null. */
    static void info(final JsonGenerator json, final Dumps dumps, final FaultKinds faults) {
        json.writeStartObject();
        head(json, dumps);
        dump(json, dumps.summary(), vms(dumps.summary()));
        if (faults != null) {
            explanations(json, faults);
        }
        json.writeEndObject();
    }

    private static void explanations(final JsonGenerator json, final FaultKinds faults) {
        json.writeName("explanations");
        json.writeStartArray();
        for (final FaultKinds.Kind kind : faults.kinds()) {
            json.writeStartObject();
            json.writeStringProperty("device", kind.device());
            json.writeNumberProperty("reason", kind.reason());
            json.writeStringProperty("name", kind.explanation().name());
            json.writeStringProperty("meaning", kind.explanation().meaning());
            json.writeStringProperty("cause", kind.explanation().cause());
            json.writeStringProperty("access", TextReport.access(kind.perm()));
            json.writeNumberProperty("count", kind.count());
            json.writeNumberProperty("firstNs", kind.firstNs());
            json.writeNumberProperty("lastNs", kind.lastNs());
            json.writeStringProperty("lowest", "0x" + Long.toHexString(kind.lowest()));
            json.writeStringProperty("highest", "0x" + Long.toHexString(kind.highest()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void replay(final JsonGenerator json, final Dumps dumps, final ReplayResult result) {
        json.writeStartObject();
        head(json, dumps);
        dump(json, dumps.summary(), result.vms().size());
        run(json, new FaultTable(result));
        json.writeEndObject();
    }

    /** The same keys: nothing was recorded, so that dump and comparison count nothing. */
    static void scenario(final JsonGenerator json, final String file, final RunResult result) {
        json.writeStartObject();
        scenarioHead(json, file);
        dump(json, new DumpSummary(), result.vms().size());
        run(json, new FaultTable(result));
        json.writeEndObject();
    }

    /** What was read, and what is in it, of faults that were run several times. */
    static void source(final JsonGenerator json, final FaultsInput input, final int vms) {
        input.dumps()
                .ifPresentOrElse(
                        dumps -> head(json, dumps),
                        () -> scenarioHead(json, input.faults().name()));
        dump(json, input.dumps().map(Dumps::summary).orElseGet(DumpSummary::new), vms);
    }

    /** What was read: a scenario. */
    private static void scenarioHead(final JsonGenerator json, final String file) {
        json.writeStringProperty("iopf4j", Version.number());
        json.writeName("inputs");
        json.writeStartArray();
        json.writeStartObject();
        json.writeStringProperty("file", file);
        json.writeStringProperty("format", "scenario");
        json.writeNumberProperty("version", 1);
        json.writeNumberProperty("events", 0);
        json.writeNumberProperty("lostEvents", 0);
        strings(json, "warnings", List.of());
        json.writeEndObject();
        json.writeEndArray();
    }

    /** What a run came to: the keys replay, comparison and invariants. */
    static void run(final JsonGenerator json, final FaultTable faults) {
        run(json, faults.result(), faults.replay().map(ReplayResult::unrecoverable).orElse(null));
        comparison(
                json,
                faults.replay()
                        .map(ReplayResult::comparison)
                        .orElse(new Comparison(0, 0, 0, null)));
        invariants(json, faults.result().bench().invariants());
    }

    private static void run(
            final JsonGenerator json, final RunResult result, final Unrecoverable unrecoverable) {
        final BenchSettings settings = result.bench().settings();
        json.writeName("replay");
        json.writeStartObject();
        json.writeStringProperty("semantics", settings.semantics().profileName());
        json.writeStringProperty("iommu", result.bench().hardware().name());
        strings(json, "policies", settings.policyNames());
        json.writeNumberProperty("seed", settings.seed());
        groups(json, result);
        if (unrecoverable != null) {
            json.writeName("unrecoverable");
            json.writeStartObject();
            json.writeNumberProperty("raised", unrecoverable.raised());
            json.writeNumberProperty("recorded", unrecoverable.recorded());
            json.writeNumberProperty("asRecorded", unrecoverable.asRecorded());
            json.writeEndObject();
        }
        json.writeName("responses");
        json.writeStartObject();
        json.writeNumberProperty("success", result.ledger().responses(PageResponseCode.SUCCESS));
        json.writeNumberProperty("invalid", result.ledger().responses(PageResponseCode.INVALID));
        json.writeNumberProperty("failure", result.ledger().responses(PageResponseCode.FAILURE));
        json.writeNumberProperty("refused", result.ledger().refused());
        json.writeEndObject();
        hardware(json, result.bench().hardware());
        json.writeName("perVm");
        json.writeStartArray();
        result.vms().forEach(vm -> vm(json, vm));
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What was read: dumps. */
    private static void head(final JsonGenerator json, final Dumps dumps) {
        json.writeStringProperty("iopf4j", Version.number());
        json.writeName("inputs");
        json.writeStartArray();
        for (final Input input : dumps.inputs()) {
            json.writeStartObject();
            json.writeStringProperty("file", input.file());
            json.writeStringProperty("format", input.info().format());
            json.writeNumberProperty("version", input.info().version());
            json.writeNumberProperty("events", input.events());
            json.writeNumberProperty("lostEvents", input.lostEvents());
            json.writeNumberProperty("emptyPlaces", input.emptyPlaces());
            strings(json, "warnings", input.warnings());
            json.writeStringProperty("kernel", input.info().kernel());
            json.writeStringProperty("clock", input.info().clock());
            json.writeBooleanProperty("timesAreNanoseconds", input.info().timesAreNanoseconds());
            json.writeNumberProperty("cpus", input.info().cpus());
            strings(json, "buffers", input.info().buffers());
            strings(json, "machines", input.info().machines());
            counts(json, "eventsByName", input.eventsByName());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** What was recorded. */
    private static void dump(
            final JsonGenerator json, final DumpSummary summary, final int vmCount) {
        json.writeName("dump");
        json.writeStartObject();
        json.writeNumberProperty("pageRequests", summary.pageRequests());
        json.writeNumberProperty("groups", summary.groups());
        json.writeNumberProperty("unrecoverable", summary.unrecoverable());
        json.writeName("responses");
        json.writeStartObject();
        json.writeNumberProperty("success", summary.success());
        json.writeNumberProperty("invalid", summary.invalid());
        json.writeNumberProperty("failure", summary.failure());
        json.writeEndObject();
        json.writeNumberProperty("unanswered", summary.unanswered());
        if (summary.incompleteRequests() > 0) {
            json.writeNumberProperty("incompleteRequests", summary.incompleteRequests());
        }
        json.writeNumberProperty("devices", summary.devices());
        json.writeNumberProperty("vms", vmCount);
        json.writeNumberProperty("firstNs", summary.firstNs());
        json.writeNumberProperty("lastNs", summary.lastNs());
        json.writeNumberProperty("outstandingHighWater", summary.outstandingHighWater());
        json.writeNumberProperty("answersToUnseenGroups", summary.answeredUnseen());
        counts(json, "requestsByDevice", summary.requestsByDevice());
        counts(json, "faultsByDevice", summary.faultsByDevice());
        json.writeName("faultQueues");
        json.writeStartArray();
        for (final SortedSet<String> devices : summary.devicesByFile().values()) {
            json.writeStartObject();
            strings(json, "devices", List.copyOf(devices));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** As a replay would make them. */
    static int vms(final DumpSummary summary) {
        final Set<String> devices = summary.requestsByDevice().keySet();
        return VmMap.of(devices, summary, Map.of()).vms(devices).size();
    }

    private static void groups(final JsonGenerator json, final RunResult result) {
        json.writeName("groups");
        json.writeStartObject();
        json.writeNumberProperty("raised", result.raised());
        json.writeNumberProperty("reported", result.reported());
        json.writeNumberProperty("delivered", result.delivered());
        final Map<Outcome, Long> outcomes = result.outcomes();
        json.writeNumberProperty("answered", outcomes.get(Outcome.ANSWERED));
        json.writeNumberProperty("terminated", outcomes.get(Outcome.TERMINATED));
        json.writeNumberProperty("timedOut", outcomes.get(Outcome.TIMED_OUT));
        json.writeNumberProperty("drained", outcomes.get(Outcome.DRAINED));
        json.writeNumberProperty("unreported", outcomes.get(Outcome.UNREPORTED));
        json.writeNumberProperty("outstanding", outcomes.get(Outcome.OUTSTANDING));
        json.writeEndObject();
    }

    private static void hardware(final JsonGenerator json, final Hardware hardware) {
        json.writeName("hardware");
        json.writeStartObject();
        json.writeNumberProperty("queueOverflows", hardware.queueOverflows());
        json.writeNumberProperty("queueHighWater", hardware.queueHighWater());
        json.writeNumberProperty("stallHighWater", hardware.stallHighWater());
        json.writeNumberProperty("commandErrors", hardware.commandErrors());
        json.writeEndObject();
    }

    /** What became of a machine's faults. */
    static void fates(
            final JsonGenerator json,
            final long raised,
            final Map<Outcome, Long> outcomes,
            final long outstandingHighWater) {
        json.writeNumberProperty("raised", raised);
        json.writeNumberProperty("answered", outcomes.get(Outcome.ANSWERED));
        json.writeNumberProperty("terminated", outcomes.get(Outcome.TERMINATED));
        json.writeNumberProperty("timedOut", outcomes.get(Outcome.TIMED_OUT));
        json.writeNumberProperty("drained", outcomes.get(Outcome.DRAINED));
        json.writeNumberProperty("unreported", outcomes.get(Outcome.UNREPORTED));
        json.writeNumberProperty("outstanding", outcomes.get(Outcome.OUTSTANDING));
        json.writeNumberProperty("outstandingHighWater", outstandingHighWater);
    }

    private static void vm(final JsonGenerator json, final VmResult vm) {
        json.writeStartObject();
        json.writeStringProperty("vm", vm.name());
        json.writeNumberProperty("devices", vm.devices());
        fates(json, vm.raised(), vm.outcomes(), vm.outstandingHighWater());
        if (vm.quota() == 0) {
            json.writeNullProperty("quota");
        } else {
            json.writeNumberProperty("quota", vm.quota());
        }
        json.writeName("latencyNs");
        json.writeStartObject();
        json.writeNumberProperty("p50", vm.percentileNs(50));
        json.writeNumberProperty("p90", vm.percentileNs(90));
        json.writeNumberProperty("p99", vm.percentileNs(99));
        json.writeNumberProperty("max", vm.longestNs());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void comparison(final JsonGenerator json, final Comparison comparison) {
        json.writeName("comparison");
        json.writeStartObject();
        json.writeNumberProperty("matched", comparison.matched());
        json.writeNumberProperty("diverged", comparison.diverged());
        json.writeNumberProperty("spoiledByLostEvents", comparison.spoiled());
        if (comparison.firstDivergence() != null) {
            json.writeStringProperty("firstDivergence", comparison.firstDivergence());
        }
        json.writeEndObject();
    }

    private static void invariants(final JsonGenerator json, final Invariants invariants) {
        json.writeName("invariants");
        json.writeStartArray();
        for (final Invariant invariant : invariants.all()) {
            json.writeStartObject();
            json.writeStringProperty("name", invariant.name());
            json.writeBooleanProperty("holds", invariant.holds());
            json.writeNumberProperty("checked", invariant.checked());
            if (!invariant.holds()) {
                json.writeStringProperty("breach", invariant.breach());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void strings(
            final JsonGenerator json, final String name, final List<String> values) {
        json.writeName(name);
        json.writeStartArray();
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    private static void counts(
            final JsonGenerator json, final String name, final SortedMap<String, Long> counts) {
        json.writeName(name);
        json.writeStartObject();
        counts.forEach((key, count) -> json.writeNumberProperty(key, count));
        json.writeEndObject();
    }
}
