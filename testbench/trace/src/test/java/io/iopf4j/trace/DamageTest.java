// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.fault.FaultEvents;
import io.iopf4j.trace.write.TraceDatWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Captures that were cut or hit: what can be read is read, and nothing worse happens. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // a hang, not a slow machine
class DamageTest {
    private static final int CUTS =
            Integer.parseInt(System.getenv().getOrDefault("IOPF4J_DAMAGE_CUTS", "200"));
    private static final int HITS = 24;
    private static final int FLIPS = 1000;
    private static final Set<String> NO_DUMPS =
            Set.of("README.md", "facts.json", "kprobe_events.txt");

    /** Where front matter and page headers are dense: hits there hurt most. */
    private static final int FRONT = 64;

    @TempDir Path directory;

    /** Every capture, unpacked, and one that is written here. */
    static List<String> captures() throws IOException {
        try (Stream<Path> files = Files.list(Dumps.DIRECTORY)) {
            return Stream.concat(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> !NO_DUMPS.contains(name)),
                            Stream.of("generated"))
                    .sorted()
                    .toList();
        }
    }

    /** The captures as they are stored. */
    static List<String> packed() throws IOException {
        return captures().stream().filter(name -> name.endsWith(".gz")).toList();
    }

    private byte[] whole(final String name) throws IOException {
        if (name.equals("generated")) {
            final Path file = directory.resolve("generated.dat");
            TraceDatWriter.writeFaultCycles(file, 300, 2, 2, 5);
            return Files.readAllBytes(file);
        }
        final Path path = Dumps.path(name);
        if (!path.toString().endsWith(".gz")) {
            return Files.readAllBytes(path);
        }
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(path))) {
            return in.readAllBytes();
        }
    }

    /** Reads all there is with every field, and says how many events that was; -1 if refused. */
    private long read(final byte[] bytes, final String what) throws IOException {
        final Path file = Files.write(directory.resolve("damaged"), bytes);
        try (TraceReader reader = Traces.open(file)) {
            final FaultEvents faults = new FaultEvents(reader);
            while (faults.next()) {
                final TraceEvent event = reader.event();
                assertFalse(event.comm().isEmpty() && event.name().isEmpty());
                if (reader.events() % 8 == 0) {
                    readFields(event);
                }
            }
            final List<String> warnings = reader.warnings();
            assertTrue(warnings.size() <= 64, "bounded");
            for (final String warning : warnings) {
                assertFalse(warning.contains("\n"), warning);
            }
            return reader.events();
        } catch (final TraceFormatException e) {
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
            assertTrue(e.getMessage().contains(": at offset "), e.getMessage());
            return -1;
        } catch (final RuntimeException e) {
            throw new AssertionError(what, e);
        }
    }

    private static void readFields(final TraceEvent event) {
        for (final EventField field : event.format().fields()) {
            final String text = event.getString(field);
            assertEquals(event.isCorrupt(field), text.equals(TraceEvent.CORRUPT));
            if (event.isCorrupt(field)) {
                assertEquals(0, field.kind() == EventField.Kind.INTEGER ? event.getLong(field) : 0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void shouldSurviveACutAnywhere(final String name) throws IOException {
        final byte[] whole = whole(name);
        final long all = read(whole, name);
        final SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int i = 0; i < CUTS; i++) {
            final int cut = i < 4 ? random.nextInt(FRONT) : random.nextInt(whole.length);
            final long events = read(Arrays.copyOf(whole, cut), name + " cut at " + cut);
            assertTrue(events <= all, name + " cut at " + cut);
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void shouldSurviveHitsAnywhere(final String name) throws IOException {
        final byte[] whole = whole(name);
        for (int seed = 0; seed < HITS; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final byte[] hit = whole.clone();
            final int count = 1 << random.nextInt(10);
            for (int i = 0; i < count; i++) {
                final int place = random.nextInt(hit.length);
                hit[place] = (byte) random.nextInt();
            }
            if (seed % 4 == 0) {
                hit[12 + random.nextInt(FRONT)] = (byte) random.nextInt();
            }
            read(hit, name + " seed " + seed);
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void shouldSurviveAThousandFlippedBytes(final String name) throws IOException {
        flip(whole(name), name);
    }

    @ParameterizedTest
    @MethodSource("packed")
    void shouldSurviveFlippedBytesAndCutsOfWhatIsPacked(final String name) throws IOException {
        final byte[] whole = Files.readAllBytes(Dumps.path(name));
        flip(whole, name);
        final SplittableRandom random = new SplittableRandom(name.hashCode());
        for (int i = 0; i < CUTS; i++) {
            final int cut = random.nextInt(whole.length);
            read(Arrays.copyOf(whole, cut), name + " cut at " + cut);
        }
    }

    private void flip(final byte[] whole, final String name) throws IOException {
        final SplittableRandom random = new SplittableRandom(name.hashCode());
        final byte[] hit = whole.clone();
        for (int flips = 0; flips < FLIPS; flips++) {
            hit[random.nextInt(hit.length)] = (byte) random.nextInt();
            if (flips % (FLIPS / 10) == 0) {
                read(hit, name + " after " + flips);
            }
        }
        read(hit, name);
    }

    @Test
    void shouldReadThePagesBeforeACutInTheData() throws IOException {
        final byte[] whole = whole("iopf-ooo-v6.dat.gz");
        final long events = read(Arrays.copyOf(whole, whole.length - 8192), "cut");
        assertTrue(events > 7000 && events < 8036, "events: " + events);
    }
}
