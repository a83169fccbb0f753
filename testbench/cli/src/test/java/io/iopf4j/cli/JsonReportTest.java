// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The keys of the JSON report, which are stable, and their types. */
class JsonReportTest {
    private static final List<String> OUTCOMES =
            List.of("answered", "terminated", "timedOut", "drained", "unreported", "outstanding");

    @ParameterizedTest
    @ValueSource(strings = {"open-mixed-a.dat", "iopf-lost-v7.dat"})
    void shouldDescribeADump(final String file) {
        final JsonNode report = report("info", file);
        assertText(report, "/iopf4j");
        assertInputs(report, file);
        assertDump(report);
    }

    @ParameterizedTest
    @ValueSource(strings = {"open-mixed-a.dat", "iopf-lost-v7.dat"})
    void shouldDescribeAReplay(final String file) {
        final JsonNode report = report("replay", file);
        assertText(report, "/iopf4j");
        assertInputs(report, file);
        assertDump(report);
        assertText(report, "/replay/semantics");
        assertText(report, "/replay/iommu");
        assertText(report, "/replay/policies/0");
        assertCounts(report, "/replay", "seed");
        assertCounts(report, "/replay/groups", "raised", "reported", "delivered");
        assertCounts(report, "/replay/groups", OUTCOMES.toArray(String[]::new));
        assertCounts(report, "/replay/responses", "success", "invalid", "failure", "refused");
        assertCounts(
                report,
                "/replay/hardware",
                "queueOverflows",
                "queueHighWater",
                "stallHighWater",
                "commandErrors");
        assertCounts(report, "/comparison", "matched", "diverged");
        assertTrue(report.at("/invariants").size() > 0);
        for (final JsonNode invariant : report.at("/invariants")) {
            assertText(invariant, "/name");
            assertTrue(invariant.at("/holds").booleanValue(), invariant.toString());
            assertTrue(invariant.at("/checked").longValue() > 0, invariant.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"open-mixed-a.dat", "iopf-lost-v7.dat"})
    void shouldDescribeEachVm(final String file) {
        final JsonNode vms = report("replay", file).at("/replay/perVm");
        assertTrue(vms.size() > 0);
        for (final JsonNode vm : vms) {
            assertText(vm, "/vm");
            assertCounts(vm, "", "devices", "raised", "outstandingHighWater");
            assertCounts(vm, "", OUTCOMES.toArray(String[]::new));
            assertTrue(vm.at("/quota").isNull(), "there is no policy");
            assertCounts(vm, "/latencyNs", "p50", "p90", "p99", "max");
            assertEquals(vm.at("/raised").longValue(), sumOfOutcomes(vm));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"open-mixed-a.dat", "iopf-greedy-v7.dat"})
    void shouldAccountForEveryFault(final String file) {
        final JsonNode report = report("replay", "--stall-entries=16", file);
        final JsonNode groups = report.at("/replay/groups");
        assertEquals(groups.at("/raised").longValue(), sumOfOutcomes(groups));
        assertEquals(
                groups.at("/raised").longValue(),
                report.at("/comparison/matched").longValue()
                        + report.at("/comparison/diverged").longValue());
    }

    @Test
    void shouldCountAsTheDumpDoes() {
        final JsonNode dump = report("info", "open-mixed-a.dat").at("/dump");
        assertEquals(1000, dump.at("/pageRequests").longValue());
        assertEquals(1000, dump.at("/groups").longValue());
        assertEquals(862, dump.at("/responses/success").longValue());
        assertEquals(84, dump.at("/responses/invalid").longValue());
        assertEquals(54, dump.at("/unanswered").longValue());
        assertEquals(4, dump.at("/devices").longValue());
        assertEquals(118, dump.at("/outstandingHighWater").longValue());
        assertEquals(250, dump.at("/requestsByDevice/iommufd_mock3").longValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "replay"})
    void shouldCountTheSameInAPerfDataAndItsText(final String command) {
        final JsonNode binary = report(command, "iopf-perf.data.gz");
        final JsonNode text = report(command, "iopf-perf.script.txt.gz");
        assertEquals("perf.data", binary.at("/inputs/0/format").asString());
        assertEquals("perf script", text.at("/inputs/0/format").asString());
        for (final JsonNode report : List.of(binary, text)) {
            assertEquals(6018, report.at("/inputs/0/events").longValue());
            assertEquals(0, report.at("/inputs/0/lostEvents").longValue());
            assertEquals(600, report.at("/dump/pageRequests").longValue());
            assertEquals(575, report.at("/dump/responses/success").longValue());
            assertEquals(25, report.at("/dump/responses/invalid").longValue());
            assertEquals(0, report.at("/dump/unanswered").longValue());
            assertEquals(14, report.at("/dump/outstandingHighWater").longValue());
            assertEquals(300, report.at("/dump/requestsByDevice/iommufd_mock1").longValue());
            if (command.equals("replay")) {
                assertEquals(600, report.at("/comparison/matched").longValue());
                assertEquals(0, report.at("/comparison/diverged").longValue());
            }
        }
        for (final String part :
                List.of("/inputs/0/eventsByName", "/dump/requestsByDevice", "/replay/groups")) {
            assertEquals(text.at(part), binary.at(part), part);
        }
    }

    @Test
    void shouldTellOfLostEvents() {
        final JsonNode input = report("info", "iopf-lost-v7.dat").at("/inputs/0");
        assertEquals(404, input.at("/lostEvents").longValue());
        assertTrue(input.at("/warnings/0").asString().contains("lost"), input.toString());
    }

    @Test
    void shouldWriteNoQueueFilePointer() {
        // A kernel's addresses are of no use to a reader, and of some to an attacker.
        assertTrue(!Cli.run("info", "--json", Cli.dump("open-mixed-a.dat")).out().contains("ffff"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "replay"})
    void shouldWriteTheSameBytesTwice(final String command) {
        final String dump = Cli.dump("iopf-ooo-v6.dat.gz");
        assertEquals(Cli.run(command, "--json", dump), Cli.run(command, "--json", dump));
    }

    private static JsonNode report(final String command, final String... optionsAndFile) {
        final int last = optionsAndFile.length - 1;
        final String[] args = new String[optionsAndFile.length + 2];
        args[0] = command;
        args[1] = "--json";
        System.arraycopy(optionsAndFile, 0, args, 2, last);
        args[args.length - 1] = Cli.dump(optionsAndFile[last]);
        final Cli run = Cli.run(args);
        run.assertRan();
        return JsonMapper.shared().readTree(run.out());
    }

    private static void assertInputs(final JsonNode report, final String file) {
        assertEquals(1, report.at("/inputs").size());
        final JsonNode input = report.at("/inputs/0");
        assertEquals(Cli.dump(file), input.at("/file").asString());
        assertEquals("trace.dat", input.at("/format").asString());
        assertCounts(input, "", "version", "events", "lostEvents", "cpus");
        assertTrue(input.at("/warnings").isArray());
        assertTrue(input.at("/buffers").isArray());
        assertTrue(input.at("/timesAreNanoseconds").booleanValue());
        assertText(input, "/kernel");
        assertText(input, "/clock");
        long events = 0;
        for (final JsonNode count : input.at("/eventsByName")) {
            events += count.longValue();
        }
        assertEquals(input.at("/events").longValue(), events);
    }

    private static void assertDump(final JsonNode report) {
        assertCounts(
                report,
                "/dump",
                "pageRequests",
                "groups",
                "unrecoverable",
                "unanswered",
                "devices",
                "vms",
                "firstNs",
                "lastNs",
                "outstandingHighWater");
        assertCounts(report, "/dump/responses", "success", "invalid", "failure");
        assertTrue(report.at("/dump/firstNs").longValue() < report.at("/dump/lastNs").longValue());
        assertTrue(report.at("/dump/faultQueues").isArray());
    }

    private static long sumOfOutcomes(final JsonNode groups) {
        return OUTCOMES.stream().mapToLong(name -> groups.at("/" + name).longValue()).sum();
    }

    private static void assertCounts(
            final JsonNode node, final String path, final String... names) {
        for (final String name : names) {
            final JsonNode count = node.at(path + "/" + name);
            assertTrue(count.isIntegralNumber(), path + "/" + name + ": " + count);
            assertTrue(count.longValue() >= 0, path + "/" + name + ": " + count);
        }
    }

    private static void assertText(final JsonNode node, final String path) {
        assertNotNull(node.at(path).stringValue(), path);
    }
}
