// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What QEMU traced of its own IOMMUs, from the file to the replay. */
class QemuTest {
    private static final String[] COMMANDS = {"info", "replay"};

    @TempDir private Path folder;

    private static JsonNode json(final String... args) {
        final Cli cli = Cli.run(args);
        cli.assertRan();
        return JsonMapper.shared().readTree(cli.out());
    }

    private String write(final String... lines) throws IOException {
        return Files.write(folder.resolve("qemu.log"), List.of(lines)).toString();
    }

    @ParameterizedTest
    @CsvSource({
        "qemu-vtd.log.gz, qemu log, line",
        "qemu-vtd-timestamps.log.gz, qemu log, wall",
        "qemu-vtd.simpletrace.gz, simpletrace, mono"
    })
    void shouldReplayTheFaultsOfVtd(final String file, final String format, final String clock) {
        for (final String command : COMMANDS) {
            final JsonNode report = json(command, "--json", Cli.dump(file));
            assertEquals(format, report.at("/inputs/0/format").asString());
            assertEquals(clock, report.at("/inputs/0/clock").asString());
            assertEquals(231, report.at("/inputs/0/events").asLong());
            assertEquals(0, report.at("/inputs/0/warnings").size());
            assertEquals(64, report.at("/dump/unrecoverable").asLong());
            assertEquals(64, report.at("/dump/faultsByDevice/00:04.0").asLong());
        }
        final JsonNode replay = json("replay", "--json", Cli.dump(file)).at("/replay");
        assertEquals("vtd", replay.at("/iommu").asString());
        assertEquals(64, replay.at("/unrecoverable/raised").asLong());
    }

    private String converted(final String file) throws IOException {
        final Path to = folder.resolve("events.jsonl");
        final Cli cli = Cli.run("convert", "--quiet", Cli.dump(file), "-o", to.toString());
        assertEquals(Main.OK, cli.status(), cli.err());
        final String all = Files.readString(to);
        return all.substring(all.indexOf('\n'));
    }

    @Test
    void shouldReadTheSameFromLogAndSimpletrace() throws IOException {
        final String log = converted("qemu-vtd-timestamps.log.gz");
        assertEquals(log, converted("qemu-vtd.simpletrace.gz"));
        assertEquals(
                64,
                log.lines()
                        .filter(line -> line.contains("\"event\":\"vtd_dmar_fault\""))
                        .filter(line -> line.contains("\"fields\":{\"sid\":32,\"fault\":"))
                        .count());
    }

    @Test
    void shouldNameTheFieldsOfEveryEventOfARealLog() throws IOException {
        final String events = converted("qemu-vtd-queued.log.gz");
        assertEquals(7, events.split("\"event\":\"vtd_inv_desc\"", -1).length - 1);
        assertTrue(
                events.contains("{\"type\":\"wait\",\"high\":1179648,\"low\":20014547599397}"),
                events);
        assertEquals(-1, events.indexOf("\"text\""), "no event of an unknown layout");
    }

    @Test
    void shouldReplayTheEventsOfAnSmmu() throws IOException {
        final String log =
                write(
                        "qemu-system-aarch64: warning: nothing",
                        "12@1795698009.000001:smmuv3_find_ste sid=0x8 features:0x2, sid_split:0x8",
                        "smmuv3-iommu-memory-region-8-0 translation failed for iova=0x7000"
                                + " (SMMU_EVT_F_TRANSLATION)",
                        "12@1795698009.000003:smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x8",
                        "12@1795698009.000004:smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC",
                        "12@1795698009.000005:smmuv3_record_event SMMU_EVT_F_PERMISSION sid=0x10");
        for (final String command : COMMANDS) {
            final JsonNode report = json(command, "--json", log);
            assertEquals("qemu log", report.at("/inputs/0/format").asString());
            assertEquals(4, report.at("/inputs/0/events").asLong());
            assertEquals(2, report.at("/dump/unrecoverable").asLong());
        }
        final JsonNode replay = json("replay", "--json", log).at("/replay");
        assertEquals("smmuv3", replay.at("/iommu").asString());
        assertEquals(2, replay.at("/unrecoverable/raised").asLong());
        final JsonNode reasons = json("info", "--explain", "--json", log).at("/explanations");
        assertEquals(2, reasons.size());
    }

    /** Each answers a group of which the log has no request: QEMU traces none. */
    @Test
    void shouldCountThePageGroupResponsesOfALog() throws IOException {
        final String log =
                write(
                        "vtd_inv_desc invalidate desc type page-group high 0x14 low 0x56a080019",
                        "vtd_inv_desc invalidate desc type page-group high 0x1c low 0x56a081019",
                        "vtd_inv_desc invalidate desc type wait high 0x120000 low 0x25");
        final JsonNode dump = json("info", "--json", log).at("/dump");
        assertEquals(2, dump.at("/answersToUnseenGroups").asLong(), dump.toString());
    }
}
