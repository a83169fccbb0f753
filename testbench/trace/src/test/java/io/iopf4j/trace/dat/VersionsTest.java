// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.DatBytes;
import io.iopf4j.trace.DatVersion7;
import io.iopf4j.trace.TraceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of every kind of machine: byte order, longs, page sizes, compression, several buffers. */
class VersionsTest {
    private static final long TIME = 1_000_000_000_000L;

    @TempDir Path directory;

    /** Buffer, CPU, time after {@link #TIME} and address of each event; no warning. */
    private List<String> events(final byte[] file) throws IOException {
        try (TraceReader reader = DatBytes.open(directory, file)) {
            final List<String> events = new ArrayList<>();
            while (reader.next()) {
                events.add(
                        "%s%d +%d %x"
                                .formatted(
                                        reader.event().buffer(),
                                        reader.event().cpu(),
                                        reader.event().timestamp() - TIME,
                                        reader.event().getLong("iova")));
            }
            assertEquals(List.of(), reader.warnings());
            return events;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "false, 8, 4096, none", "false, 8, 65536, zlib", "false, 4, 4096, zstd",
        "true, 8, 65536, none", "true, 4, 4096, zlib", "true, 8, 16384, zstd",
        "false, 8, 8192, none", "true, 4, 65536, zstd"
    })
    void shouldReadVersionSevenOfEveryMachine(
            final boolean big, final int longSize, final int pageSize, final String compression)
            throws IOException {
        final DatVersion7 file = new DatVersion7(big, longSize, pageSize, compression);
        final byte[][] first = {file.page(pageSize, TIME, 1), file.page(pageSize, TIME + 20, 3)};
        final byte[][] second = {file.page(pageSize, TIME + 10, 2)};
        file.buffer("", "mono", pageSize, new int[] {0, 1}, first, second);
        assertEquals(List.of("0 +0 1", "1 +10 2", "0 +20 3"), events(file.toBytes()));
    }

    @ParameterizedTest
    @CsvSource({"false, 8, 8192", "true, 8, 65536", "true, 4, 4096", "false, 4, 65536"})
    void shouldReadVersionSixOfEveryMachine(
            final boolean big, final int longSize, final int pageSize) throws IOException {
        final DatBytes many = new DatBytes(big).map(0, 1).map(5, 2);
        final int mapSize = 36;
        while (many.size() + mapSize <= pageSize - 8 - longSize) {
            many.map(1, 9);
        }
        final byte[] full = DatBytes.page(big, longSize, pageSize, TIME, many);
        final byte[] next =
                DatBytes.page(big, longSize, pageSize, TIME + 90_000, new DatBytes(big).map(0, 7));
        final byte[] cpu = new DatBytes(big).bytes(full, next).toBytes();
        final List<String> events =
                events(DatBytes.version6(big, 8, longSize, pageSize, new byte[0], cpu, next));
        assertEquals(many.size() / mapSize + 2, events.size());
        assertEquals(List.of("0 +0 1", "0 +5 2"), events.subList(0, 2));
        assertEquals(
                List.of("0 +90000 7", "1 +90000 7"),
                events.subList(events.size() - 2, events.size()));
    }

    @Test
    void shouldMergeBuffersWithPagesOfTheirOwnSizeAndCpusOfAnyNumber() throws IOException {
        final DatVersion7 file = new DatVersion7(false, 8, 4096, "zstd");
        final byte[][] top = {file.page(4096, TIME, 1), file.page(4096, TIME + 30, 4)};
        final byte[][] large = {file.page(16384, TIME + 10, 2), file.page(16384, TIME + 40, 5)};
        final byte[][] sparse = {file.page(16384, TIME + 20, 3)};
        file.buffer("", "mono", 4096, new int[] {5}, new byte[][][] {top});
        file.buffer("big", "mono", 16384, new int[] {7, 300}, large, sparse);
        assertEquals(
                List.of("5 +0 1", "big7 +10 2", "big300 +20 3", "5 +30 4", "big7 +40 5"),
                events(file.toBytes()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldMergeTheInstancesOfVersionSix(final boolean big) throws IOException {
        final byte[] top = DatBytes.page(big, 8, TIME, new DatBytes(big).map(0, 1).map(20, 3));
        final byte[] other = DatBytes.page(big, 8, TIME + 10, new DatBytes(big).map(0, 2));
        final int table = DatBytes.dataStart(4096) + top.length;
        final DatBytes option = new DatBytes(big).u64(table).text("inst\0");
        final byte[] options = new DatBytes(big).option(3, option).toBytes();
        final DatBytes file = new DatBytes(big).bytes(DatBytes.version6(big, 8, 8, options, top));
        file.text("flyrecord\0").cpuTable(table + 4096, other).padTo(table + 4096).bytes(other);
        assertEquals(List.of("0 +0 1", "inst0 +10 2", "0 +20 3"), events(file.toBytes()));
    }

    /** The table of CPUs is as long as the option says, and a pair of zeros ends it. */
    @Test
    void shouldStepOverThePairForOldReadersBeforeTheClock() throws IOException {
        final DatBytes options = new DatBytes(false).option(8, new DatBytes(false).u32(2));
        options.option(4, new DatBytes(false));
        final byte[] page0 = DatBytes.page(false, 8, TIME, new DatBytes(false).map(0, 1));
        final byte[] page1 = DatBytes.page(false, 8, TIME + 1, new DatBytes(false).map(0, 2));
        final byte[] file = DatBytes.version6(false, 8, 8, options.toBytes(), page0, page1);
        final String text = new String(file, StandardCharsets.ISO_8859_1);
        file[text.indexOf("options  \0") - 4] = 1; // what a recorder for one CPU wrote first
        final int behindTable = text.indexOf("flyrecord\0") + 10 + 2 * 16;
        final byte[] clock = new DatBytes(false).u64(14).text("local [uptime]").toBytes();
        System.arraycopy(clock, 0, file, behindTable + 16, clock.length);
        assertEquals(List.of("0 +0 1", "1 +1 2"), events(file));
        try (TraceReader reader = DatBytes.open(directory, file)) {
            assertEquals("uptime", reader.info().clock());
            assertEquals(2, reader.info().cpus());
        }
    }

    /** Kernels of 32 bits that align to 64 put four bytes between the commit and the events. */
    @Test
    void shouldBeginEventsWhereTheHeaderPageSays() throws IOException {
        final DatBytes events = new DatBytes(false).u32(0).event(0, 3).u32(36).common(301);
        events.u64(5).u64(0).u64(4096);
        final byte[] page = DatBytes.page(false, 4, TIME, events);
        page[8] = (byte) (events.size() - 4); // the gap is no part of the events
        final byte[] file = DatBytes.version6(false, 4, 4, new byte[0], page);
        final String field = "char data;\toffset:12;";
        final int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(field);
        file[at + field.length() - 2] = '6';
        assertEquals(List.of("0 +3 5"), events(file));
    }

    @ParameterizedTest
    @CsvSource({"false, 4", "true, 4", "false, 8", "true, 8"})
    void shouldCountLossesOnEveryMachine(final boolean big, final int longSize) throws IOException {
        final DatBytes page = new DatBytes(big).u64(TIME);
        page.number(36 | 0xffff_ffff_c000_0000L, longSize);
        page.map(0, 1).number(17, longSize).padTo(4096);
        final byte[] uncounted =
                DatBytes.page(big, longSize, TIME + 1, new DatBytes(big).map(0, 2));
        uncounted[big ? 8 + longSize - 4 : 11] = (byte) 0x80;
        final byte[] file =
                DatBytes.version6(big, longSize, longSize, new byte[0], page.toBytes(), uncounted);
        try (TraceReader reader = DatBytes.open(directory, file)) {
            assertTrue(reader.next());
            assertEquals(17, reader.event().lostBefore());
            assertTrue(reader.next());
            assertEquals(-1, reader.event().lostBefore());
            assertFalse(reader.next());
            assertEquals(17, reader.lostEvents());
            assertEquals(2, reader.lostMarkers());
        }
    }

    @Test
    void shouldPreferPagesToTheTextOfALatencyTracer() throws IOException {
        final DatVersion7 file = new DatVersion7(false, 8, 4096, "none");
        file.text("latency", "# tracer: irqsoff\n".getBytes(StandardCharsets.UTF_8));
        file.buffer("", "mono", 4096, new int[] {0}, new byte[][] {file.page(4096, TIME, 1)});
        try (TraceReader reader = DatBytes.open(directory, file.toBytes())) {
            assertTrue(reader.next());
            assertEquals(1, reader.event().getLong("iova"));
            assertFalse(reader.next());
            assertTrue(reader.warnings().toString().contains("left out"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zlib"})
    void shouldReadTheTextOfALatencyTracerInVersionSeven(final String compression)
            throws IOException {
        final String line = " load-7   [001] ...1.  5.000001: map: IOMMU: iova=0x9 size=1\n";
        final byte[] text =
                ("# tracer: irqsoff\n" + line.repeat(200)).getBytes(StandardCharsets.UTF_8);
        final DatVersion7 file = new DatVersion7(false, 8, 4096, compression).text("", text);
        try (TraceReader reader = DatBytes.open(directory, file.toBytes())) {
            while (reader.next()) {
                assertEquals(9, reader.event().getLong("iova"));
            }
            assertEquals(200, reader.events());
            assertEquals(List.of(), reader.warnings());
        }
    }
}
