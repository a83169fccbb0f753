// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.vtd.VtdFeature;
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
        "--iommu, smmuv2, expected smmuv3 or vtd",
        "--revision, 2, 'option of --iommu vtd, not of smmuv3'",
        "--fault-records, 1, 'option of --iommu vtd, not of smmuv3'",
        "--with, scalable, granule-4k",
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

    @ParameterizedTest
    @CsvSource({
        "--revision, 1, '[2, 3]'",
        "--revision, x, '[2, 3]'",
        "--cap, 12, 0x and",
        "--cap, 0x, 0x and",
        "--cap, 0x10000000000000000, 16 hexadecimal digits",
        "--ecap, -0x1, 0x and",
        "--ecap, 0x1g, 0x and",
        "--ver, 0x100, '[0x0, 0xff]'",
        "--fault-records, 0, '[1, 256]'",
        "--fault-records, 257, '[1, 256]'",
        "--pasid-bits, 0, '[1, 20]'",
        "--pasid-bits, 21, '[1, 20]'",
        "--address-bits, 38, '[39, 57]'",
        "--max-address-mask, 64, '[0, 63]'",
        "--address-bits, 58, '[39, 57]'",
        "--with, teleport, page-request-drain",
        "--without, granule-4k, five-level",
        "--stall-entries, 4, 'option of --iommu smmuv3, not of vtd'",
        "--oas, 48, 'option of --iommu smmuv3, not of vtd'"
    })
    void shouldNameTheOptionOfVtdThatIsWrong(
            final String option, final String value, final String expected) {
        Cli.run("serve", "--iommu", "vtd", "--qtest", "stdio", option, value)
                .assertRefused(option, expected);
    }

    /** What cannot be together, or is not modelled. */
    @ParameterizedTest
    @CsvSource({
        "--without, qi, needs QI",
        "--without, first-stage, NESTED needs",
        "--without, device-tlb, PAGE_REQUESTS needs DEVICE_TLB",
        "--without, pasid, PAGE_REQUESTS needs PASID",
        "--without, page-requests, PAGE_REQUEST_DRAIN needs PAGE_REQUESTS",
        "--without, scalable, PASID needs SCALABLE",
        "--ecap, 0x0001cd9ce4000fcf, 'not modelled, bits 0x8'",
        "--cap, 0x11d2078c22380c0e, 'not modelled, bits 0x8'",
        "--cap, 0x11d2078c22380c07, ND",
        "--cap, 0x11d2078c22380006, SAGAW",
        "--cap, 0x11d2078c0f380c06, CAP.FRO and ECAP.IRO overlap",
        "--cap, 0x11d2078c02380c06, beyond the other registers",
        "--ecap, 0x0001cdfce4000fc7, PSS",
        "--ecap, 0x0001cd9ce5000fc7, ECS",
        "--ecap, 0x00000198e5000fc7, other revision"
    })
    void shouldRefuseAVtdThatCannotBe(
            final String option, final String value, final String expected) {
        Cli.run("serve", "--iommu", "vtd", "--qtest", "stdio", option, value)
                .assertRefused(expected);
    }

    /** Each is one field of VER, CAP or ECAP. */
    @ParameterizedTest
    @CsvSource({
        "--fault-records, 1, 8, 40, 0xff, 0",
        "--fault-records, 256, 8, 40, 0xff, 255",
        "--pasid-bits, 1, 16, 35, 0x1f, 0",
        "--pasid-bits, 20, 16, 35, 0x1f, 19",
        "--address-bits, 48, 8, 16, 0x3f, 47",
        "--max-address-mask, 63, 8, 48, 0x3f, 63",
        "--ver, 0x60, 0, 0, 0xff, 0x60",
        "--revision, 3, 16, 43, 1, 1",
        "--revision, 2, 16, 43, 1, 0",
        "--revision, 2, 16, 24, 1, 1",
        "--cap, 0x1d2078c22380c06, 8, 56, 0xff, 1",
        "--ecap, 0x0001cd9ce4000f47, 16, 0, 0xff, 0x47",
        "--without, nested, 16, 26, 1, 0",
        "--without, page-request-drain, 16, 42, 1, 0",
        "--without, five-level, 8, 11, 1, 0",
        "--without, five-level, 8, 60, 1, 0",
        "--without, second-stage-1g, 8, 34, 3, 1",
        "--with, abort-dma, 16, 52, 1, 1",
        "--with, three-level, 8, 8, 0x1f, 0xe",
        "--with, rid-pasid, 16, 49, 1, 1"
    })
    void shouldShowAnOptionOfVtdInTheCapabilities(
            final String option,
            final String value,
            final int register,
            final int shift,
            final String mask,
            final String field) {
        final Cli serve =
                serve("readq " + (0xfed9_0000L + register) + "\n", "--iommu", "vtd", option, value);
        assertEquals("", serve.err());
        assertEquals(Long.decode(field), value(serve.out().strip()) >>> shift & Long.decode(mask));
    }

    @Test
    void shouldBeTheVtdThatTheProtocolPromises() {
        final long ecap = value(serve("readq 0xfed90010\n", "--iommu", "vtd").out().strip());
        // QI, DT, PRS, PASID, PDS, SMTS, SLTS, FLTS, PT, NEST.
        for (final int bit : new int[] {1, 2, 29, 40, 42, 43, 46, 47, 6, 26}) {
            assertEquals(1, ecap >>> bit & 1, "ECAP bit " + bit);
        }
    }

    @Test
    void shouldListInItsHelpTheFeaturesThatThereAre() {
        final String help = Cli.run("serve", "--help").out();
        final int vtd = help.indexOf("Of VT-d");
        final String ofSmmu = help.substring(help.indexOf("Of an SMMUv3"), vtd);
        for (final SmmuFeature feature : SmmuFeature.values()) {
            assertTrue(ofSmmu.contains(FeatureOptions.optionName(feature)), feature.name());
        }
        for (final VtdFeature feature : VtdFeature.values()) {
            assertTrue(
                    help.substring(vtd).contains(FeatureOptions.optionName(feature)),
                    feature.name());
        }
        assertTrue(help.lastIndexOf("--stall-entries=") < vtd, help);
        assertTrue(help.lastIndexOf("--fault-records=") > vtd, help);
        assertTrue(help.contains("  iopf4j serve --iommu vtd --qtest unix:"), help);
        help.lines().forEach(line -> assertTrue(line.length() <= 80, line));
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
