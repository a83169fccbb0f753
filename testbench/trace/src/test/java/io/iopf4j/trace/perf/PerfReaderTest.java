// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import static io.iopf4j.trace.perf.PerfBytes.ADDR;
import static io.iopf4j.trace.perf.PerfBytes.ALONE;
import static io.iopf4j.trace.perf.PerfBytes.CALLCHAIN;
import static io.iopf4j.trace.perf.PerfBytes.CPU;
import static io.iopf4j.trace.perf.PerfBytes.ID;
import static io.iopf4j.trace.perf.PerfBytes.IDENTIFIER;
import static io.iopf4j.trace.perf.PerfBytes.IP;
import static io.iopf4j.trace.perf.PerfBytes.MAP;
import static io.iopf4j.trace.perf.PerfBytes.PERIOD;
import static io.iopf4j.trace.perf.PerfBytes.RAW;
import static io.iopf4j.trace.perf.PerfBytes.READ;
import static io.iopf4j.trace.perf.PerfBytes.STREAM_ID;
import static io.iopf4j.trace.perf.PerfBytes.TID;
import static io.iopf4j.trace.perf.PerfBytes.TIME;
import static io.iopf4j.trace.perf.PerfBytes.TRACEPOINT;
import static io.iopf4j.trace.perf.PerfBytes.USUAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.DatBytes;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PerfReaderTest {
    private static TraceReader open(final byte[] bytes) throws IOException {
        return Traces.open(new ByteArrayInputStream(bytes), "input");
    }

    private static PerfBytes usual(final boolean big) {
        return new PerfBytes(big).tracing().attribute(TRACEPOINT, MAP, USUAL, 5, 6);
    }

    /** The field iova of all events, and no warning. */
    private static List<Long> iovas(final byte[] bytes) throws IOException {
        final List<Long> iovas = new ArrayList<>();
        try (TraceReader reader = open(bytes)) {
            while (reader.next()) {
                iovas.add(reader.event().getLong("iova"));
            }
            assertEquals(List.of(), reader.warnings());
        }
        return iovas;
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void shouldReadEitherByteOrderAsFileAndAsPipe(final boolean big, final boolean pipe)
            throws IOException {
        final PerfBytes perf = usual(big).map(5, 1_000, 1, 42, 0x7f00_0000_1000L);
        perf.sample(
                6,
                2_000,
                3,
                43,
                perf.bytes()
                        .common(300)
                        .u32(5 << 16 | 28)
                        .u32(3 << 16 | 33)
                        .u64(0xfee0_0000L)
                        .u32(-1)
                        .text("dev0\0ab\0")
                        .toBytes());
        try (TraceReader reader = open(pipe ? perf.pipe() : perf.file())) {
            final TraceInfo info = reader.info();
            assertEquals("perf.data", info.format());
            assertEquals(2, info.version());
            assertEquals(big ? "big endian" : "little endian", info.byteOrder());
            assertEquals("mono", info.clock());
            assertEquals("Linux box 6.12.0", info.kernel());
            assertEquals(pipe ? 0 : 4, info.cpus());
            assertTrue(reader.next());
            final TraceEvent event = reader.event();
            assertEquals("iommu", event.system());
            assertEquals("map", event.name());
            assertEquals(1_000, event.timestamp());
            assertEquals(1, event.cpu());
            assertEquals(42, event.pid());
            assertEquals("saved", event.comm());
            assertEquals(0x7f00_0000_1000L, event.getLong("iova"));
            assertEquals(4096, event.getLong("size"));
            assertTrue(reader.next());
            assertEquals("io_page_fault", event.name());
            assertEquals(3, event.cpu());
            assertEquals(43, event.pid());
            assertEquals("<...>", event.comm());
            assertEquals("dev0", event.getString("device"));
            assertEquals("ab", event.getString("driver"));
            assertEquals(-1, event.getLong("flags"));
            assertFalse(reader.next());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @ParameterizedTest
    @CsvSource({"81, 7", "81, 60000", "83, 13", "83, 60000"})
    void shouldUnpackRecordsOfOneStream(final int type, final int size) throws IOException {
        for (final boolean big : new boolean[] {false, true}) {
            final PerfBytes perf = usual(big);
            final List<Long> expected = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                perf.map(5, i, 0, 1, i % 7);
                expected.add((long) i % 7);
            }
            assertEquals(expected, iovas(perf.pack(type, size).file()));
            assertEquals(expected, iovas(perf.pipe()));
        }
    }

    @Test
    void shouldReadAStreamWithoutAnEndInTheOrderOfTime() throws IOException {
        final PerfBytes perf = usual(false);
        final List<Long> expected = new ArrayList<>();
        final int each = 1000;
        byte[] packed = new byte[0];
        for (int round = 0; round < 40; round++) {
            // Two CPUs, of which the second is read after the first.
            for (int cpu = 0; cpu < 2; cpu++) {
                for (int i = 0; i < each; i++) {
                    final long time = 2L * (round * each + i) + cpu;
                    perf.map(5, time, cpu, 1, time);
                }
            }
            if (round == 39) {
                packed = perf.stream(50_000).pipe();
            }
        }
        for (long i = 0; i < 2L * 40 * each; i++) {
            expected.add(i);
        }
        assertEquals(expected, iovas(packed));
    }

    @Test
    void shouldPutWhatWaitsInTheOrderOfTimeRoundByRound() throws IOException {
        final PerfBytes perf = usual(false);
        perf.map(5, 30, 0, 1, 30).map(5, 50, 0, 1, 50).finishedRound();
        perf.map(5, 20, 1, 1, 20).map(5, 40, 1, 1, 40).finishedRound();
        perf.map(5, 60, 0, 1, 60).map(5, 55, 1, 1, 55).finishedRound();
        perf.map(5, 70, 0, 1, 70);
        assertEquals(List.of(20L, 30L, 40L, 50L, 55L, 60L, 70L), iovas(perf.file()));
    }

    @Test
    void shouldHandOutWhatRoundsHaveSettledBeforeTheEnd() {
        final TimeOrder order = new TimeOrder(false);
        add(order, 30);
        order.finishRound(0);
        order.reached(0);
        assertEquals(null, order.poll());
        add(order, 20);
        add(order, 40);
        order.finishRound(0);
        order.reached(0);
        assertEquals(20, order.poll().time);
        assertEquals(30, order.poll().time);
        assertEquals(null, order.poll());
        order.finishRound(100);
        order.reached(99);
        assertEquals(null, order.poll());
        order.reached(100);
        assertEquals(40, order.poll().time);
    }

    @Test
    void shouldNotWaitWithoutRoom() {
        final TimeOrder order = new TimeOrder(false, 1000);
        for (int i = 9; i > 0; i--) {
            add(order, i);
        }
        assertEquals(1, order.poll().time);
    }

    private static void add(final TimeOrder order, final long time) {
        final Entry entry = order.make(0);
        entry.time = time;
        order.add(entry, true);
    }

    @Test
    void shouldSayThatTimesAreOutOfOrder() throws IOException {
        final PerfBytes perf = usual(false).map(5, 50, 0, 1, 1);
        perf.finishedRound().finishedRound().map(5, 20, 0, 1, 2);
        try (TraceReader reader = open(perf.file())) {
            assertTrue(reader.next());
            assertTrue(reader.next());
            assertEquals(20, reader.event().timestamp());
            assertEquals(
                    List.of("events out of the order of time, the first by 30 ns at 20"),
                    reader.warnings());
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                USUAL,
                IDENTIFIER | TIME | RAW,
                IP | TID | TIME | ADDR | ID | STREAM_ID | CPU | PERIOD | READ | CALLCHAIN | RAW,
                TID | TIME | ID | RAW
            })
    void shouldFindTheAttributeOfASampleByItsId(final long layout) throws IOException {
        final PerfBytes perf = new PerfBytes(false).tracing();
        perf.attribute(1, 0, layout, 8, 9).attribute(TRACEPOINT, MAP, layout, 5);
        perf.map(9, 1, 0, 42, 1).map(5, 2, 0, 42, 0x77);
        try (TraceReader reader = open(perf.file())) {
            assertTrue(reader.next());
            final TraceEvent event = reader.event();
            assertEquals("cpu-clock", event.name());
            assertEquals((layout & PERIOD) == 0 ? 0 : 3, event.getLong("period"));
            assertEquals((layout & ADDR) == 0 ? 0 : 0xadd, event.getLong("addr"));
            assertTrue(reader.next());
            assertEquals("map", event.name());
            assertEquals(0x77, event.getLong("iova"));
            assertEquals(42, event.pid(), "the sample's, or the record's own");
            assertFalse(reader.next());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldReadOneAttributeWithoutIds() throws IOException {
        final PerfBytes perf = new PerfBytes(true).tracing().attribute(TRACEPOINT, MAP, ALONE);
        assertEquals(List.of(9L), iovas(perf.map(0, 1, 0, 1, 9).file()));
    }

    @Test
    void shouldKeepTheOrderOfSamplesWithoutATime() throws IOException {
        final PerfBytes perf = new PerfBytes(false).tracing().attribute(TRACEPOINT, MAP, TID | RAW);
        assertEquals(
                List.of(3L, 1L, 2L),
                iovas(perf.map(0, 9, 0, 1, 3).map(0, 5, 0, 1, 1).map(0, 7, 0, 1, 2).file()));
    }

    @Test
    void shouldNameThreadsAsTheyAreCalledAtTheTime() throws IOException {
        final PerfBytes perf = usual(false).comm(42, "first", 0).comm(42, "second", 20);
        perf.map(5, 10, 0, 42, 0).map(5, 30, 0, 42, 0).fork(50, 42, 35).map(5, 40, 0, 50, 0);
        perf.comm(50, "child", 45).map(5, 50, 0, 50, 0).map(5, 60, 0, 0, 0);
        final List<String> comms = new ArrayList<>();
        try (TraceReader reader = open(perf.file())) {
            while (reader.next()) {
                comms.add(reader.event().comm());
            }
        }
        assertEquals(List.of("first", "second", "second", "child", "<idle>"), comms);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCountLostEventsBeforeTheOneThatFollows(final boolean big) throws IOException {
        final PerfBytes perf = usual(big).map(5, 30, 0, 1, 0).lost(12, 25).lostSamples(3, 26);
        perf.map(5, 20, 0, 1, 0).lost(1, 40);
        try (TraceReader reader = open(perf.file())) {
            assertTrue(reader.next());
            assertEquals(0, reader.event().lostBefore());
            assertTrue(reader.next());
            assertEquals(15, reader.event().lostBefore());
            assertEquals(15, reader.lostEvents());
            assertEquals(2, reader.lostMarkers());
            assertFalse(reader.next());
            assertEquals(16, reader.lostEvents());
        }
    }

    @Test
    void shouldReadARecordingThatDidNotEnd() throws IOException {
        final PerfBytes perf = usual(false).map(5, 1, 0, 42, 0);
        final byte[] whole = perf.file(0);
        try (TraceReader reader = open(whole)) {
            assertTrue(reader.next());
            assertEquals("unknown_301", reader.event().name());
            assertEquals(42, reader.event().getLong("common_pid"));
            assertTrue(reader.warnings().get(0).contains("the recording did not end"));
        }
    }

    @Test
    void shouldGoOnAfterTheNextRoundWhenRecordsMakeNoSense() throws IOException {
        for (final boolean big : new boolean[] {false, true}) {
            final PerfBytes perf = usual(big).map(5, 1, 0, 1, 1);
            perf.raw(perf.bytes().u32(9).number(0, 2).number(7, 2).u64(0x44).toBytes());
            perf.finishedRound().map(5, 2, 0, 1, 2);
            try (TraceReader reader = open(perf.file())) {
                assertTrue(reader.next());
                assertTrue(reader.next());
                assertEquals(2, reader.event().getLong("iova"));
                assertFalse(reader.next());
                final List<String> warnings = reader.warnings();
                assertEquals(1, warnings.size(), warnings.toString());
                assertTrue(warnings.get(0).endsWith("expected a record, found type 9 of 7 bytes"));
            }
        }
    }

    @Test
    void shouldPassOverBytesBehindAuxiliaryRecords() throws IOException {
        final PerfBytes perf = usual(false).map(5, 1, 0, 1, 1);
        perf.record(71, perf.bytes().u64(100_000).toBytes()).raw(new byte[100_000]);
        assertEquals(List.of(1L, 2L), iovas(perf.map(5, 2, 0, 1, 2).file()));
    }

    @Test
    void shouldPassOverRecordsThatItDoesNotKnow() throws IOException {
        final PerfBytes perf = usual(false).record(99, new byte[17]).map(5, 2, 0, 1, 2);
        assertEquals(List.of(2L), iovas(perf.pipe()));
    }

    @Test
    void shouldRefuseAnIncredibleLengthOfTracingData() throws IOException {
        final PerfBytes perf = new PerfBytes(false).attribute(TRACEPOINT, MAP, USUAL, 5);
        perf.map(5, 1, 0, 42, 0).record(66, perf.bytes().u32(0x8000_0000L).u32(0).toBytes());
        try (TraceReader reader = open(perf.pipe())) {
            assertTrue(reader.next());
            assertEquals("unknown_301", reader.event().name());
            assertFalse(reader.next());
            assertTrue(reader.warnings().toString().contains("2147483648 bytes"));
        }
    }

    @Test
    void shouldEndABombOfZeros() throws IOException {
        // Blocks of four bytes, each of which stands for 128 KiB.
        final DatBytes bomb = new DatBytes(false).hex("28b52ffd0048");
        for (int i = 0; i < 10_000; i++) {
            bomb.number(1 << 1 | 1 << 17 << 3, 3).number(0, 1);
        }
        final PerfBytes perf = usual(false).record(81, bomb.toBytes());
        try (TraceReader reader = open(perf.file())) {
            assertFalse(reader.next());
            assertTrue(
                    reader.warnings().toString().contains("grow more than 1000 times"),
                    reader.warnings().toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8  | 24 | at offset 8: expected a header of 104 bytes, or 16 for a pipe",
                "16 | 7  | at offset 16: expected the size of an attribute",
                "24 | -1 | at offset 24: expected attributes within the file",
                "32 | 9999999 | at offset 24: expected attributes within the file",
                "40 | -5 | at offset 40: expected records within the file"
            })
    void shouldRefuseAHeaderThatMakesNoSense(
            final int place, final long value, final String message) {
        final byte[] file = usual(false).map(5, 1, 0, 1, 1).file();
        System.arraycopy(new DatBytes(false).u64(value).toBytes(), 0, file, place, 8);
        final TraceFormatException e =
                assertThrows(TraceFormatException.class, () -> open(file).close());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
