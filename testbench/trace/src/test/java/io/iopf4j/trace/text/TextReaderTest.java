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
