// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.iopf4j.trace.util.Packing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Traces in gzip, xz and zstd. */
class PackingTest {
    private static final int CUTS = 20;

    private static OutputStream packer(final Packing packing, final OutputStream out)
            throws IOException {
        return switch (packing) {
            case GZIP -> new GZIPOutputStream(out);
            case XZ -> new XZOutputStream(out, new LZMA2Options(0));
            case ZSTD -> new ZstdOutputStream(out);
        };
    }

    private static byte[] pack(final Packing packing, final byte[] bytes) throws IOException {
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = packer(packing, packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] text() throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(Dumps.path("raw-trace.txt.gz")))) {
            return in.readAllBytes();
        }
    }

    /** Of several blocks, in whatever it is packed. */
    private static byte[] longText() {
        final Random random = new Random(1);
        final StringBuilder lines = new StringBuilder("cpus=1\n");
        for (int i = 0; i < 60_000; i++) {
            lines.append(
                    String.format(
                            "  a-1 [000] ..... %d.000000: map: IOMMU: iova=0x%016x%n",
                            i, random.nextLong()));
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static TraceReader open(final byte[] bytes) throws IOException {
        return Traces.open(new ByteArrayInputStream(bytes), "input");
    }

    private static long events(final byte[] bytes) throws IOException {
        try (TraceReader reader = open(bytes)) {
            while (reader.next()) {
                assertNotNull(reader.event().name());
            }
            return reader.events();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadTextAndRecordsThatArePacked(final Packing packing) throws IOException {
        final byte[] text = text();
        assertEquals(events(text), events(pack(packing, text)));
        final byte[] records = Files.readAllBytes(Dumps.path("selftest-iopf.v7.dat"));
        assertEquals(events(records), events(pack(packing, records)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadPiecesThatWerePackedOneByOne(final Packing packing) throws IOException {
        final byte[] text = text();
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write(pack(packing, Arrays.copyOf(text, text.length / 3)));
        packed.write(pack(packing, Arrays.copyOfRange(text, text.length / 3, text.length)));
        assertEquals(events(text), events(packed.toByteArray()));
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadOnePackingInAnother(final Packing packing) throws IOException {
        final byte[] text = text();
        for (final Packing outer : Packing.values()) {
            final byte[] twice = pack(outer, pack(packing, text));
            assertEquals(events(text), events(twice));
            final IOException e = assertThrows(IOException.class, () -> open(pack(packing, twice)));
            assertTrue(e.getMessage().contains("at most 2 layers"), e.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepWhatStoodBeforeACut(final Packing packing) throws IOException {
        final byte[] text = longText();
        final byte[] whole = pack(packing, text);
        final long all = events(text);
        long before = 0;
        for (int cut = 1; cut < CUTS; cut++) {
            final byte[] bytes = Arrays.copyOf(whole, (int) ((long) whole.length * cut / CUTS));
            try (TraceReader reader = open(bytes)) {
                while (reader.next()) {
                    assertFalse(reader.event().name().isEmpty());
                }
                assertTrue(reader.events() >= before && reader.events() <= all, "cut " + cut);
                before = reader.events();
                assertTrue(
                        reader.warnings().toString().contains("more " + packing.title() + " data"),
                        reader.warnings().toString());
            } catch (final TraceFormatException e) {
                assertTrue(before == 0 && cut < CUTS / 2, e.getMessage());
                assertTrue(e.getMessage().contains(packing.title()), e.getMessage());
            }
        }
        assertTrue(before > all / 2, "most of it comes out");
    }

    @ParameterizedTest
    @EnumSource
    void shouldSurviveAnyChangeOfABit(final Packing packing) throws IOException {
        final Random random = new Random(packing.name().hashCode());
        final byte[] whole = pack(packing, Arrays.copyOf(text(), 20_000));
        for (int i = 0; i < 500; i++) {
            final byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                assertTrue(events(bytes) >= 0);
            } catch (final IOException e) {
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "XZ"})
    void shouldRefuseADamagedHeader(final Packing packing) throws IOException {
        final byte[] head = Arrays.copyOf(pack(packing, text()), 8);
        final IOException e = assertThrows(IOException.class, () -> open(head));
        assertEquals(
                "input: at offset 0: expected a whole "
                        + packing.title()
                        + " header, found a damaged one",
                e.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndABomb(final Packing packing) throws IOException {
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = packer(packing, packed)) {
            out.write("cpus=1\n".getBytes(StandardCharsets.UTF_8));
            final byte[] nothing = new byte[1 << 20];
            for (int mebibyte = 0; mebibyte < 70; mebibyte++) {
                out.write(nothing);
            }
        }
        try (TraceReader reader = open(packed.toByteArray())) {
            assertFalse(reader.next());
            assertTrue(
                    reader.warnings().toString().contains("bytes from each"),
                    reader.warnings().toString());
        }
    }

    /** What the machine says is no remark on the data. */
    @Test
    void shouldPassOnThatAFileCannotBeRead() throws IOException {
        for (final Packing packing : Packing.values()) {
            final byte[] whole = pack(packing, text());
            final InputStream failing =
                    new FilterInputStream(new ByteArrayInputStream(whole)) {
                        @Override
                        public int read(final byte[] target, final int at, final int length)
                                throws IOException {
                            if (in.available() < whole.length / 4) {
                                throw new IOException("the disk is gone");
                            }
                            return super.read(target, at, Math.min(length, 1000));
                        }
                    };
            final IOException e =
                    assertThrows(
                            IOException.class,
                            () -> {
                                try (TraceReader reader = Traces.open(failing, "input")) {
                                    while (reader.next()) {
                                        assertNotNull(reader.event());
                                    }
                                }
                            });
            assertEquals("the disk is gone", e.getMessage());
        }
    }
}
