// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.DatBytes;
import io.iopf4j.trace.DatVersion7;
import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that claim what cannot be: lengths, counts and places that lead nowhere or round. */
@Timeout(value = 2, unit = TimeUnit.MINUTES) // a hang, not a slow machine
class HostileFileTest {
    private static final long TIME = 1_000_000_000_000L;

    /** Far below any length that is lied about, above what small files take. */
    private static final long HELD_MAX = 32 << 20;

    @TempDir Path directory;

    private static DatBytes little() {
        return new DatBytes(false);
    }

    private static byte[] page(final long iova) {
        return DatBytes.page(false, 8, TIME, little().map(0, iova));
    }

    /** Reads all; the number of events, and a remark that must be there. */
    private long read(final byte[] file, final String remark) throws IOException {
        final long before = used();
        try (TraceReader reader = DatBytes.open(directory, file)) {
            while (reader.next()) {
                assertFalse(reader.event().name().isEmpty());
            }
            assertTrue(used() - before < HELD_MAX, "holds too much");
            final String warnings = reader.warnings().toString();
            assertTrue(warnings.contains(remark), warnings);
            return reader.events();
        }
    }

    /** Without garbage; what was believed and dropped again would not have fitted the heap. */
    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static int find(final byte[] file, final String text) {
        return new String(file, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    private static ByteBuffer patch(final byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] version6() {
        return DatBytes.version6(
                false, 8, 8, little().option(5, little().text("x\0")).toBytes(), page(1));
    }

    /** Lengths of version 6 by what stands before them; 0 bytes behind it, of so many bytes. */
    @ParameterizedTest
    @CsvSource({
        "'header_page\0', 12, 8, header_page",
        "'header_event\0', 13, 8, header_event",
        "'iommu\0', 10, 8, event format",
        "'42 irq/30', -16, 4, kallsyms",
        "'42 irq/30', -12, 4, printk formats",
        "'42 irq/30', -8, 8, saved_cmdlines",
    })
    void shouldRefuseALengthBeforeItIsBelieved(
            final String behind, final int at, final int size, final String what) {
        for (final long length : new long[] {1L << 31, -1}) {
            final byte[] file = version6();
            final int place = find(file, behind) + at;
            if (size == 8) {
                patch(file).putLong(place, length);
            } else {
                patch(file).putInt(place, (int) length);
            }
            final TraceFormatException e =
                    assertThrows(TraceFormatException.class, () -> read(file, ""));
            assertTrue(e.getMessage().contains(what), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, 0xffff_ffffL})
    void shouldNotBelieveHugeCountsInVersionSix(final long count) throws IOException {
        final byte[] formats = version6();
        patch(formats).putInt(find(formats, "iommu\0") + 6, (int) count);
        assertThrows(TraceFormatException.class, () -> read(formats, ""));
        final byte[] systems = version6();
        patch(systems).putInt(find(systems, "iommu\0") - 4, (int) count);
        assertThrows(TraceFormatException.class, () -> read(systems, ""));
        final byte[] cpus = version6();
        patch(cpus).putInt(find(cpus, "options  \0") - 4, (int) count);
        assertEquals(1, read(cpus, "outside the file"));
        final byte[] option = version6();
        patch(option).putInt(find(option, "options  \0") + 12, (int) count);
        assertThrows(TraceFormatException.class, () -> read(option, ""));
    }

    private static DatVersion7 version7() {
        final DatVersion7 file = new DatVersion7(false, 8, 4096, "none");
        return file.buffer("", "mono", 4096, new int[] {0}, new byte[][] {page(1)});
    }

    private static DatBytes buffer(final long cpus) {
        return little().u64(64).text("\0mono\0").u32(4096).u32(cpus);
    }

    private static DatBytes timeShift(final long cpus) {
        return little().u64(1).u32(0).u32(cpus);
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, 0xffff_ffffL, 1 << 14})
    void shouldNotBelieveCountsInOptionsButReadThoseBehind(final long count) throws IOException {
        readBehind(3, buffer(count), "CPUs that fits the option");
        readBehind(12, timeShift(count), "CPUs that fit into the option");
        readBehind(12, timeShift(1).u32(count), "samples that fit into the option");
    }

    private void readBehind(final int id, final DatBytes option, final String remark)
            throws IOException {
        final DatVersion7 file = new DatVersion7(false, 8, 4096, "none");
        file.option(id, option.bytes(new byte[64]));
        file.buffer("", "mono", 4096, new int[] {0}, new byte[][] {page(1)});
        assertEquals(1, read(file.toBytes(), remark));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7, 8, 11, 12, 13, 14, 16, 18, 22})
    void shouldReadTheOptionsBehindAShortOne(final int id) throws IOException {
        for (int size = 0; size < 8; size++) {
            final DatVersion7 file = new DatVersion7(false, 8, 4096, "none");
            file.option(id, little().bytes(new byte[size]));
            file.option(11, little().u64(0x1234));
            file.buffer("", "mono", 4096, new int[] {0}, new byte[][] {page(1)});
            try (TraceReader reader = DatBytes.open(directory, file.toBytes())) {
                assertTrue(reader.next());
                assertTrue(reader.info().machines().contains("trace 0x1234"));
            }
        }
    }

    @Test
    void shouldLeaveAListOfOptionsThatPointsToItself() throws IOException {
        final DatVersion7 file = version7();
        assertEquals(1, read(file.toBytes(file.next()), "a loop"));
    }

    @Test
    void shouldLeaveListsOfOptionsThatPointToEachOther() throws IOException {
        final DatVersion7 file = version7();
        final int list = file.next();
        final int listSize = 16 + 14;
        file.list(little().option(0, little().u64(list + listSize)));
        assertEquals(1, read(file.toBytes(list), "a loop"));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1L << 31, 1L << 62, 5})
    void shouldLeaveAListOfOptionsThatIsNotThere(final long place) throws IOException {
        assertEquals(1, read(version7().toBytes(place), "the options"));
    }

    /** Each section is looked for where another one is. */
    @ParameterizedTest
    @ValueSource(ints = {16, 17, 18, 21})
    void shouldNotTakeOneSectionForAnother(final int id) throws IOException {
        final DatVersion7 file = version7();
        final int list = file.next();
        final int size = 16 + 2 * 14;
        file.list(little().option(id, little().u64(list)).option(0, little().u64(0)));
        assertEquals(list + size, file.next());
        assertEquals(1, read(file.toBytes(list), "found the options"));
    }

    @Test
    void shouldReadOverlappingDataOnce() throws IOException {
        final DatVersion7 file = version7();
        final int cpus = 1000;
        final DatBytes option = little().u64(file.next()).text("again\0mono\0").u32(4096);
        option.u32(cpus);
        for (int cpu = 0; cpu < cpus; cpu++) {
            option.u32(cpu).u64(4096).u64(4096);
        }
        file.list(little());
        file.option(3, option);
        assertTrue(read(file.toBytes(), "more data than the file has") < 20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, 1L << 62, -1})
    void shouldNotBelieveTheSizeOfASection(final long size) throws IOException {
        final byte[] file = version7().toBytes();
        patch(file).putLong(find(file, "header_page\0") - 8, size);
        assertEquals(1, read(file, "a shorter file"));
    }

    @ParameterizedTest
    @CsvSource({"-8, packed section", "-4, a section that fits the memory"})
    void shouldNotBelieveTheSizesOfAPackedSection(final int at, final String remark)
            throws IOException {
        for (final int size : new int[] {1 << 31, -1}) {
            final DatVersion7 packed = new DatVersion7(false, 8, 4096, "zlib");
            packed.buffer("", "mono", 4096, new int[] {0}, new byte[][] {page(1)});
            final byte[] file = packed.toBytes();
            final int contents = patch(file).getShort(find(file, "zlib\0\0") + 14);
            assertEquals(16, contents); // the section with the header pages
            patch(file).putInt(find(file, "zlib\0\0") + 14 + 16 + 8 + at, size);
            assertEquals(1, read(file, remark));
        }
    }

    /** Small lists, each of which unpacks to a lot: not all of them are. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldEndAChainOfListsThatUnpackToMoreAndMore(final boolean inOptions) throws IOException {
        final DatVersion7 file = new DatVersion7(false, 8, 4096, "zstd");
        final byte[] nothing = new byte[12 << 20];
        final int lists = 30;
        int previous = 0;
        for (int i = 0; i < lists; i++) {
            final DatBytes list = little().option(13, little().text("vm\0"));
            final DatBytes end = little().option(0, little().u64(previous));
            if (inOptions) {
                list.option(99, little().bytes(nothing)).bytes(end.toBytes());
            } else {
                list.bytes(end.toBytes()).bytes(nothing);
            }
            previous = file.next();
            file.list(list);
        }
        final byte[] bytes = file.toBytes(previous);
        assertTrue(bytes.length < 1 << 20, "packed: " + bytes.length);
        try (TraceReader reader = DatBytes.open(directory, bytes)) {
            assertFalse(reader.next());
        } catch (final TraceFormatException e) {
            assertTrue(
                    e.getMessage().contains(inOptions ? "bytes of options" : "fits the memory"),
                    e.getMessage());
            return;
        }
        throw new AssertionError("all lists were read");
    }

    /** Each instance may read a table that is as long as the one for all CPUs there can be. */
    @Test
    void shouldReadNoMoreTablesThanAFileHas() throws IOException {
        final int table = 1 << 20;
        final int cpus = 1 << 14;
        final DatBytes options = little().option(8, little().u32(cpus));
        for (int i = 0; i < 20_000; i++) {
            options.option(3, little().u64(table).text("i\0"));
        }
        final DatBytes file =
                little().bytes(DatBytes.version6(false, 8, 8, options.toBytes(), page(1)));
        file.padTo(table).text("flyrecord\0").padTo(table + 10 + 16 * (cpus + 1));
        assertEquals(0, read(file.toBytes(), "buffers and CPUs of a machine"));
    }

    @Test
    void shouldEndABombInAChunk() throws IOException {
        final DatVersion7 file = new DatVersion7(false, 8, 4096, "zstd");
        final byte[] bomb = new byte[7 << 20];
        file.buffer("", "mono", 4096, new int[] {0}, new byte[][] {page(1), bomb, page(2)});
        assertEquals(1, read(file.toBytes(), "bytes from each"));
    }

    @Test
    void shouldReadPagesOfZerosAsTheyPackBest() throws IOException {
        for (final String compression : List.of("zlib", "zstd")) {
            final DatVersion7 file = new DatVersion7(false, 8, 65_536, compression);
            final byte[] page = DatBytes.page(false, 8, 65_536, TIME, little().map(0, 1));
            final byte[][] pages = {page, new byte[10 * 65_536], page};
            file.buffer("", "mono", 65_536, new int[] {0}, pages);
            try (TraceReader reader = DatBytes.open(directory, file.toBytes())) {
                assertTrue(reader.next());
                assertTrue(reader.next());
                assertEquals(List.of(), reader.warnings());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, 0xffff_ffffL, 0x7fff_ffff, 3, 0})
    void shouldNotBelieveTheLengthWordOfAnEvent(final long length) throws IOException {
        final DatBytes events = little().map(0, 1).event(0, 0).u32(length).common(301);
        final byte[] page = DatBytes.page(false, 8, TIME, events);
        assertEquals(
                1, read(DatBytes.version6(false, 8, 8, new byte[0], page), "an event of at most"));
    }
}
