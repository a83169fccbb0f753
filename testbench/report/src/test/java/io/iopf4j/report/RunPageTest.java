// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RunPageTest {
    private static final PageHead HEAD =
            new PageHead(
                    "Run of it",
                    "a test",
                    "iopf4j run it",
                    "0",
                    List.of(Map.entry("kernel", "Linux <6.12>")),
                    List.of("3 events are lost"));
    private static final Pattern DATA =
            Pattern.compile(
                    "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

    private static RunResult fifteen;
    private static RunResult prq;

    @BeforeAll
    static void run() throws IOException {
        fifteen = run("fifteen-devices", "vm-quota=half");
        prq = run("shared-prq", "none");
    }

    private static RunResult run(final String scenario, final String policies) throws IOException {
        return new ScenarioRun(Scenarios.named(scenario))
                .withPolicies(Optional.of(Policies.parse(policies)))
                .run(done -> {});
    }

    private static String page(final RunResult result) throws IOException {
        final StringWriter out = new StringWriter();
        new RunPage(HEAD, new FaultTable(result)).writeTo(out);
        return out.toString();
    }

    private static JsonNode data(final RunResult result) throws IOException {
        final Matcher data = DATA.matcher(page(result));
        data.find();
        return JsonMapper.shared().readTree(data.group(1));
    }

    /** As page.js reads it. */
    private static long[] column(final JsonNode faults, final String name, final long[] like) {
        final byte[] bytes = faults.get(name).binaryValue();
        final long[] column = new long[faults.get("count").asInt()];
        int at = 0;
        long last = 0;
        for (int row = 0; row < column.length; row++) {
            long code = 0;
            for (int shift = 0; ; shift += 7) {
                code |= (bytes[at] & 0x7fL) << shift;
                if (bytes[at++] >= 0) {
                    break;
                }
            }
            final long delta = ((code - 1) >>> 1) ^ -((code - 1) & 1);
            column[row] = code == 0 ? -1 : delta + (like == null ? last : Math.max(0, like[row]));
            last = code == 0 ? last : column[row];
        }
        assertEquals(bytes.length, at);
        return column;
    }

    private static long[] expected(final RunResult result, final IntToLongFunction value) {
        return IntStream.range(0, result.ledger().size()).mapToLong(value).toArray();
    }

    @Test
    void shouldTellEveryTimeOfEveryFault() throws IOException {
        final RunResult result = fifteen;
        final Ledger ledger = result.ledger();
        final JsonNode faults = data(result).get("faults");
        assertEquals(6050, faults.get("count").asInt());
        final long[] raised = column(faults, "raised", null);
        final long[] queued = column(faults, "queued", raised);
        final long[] reported = column(faults, "reported", queued);
        final long[] answered = column(faults, "answered", reported);
        assertArrayEquals(expected(result, ledger::raisedNs), raised);
        assertArrayEquals(expected(result, ledger::queuedNs), queued);
        assertArrayEquals(expected(result, ledger::reportedNs), reported);
        assertArrayEquals(
                expected(result, ledger::deliveredNs), column(faults, "delivered", reported));
        assertArrayEquals(expected(result, ledger::answeredNs), answered);
        assertArrayEquals(
                expected(result, ledger::completedNs), column(faults, "completed", answered));
    }

    @Test
    void shouldTellWhatEachFaultWas() throws IOException {
        final RunResult result = prq;
        final Ledger ledger = result.ledger();
        final JsonNode faults = data(result).get("faults");
        assertArrayEquals(expected(result, ledger::vm), column(faults, "vm", null));
        assertArrayEquals(expected(result, ledger::endpoint), column(faults, "device", null));
        assertArrayEquals(expected(result, ledger::code), column(faults, "code", null));
        assertArrayEquals(expected(result, ledger::requests), column(faults, "requests", null));
        assertArrayEquals(
                expected(result, row -> RunRules.fate(ledger.outcome(row))),
                column(faults, "fate", null));
        final long[] high = column(faults, "addrHigh", null);
        final long[] low = column(faults, "addrLow", null);
        assertArrayEquals(
                expected(result, ledger::iova),
                IntStream.range(0, high.length)
                        .mapToLong(i -> high[i] << Integer.SIZE | low[i])
                        .toArray());
    }

    @Test
    void shouldSayWhatItWentBy() throws IOException {
        final JsonNode data = data(fifteen);
        assertEquals(
                "[[\"semantics\",\"mainline-6.12\"],[\"policy\",\"vm-quota=half\"],"
                        + "[\"hardware\",\"smmuv3: stall buffer of 64, event queue of 131,072"
                        + " records, interrupts after 0 ns\"],[\"seed\",\"1\"]]",
                data.get("rules").toString());
        assertEquals("[[\"kernel\",\"Linux <6.12>\"]]", data.get("source").toString());
        assertEquals("[\"3 events are lost\"]", data.get("warnings").toString());
        assertEquals(32, data.get("vms").get(0).get("quota").asInt());
        assertEquals(64, data.get("hardware").get("stallEntries").asInt());
    }

    @Test
    void shouldSayWhatVtdHas() throws IOException {
        final JsonNode hardware = data(prq).get("hardware");
        assertEquals(0, hardware.get("stallEntries").asInt());
        assertEquals("page request queue", hardware.get("queue").asString());
    }

    @Test
    void shouldWriteTheSameBytesAgain() throws IOException {
        assertEquals(page(prq), page(run("shared-prq", "none")));
    }

    @Test
    void shouldTakeFewBytesOfAFault() throws IOException {
        final String page = page(fifteen);
        final int most = 40 * fifteen.ledger().size() + 130_000;
        assertEquals(page.length(), Math.min(page.length(), most));
    }
}
