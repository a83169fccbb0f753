// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.jsonl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonlTest {
    private static final Path DUMPS = Path.of("../dumps");
    private static final String HEADER =
            "{\"iopf4j\":\"trace\",\"version\":1,\"kernel\":\"Linux\",\"clock\":\"mono\","
                    + "\"nanoseconds\":true,\"cpus\":2,\"buffers\":[\"\"]}\n";
    private static final String EVENT =
            "{\"time\":7,\"cpu\":1,\"pid\":2,\"comm\":\"dsa\",\"system\":\"iommu\","
                    + "\"event\":\"map\",\"fields\":{\"iova\":18446744073709547520,\"size\":-1}}\n";

    private static TraceReader open(final String text) throws IOException {
        return Traces.open(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "input");
    }

    private static String lines(final TraceReader reader) throws IOException {
        final StringWriter lines = new StringWriter();
        JsonlWriter.write(reader, lines, at -> {});
        return lines.toString();
    }

    private static String convert(final String file) throws IOException {
        try (TraceReader reader = Traces.open(DUMPS.resolve(file))) {
            return lines(reader);
        }
    }

    private static void assertSame(final TraceEvent one, final TraceEvent other) {
        assertEquals(one.timestamp(), other.timestamp());
        assertEquals(one.cpu(), other.cpu());
        assertEquals(one.pid(), other.pid());
        assertEquals(one.comm(), other.comm());
        assertEquals(one.buffer(), other.buffer());
        assertEquals(one.system(), other.system());
        assertEquals(one.name(), other.name());
        for (final EventField field : one.format().fields()) {
            if (field.name().startsWith("common_")) {
                continue;
            }
            final boolean isThere = !one.isCorrupt(field);
            final EventField same = other.format().field(field.name());
            assertEquals(isThere, same != null && !other.isCorrupt(same), field.name());
            if (isThere) {
                assertEquals(one.getString(field), other.getString(same), field.name());
                if (isNumber(field)) {
                    assertEquals(one.getLong(field), other.getLong(same), field.name());
                }
            }
        }
    }

    private static boolean isNumber(final EventField field) {
        return switch (field.kind()) {
            case INTEGER, TEXT, VALUE -> true;
            default -> false;
        };
    }

    private static List<String> faults(final TraceReader reader) throws IOException {
        final FaultEvents events = new FaultEvents(reader);
        final List<String> all = new ArrayList<>();
        while (events.next()) {
            final FaultEvent e = events.event();
            all.add(
                    e.kind()
                            + " "
                            + e.timeNs()
                            + " "
                            + e.device()
                            + " "
                            + e.pasid()
                            + " "
                            + e.grpid()
                            + " "
                            + e.addr()
                            + " "
                            + e.perm()
                            + " "
                            + e.flags()
                            + " "
                            + e.code()
                            + " "
                            + e.reason()
                            + " "
                            + e.rid()
                            + " "
                            + e.source());
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iopf-fast-v7.dat",
                "iopf-groups-zstd.dat",
                "iopf-instance-v7.dat",
                "iopf-lost-v7.dat",
                "iopf-mute-tsc.dat",
                "iopf-ooo-v6.dat.gz",
                "raw-trace.txt.gz",
                "selftest-iopf.report.txt",
                "vtd-legacy.dmesg.txt.gz",
                "vtd-legacy.kmsg.txt.gz",
                "arm-a.dmesg-raw.txt.gz",
                "virtio-iommu-a.dmesg-T.txt.gz"
            })
    void shouldGiveBackEveryEventFieldForField(final String file) throws IOException {
        final String lines = convert(file);
        try (TraceReader one = Traces.open(DUMPS.resolve(file));
                TraceReader other = open(lines)) {
            assertEquals("jsonl", other.info().format());
            assertEquals(one.info().kernel(), other.info().kernel());
            assertEquals(one.info().clock(), other.info().clock());
            assertEquals(one.info().cpus(), other.info().cpus());
            assertEquals(one.info().buffers(), other.info().buffers());
            assertEquals(one.info().timesAreNanoseconds(), other.info().timesAreNanoseconds());
            while (one.next()) {
                assertTrue(other.next());
                assertSame(one.event(), other.event());
            }
            assertFalse(other.next());
            assertEquals(one.events(), other.events());
            assertEquals(one.lostEvents(), other.lostEvents());
            assertEquals(one.lostMarkers(), other.lostMarkers());
            assertEquals(one.warnings(), other.warnings());
        }
        try (TraceReader one = Traces.open(DUMPS.resolve(file));
                TraceReader other = open(lines)) {
            assertEquals(faults(one), faults(other));
        }
        try (TraceReader other = open(lines)) {
            assertEquals(lines, lines(other), "the same again");
        }
    }

    @Test
    void shouldReadNumbersOf64BitsWithASignAndWithout() throws IOException {
        try (TraceReader reader = open(HEADER + EVENT)) {
            assertTrue(reader.next());
            assertEquals(-4096, reader.event().getLong("iova"));
            assertEquals(-1, reader.event().getLong("size"));
        }
    }

    @Test
    void shouldReadWhatAFilterHasLeft() throws IOException {
        try (TraceReader reader = open(EVENT + "\n" + EVENT)) {
            assertTrue(reader.next());
            assertEquals("iommu:map", reader.event().format().toString());
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldSayThatTheEndIsCutOff() throws IOException {
        try (TraceReader reader = open(HEADER + EVENT)) {
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertFalse(reader.next());
            assertEquals(List.of("the end is missing: lines are cut off"), reader.warnings());
        }
    }

    @Test
    void shouldSayThatLinesAreMissing() throws IOException {
        try (TraceReader reader =
                open(HEADER + EVENT + "{\"end\":true,\"events\":3,\"warnings\":[]}\n")) {
            while (reader.next()) {
                assertEquals("map", reader.event().name());
            }
            assertEquals(
                    List.of("expected 3 events, found 1: lines are missing"), reader.warnings());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"time\":7,\"event\":\"x\",\"fields\":{\"a\":1.5}}|no whole number",
                "{\"time\":7,\"event\":\"x\",\"fields\":{\"a\":36893488147419103232}}|64 bits",
                "{\"time\":7,\"event\":\"x\",\"fields\":{\"a\":123456789012345678901}}|damaged",
                "{\"time\":7,\"event\":\"x\",\"fields\":[]}|no object",
                "{\"time\":7,\"event\":\"x\",\"cpu\":4294967296}|32 bits",
                "{\"time\":7,\"event\":\"x\",\"lost\":[1]}|no whole number",
                "{\"time\":7,\"event\":\"x\",\"lost\":[1,2,3]}|no two numbers",
                "{\"time\":7,\"event\":5}|no text",
                "{\"time\":7}|no event with a name and a time",
                "{\"event\":\"x\"}|no event with a name and a time",
                "{\"time\":7,\"event\":\"x\",\"y\":[[[[[[1]]]]]]}|damaged JSON",
                "{\"time\":7,\"event\":\"x\"|damaged JSON",
                "{\"time\":7,\"event\":\"x\"} {}|more than an object",
                "[]|no object",
                "hello|damaged JSON"
            })
    void shouldSkipALineThatIsNoneAndGoOn(final String line, final String found)
            throws IOException {
        try (TraceReader reader = open(HEADER + EVENT + line + "\n" + EVENT)) {
            assertTrue(reader.next());
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertEquals(2, reader.warnings().size(), reader.warnings().toString());
            assertTrue(reader.warnings().get(0).contains(found), reader.warnings().toString());
        }
    }

    @Test
    void shouldRefuseALaterVersion() {
        final IOException e =
                assertThrows(
                        IOException.class,
                        () -> open(HEADER.replace("\"version\":1", "\"version\":2")));
        assertEquals(
                "input: at offset 0: expected version 1 of these JSON Lines, found version 2",
                e.getMessage());
    }

    @Test
    void shouldBoundWhatIsKeptOfManyKinds() throws IOException {
        final StringBuilder many = new StringBuilder(HEADER);
        for (int i = 0; i < 5000; i++) {
            many.append("{\"time\":7,\"event\":\"e").append(i).append("\"}\n");
        }
        try (TraceReader reader = open(many.toString())) {
            while (reader.next()) {
                assertTrue(reader.event().name().startsWith("e"));
            }
            assertEquals(4096, reader.events());
            assertTrue(reader.warnings().toString().contains("one kind of event too many"));
        }
    }

    @Test
    void shouldKeepWhatStandsBeforeAnyCutAndSurviveAnyBit() throws IOException {
        final String whole = convert("vtd-legacy.kmsg.txt.gz");
        final Random random = new Random(1);
        for (int cut = 0; cut < 200; cut++) {
            final int at = HEADER.length() + (whole.length() - HEADER.length()) * cut / 200;
            try (TraceReader reader = open(whole.substring(0, at))) {
                while (reader.next()) {
                    assertFalse(reader.event().name().isEmpty());
                }
                final long before = whole.substring(0, at).lines().count() - 2;
                assertTrue(reader.events() >= before, "cut at " + at);
            }
            final byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
            for (int flips = 0; flips < 5; flips++) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try (TraceReader reader = Traces.open(new ByteArrayInputStream(bytes), "input")) {
                while (reader.next()) {
                    assertFalse(reader.event().name().contains("\n"));
                }
            } catch (final IOException e) {
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        }
    }
}
