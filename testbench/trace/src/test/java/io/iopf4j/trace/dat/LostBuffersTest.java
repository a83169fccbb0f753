// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that was cut before the table of its buffers still gives the pages that it has. */
class LostBuffersTest {
    private static final Path DUMPS = Path.of("../dumps");

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "iopf-fast-v7.dat, 530000, 2000",
        "iopf-fast-v7.dat, 555000, 5000",
        "iopf-fast-v7.dat, 558480, 6009",
        "iopf-greedy-v7.dat, 600000, 13000",
        "iopf-greedy-v7.dat, 700000, 22000",
        "open-mixed-a.dat, 600000, 8000",
    })
    void shouldReadWhatACutCaptureHas(final String dump, final int length, final int atLeast)
            throws IOException {
        final byte[] whole = Files.readAllBytes(DUMPS.resolve(dump));
        shouldBePrefixes(whole, Arrays.copyOf(whole, length), atLeast);
    }

    @Test
    void shouldFindPlainPagesByTheirTimes() throws Exception {
        final byte[] whole = Files.readAllBytes(DUMPS.resolve("iopf-greedy-v7.dat"));
        shouldBePrefixes(whole, unpacked(whole), 2_000);
    }

    /** The start of each CPU's pages as they are; the next options lie beyond their end. */
    private static byte[] unpacked(final byte[] whole) throws DataFormatException {
        final ByteBuffer file = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        final int options = (int) file.getLong(indexOf(whole, "zlib") + 5 + versionLength(whole));
        final int section = options + 16 + (int) file.getLong(options + 8);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(whole, 0, section);
        out.writeBytes(new byte[] {3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        out.writeBytes(new byte[-out.size() & 4095]);
        int at = section + 16;
        for (int cpu = 0; cpu < 2; cpu++) {
            at = (at + 4095) & -4096;
            final int chunks = file.getInt(at);
            at += 4;
            for (int chunk = 0; chunk < chunks; chunk++) {
                if (chunk < 3) {
                    out.writeBytes(inflated(whole, file, at));
                }
                at += 8 + file.getInt(at);
            }
        }
        return out.toByteArray();
    }

    private static byte[] inflated(final byte[] whole, final ByteBuffer file, final int at)
            throws DataFormatException {
        final Inflater inflater = new Inflater();
        inflater.setInput(whole, at + 8, file.getInt(at));
        final byte[] pages = new byte[file.getInt(at + 4)];
        inflater.inflate(pages);
        inflater.end();
        return pages;
    }

    private static int indexOf(final byte[] bytes, final String text) {
        return new String(bytes, 0, 64, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    private static int versionLength(final byte[] bytes) {
        final String head = new String(bytes, 0, 64, StandardCharsets.ISO_8859_1);
        final int start = head.indexOf("zlib") + 5;
        return head.indexOf('\0', start) + 1 - start;
    }

    @Test
    void shouldSurviveDamageInWhatItFinds() throws IOException {
        final byte[] whole = Files.readAllBytes(DUMPS.resolve("iopf-greedy-v7.dat"));
        final SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 20; round++) {
            final byte[] cut = Arrays.copyOf(whole, 600_000);
            for (int i = 0; i < 50; i++) {
                cut[467_000 + random.nextInt(133_000)] = (byte) random.nextInt();
            }
            final Path file = folder.resolve("damaged.dat");
            Files.write(file, cut);
            try (TraceReader reader = Traces.open(file)) {
                while (reader.next()) {
                    assertTrue(reader.events() <= 24_020);
                }
                assertFalse(reader.warnings().isEmpty());
            }
        }
    }

    private void shouldBePrefixes(final byte[] whole, final byte[] cut, final int atLeast)
            throws IOException {
        final Map<Integer, List<String>> all = eventsByCpu(whole, false);
        final Map<Integer, List<String>> found = eventsByCpu(cut, true);
        int events = 0;
        for (final Map.Entry<Integer, List<String>> cpu : found.entrySet()) {
            final List<String> there = all.get(cpu.getKey());
            assertEquals(there.subList(0, cpu.getValue().size()), cpu.getValue());
            events += cpu.getValue().size();
        }
        assertTrue(events >= atLeast, events + " events");
    }

    private Map<Integer, List<String>> eventsByCpu(final byte[] content, final boolean isCut)
            throws IOException {
        final Path file = folder.resolve("capture.dat");
        Files.write(file, content);
        final Map<Integer, List<String>> events = new TreeMap<>();
        try (TraceReader reader = Traces.open(file)) {
            while (reader.next()) {
                events.computeIfAbsent(reader.event().cpu(), cpu -> new ArrayList<>())
                        .add(reader.event().timestamp() + " " + reader.event().name());
            }
            assertEquals(
                    isCut,
                    reader.warnings().stream().anyMatch(line -> line.contains("without their")));
        }
        return events;
    }
}
