// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.scenario.Scenarios;
import io.iopf4j.replay.whatif.Rules;
import io.iopf4j.replay.whatif.Runs;
import io.iopf4j.replay.whatif.ScenarioFaults;
import io.iopf4j.replay.whatif.SideBySide;
import io.iopf4j.replay.whatif.Variant;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the page of a comparison has in it; what it looks like is looked at in a browser. */
final class ComparePageTest {
    private static final Pattern DATA =
            Pattern.compile(
                    "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

    private static SideBySide result;
    private static String page;
    private static JsonNode data;

    @BeforeAll
    static void shouldRun() throws IOException {
        result = compare("shared-stall-buffer", "none", "vm-quota=half");
        page = page(result);
        data = data(page);
    }

    private static SideBySide compare(final String scenario, final String... policies)
            throws IOException {
        return SideBySide.run(
                new ScenarioFaults(scenario, Scenarios.named(scenario)),
                Stream.of(policies)
                        .map(policy -> new Variant(policy, Rules.DEFAULT.withPolicy(policy)))
                        .toList(),
                2,
                Runs.Listener.UNHEARD);
    }

    private static JsonNode data(final String page) {
        final Matcher found = DATA.matcher(page);
        assertTrue(found.find());
        return JsonMapper.shared().readTree(found.group(1));
    }

    private static String page(final SideBySide result) throws IOException {
        final StringWriter out = new StringWriter();
        new ComparePage(
                        new PageHead(
                                "a",
                                "b",
                                "c",
                                "0.1.0",
                                List.of(Map.entry("file", "x.dat")),
                                List.of("cut short")),
                        result)
                .writeTo(out);
        return out.toString();
    }

    @Test
    void shouldBeTheSameEachTime() throws IOException {
        assertEquals(page, page(result));
    }

    @Test
    void shouldHaveEachRunWithItsMachines() {
        assertEquals("none", data.at("/runs/0/label").stringValue());
        assertEquals("vm-quota=half", data.at("/runs/1/policy").stringValue());
        assertEquals(4, data.at("/runs/0/vms").size());
        assertEquals(5, data.at("/runs/1/series").size());
        assertEquals(32, data.at("/runs/1/vms/0/quota").intValue());
        assertEquals("silent", data.at("/runs/0/vms/1/charges/0/0").stringValue());
    }

    @Test
    void shouldCountRequestsInAQueueOfRequests() throws IOException {
        final SideBySide vtd = compare("shared-prq", "none", "credit=16");
        final JsonNode run = data(page(vtd)).at("/runs/0");
        final JsonNode queue = run.at("/series/0");
        assertEquals("page request queue, all VMs", queue.at("/name").stringValue());
        final long most = most(Base64.getDecoder().decode(queue.at("/values").stringValue()));
        final int highWater = run.at("/queued").intValue();
        assertTrue(most <= highWater && most > 0.9 * highWater, most + " of " + highWater);
    }

    /** The largest number of a column, as {@link PageColumns} writes it. */
    private static long most(final byte[] column) {
        long most = 0;
        long now = 0;
        long rest = 0;
        int shift = 0;
        for (final byte next : column) {
            rest |= (next & 0x7fL) << shift;
            shift += 7;
            if (next >= 0) {
                now += (rest - 1) % 2 == 0 ? (rest - 1) / 2 : -rest / 2;
                most = Math.max(most, now);
                rest = 0;
                shift = 0;
            }
        }
        return most;
    }

    @Test
    void shouldHaveEveryFaultThatDiffersAndTheFirstStories() {
        assertEquals(result.differences(), data.at("/differing/count").intValue());
        assertEquals(2_000, data.at("/stories").size());
        assertEquals("device", data.at("/stories/0/0/0/1").stringValue());
        assertEquals(2, data.at("/stories/1999").size());
    }

    @Test
    void shouldSayWhatWasRun() {
        assertEquals("x.dat", data.at("/source/0/1").stringValue());
        assertEquals("cut short", data.at("/warnings/0").stringValue());
    }
}
