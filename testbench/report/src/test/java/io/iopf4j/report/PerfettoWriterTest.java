// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.dump.DumpReader;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.scenario.Scenarios;
import io.iopf4j.replay.whatif.DumpFaults;
import io.iopf4j.replay.whatif.Rules;
import io.iopf4j.replay.whatif.ScenarioFaults;
import io.iopf4j.report.PerfettoReader.Event;
import io.iopf4j.report.PerfettoReader.Track;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a trace shows, read by the format's own library, against the ledger that it is of. */
final class PerfettoWriterTest {
    private static final String BUFFER = "shared-stall-buffer";

    private static List<FaultTable> runs;

    @BeforeAll
    static void run() throws IOException {
        runs =
                List.of(
                        scenario(BUFFER, Rules.DEFAULT),
                        scenario("silent-then-disabled", Rules.DEFAULT),
                        scenario("domain-change", Rules.DEFAULT.withSemantics("v3-2017")),
                        dump("open-greedy-a.dat"),
                        dump("iopf-mute-tsc.dat"));
    }

    static List<FaultTable> runs() {
        return runs;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldShowEachFaultFromRaisedToEndedWithItsFields(final FaultTable faults)
            throws IOException {
        final Ledger ledger = faults.result().ledger();
        final Map<Long, Event> open = new HashMap<>();
        final List<Event> begins = new ArrayList<>();
        final Map<Event, Long> ends = new HashMap<>();
        for (final Event event : read(faults).events()) {
            if (event.category().equals("fault")) {
                assertEquals(PerfettoReader.BEGIN, event.type());
                begins.add(event);
                // On one lane there is never more than one.
                assertEquals(null, open.put(event.lane(), event));
            } else if (event.type() == PerfettoReader.END && open.containsKey(event.lane())) {
                ends.put(open.remove(event.lane()), event.ns());
            }
        }
        assertEquals(faults.size(), begins.size());
        for (final Event event : begins) {
            final int fault = number(event, "fault").getAsInt();
            final int row = faults.row(fault);
            assertEquals(ledger.raisedNs(row), event.ns());
            assertEquals(ledger.completedNs(row), ends.getOrDefault(event, (long) Ledger.NONE));
            assertEquals(!ends.containsKey(event), event.fields().containsKey("open"));
            assertEquals(faults.device(fault), event.track().name());
            assertEquals(faults.vm(fault), event.track().parent().orElseThrow().name());
            assertEquals(faults.pasid(fault), number(event, "pasid"));
            assertEquals(faults.grpid(fault), number(event, "grpid"));
            assertEquals(faults.recordedCode(fault), number(event, "recordedCode"));
            assertEquals("0x" + Long.toHexString(ledger.iova(row)), event.fields().get("addr"));
            assertTime(ledger.queuedNs(row), event, "queuedNs");
            assertTime(ledger.reportedNs(row), event, "reportedNs");
            assertTime(ledger.deliveredNs(row), event, "deliveredNs");
            assertTime(ledger.answeredNs(row), event, "answeredNs");
            assertTime(ledger.completedNs(row), event, "completedNs");
            assertTime(ledger.code(row), event, "code");
            assertEquals(
                    ledger.outcome(row).name().toLowerCase(Locale.ROOT),
                    event.fields().get("outcome"));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldLeadFromAFaultToItsAnswerAndItsEnd(final FaultTable faults) throws IOException {
        final Ledger ledger = faults.result().ledger();
        final Map<Long, List<Event>> byFlow = new HashMap<>();
        for (final Event event : read(faults).events()) {
            for (final Long flow : event.flows()) {
                byFlow.computeIfAbsent(flow, unused -> new ArrayList<>()).add(event);
            }
            for (final Long flow : event.lastFlows()) {
                final List<Event> before = byFlow.get(flow);
                assertTrue(before.stream().allMatch(other -> other.lastFlows().isEmpty()));
                before.add(event);
            }
        }
        assertEquals(faults.size(), byFlow.size());
        for (final List<Event> flow : byFlow.values()) {
            final int row = faults.row(number(flow.get(0), "fault").getAsInt());
            final List<String> kinds = new ArrayList<>(List.of("fault"));
            if (ledger.answeredNs(row) != Ledger.NONE) {
                kinds.add("answer");
            }
            if (ledger.completedNs(row) != Ledger.NONE) {
                final boolean isLate = ledger.answeredNs(row) > ledger.completedNs(row);
                kinds.add(isLate ? 1 : kinds.size(), "completion");
                assertFalse(flow.get(flow.size() - 1).lastFlows().isEmpty());
            }
            assertEquals(kinds, flow.stream().map(Event::category).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldCountWhatEachMachineHasOutstanding(final FaultTable faults) throws IOException {
        final List<Event> events = read(faults).events();
        for (final VmResult vm : faults.result().vms()) {
            final List<Long> counts =
                    events.stream()
                            .filter(event -> event.track().isCounter())
                            .filter(event -> event.track().path().contains("/" + vm.name() + "/"))
                            .map(Event::count)
                            .toList();
            final long most = counts.stream().mapToLong(Long::longValue).max().orElseThrow();
            assertTrue(most <= vm.outstandingHighWater(), vm.name());
            assertEquals(0, counts.get(0));
        }
    }

    @Test
    void shouldCountToTheMostThatTheBenchHasSeen() throws IOException {
        final FaultTable faults = runs.get(0);
        final Map<String, Long> most = most(faults);
        assertEquals(
                faults.result().bench().hardware().stallHighWater(),
                most.get("smmuv3/stall buffer"));
        for (final VmResult vm : faults.result().vms()) {
            assertEquals(vm.outstandingHighWater(), most.get(vm.name() + "/outstanding"));
        }
    }

    @Test
    void shouldCountRecordsInAQueueOfRequests() throws IOException {
        final FaultTable faults = scenario("shared-prq", Rules.DEFAULT);
        final long queued = most(faults).get("vtd/fault queue");
        final long highWater = faults.result().bench().hardware().queueHighWater();
        // Not more, and not a fraction of it as if a group took one place.
        assertTrue(queued <= highWater && queued > 0.9 * highWater, queued + " of " + highWater);
    }

    @Test
    void shouldTellAGuestsAnswersFromTheKernels() throws IOException {
        final FaultTable faults =
                scenario(BUFFER, Rules.DEFAULT.withPolicy("vm-quota=4,timeout=10ms"));
        final Map<String, Long> answers =
                read(faults).events("answer").stream()
                        .collect(
                                Collectors.groupingBy(
                                        event -> event.track().name(), Collectors.counting()));
        assertEquals(Set.of("answers", "the kernel's answers"), answers.keySet());
    }

    @Test
    void shouldShowADevicesLanesAsOneTrack() throws IOException {
        final List<Track> tracks = read(runs.get(0)).tracks();
        final Map<String, Long> keys = new HashMap<>();
        int lanes = 0;
        for (final Track track : tracks) {
            if (track.key() != 0) {
                lanes++;
                assertEquals(track.key(), keys.computeIfAbsent(track.path(), path -> track.key()));
            }
        }
        assertTrue(lanes > keys.size(), lanes + " lanes");
    }

    @Test
    void shouldGroupSeveralRunsByTheirLabels() throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final PerfettoWriter writer = new PerfettoWriter(out);
        final FaultTable one = runs.get(0);
        final FaultTable other = scenario(BUFFER, Rules.DEFAULT.withPolicy("vm-quota=half"));
        writer.add("none", one);
        writer.add("vm-quota=half", other);
        final PerfettoReader trace = new PerfettoReader(out.toByteArray());
        assertEquals(
                List.of("none", "vm-quota=half"),
                trace.tracks().stream()
                        .filter(track -> track.parent().isEmpty())
                        .map(Track::name)
                        .toList());
        final List<Event> begins = trace.events("fault");
        assertEquals(one.size() + other.size(), begins.size());
        assertEquals(
                begins.size(),
                begins.stream().map(event -> event.flows().get(0)).distinct().count());
    }

    @Test
    void shouldNameARunByItsRules() throws IOException {
        final FaultTable faults = scenario(BUFFER, Rules.DEFAULT.withPolicy("vm-quota=half"));
        assertEquals(
                "mainline-6.12 on smmuv3, policy vm-quota=half",
                read(faults).tracks().get(0).name());
    }

    @Test
    void shouldWriteTheSameBytesAgain() throws IOException {
        assertArrayEquals(write(dump("open-mixed-a.dat")), write(dump("open-mixed-a.dat")));
    }

    /** The most that each counter comes to, by its place below the run. */
    private static Map<String, Long> most(final FaultTable faults) throws IOException {
        return read(faults).events().stream()
                .filter(event -> event.track().isCounter())
                .collect(
                        Collectors.toMap(
                                event -> event.track().path().replaceFirst("[^/]*/", ""),
                                Event::count,
                                Math::max));
    }

    private static OptionalInt number(final Event event, final String field) {
        final Object value = event.fields().get(field);
        return value == null ? OptionalInt.empty() : OptionalInt.of(((Long) value).intValue());
    }

    private static void assertTime(final long expected, final Event event, final String field) {
        assertEquals(expected == Ledger.NONE ? null : expected, event.fields().get(field));
    }

    private static PerfettoReader read(final FaultTable faults) throws IOException {
        return new PerfettoReader(write(faults));
    }

    private static byte[] write(final FaultTable faults) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PerfettoWriter(out).add(faults);
        return out.toByteArray();
    }

    private static FaultTable scenario(final String name, final Rules rules) throws IOException {
        return new ScenarioFaults(name, Scenarios.named(name)).run(rules, (done, all) -> {});
    }

    private static FaultTable dump(final String name) throws IOException {
        final Path file = Path.of("../dumps", name);
        final DumpSummary summary = new DumpSummary();
        final Recording recording = new Recording();
        try (TraceReader reader = Traces.open(file)) {
            new DumpReader(reader, FaultMap.builtIn(), summary)
                    .readAll(List.of(recording), 0, at -> {});
        }
        return new DumpFaults(name, recording, summary, Map.of())
                .run(Rules.DEFAULT, (done, all) -> {});
    }
}
