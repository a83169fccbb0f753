// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecognitionTest {
    private static final String LINE =
            "            load-1     [000] .....   1.000000: map: IOMMU: iova=0x1000 size=1\n";

    @TempDir Path directory;

    private static TraceReader open(final byte[] bytes) throws IOException {
        return Traces.open(new ByteArrayInputStream(bytes), "input");
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] gzip(final byte[] bytes) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            ignoreLeadingAndTrailingWhitespace = false,
            delimiter = '|',
            value = {
                "PERFFILE\0\0\0\0|a perf.data file of version 1",
                "\u00ff\u00d8\u00ff\u00e0|a JPEG picture",
                "{\"a\": 1}|JSON",
                "hello world|text that begins \"hello world\"",
                "\1\2\3\4|binary data that begins with 01 02 03 04"
            })
    void shouldRefuseOtherThingsByTheirLooks(final String start, final String looks) {
        final TraceFormatException e =
                assertThrows(TraceFormatException.class, () -> open(bytes(start)));
        assertEquals(
                "input: at offset 0: expected "
                        + Recognition.readable(Traces.FORMATS)
                        + ", found "
                        + looks,
                e.getMessage());
    }

    @Test
    void shouldRefuseAnEmptyFile() throws IOException {
        final Path empty = Files.createFile(directory.resolve("empty"));
        final IOException e = assertThrows(IOException.class, () -> Traces.open(empty));
        assertTrue(e.getMessage().endsWith("found an empty file"), e.getMessage());
    }

    @Test
    void shouldRefuseADirectory() {
        final IOException e = assertThrows(IOException.class, () -> Traces.open(directory));
        assertEquals(directory + ": is a directory, expected a trace file", e.getMessage());
    }

    @Test
    void shouldSayThatAFileIsNotThere() {
        final Path none = directory.resolve("none");
        final IOException e = assertThrows(IOException.class, () -> Traces.open(none));
        assertEquals(none + ": no such file", e.getMessage());
    }

    @Test
    void shouldRefuseAVersionThatIsNotKnown() {
        final IOException e =
                assertThrows(
                        IOException.class, () -> open(bytes("\u0017\bDtracing8\0\0\10\0\20\0\0")));
        assertEquals(
                "input: at offset 12: expected trace.dat version 6 or 7, found version 8",
                e.getMessage());
    }

    @Test
    void shouldReadGzipInGzipAndNoDeeper() throws IOException {
        final byte[] twice = gzip(gzip(bytes("cpus=4\n" + LINE)));
        try (TraceReader reader = open(twice)) {
            assertTrue(reader.next());
            assertEquals(4, reader.info().cpus());
        }
        final IOException e = assertThrows(IOException.class, () -> open(gzip(twice)));
        assertTrue(e.getMessage().contains("layers of packing"), e.getMessage());
    }

    @Test
    void shouldKeepWhatStoodBeforeACutInGzip() throws IOException {
        final byte[] whole = Files.readAllBytes(Dumps.path("raw-trace.txt.gz"));
        try (TraceReader reader = open(Arrays.copyOf(whole, whole.length / 2))) {
            while (reader.next()) {
                assertFalse(reader.event().name().isEmpty());
            }
            assertTrue(reader.events() > 1000);
            assertTrue(
                    reader.warnings().toString().contains("found the end of the file"),
                    reader.warnings().toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"10, damaged data", "-1, the end of the file"})
    void shouldSayWhereGzipDataAreDamagedThatGiveNoTrace(final int place, final String found)
            throws IOException {
        final byte[] whole = gzip(bytes("cpus=4\n" + LINE));
        if (place >= 0) {
            whole[place] = 7; // a block of a type that does not exist
        }
        final byte[] packed = place < 0 ? Arrays.copyOf(whole, 12) : whole;
        final TraceFormatException e = assertThrows(TraceFormatException.class, () -> open(packed));
        assertTrue(e.getMessage().endsWith(": expected gzip data, found " + found), e.getMessage());
        assertTrue(e.offset() >= 10 && e.offset() <= 12, e.getMessage());
    }

    @Test
    void shouldDeleteTheTemporaryFileWhenItIsClosed() throws IOException {
        final byte[] page = DatBytes.page(false, 8, 1, new DatBytes(false).map(0, 1));
        final long before = temporaryFiles();
        try (TraceReader reader = open(DatBytes.version6(false, 8, 8, new byte[0], page))) {
            assertTrue(reader.next());
            assertEquals(before + 1, temporaryFiles());
        }
        assertEquals(before, temporaryFiles());
    }

    private static long temporaryFiles() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(f -> f.getFileName().toString().startsWith("iopf4j-")).count();
        }
    }
}
