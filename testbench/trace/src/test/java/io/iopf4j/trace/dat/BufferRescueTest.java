// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.DatBytes;
import io.iopf4j.trace.Dumps;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.write.TraceDatWriter;
import io.iopf4j.trace.write.TraceDatWriter.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of version 7 that end before the options which tell where the events lie. */
class BufferRescueTest {
    private static final String GUESSED = "; CPU numbers and the buffer's name are guessed";
    private static final int SEEDS = 24;

    @TempDir Path directory;

    /** What was read of a file: its events by CPU, and what was said. */
    private record Reading(Map<Integer, List<String>> events, List<String> warnings) {
        long count() {
            return events.values().stream().mapToLong(List::size).sum();
        }
    }

    private Reading read(final byte[] bytes) throws IOException {
        final Map<Integer, List<String>> events = new TreeMap<>();
        try (TraceReader reader = DatBytes.open(directory, bytes)) {
            while (reader.next()) {
                final TraceEvent event = reader.event();
                events.computeIfAbsent(event.cpu(), cpu -> new ArrayList<>()).add(text(event));
            }
            return new Reading(events, reader.warnings());
        }
    }

    private static String text(final TraceEvent event) {
        final StringBuilder text = new StringBuilder();
        text.append(event.timestamp()).append(' ').append(event.name());
        event.format().fields().forEach(field -> text.append(' ').append(event.getString(field)));
        return text.toString();
    }

    /** The events of each CPU must be the first ones of the whole file. */
    private static void assertStartOf(final Reading whole, final Reading part) {
        part.events()
                .forEach(
                        (cpu, events) ->
                                assertEquals(
                                        whole.events().get(cpu).subList(0, events.size()),
                                        events,
                                        "CPU " + cpu));
    }

    private static boolean saysGuessed(final Reading reading) {
        return reading.warnings().stream().anyMatch(warning -> warning.endsWith(GUESSED));
    }

    private byte[] generated(final Compression compression) throws IOException {
        final Path file = directory.resolve("generated.dat");
        TraceDatWriter.writeFaultCycles(file, 2000, 3, 4, 11, compression);
        return Files.readAllBytes(file);
    }

    @ParameterizedTest
    @CsvSource({
        "iopf-fast-v7.dat, 520000, 1",
        "iopf-fast-v7.dat, 530000, 1",
        "iopf-fast-v7.dat, 544556, 1",
        "iopf-fast-v7.dat, 544770, 1",
        "iopf-fast-v7.dat, 555000, 2",
        "iopf-fast-v7.dat, 558470, 2",
        "iopf-greedy-v7.dat, 480000, 1",
        "iopf-greedy-v7.dat, 506743, 1",
        "iopf-greedy-v7.dat, 600000, 2",
        "iopf-greedy-v7.dat, 719840, 2",
        "open-mixed-a.dat, 530000, 1",
        "open-mixed-a.dat, 590000, 2",
        "open-mixed-a.dat, 604925, 2"
    })
    void shouldReadWholeChunksBeforeACut(final String name, final int cut, final int cpus)
            throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path(name));
        final Reading whole = read(bytes);
        final Reading part = read(Arrays.copyOf(bytes, cut));
        assertStartOf(whole, part);
        assertEquals(cpus, part.events().size());
        assertTrue(part.count() > 300, "events: " + part.count());
        assertTrue(saysGuessed(part), part.warnings().toString());
    }

    @Test
    void shouldSayInOneLineWhatIsMissingAndWhatIsGuessed() throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path("iopf-fast-v7.dat"));
        final String warning = read(Arrays.copyOf(bytes, 555000)).warnings().get(0);
        assertTrue(
                warning.endsWith(
                        ": at offset 558470: expected the options, found a file cut short or"
                                + " damaged, which ends at 555000: the event data at offset 511163"
                                + " were found without their table (2 CPUs)"
                                + GUESSED),
                warning);
    }

    @Test
    void shouldFindAllEventsIfOnlyTheTableIsGone() throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path("open-mixed-a.dat"));
        assertEquals(read(bytes).events(), read(Arrays.copyOf(bytes, 614710)).events());
    }

    @Test
    void shouldKeepTheBuffersWhoseTablesAreThere() throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path("iopf-instance-v7.dat"));
        final Reading whole = read(bytes);
        final Reading part = read(Arrays.copyOf(bytes, 553060));
        assertEquals(whole.count(), part.count());
        assertTrue(saysGuessed(part), part.warnings().toString());
        try (TraceReader reader = DatBytes.open(directory, Arrays.copyOf(bytes, 553060))) {
            assertEquals("buffer 2", reader.info().buffers().get(2));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void shouldReadAGeneratedFileCutInItsEvents(final Compression compression) throws IOException {
        final byte[] bytes = generated(compression);
        final Reading whole = read(bytes);
        for (final int percent : new int[] {20, 45, 60, 80, 95}) {
            final Reading part = read(Arrays.copyOf(bytes, bytes.length / 100 * percent));
            assertStartOf(whole, part);
            assertTrue(part.count() > whole.count() * (percent - 20) / 100, percent + " %");
            assertTrue(saysGuessed(part), part.warnings().toString());
        }
        // Cut at 95 %, only the last CPU misses events.
        final Reading most = read(Arrays.copyOf(bytes, bytes.length / 100 * 95));
        for (int cpu = 0; cpu < 3; cpu++) {
            assertEquals(whole.events().get(cpu), most.events().get(cpu));
        }
    }

    @Test
    void shouldFindSectionsIfTheFirstPointerIsDamaged() throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path("iopf-greedy-v7.dat"));
        final Reading whole = read(bytes);
        bytes[29 + 5] = 1; // the offset of the first options
        final Reading damaged = read(bytes);
        assertEquals(whole.events(), damaged.events());
        assertFalse(saysGuessed(damaged), damaged.warnings().toString());
        assertTrue(
                damaged.warnings().get(0).contains("expected the options, found"),
                damaged.warnings().toString());
    }

    @Test
    void shouldReadAFileWhoseRecorderDiedInTheEvents() throws IOException {
        final byte[] whole = generated(Compression.NONE);
        final byte[] bytes = Arrays.copyOf(whole, 100_000);
        for (int i = 0; i < 8; i++) {
            bytes[24 + i] = 0; // no options yet
        }
        final Reading part = read(bytes);
        assertStartOf(read(whole), part);
        assertTrue(part.count() > 1000, "events: " + part.count());
        assertTrue(
                part.warnings().get(0).contains("as if recording never ended"),
                part.warnings().toString());
    }

    @ParameterizedTest
    @CsvSource({"40", "187042", "511170"})
    void shouldNameTheMissingOptionsIfThereAreNoEvents(final int cut) throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path("iopf-fast-v7.dat"));
        final byte[] part = Arrays.copyOf(bytes, cut);
        final TraceFormatException e =
                assertThrows(TraceFormatException.class, () -> DatBytes.open(directory, part));
        assertTrue(
                e.getMessage()
                        .endsWith(
                                "expected the options, found a file cut short or damaged,"
                                        + " which ends at "
                                        + part.length),
                e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "iopf-fast-v7.dat, 555000, 512000",
        "iopf-greedy-v7.dat, 700000, 466944",
        "generated, 600000, 8192"
    })
    void shouldSurviveHitsInWhatIsRescued(final String name, final int cut, final int data)
            throws IOException {
        final byte[] bytes =
                name.equals("generated")
                        ? generated(Compression.NONE)
                        : Files.readAllBytes(Dumps.path(name));
        final byte[] part = Arrays.copyOf(bytes, cut);
        final long most = read(part).count();
        long kept = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final byte[] hit = part.clone();
            for (int i = 1 << random.nextInt(6); i > 0; i--) {
                hit[data + random.nextInt(cut - data)] ^= (byte) (1 << random.nextInt(8));
            }
            final Reading reading = read(hit);
            assertTrue(saysGuessed(reading), reading.warnings().toString());
            assertTrue(reading.warnings().size() <= 51, "bounded");
            kept += Math.min(reading.count(), most);
        }
        assertTrue(kept > SEEDS * most / 4, "kept " + kept + " of " + SEEDS * most);
    }

    @Test
    void shouldFindTheNextCpuBehindADamagedChunk() throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path("iopf-greedy-v7.dat"));
        final Reading whole = read(bytes);
        final byte[] part = Arrays.copyOf(bytes, 719840);
        part[466944 + 4 + 3] = 0x7f; // the packed size of the first CPU's first chunk
        final Reading reading = read(part);
        final List<List<String>> cpus = List.copyOf(reading.events().values());
        assertEquals(List.of(whole.events().get(1)), cpus);
    }

    @Test
    void shouldNotBelieveACountOfChunks() throws IOException {
        final byte[] bytes = Files.readAllBytes(Dumps.path("iopf-greedy-v7.dat"));
        final Reading whole = read(bytes);
        final byte[] part = Arrays.copyOf(bytes, 719840);
        part[466944 + 1] = 1; // 256 more than there are
        assertEquals(whole.events(), read(part).events());
    }

    @ParameterizedTest
    @CsvSource({"1", "12", "100"})
    void shouldSayThatTheTailIsCutThoughNothingIsMissed(final int bytes) throws IOException {
        final byte[] whole = Files.readAllBytes(Path.of("../dumps/open-mixed-a.dat"));
        final Reading reading = read(Arrays.copyOf(whole, whole.length - bytes));
        assertEquals(9750, reading.count());
        assertEquals(1, reading.warnings().size(), reading.warnings().toString());
        assertTrue(reading.warnings().get(0).contains("cut short"), reading.warnings().get(0));
        assertEquals(List.of(), read(whole).warnings());
    }
}
