// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextReaderTest {
    private static final String FTRACE = "# tracer: nop\n";
    private static final String REPORT = "cpus=8\n";
    private static final String MAP = "map: IOMMU: iova=0x10 size=1\n";

    private static TraceReader open(final String text) throws IOException {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Traces.open(new ByteArrayInputStream(bytes), "input");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "  irq/30-dmar-77      [003] d..1.  1002.000020: | irq/30-dmar | 77 | 3 |"
                        + " 1002000020000",
                "  kworker/u8:2-iopf-55 [001] .....  5.000000001: | kworker/u8:2-iopf | 55 | 1 |"
                        + " 5000000001",
                "  a b [1]-9   (     77) [002] ....  7.5: | a b [1] | 9 | 2 | 7500000000",
                "  load-244  (-------) [001] .....234060656902: | load | 244 | 1 | 234060656902",
                "  <idle>-0     [000]  1000.134219: | <idle> | 0 | 0 | 1000134219000",
                "  load-172   [001] ..... 20803865742: | load | 172 | 1 | 20803865742"
            })
    void shouldReadTheShapesOfALine(
            final String prefix, final String comm, final int pid, final int cpu, final long time)
            throws IOException {
        try (TraceReader reader = open(FTRACE + prefix + " " + MAP)) {
            assertTrue(reader.next(), reader.warnings().toString());
            final TraceEvent event = reader.event();
            assertEquals(comm, event.comm());
            assertEquals(pid, event.pid());
            assertEquals(cpu, event.cpu());
            assertEquals(time, event.timestamp());
            assertEquals("map", event.name());
            assertEquals(0x10, event.getLong("iova"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "  dsa-user-42      0d..1.   12us : | dsa-user | 42 | 0 | 12000",
                "  <idle>-0         3dNh2. 1234us+: | <idle> | 0 | 3 | 1234000",
                "  ls-77      (     70)  1d..1.    5us!: | ls | 77 | 1 | 5000",
                "  kworker/-42      11.....  1000.000001: | kworker/ | 42 | 11 | 1000000001000",
                "  a 5d..1-9        2d..21   77: | a 5d..1 | 9 | 2 | 77"
            })
    void shouldReadTheLatencyFormat(
            final String prefix, final String comm, final int pid, final int cpu, final long time)
            throws IOException {
        try (TraceReader reader = open(FTRACE + prefix + " " + MAP)) {
            assertTrue(reader.next(), reader.warnings().toString());
            final TraceEvent event = reader.event();
            assertEquals(comm, event.comm());
            assertEquals(pid, event.pid());
            assertEquals(cpu, event.cpu());
            assertEquals(time, event.timestamp());
            assertEquals(0x10, event.getLong("iova"));
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldReadTheHeaderOfALatencyTrace() throws IOException {
        final String header =
                FTRACE
                        + "#\n# nop latency trace v1.1.5 on 6.12.0\n# ---------\n"
                        + "# latency: 0 us, #1/1, CPU#0 | (M:desktop VP:0, KP:0, SP:0 HP:0 #P:8)\n";
        try (TraceReader reader = open(header + "  ls-7   0d..1.  12us : " + MAP)) {
            assertTrue(reader.next());
            assertEquals(8, reader.info().cpus());
            assertTrue(reader.info().timesAreNanoseconds());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "  irq/30-dmar-77      [003] d..1.  1002.000020: | 77 | 0",
                "  ls-77      (     70) [003] d.h21  1002.000020: | 77 | 0",
                "  ls-77      (-------) [003]  1002.000020: | 77 | 0",
                "  load-244   [003] .....234060656902: | 244 | 0",
                "CPU:3 [LOST 12 EVENTS]\\n ls-77 [003] d..1.  1002.000020: | 77 | 12"
            })
    void shouldKnowTracePipeByItsLines(final String start, final int pid, final long lost)
            throws IOException {
        try (TraceReader reader = open(start.replace("\\n", "\n") + " " + MAP)) {
            assertEquals("ftrace text", reader.info().format());
            assertTrue(reader.next());
            assertEquals(pid, reader.event().pid());
            assertEquals(3, reader.event().cpu());
            assertEquals(lost, reader.event().lostBefore());
            assertEquals(lost, reader.lostEvents());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "            load     322 [001]   117.885815:      iommu: | load | 322 | 1 | 117885815000",
                "   C1 Compiler 9 322/327 [000]   117.885815001:  iommu: | C1 Compiler 9 | 327 | 0 |"
                        + " 117885815001",
                "  load   322/327   [000]   117.885815:          1  iommu: | load | 327 | 0 |"
                        + " 117885815000",
                "  load   327 [002] K       117.885815:  iommu: | load | 327 | 2 | 117885815000",
                "  load   322   117.887646:  iommu: | load | 322 | 0 | 117887646000",
                "  322/323 [001]   117.887646:  iommu: | <...> | 323 | 1 | 117887646000",
                "  322 [001]   117.887646:  iommu: | <...> | 322 | 1 | 117887646000",
                "  117.887646:  iommu: | <...> | 0 | 0 | 117887646000",
                "  :322   322 [001]   117.887646:  iommu: | :322 | 322 | 1 | 117887646000",
                "  kworker/u8:2-iopf    55 [001]     0.000000:  iommu: | kworker/u8:2-iopf | 55 | 1 |"
                        + " 0"
            })
    void shouldReadPerfScript(
            final String prefix, final String comm, final int pid, final int cpu, final long time)
            throws IOException {
        try (TraceReader reader = open(prefix + MAP)) {
            assertEquals("perf script", reader.info().format());
            assertTrue(reader.next(), reader.warnings().toString());
            final TraceEvent event = reader.event();
            assertEquals(comm, event.comm());
            assertEquals(pid, event.pid());
            assertEquals(cpu, event.cpu());
            assertEquals(time, event.timestamp());
            assertEquals("iommu", event.system());
            assertEquals("map", event.name());
            assertEquals(0x10, event.getLong("iova"));
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldPassOverWhatElsePerfScriptPrints() throws IOException {
        final String text =
                "# ========\n# captured on    : Thu Nov 26 11:44:10 2026\n# nrcpus online : 4\n"
                        + " load 0 [000] 0.000000: PERF_RECORD_COMM: load:1/1\n"
                        + " load 7 [001] 5.000001: iommu:"
                        + MAP
                        + "\tffffffff81451e19 iommu_map+0x19 ([kernel.kallsyms])\n\n"
                        + " load 7 [001] 5.000002: PERF_RECORD_LOST lost 5\n"
                        + "PERF_RECORD_FINISHED_ROUND\n"
                        + " swapper 0 [001] 5.000003:     250000 cpu-clock:pppH:  ffffffff813a f+0x9\n"
                        + " swapper 0 [001] 5.000004: PERF_RECORD_LOST_SAMPLES\n";
        try (TraceReader reader = open(text)) {
            assertEquals(4, reader.info().cpus());
            assertTrue(reader.next());
            assertEquals("map", reader.event().name());
            assertTrue(reader.next());
            assertEquals("cpu-clock", reader.event().name());
            assertEquals(5, reader.event().lostBefore());
            assertFalse(reader.next());
            assertEquals(5, reader.lostEvents());
            assertEquals(2, reader.lostMarkers());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "  dsa-user-42    [000]  1000.000000: map:                  iova=0x10 size=1",
                "  dsa-user-42      0.....  1000.000000: map:                  iova=0x10 size=1",
                "  dsa-user-42    [000]  1000.000000000: map:                  iova=0x10 size=1",
                "  dsa-user-42    [000] d..1.  1000.000000: map:  IOMMU: iova=0x10 size=1",
                "  dsa-user-42    [000]  1000.000000: (+12)   map:  IOMMU: iova=0x10 size=1"
            })
    void shouldReadTheOptionsOfAReport(final String line) throws IOException {
        try (TraceReader reader = open("version = 7\n" + REPORT + line)) {
            assertTrue(reader.next(), reader.warnings().toString());
            assertEquals("dsa-user", reader.event().comm());
            assertEquals(42, reader.event().pid());
            assertEquals(1_000_000_000_000L, reader.event().timestamp());
            assertEquals(0x10, reader.event().getLong("iova"));
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldReadTheInstanceInFrontOfALine() throws IOException {
        try (TraceReader reader = open(REPORT + " iopfbuf:    load-262   [001]  1.5: " + MAP)) {
            assertTrue(reader.next());
            assertEquals("iopfbuf", reader.event().buffer());
            assertEquals("load", reader.event().comm());
            assertEquals(8, reader.info().cpus());
        }
    }

    @Test
    void shouldReadASystemInFrontOfAnEvent() throws IOException {
        try (TraceReader reader = open(FTRACE + " x-1 [000] 1.5: iommu:" + MAP)) {
            assertTrue(reader.next());
            assertEquals("iommu", reader.event().system());
            assertEquals("map", reader.event().name());
        }
    }

    @Test
    void shouldReadTheFieldsOfAGroupUnderTheirRealNames() throws IOException {
        final String line = " x-1 [000] 1.5: add_device_to_group: IOMMU: groupID=7 device=dev0\n";
        try (TraceReader reader = open(FTRACE + line)) {
            assertTrue(reader.next());
            assertEquals(7, reader.event().getLong("gid"));
            assertEquals("dev0", reader.event().getString("device"));
        }
    }

    @Test
    void shouldReadStringsWithBlanksAndSignedNumbers() throws IOException {
        final String line =
                " x-1 [000] 1.5: e: (f <- g) ret=-22 name=\"a b\" big=0xffffffffffffffff\n";
        try (TraceReader reader = open(FTRACE + line)) {
            assertTrue(reader.next());
            assertEquals(-22, reader.event().getLong("ret"));
            assertEquals("a b", reader.event().getString("name"));
            assertEquals(-1, reader.event().getLong("big"));
        }
    }

    @Test
    void shouldMarkFieldsThatALineLacks() throws IOException {
        final String whole = " x-1 [000] 1.5: e: a=1 name=\"dev0\"\n";
        final String cut = " x-1 [000] 1.6: e: a=1 name=\"de";
        try (TraceReader reader = open(FTRACE + whole + cut)) {
            assertTrue(reader.next());
            assertTrue(reader.next());
            final TraceEvent event = reader.event();
            assertTrue(event.isCorrupt(event.format().field("name")));
            assertEquals(TraceEvent.CORRUPT, event.getString("name"));
            assertEquals(1, event.getLong("a"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CPU:0 [LOST 17 EVENTS], 17",
        "CPU:0 [17 EVENTS DROPPED], 17",
        "CPU:3 [LOST EVENTS], -1",
        "CPU:3 [EVENTS DROPPED], -1"
    })
    void shouldCountLostEvents(final String line, final long lost) throws IOException {
        try (TraceReader reader = open(REPORT + line + "\n x-1 [000] 1.5: " + MAP)) {
            assertTrue(reader.next());
            assertEquals(lost, reader.event().lostBefore());
            assertEquals(Math.max(lost, 0), reader.lostEvents());
            assertEquals(1, reader.lostMarkers());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldWarnOfLinesThatAreNoEvents() throws IOException {
        try (TraceReader reader = open(REPORT + "what is this\r\n x-1 [000] 1.5: " + MAP)) {
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertEquals(
                    List.of("at offset 21: expected an event up to here, found \"what is this\""),
                    reader.warnings());
        }
    }

    @Test
    void shouldCutALineThatNeverEnds() throws IOException {
        final String line = " x-1 [000] 1.5: e: a=1 " + "b".repeat(300_000);
        try (TraceReader reader = open(FTRACE + line + "\n x-1 [000] 1.6: " + MAP)) {
            assertTrue(reader.next());
            assertEquals(1, reader.event().getLong("a"));
            assertTrue(reader.next());
            assertEquals("map", reader.event().name());
        }
    }
}
