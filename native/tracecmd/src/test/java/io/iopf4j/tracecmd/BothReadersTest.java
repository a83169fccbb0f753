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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pure-Java reader and the C libraries see the same in every capture. */
class BothReadersTest {
    private static final Path DUMPS = Path.of("../../testbench/dumps");

    @TempDir private Path folder;

    @BeforeAll
    static void shouldHaveTheLibraries() {
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
            Files.copy(in, unpacked);
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iopf-fast-v7.dat",
                "iopf-ooo-v6.dat.gz",
                "iopf-groups-zstd.dat",
                "iopf-mixed-zstd.dat",
                "iopf-lost-v7.dat",
                "iopf-instance-v7.dat",
                "open-greedy-a.dat",
                "open-mixed-a.dat",
                "selftest-iopf.v7.dat"
            })
    void shouldSeeTheSameInACapture(final String name) throws IOException {
        assertTrue(assertSameEvents(plain(name)) > 0);
    }

    /** Debian builds the library without zlib; one that has it must see the same. */
    @ParameterizedTest
    @ValueSource(strings = {"iopf-greedy-v7.dat", "iopf-mute-tsc.dat"})
    void shouldSeeTheSameInZlibOrSayThatItCannotBeRead(final String name) throws IOException {
        final Path file = plain(name);
        try (TraceReader reader = TraceCmd.open(file)) {
            assertTrue(reader.next());
        } catch (final IOException e) {
            assertEquals(
                    file
                            + ": libtracecmd cannot read it, often because it was built without"
                            + " this file's compression; use --reader java",
                    e.getMessage());
            return;
        }
        assertTrue(assertSameEvents(file) > 0);
    }

    @Test
    void shouldSeeTheSameInAFileThatIsWrittenHere() throws IOException {
        final Path file = folder.resolve("written.dat");
        TraceDatWriter.writeFaultCycles(file, 2000, 8, 4, 1);
        assertTrue(assertSameEvents(file) > 2000);
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

    private static void assertRefused(final Path file, final String saying) {
        final IOException e = assertThrows(IOException.class, () -> TraceCmd.open(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(saying), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
