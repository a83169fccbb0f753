// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.write.TraceDatWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pure-Java reader and the C libraries see the same in every capture. */
class BothReadersTest {
    static final Path DUMPS = Path.of("../../testbench/dumps");
    private static final Set<String> ZLIB = Set.of("iopf-greedy-v7.dat", "iopf-mute-tsc.dat");

    @TempDir private Path folder;

    @BeforeEach
    void shouldHaveTheLibraries() {
        assumeLibraries();
    }

    static void assumeLibraries() {
        String missing = null;
        try {
            Libraries.command();
        } catch (final IOException e) {
            missing = e.getMessage();
        }
        assumeTrue(missing == null, missing);
    }

    private Path plain(final String name) throws IOException {
        final Path dump = DUMPS.resolve(name);
        if (!name.endsWith(".gz")) {
            return dump;
        }
        final Path unpacked = folder.resolve("unpacked.dat");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(dump))) {
            Files.copy(in, unpacked, StandardCopyOption.REPLACE_EXISTING);
        }
        return unpacked;
    }

    private static void assertSameFormat(final EventFormat java, final EventFormat c) {
        assertEquals(java.toString(), c.toString());
        assertEquals(java.id(), c.id());
        assertEquals(
                java.fields().stream().map(EventField::name).toList(),
                c.fields().stream().map(EventField::name).toList());
        for (int i = 0; i < java.fields().size(); i++) {
            final EventField one = java.fields().get(i);
            final EventField other = c.fields().get(i);
            assertEquals(one.kind(), other.kind(), java + "." + one);
            assertEquals(one.offset(), other.offset(), java + "." + one);
            assertEquals(one.size(), other.size(), java + "." + one);
            if (one.kind() == EventField.Kind.INTEGER) {
                assertEquals(one.isSigned(), other.isSigned(), java + "." + one);
            }
        }
    }

    private static void assertSame(final TraceEvent java, final TraceEvent c) {
        assertEquals(java.timestamp(), c.timestamp());
        assertEquals(java.cpu(), c.cpu());
        assertEquals(java.pid(), c.pid());
        assertEquals(java.comm(), c.comm());
        assertEquals(java.buffer(), c.buffer());
        assertEquals(java.lostBefore(), c.lostBefore());
        assertSameFormat(java.format(), c.format());
        for (int i = 0; i < java.format().fields().size(); i++) {
            final EventField one = java.format().fields().get(i);
            final EventField other = c.format().fields().get(i);
            assertEquals(java.isCorrupt(one), c.isCorrupt(other), java.name() + "." + one);
            assertEquals(java.getLong(one), c.getLong(other), java.name() + "." + one);
            assertEquals(java.getString(one), c.getString(other), java.name() + "." + one);
        }
    }

    private static long assertSameEvents(final Path file) throws IOException {
        try (TraceReader java = Traces.open(file);
                TraceReader c = TraceCmd.open(file)) {
            assertEquals(java.info(), c.info());
            while (java.next()) {
                assertTrue(c.next(), "event " + java.events());
                assertSame(java.event(), c.event());
            }
            assertFalse(c.next());
            assertFalse(c.next(), "for good");
            assertEquals(java.events(), c.events());
            assertEquals(java.lostEvents(), c.lostEvents());
            assertEquals(java.lostMarkers(), c.lostMarkers());
            assertEquals(c.size(), Files.size(file));
            assertTrue(c.position() > 0 && c.position() <= c.size());
            return c.events();
        }
    }

    private static List<String> dumps() throws IOException {
        try (Stream<Path> files = Files.list(DUMPS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".dat") || name.endsWith(".dat.gz"))
                    .sorted()
                    .toList();
        }
    }

    /** A library without zlib, as Debian 12 has it, refuses these and no other. */
    @Test
    void shouldRefuseTheZlibOnesOrNone() throws IOException {
        final Set<String> refused = new TreeSet<>();
        for (final String name : dumps()) {
            try (TraceReader reader = TraceCmd.open(plain(name))) {
                assertTrue(reader.next());
            } catch (final IOException e) {
                refused.add(name);
            }
        }
        assertTrue(refused.isEmpty() || refused.equals(ZLIB), refused.toString());
    }

    @ParameterizedTest
    @MethodSource("dumps")
    void shouldSeeTheSameInACapture(final String name) throws IOException {
        final Path file = plain(name);
        if (ZLIB.contains(name) && !hasZlib()) {
            assertRefused(
                    file,
                    ": libtracecmd cannot open it; it may have been built without this file's"
                            + " compression, zlib 1.3.1; use --reader java");
            return;
        }
        assertTrue(assertSameEvents(file) > 0);
    }

    private static boolean hasZlib() {
        try (TraceReader reader = TraceCmd.open(DUMPS.resolve("iopf-mute-tsc.dat"))) {
            return reader.size() > 0;
        } catch (final IOException e) {
            return false;
        }
    }

    @Test
    void shouldSeeTheSameInAFileThatIsWrittenHere() throws IOException {
        final Path file = folder.resolve("written.dat");
        TraceDatWriter.writeFaultCycles(file, 2000, 8, 4, 1);
        assertTrue(assertSameEvents(file) > 2000);
    }

    @Test
    void shouldSeeTheSameInEventsWithoutAFormat() throws IOException {
        final String known =
                Files.readString(plain("iopf-ooo-v6.dat.gz"), StandardCharsets.ISO_8859_1);
        final Path file = folder.resolve("unknown.dat");
        Files.writeString(
                file,
                known.replaceFirst(
                        "name: iopf_deliver\nID: \\d{4}\n", "name: iopf_deliver\nID: 9999\n"),
                StandardCharsets.ISO_8859_1);
        try (TraceReader c = TraceCmd.open(file)) {
            String name = "";
            while (!name.startsWith("unknown_") && c.next()) {
                name = c.event().name();
            }
            assertTrue(name.startsWith("unknown_"), name);
            assertTrue(c.event().hasField("common_pid"));
        }
        assertTrue(assertSameEvents(file) > 0);
    }

    @Test
    void shouldRefuseWhatIsNoPlainTraceDat() throws IOException {
        assertRefused(DUMPS.resolve("iopf-ooo-v6.dat.gz"), "is packed; unpack it first");
        assertRefused(DUMPS.resolve("raw-trace.txt.gz"), "is ftrace text; --reader jna reads");
        final Path text = Files.writeString(folder.resolve("text"), "hello\n");
        assertRefused(text, "text that begins \"hello\"");
        final Path head = folder.resolve("head.dat");
        Files.write(head, List.of("\u0017\bDtracing7"));
        assertRefused(head, "head.dat: at offset ");
    }

    @Test
    void shouldRefuseWhatIsDamaged() throws IOException {
        final byte[] whole = Files.readAllBytes(DUMPS.resolve("open-mixed-a.dat"));
        final Path cut = folder.resolve("cut.dat");
        Files.write(cut, Arrays.copyOf(whole, whole.length - 10_000));
        assertRefused(cut, "; --reader jna reads whole files; use --reader java");
    }

    @Test
    void shouldRefuseWhatCanBeReadOnlyOnce() {
        assertRefused(Path.of("/dev/null"), "is no regular file");
        assertRefused(folder, "is no regular file");
        assertRefused(folder.resolve("nothing"), "nothing");
    }

    @Test
    void shouldThrowRatherThanReadFreedMemory() throws IOException {
        final TraceReader reader = TraceCmd.open(DUMPS.resolve("selftest-iopf.v7.dat"));
        assertTrue(reader.next());
        final TraceEvent event = reader.event();
        assertTrue(event.timestamp() > 0);
        reader.close();
        reader.close();
        assertThrows(NullPointerException.class, event::timestamp);
        assertThrows(NullPointerException.class, event::pid);
        assertFalse(reader.next());
    }

    private static void assertRefused(final Path file, final String saying) {
        final IOException e = assertThrows(IOException.class, () -> TraceCmd.open(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(saying), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
