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
        result =
                SideBySide.run(
                        new ScenarioFaults(
                                "shared-stall-buffer", Scenarios.named("shared-stall-buffer")),
                        Stream.of("none", "vm-quota=half")
                                .map(
                                        policy ->
                                                new Variant(
                                                        policy, Rules.DEFAULT.withPolicy(policy)))
                                .toList(),
                        2,
                        Runs.Listener.UNHEARD);
        page = page();
        final Matcher found = DATA.matcher(page);
        assertTrue(found.find());
        data = JsonMapper.shared().readTree(found.group(1));
    }

    private static String page() throws IOException {
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
        assertEquals(page, page());
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
