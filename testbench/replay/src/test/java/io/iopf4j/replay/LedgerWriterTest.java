// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.testing.ReadDump;
import io.iopf4j.replay.testing.TraceText;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerWriterTest {
    private static final String HEADER =
            "fault,vm,device,pasid,grpid,addr,stag,cookie,raisedNs,queuedNs,reportedNs,deliveredNs,"
                    + "answeredNs,completedNs,code,outcome,result,recordedCode";

    @Test
    void shouldWriteAnAnsweredFaultAsCsv() throws IOException {
        assertEquals(
                List.of(
                        HEADER,
                        "0,dev0,dev0,,7,0x7000,0,1,1000,1000,1000,1000,5000,5000,0,answered,done,0"),
                csv(answeredFault(), Map.of()));
    }

    @Test
    void shouldLeaveEmptyWhatHasNotHappened() throws IOException {
        final TraceText text = new TraceText();
        text.joinsQueue("dev0").reports("dev0", 7, 5, 3).delivers("dev0", 7, 0x61, 5, 1);
        assertEquals(
                List.of(HEADER, "0,dev0,dev0,5,7,0x7000,0,,1000,1000,1000,1000,,,,outstanding,,"),
                csv(text, Map.of()));
    }

    @Test
    void shouldWriteNullForWhatHasNotHappenedAsJson() throws IOException {
        final TraceText text = new TraceText().joinsQueue("dev0").faults("dev0", 7, 0x61);
        assertEquals(
                List.of(
                        "{\"fault\":0,\"vm\":\"dev0\",\"device\":\"dev0\",\"pasid\":null,\"grpid\":7,"
                                + "\"addr\":\"0x7000\",\"stag\":0,\"cookie\":null,\"raisedNs\":1000,"
                                + "\"queuedNs\":1000,\"reportedNs\":1000,\"deliveredNs\":1000,"
                                + "\"answeredNs\":null,\"completedNs\":null,\"code\":null,"
                                + "\"outcome\":\"outstanding\",\"result\":null,"
                                + "\"recordedCode\":null}"),
                jsonLines(text, Map.of()));
    }

    @Test
    void shouldQuoteANameThatHoldsACommaOrAQuote() throws IOException {
        final String line = csv(answeredFault(), Map.of("vm \"a\", b", List.of("dev0"))).get(1);
        assertTrue(line.startsWith("0,\"vm \"\"a\"\", b\",dev0,"), line);
    }

    @Test
    void shouldEscapeANameInJson() throws IOException {
        final String line =
                jsonLines(answeredFault(), Map.of("a\"b\\c\nd", List.of("dev0"))).get(0);
        assertTrue(line.startsWith("{\"fault\":0,\"vm\":\"a\\\"b\\\\c\\u000ad\","), line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+2", "+1", "-1", "@A1", "\tx", "\rx"})
    void shouldNotLetANameBecomeAFormula(final String name) throws IOException {
        final Map<String, List<String>> vms = Map.of(name, List.of("dev0"));
        final StringBuilder csv = new StringBuilder();
        new LedgerWriter(result(answeredFault(), vms)).writeCsv(csv);
        final String quote = name.startsWith("\r") ? "\"" : "";
        assertTrue(
                csv.toString().contains("\n0," + quote + "'" + name + quote + ",dev0,"),
                csv.toString());
        assertTrue(jsonLines(answeredFault(), vms).get(0).contains("\"vm\":\"" + json(name)));
    }

    private static String json(final String name) {
        return name.replace("\t", "\\u0009").replace("\r", "\\u000d");
    }

    @Test
    void shouldWriteSeveralRunsUnderTheirLabels() throws IOException {
        final FaultTable faults = new FaultTable(result(answeredFault(), Map.of()));
        final Map<String, FaultTable> runs = new LinkedHashMap<>();
        runs.put("vm-quota=1,timeout=1s", faults);
        runs.put("none", faults);
        final StringBuilder csv = new StringBuilder();
        final LedgerWriter writer = new LedgerWriter(runs);
        writer.writeCsv(csv);
        final String row =
                "0,dev0,dev0,,7,0x7000,0,1,1000,1000,1000,1000,5000,5000,0,answered,done,0";
        assertEquals(
                List.of("run," + HEADER, "\"vm-quota=1,timeout=1s\"," + row, "none," + row),
                csv.toString().lines().toList());
        assertEquals("run," + HEADER, String.join(",", writer.columns()));
    }

    private static TraceText answeredFault() {
        return new TraceText()
                .joinsQueue("dev0")
                .faults("dev0", 7, 0x61)
                .writes(0xf1, 1, 0)
                .response("dev0", 7, 0x61, 1, 0);
    }

    private static List<String> csv(final TraceText text, final Map<String, List<String>> vms)
            throws IOException {
        final StringBuilder out = new StringBuilder();
        new LedgerWriter(result(text, vms)).writeCsv(out);
        return out.toString().lines().toList();
    }

    private static List<String> jsonLines(final TraceText text, final Map<String, List<String>> vms)
            throws IOException {
        final StringBuilder out = new StringBuilder();
        new LedgerWriter(result(text, vms)).writeJsonLines(out);
        return out.toString().lines().toList();
    }

    private static ReplayResult result(final TraceText text, final Map<String, List<String>> vms)
            throws IOException {
        return ReadDump.of(text).replay(ReplaySettings.mainline(vms, Hardware.DEFAULT));
    }
}
