// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Dumps in the canonical form. */
class ConvertTest {
    @TempDir private Path folder;

    /** A report but for the name and the format of its input. */
    private static JsonNode report(final String command, final String file) {
        final Cli cli = Cli.run(command, "--json", file);
        cli.assertRan();
        final JsonNode report = JsonMapper.shared().readTree(cli.out());
        ((ObjectNode) report.at("/inputs/0")).remove(List.of("file", "format", "version"));
        return report;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iopf-groups-zstd.dat",
                "iopf-instance-v7.dat",
                "iopf-lost-v7.dat",
                "raw-trace.txt.gz",
                "vtd-scalable.dmesg.txt.gz"
            })
    void shouldReplayLikeTheDumpThatItWasMadeOf(final String file) throws IOException {
        final Path lines = folder.resolve("lines.jsonl");
        final Cli cli = Cli.run("convert", Cli.dump(file), "-o", lines.toString());
        cli.assertRan();
        assertTrue(cli.out().startsWith(lines + ": "), cli.out());
        assertEquals(report("info", Cli.dump(file)), report("info", lines.toString()));
        assertEquals(report("replay", Cli.dump(file)), report("replay", lines.toString()));
        final Cli again = Cli.run("convert", lines.toString(), "-o", "-");
        again.assertRan();
        assertEquals(Files.readString(lines), again.out());
    }

    @Test
    void shouldPassOnTheWarningsOfADamagedDump() throws IOException {
        final byte[] whole = Files.readAllBytes(Path.of(Cli.dump("iopf-fast-v7.dat")));
        final Path cut = folder.resolve("cut.dat");
        Files.write(cut, Arrays.copyOf(whole, whole.length / 100 * 97));
        final Cli cli = Cli.run("convert", cut.toString(), "-o", folder.resolve("o").toString());
        cli.assertRan();
        assertTrue(cli.out().contains("\nwarning: "), cli.out());
    }

    @Test
    void shouldWriteNothingForWhatIsNoDump() throws IOException {
        final Path text = Files.writeString(folder.resolve("text"), "hello\n");
        final Path out = folder.resolve("out.jsonl");
        Cli.run("convert", text.toString(), "-o", out.toString())
                .assertRefused("expected ", "text that begins \"hello\"");
        assertFalse(Files.exists(out));
    }

    @Test
    void shouldRefuseToWriteOverItsInput() throws IOException {
        final Path lines = folder.resolve("lines.jsonl");
        Files.writeString(lines, "{\"time\":1,\"event\":\"x\"}\n");
        Cli.run("convert", lines.toString(), "-o", lines.toString())
                .assertRefused("is the input itself");
    }

    @Test
    void shouldAskWhereToWrite() {
        Cli.run("convert", Cli.dump("iopf-fast-v7.dat"))
                .assertRefused("--output", "convert --help");
    }
}
