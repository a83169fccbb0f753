// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command that serves a model: its options, its socket, its streams. */
class ServeTest {
    private static final String IDR0 = "readl 0x09050000\n";
    private static final String IDR1 = "readl 0x09050004\n";
    private static final String IDR5 = "readl 0x09050014\n";

    @TempDir private Path folder;

    // ---- Standard input and output --------------------------------------------------------------

    @Test
    void shouldServeStandardInputAndOutput() {
        final Cli serve = serve("endianness\nx\nclock_step 3\n");
        assertEquals("OK little\nFAIL unknown command 'x'\nOK 3\n", serve.out());
        serve.assertRan();
    }

    @Test
    void shouldBeTheModelThatTheProtocolPromises() {
        final String[] words = serve(IDR0 + IDR1 + IDR5).out().split("\\R", -1);
        final long idr0 = value(words[0]);
        assertEquals(3, idr0 & 3, "both stages");
        assertEquals(0, idr0 >>> 24 & 3, "STALL_MODEL");
        assertEquals(1, idr0 >>> 10 & 1, "ATS");
        assertEquals(1, idr0 >>> 13 & 1, "MSI");
        assertEquals(1, idr0 >>> 16 & 1, "PRI");
        assertEquals(1, idr0 >>> 19 & 1, "CD2L");
        assertEquals(1, idr0 >>> 27 & 3, "two-level stream tables");
        final long idr1 = value(words[1]);
        assertTrue((idr1 & 0x3f) >= 12, "StreamID bits");
        assertTrue((idr1 >>> 6 & 0x1f) >= 8, "SubstreamID bits");
        final long idr5 = value(words[2]);
        assertTrue(idr5 >>> 16 >= 40, "stall entries");
        assertEquals(7, idr5 >>> 4 & 7, "granules");
    }

    @ParameterizedTest
    @CsvSource({
        "--stall-entries, 1, 20, 16, 0xffff, 1",
        "--stall-entries, 65535, 20, 16, 0xffff, 65535",
        "--oas, 32, 20, 0, 7, 0",
        "--oas, 48, 20, 0, 7, 5",
        "--sid-bits, 7, 4, 0, 0x3f, 7",
        "--sid-bits, 32, 4, 0, 0x3f, 32",
        "--ssid-bits, 0, 4, 6, 0x1f, 0",
        "--ssid-bits, 20, 4, 6, 0x1f, 20",
        "--command-entries-log2, 3, 4, 21, 0x1f, 3",
        "--event-entries-log2, 0, 4, 16, 0x1f, 0",
        "--pri-entries-log2, 19, 4, 11, 0x1f, 19",
        "--stall-model, 2, 0, 24, 3, 2",
        "--without, two-level-cd-table, 0, 19, 1, 0",
        "--without, msi, 0, 13, 1, 0",
        "--with, terminate-aborts, 0, 26, 1, 1",
        "--iommu, smmuv3, 0, 0, 3, 3"
    })
    void shouldShowAnOptionInTheIdentification(
            final String option,
            final String value,
            final int register,
            final int shift,
            final String mask,
            final int field) {
        final Cli serve = serve("readl " + (0x0905_0000 + register) + "\n", option, value);
        assertEquals("", serve.err());
        assertEquals(field, value(serve.out().strip()) >>> shift & Long.decode(mask));
    }

    @Test
    void shouldSayWhatWasUsedAndIsNotModelled() {
        final Cli serve = serve("readl 0x09058000\n");
        assertEquals(Main.OK, serve.status());
        assertTrue(serve.err().matches("not modelled: SECURE_REGISTERS used .*\\R"), serve.err());
    }

    private static Cli serve(final String lines, final String... options) {
        final InputStream before = System.in;
        final String[] args = new String[options.length + 3];
        args[0] = "serve";
        args[1] = "--qtest";
        args[2] = "stdio";
        System.arraycopy(options, 0, args, 3, options.length);
        try {
            System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.US_ASCII)));
            return Cli.run(args);
        } finally {
            System.setIn(before);
        }
    }

    private static long value(final String answer) {
        assertTrue(answer.startsWith("OK 0x"), answer);
        return Long.parseUnsignedLong(answer.substring(5), 16);
    }

    // ---- Usage ----------------------------------------------------------------------------------

    @Test
    void shouldAskWhereToServe() {
        Cli.run("serve").assertRefused("--qtest", "iopf4j serve --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "unix:", "tcp:1", "", "stdio:", "unix:a\0b"})
    void shouldNameAPlaceThatIsNone(final String where) {
        Cli.run("serve", "--qtest", where).assertRefused("--qtest");
    }

    @ParameterizedTest
    @CsvSource({
        "--iommu, vtd, later version",
        "--iommu, smmuv2, expected smmuv3",
        "--stall-entries, 0, '[1, 65535]'",
        "--stall-entries, 65536, '[1, 65535]'",
        "--stall-entries, x, '[1, 65535]'",
        "--stall-model, 3, '[0, 2]'",
        "--sid-bits, 33, '[0, 32]'",
        "--sid-bits, -1, '[0, 32]'",
        "--ssid-bits, 21, '[0, 20]'",
        "--command-entries-log2, 20, '[0, 19]'",
        "--event-entries-log2, 99999999999, '[0, 19]'",
        "--pri-entries-log2, 20, '[0, 19]'",
        "--oas, 52, '32, 36, 40, 42, 44, 48'",
        "--with, teleport, granule-4k",
        "--without, PRI, pri",
        "--without, ats, PRI needs ATS",
        "--without, two-level-stream-table, TWO_LEVEL_STREAM_TABLE"
    })
    void shouldNameTheOptionThatIsWrong(
            final String option, final String value, final String expected) {
        Cli.run("serve", "--qtest", "stdio", option, value).assertRefused(expected);
    }

    @Test
    void shouldTakeFeaturesTogetherThatContradictEachOtherOnTheWay() {
        serve(IDR0, "--without", "ats", "--without", "pri").assertRan();
        serve(IDR0, "--without", "two-level-stream-table", "--sid-bits", "6").assertRan();
    }

    @Test
    void shouldShowExamplesInItsHelp() {
        final Cli help = Cli.run("serve", "--help");
        help.assertRan();
        assertTrue(help.out().contains("  iopf4j serve --qtest unix:"), help.out());
    }

    @Test
    void shouldNameASocketThatItCannotHave() throws IOException {
        final Path file = Files.writeString(folder.resolve("file"), "mine");
        Cli.run("serve", "--qtest", "unix:" + file).assertRefused(file.toString(), "no socket");
        final Path absent = folder.resolve("absent").resolve("s");
        Cli.run("serve", "--qtest", "unix:" + absent)
                .assertRefused(absent.toString(), "no such folder");
        Cli.run("serve", "--qtest", "unix:" + folder.resolve("s".repeat(200)))
                .assertRefused("long");
    }

    // ---- The socket -----------------------------------------------------------------------------

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void shouldServeASocketUntilItsClientLeaves()
            throws IOException, InterruptedException, ExecutionException {
        final Path path = Files.createTempDirectory("serve").resolve("s");
        final CompletableFuture<String> listening = new CompletableFuture<>();
        final StringBuilder out = new StringBuilder();
        final CompletableFuture<Integer> status =
                CompletableFuture.supplyAsync(
                        () ->
                                Main.run(
                                        new String[] {"serve", "--qtest", "unix:" + path},
                                        new PrintWriter(new Lines(out::append)),
                                        new PrintWriter(new Lines(listening::complete))));
        assertEquals("listening on " + path, listening.get().strip());
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            client.write(ByteBuffer.wrap("endianness\n".getBytes(StandardCharsets.US_ASCII)));
            final ByteBuffer answer = ByteBuffer.allocate("OK little\n".length());
            while (answer.hasRemaining() && client.read(answer) >= 0) {
                // An answer may come in pieces.
            }
            assertEquals("OK little\n", new String(answer.array(), StandardCharsets.US_ASCII));
        }
        assertEquals(Main.OK, status.get());
        assertFalse(Files.exists(path));
        assertEquals("", out.toString());
        Files.delete(path.getParent());
    }

    /** Passes on what was written since the last flush. */
    private static final class Lines extends Writer {
        private final StringBuilder written = new StringBuilder();
        private final Consumer<String> reader;

        Lines(final Consumer<String> reader) {
            this.reader = reader;
        }

        @Override
        public void write(final char[] text, final int from, final int length) {
            written.append(text, from, length);
        }

        @Override
        public void flush() {
            if (written.length() > 0) {
                reader.accept(written.toString());
                written.setLength(0);
            }
        }

        @Override
        public void close() {}
    }
}
