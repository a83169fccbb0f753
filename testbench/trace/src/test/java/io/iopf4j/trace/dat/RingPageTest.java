// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.DatBytes;
import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages made by hand, each with one trap of the format. */
class RingPageTest {
    private static final byte[] NO_OPTIONS = new byte[0];
    private static final long TIME = 1_000_000_000_000L;

    private static final String LITTLE_PAGE =
            "0010a5d4e8000000 | cc00000000000000 | 0c000000 | 2c0100002a000000 | 1c000d00"
                    + "29000500 | 0000e0fe00000000 | 01000000";
    private static final String BIG_PAGE =
            "000000e8d4a51000 | 00000000000000cc | 60000000 | 012c00000000002a | 000d001c"
                    + "00050029 | 00000000fee00000 | 00000001";
    private static final String STRINGS = "0000:6a:01.0\0idxd\0\0\0";

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadTheSamePageInBothByteOrders(final boolean big) throws IOException {
        final byte[] page =
                new DatBytes(big)
                        .hex(big ? BIG_PAGE : LITTLE_PAGE)
                        .text(STRINGS)
                        .hex(big ? "400005dc" : "88bb0000")
                        .common(301)
                        .u64(0x1000)
                        .u64(0x2000)
                        .u64(4096)
                        .event(29, 0)
                        .padTo(4096)
                        .toBytes();
        try (TraceReader reader = version6(big, page)) {
            final TraceEvent event = reader.event();
            assertTrue(reader.next());
            assertEquals("iommu:io_page_fault", event.format().toString());
            assertEquals(TIME, event.timestamp());
            assertEquals(42, event.pid());
            assertEquals("irq/30 dmar", event.comm());
            assertEquals("0000:6a:01.0", event.getString("device"));
            assertEquals("idxd", event.getString("driver"));
            assertEquals(0xfee00000L, event.getLong("iova"));
            assertEquals(1, event.getLong("flags"));
            assertTrue(reader.next());
            assertEquals("map", event.name());
            assertEquals(TIME + 1500, event.timestamp());
            assertEquals(0x2000, event.getLong("paddr"));
            assertFalse(reader.next());
            assertEquals(List.of(), reader.warnings());
        }
    }

    private TraceReader version6(final boolean big, final byte[]... pages) throws IOException {
        return DatBytes.open(directory, DatBytes.version6(big, 8, 8, NO_OPTIONS, pages));
    }

    private TraceReader events(final DatBytes events) throws IOException {
        return version6(false, DatBytes.page(false, 8, TIME, events));
    }

    private static DatBytes little() {
        return new DatBytes(false);
    }

    @Test
    void shouldCountTheLengthWordOfALongRecord() throws IOException {
        final DatBytes events = little().event(0, 5).u32(340).common(301);
        events.padTo(344).map(7, 0x77);
        try (TraceReader reader = events(events)) {
            assertTrue(reader.next());
            assertEquals(TIME + 5, reader.event().timestamp());
            assertTrue(reader.next());
            assertEquals(TIME + 12, reader.event().timestamp());
            assertEquals(0x77, reader.event().getLong("iova"));
        }
    }

    @Test
    void shouldReadTheLostCountBehindTheEventsWhenFlagsFillTheCommit() throws IOException {
        final DatBytes page = little().u64(TIME).hex("24000000 00000000").map(0, 1);
        final byte[] bytes = page.u64(17).padTo(4096).toBytes();
        bytes[11] = (byte) 0xc0; // both flags, and the sign of the int through the upper half
        for (int i = 12; i < 16; i++) {
            bytes[i] = (byte) 0xff;
        }
        try (TraceReader reader = version6(false, bytes)) {
            assertTrue(reader.next());
            assertEquals(17, reader.event().lostBefore());
            assertEquals(17, reader.lostEvents());
            assertEquals(1, reader.lostMarkers());
        }
    }

    @Test
    void shouldSayThatSomeWereLostWhenTheyWereNotCounted() throws IOException {
        final byte[] bytes = DatBytes.page(false, 8, TIME, little().map(0, 1));
        bytes[11] = (byte) 0x80;
        try (TraceReader reader = version6(false, bytes)) {
            assertTrue(reader.next());
            assertEquals(-1, reader.event().lostBefore());
            assertEquals(0, reader.lostEvents());
            assertEquals(1, reader.lostMarkers());
        }
    }

    @Test
    void shouldCountLossesOnAPageWithoutEvents() throws IOException {
        final byte[] bytes = DatBytes.page(false, 8, TIME, little());
        bytes[11] = (byte) 0x80;
        try (TraceReader reader = version6(false, bytes)) {
            assertFalse(reader.next());
            assertEquals(1, reader.lostMarkers());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void shouldTakeTheSizeOfLongFromTheHeaderPage(final int longSize) throws IOException {
        final byte[] page = DatBytes.page(false, longSize, TIME, little().map(3, 0x5000));
        final byte[] file = DatBytes.version6(false, 12 - longSize, longSize, NO_OPTIONS, page);
        try (TraceReader reader = DatBytes.open(directory, file)) {
            assertTrue(reader.next());
            assertEquals(0x5000, reader.event().getLong("iova"));
            assertEquals(TIME + 3, reader.event().timestamp());
        }
    }

    @Test
    void shouldFollowTheChainOfOptions() throws IOException {
        final byte[] page = DatBytes.page(false, 8, TIME, little().map(0, 9));
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version7("none", false, page, 0))) {
            assertTrue(reader.next());
            assertEquals("mono", reader.info().clock());
            assertEquals(9, reader.event().getLong("iova"));
        }
    }

    @Test
    void shouldLeaveALoopOfOptions() throws IOException {
        final byte[] page = DatBytes.page(false, 8, TIME, little().map(0, 9));
        final int first = 3 + 7 + 2 + 2 + 4 + 6 + 8;
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version7("none", false, page, first))) {
            assertTrue(reader.next());
            assertTrue(reader.warnings().get(0).contains("a loop"), reader.warnings().toString());
        }
    }

    @Test
    void shouldReadAllChunksOfABuffer() throws IOException {
        final byte[] page1 = DatBytes.page(false, 8, TIME, little().map(0, 1));
        final byte[] page2 = DatBytes.page(false, 8, TIME + 100, little().map(0, 2));
        final DatBytes data = little().u32(2);
        for (final byte[] page : List.of(page1, page2)) {
            final byte[] packed = deflate(page);
            data.u32(packed.length).u32(page.length).bytes(packed);
        }
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version7("zlib", true, data.toBytes(), 0))) {
            assertTrue(reader.next());
            assertTrue(reader.next());
            assertEquals(2, reader.event().getLong("iova"));
            assertEquals(List.of(), reader.warnings());
        }
    }

    private static byte[] deflate(final byte[] bytes) {
        final Deflater deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            final byte[] room = new byte[2 * bytes.length];
            return Arrays.copyOf(room, deflater.deflate(room));
        } finally {
            deflater.end();
        }
    }

    @Test
    void shouldSkipAChunkThatWouldFillTheMemory() throws IOException {
        final byte[] data = little().u32(1).u32(100).u32(0x7fff_f000L).padTo(112).toBytes();
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version7("zstd", true, data, 0))) {
            assertFalse(reader.next());
            assertTrue(
                    reader.warnings().toString().contains("a chunk that fits the memory"),
                    reader.warnings().toString());
        }
    }

    @Test
    void shouldCountARelativeLocatorFromItsEnd() throws IOException {
        final DatBytes events = little().event(6, 0).common(302).u32((6 << 16) | 4);
        events.text("....hello\0\0\0");
        try (TraceReader reader = events(events)) {
            assertTrue(reader.next());
            assertEquals("hello", reader.event().getString("text"));
        }
    }

    @Test
    void shouldMarkAStringOutsideItsRecord() throws IOException {
        final DatBytes events = little().event(4, 0).common(302).u32((600 << 16) | 4).u32(0);
        try (TraceReader reader = events(events)) {
            assertTrue(reader.next());
            final TraceEvent event = reader.event();
            assertTrue(event.isCorrupt(event.format().field("text")));
            assertEquals(TraceEvent.CORRUPT, event.getString("text"));
        }
    }

    @Test
    void shouldMarkANumberOutsideItsRecord() throws IOException {
        try (TraceReader reader = events(little().event(3, 0).common(301).u32(1))) {
            assertTrue(reader.next());
            final TraceEvent event = reader.event();
            assertTrue(event.isCorrupt(event.format().field("size")));
            assertEquals(0, event.getLong("size"));
        }
    }

    @Test
    void shouldAddTheTimeOfADiscardedEvent() throws IOException {
        final DatBytes events = little().event(29, 100).u32(12).u64(0).map(11, 1);
        try (TraceReader reader = events(events)) {
            assertTrue(reader.next());
            assertEquals(TIME + 111, reader.event().timestamp());
        }
    }

    @Test
    void shouldExtendTheTimeByTheWordThatFollows() throws IOException {
        final DatBytes events = little().event(30, 5).u32(3).map(11, 1);
        try (TraceReader reader = events(events)) {
            assertTrue(reader.next());
            assertEquals(TIME + (3L << 27) + 16, reader.event().timestamp());
        }
    }

    @Test
    void shouldKeepTheTopOfTheTimeAtAnAbsoluteStamp() throws IOException {
        final long base = (0x11L << 59) + TIME;
        final DatBytes events = little().event(31, 7).u32((TIME >> 27) + 1).map(0, 1);
        try (TraceReader reader = version6(false, DatBytes.page(false, 8, base, events))) {
            assertTrue(reader.next());
            final long expected = (0x11L << 59) + (((TIME >> 27) + 1) << 27) + 7;
            assertEquals(expected, reader.event().timestamp());
        }
    }

    @Test
    void shouldAddDateInMicrosecondsAndOffsetInNanoseconds() throws IOException {
        final byte[] options =
                little().number(1, 2)
                        .u32(5)
                        .text("0x10\0")
                        .number(7, 2)
                        .u32(3)
                        .text("16\0")
                        .number(77, 2) // unknown here
                        .u32(4)
                        .u32(0)
                        .toBytes();
        final byte[] page = DatBytes.page(false, 8, TIME, little().map(0, 1));
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version6(false, 8, 8, options, page))) {
            assertTrue(reader.next());
            assertEquals(TIME + 16_000 + 16, reader.event().timestamp());
        }
    }

    @Test
    void shouldTurnCyclesIntoNanoseconds() throws IOException {
        final byte[] options = little().number(14, 2).u32(16).u32(3 << 20).u32(20).u64(0).toBytes();
        final byte[] page = DatBytes.page(false, 8, 1L << 50, little().map(0, 1));
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version6(false, 8, 8, options, page))) {
            assertTrue(reader.next());
            assertTrue(reader.info().timesAreNanoseconds());
            assertEquals(3L << 50, reader.event().timestamp());
        }
    }

    /** Samples of one CPU, whose clock runs at half the host's speed but for the first. */
    private static byte[] timeShift(final int flags, final long... samples) {
        final int count = samples.length / 4;
        final DatBytes data = little().u64(0x5e55).u32(flags).u32(1).u32(count);
        for (int part = 0; part < 4; part++) {
            for (int i = 0; i < count; i++) {
                data.u64(samples[4 * i + part]);
            }
        }
        return little().number(12, 2).u32(data.size()).bytes(data.toBytes()).toBytes();
    }

    private long stampOf(final byte[] options, final long stamp) throws IOException {
        final byte[] page = DatBytes.page(false, 8, stamp, little().map(0, 1));
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version6(false, 8, 8, options, page))) {
            assertTrue(reader.next());
            assertEquals(List.of("guest of trace 0x5e55"), reader.info().machines());
            assertEquals(List.of(), reader.warnings());
            return reader.event().timestamp();
        }
    }

    @Test
    void shouldPutAGuestOnTheClockOfItsHost() throws IOException {
        assertEquals(1700, stampOf(timeShift(0, 0, 700, 5, 3), 1000), "one sample is an offset");
        final long[] samples = {1000, 10, 1, 0, 2000, 30, 2, 1, 3000, 90, 4, 1, 4000, 0, 1, 0};
        assertEquals(510, stampOf(timeShift(0, samples), 500), "before the first");
        assertEquals(1009, stampOf(timeShift(0, samples), 999));
        assertEquals(2030, stampOf(timeShift(0, samples), 2000));
        assertEquals(2 * 3500 + 90, stampOf(timeShift(0, samples), 3500));
        assertEquals(2 * 9000 + 90, stampOf(timeShift(0, samples), 9000), "behind the last");
        assertEquals(1520, stampOf(timeShift(1, samples), 1500), "half way");
        assertEquals(501, stampOf(timeShift(1, samples), 500), "before, on the line, rounded up");
    }

    @Test
    void shouldScaleAGuestsCyclesWithoutOverflow() throws IOException {
        final long[] samples = {0, 0, 3L << 47, 48, 1L << 60, 0, 3L << 47, 48};
        assertEquals(3L << 49, stampOf(timeShift(0, samples), 1L << 50));
    }

    @Test
    void shouldTellHostsAndGuestsApart() throws IOException {
        final DatBytes guest = little().text("web\0").u64(0x77).u32(2).u32(0).u32(4711);
        final byte[] options =
                little().number(11, 2)
                        .u32(8)
                        .u64(0x5e55)
                        .number(13, 2)
                        .u32(guest.size() + 8)
                        .bytes(guest.toBytes())
                        .u64(0)
                        .toBytes();
        final byte[] page = DatBytes.page(false, 8, 1, little().map(0, 1));
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version6(false, 8, 8, options, page))) {
            assertEquals(
                    List.of("trace 0x5e55", "host of web, 2 CPUs, trace 0x77"),
                    reader.info().machines());
        }
    }

    @Test
    void shouldNotBelieveACountOfSamples() throws IOException {
        final byte[] options = timeShift(0, 0, 700, 5, 3);
        options[6 + 16] = -1;
        options[6 + 19] = 0x7f;
        final byte[] page = DatBytes.page(false, 8, 1000, little().map(0, 1));
        try (TraceReader reader =
                DatBytes.open(directory, DatBytes.version6(false, 8, 8, options, page))) {
            assertTrue(reader.warnings().toString().contains("samples that fit"));
        }
    }

    @Test
    void shouldMergeCpusByTimeAndThenByNumber() throws IOException {
        final byte[] cpu0 = DatBytes.page(false, 8, TIME, little().map(5, 1).map(0, 2));
        final byte[] cpu1 = DatBytes.page(false, 8, TIME, little().map(0, 3).map(5, 4));
        try (TraceReader reader = version6(false, cpu0, cpu1)) {
            final StringBuilder order = new StringBuilder();
            while (reader.next()) {
                order.append(reader.event().getLong("iova"));
            }
            assertEquals("3124", order.toString());
        }
    }

    @Test
    void shouldKeepAnEventOfAnUnknownKind() throws IOException {
        try (TraceReader reader = events(little().event(2, 0).common(999))) {
            assertTrue(reader.next());
            assertEquals("unknown_999", reader.event().name());
            assertEquals(42, reader.event().pid());
        }
    }

    @Test
    void shouldStopAPageAtAnEventLongerThanIt() throws IOException {
        final DatBytes events = little().map(0, 1).event(28, 0).u32(0);
        try (TraceReader reader = events(events)) {
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertEquals(
                    List.of(
                            "at offset 8244: expected an event of at most 4 bytes,"
                                    + " found 112 bytes (CPU 0)"),
                    reader.warnings());
        }
    }

    @Test
    void shouldReadTheTextOfALatencyTracer() throws IOException {
        final String line = " load-7   [001] ...1.  5.000001: map: IOMMU: iova=0x9 size=1\n";
        final byte[] file = DatBytes.latency("# tracer: irqsoff\n" + line.repeat(500));
        try (TraceReader reader = DatBytes.open(directory, file)) {
            while (reader.next()) {
                assertEquals(9, reader.event().getLong("iova"));
            }
            assertEquals(500, reader.events());
            assertEquals(List.of(), reader.warnings());
            assertEquals(reader.size(), reader.position());
        }
    }

    @Test
    void shouldReadTheNumbersOfAFormatWithoutSigns() {
        final String text =
                """
                name: old
                ID: 7
                format:
                \tfield:int a;\toffset:0;\tsize:4;
                \tfield:unsigned int b;\toffset:4;\tsize:4;
                \tfield:char comm[TASK_COMM_LEN];\toffset:8;\tsize:16;
                """;
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(7, FormatText.id(bytes));
        final EventFormat format = FormatText.parse("x", 7, bytes);
        assertTrue(format.field("a").isSigned());
        assertFalse(format.field("b").isSigned());
        assertEquals(EventField.Kind.CHAR_ARRAY, format.field("comm").kind());
    }
}
