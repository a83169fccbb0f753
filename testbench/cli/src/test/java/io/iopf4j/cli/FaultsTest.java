// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Faults that are no page requests, and events that only a user's map knows. */
class FaultsTest {
    private static final int COLUMNS = 72;

    @TempDir private Path folder;

    private static JsonNode json(final String... args) {
        final Cli cli = Cli.run(args);
        cli.assertRan();
        return JsonMapper.shared().readTree(cli.out());
    }

    @ParameterizedTest
    @CsvSource({
        "vtd-legacy.dmesg.txt.gz, 33, 219, vtd",
        "vtd-scalable.dmesg.txt.gz, 30, 241, vtd",
        "arm-a.dmesg.txt.gz, 80, 2170, smmuv3",
        "virtio-iommu-a.dmesg.txt.gz, 50, 1112, smmuv3"
    })
    void shouldCountTheFaultsOfAKernelLogTwice(
            final String file, final long faults, final long lost, final String iommu) {
        for (final String command : new String[] {"info", "replay"}) {
            final JsonNode report = json(command, "--json", Cli.dump(file));
            assertEquals("kernel log", report.at("/inputs/0/format").asString());
            assertEquals(faults, report.at("/dump/unrecoverable").asLong());
            assertEquals(
                    lost,
                    report.at("/inputs/0/lostEvents").asLong(),
                    report.at("/inputs").toString());
            assertEquals(0, report.at("/dump/pageRequests").asLong());
        }
        final JsonNode replay = json("replay", "--json", Cli.dump(file)).at("/replay");
        assertEquals(iommu, replay.at("/iommu").asString());
        assertEquals(faults, replay.at("/unrecoverable/raised").asLong());
    }

    @Test
    void shouldExplainEveryKindOfFaultInAMail() {
        final Cli cli = Cli.run("info", "--explain", Cli.dump("vtd-legacy.dmesg.txt.gz"));
        cli.assertRan();
        for (final String line : cli.outLines()) {
            assertTrue(line.length() <= COLUMNS, line);
        }
        assertTrue(
                cli.out().contains("00:02.0     14 x write: no write permission (0x05)"),
                cli.out());
        assertEquals(4, cli.outLines().stream().filter(l -> l.startsWith("  cause")).count());
    }

    @Test
    void shouldExplainInJson() {
        final JsonNode all =
                json("info", "--explain", "--json", Cli.dump("arm-a.dmesg.txt.gz"))
                        .at("/explanations");
        long faults = 0;
        for (final JsonNode one : all) {
            faults += one.at("/count").asLong();
            assertEquals("F_TRANSLATION", one.at("/name").asString(), one.toString());
            assertTrue(one.at("/cause").asString().contains("unmapped"), one.toString());
        }
        assertEquals(80, faults);
    }

    private Path write(final String name, final String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path foreignTrace() throws IOException {
        final StringBuilder text = new StringBuilder("# tracer: nop\n");
        for (int group = 1; group <= 3; group++) {
            text.append(
                    "  dsa-42 [001] ..... 1.00000%d: my_prq: dev=a.0 word=0x%x page=0x7f00%d\n"
                            .formatted(group, group << 8 | 3, group));
        }
        text.append("  dsa-42 [001] ..... 1.000009: my_done: dev=a.0 group=2 status=7\n");
        return write("trace.txt", text.toString());
    }

    private Path dump(final String name, final long... words) throws IOException {
        final ByteBuffer bytes =
                ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (final long word : words) {
            bytes.putLong(word);
        }
        return Files.write(folder.resolve(name), bytes.array());
    }

    /** A page request queue of two groups, the first of two requests. */
    @Test
    void shouldReplayAPageRequestQueueOnVtd() throws IOException {
        final Path queue =
                dump(
                        "prq.bin",
                        0x56a080101L,
                        0x7f0000001013L,
                        0,
                        0,
                        0x56a080101L,
                        0x7f0000002015L,
                        0,
                        0,
                        0x56a080101L,
                        0x7f000000301fL,
                        0,
                        0);
        final JsonNode report = json("replay", "--json", "--as=prq", queue.toString());
        assertEquals("prq", report.at("/inputs/0/format").asString());
        assertEquals("vtd", report.at("/replay/iommu").asString());
        assertEquals(3, report.at("/dump/pageRequests").asLong());
        assertEquals(2, report.at("/dump/groups").asLong());
        assertEquals(2, report.at("/replay/groups/outstanding").asLong(), report.toString());
        assertEquals(2, report.at("/comparison/matched").asLong());
    }

    @Test
    void shouldCountThePlacesOfAQueueThatHoldNothing() throws IOException {
        final Path queue = dump("prq.bin", 0x56a080101L, 0x7f0000001017L, 0, 0, 0, 0, 0, 0);
        for (final String command : new String[] {"info", "replay"}) {
            final JsonNode input =
                    json(command, "--json", "--as=prq", queue.toString()).at("/inputs/0");
            assertEquals(1, input.at("/events").asLong());
            assertEquals(1, input.at("/emptyPlaces").asLong());
        }
        final Cli text = Cli.run("info", "--as=prq", queue.toString());
        text.assertRan();
        assertTrue(text.out().contains("1 events, 1 empty places"), text.out());
    }

    @Test
    void shouldReplayAnEventQueueOnSmmu() throws IOException {
        final Path queue =
                dump(
                        "evtq.bin",
                        0x800005810L,
                        0x20880000003L,
                        0x1000,
                        0,
                        0x800000010L,
                        0x20800000000L,
                        0x2000,
                        0);
        final JsonNode report = json("replay", "--json", "--as=evtq", queue.toString());
        assertEquals("smmuv3", report.at("/replay/iommu").asString());
        assertEquals(1, report.at("/replay/groups/outstanding").asLong(), report.toString());
        assertEquals(1, report.at("/replay/unrecoverable/asRecorded").asLong());
        Cli.run("info", "--as=evq", queue.toString())
                .assertRefused("said to be 'evq'", "evtq, priq, cmdq, prq, frcd");
        Cli.run("info", queue.toString()).assertRefused("--as evtq");
    }

    /** The samples hold what their README says, and replay on the hardware that can. */
    @ParameterizedTest
    @CsvSource({
        "evtq, 6, 1, 0, smmuv3",
        "priq, 6, 0, 0, vtd",
        "cmdq, 0, 0, 4, smmuv3",
        "prq, 6, 0, 0, vtd",
        "frcd, 0, 2, 0, vtd"
    })
    void shouldReadTheSamplesOfQueues(
            final String kind,
            final long requests,
            final long faults,
            final long answers,
            final String hardware)
            throws IOException {
        final String sample = Cli.dump("queue-" + kind + ".hexdump.txt");
        final JsonNode report = json("replay", "--json", "--as=" + kind, sample);
        assertEquals(requests, report.at("/dump/pageRequests").asLong());
        assertEquals(faults, report.at("/dump/unrecoverable").asLong());
        assertEquals(answers, answers(report));
        assertEquals(hardware, report.at("/replay/iommu").asString());
        Cli.run("info", sample).assertRefused("--as evtq");
    }

    @Test
    void shouldKnowAnInvalidationQueueByItsTitle() throws IOException {
        final JsonNode report = json("info", "--json", Cli.dump("queue-invalidation.txt"));
        assertEquals("invalidation_queue", report.at("/inputs/0/format").asString());
        assertEquals(3, answers(report));
    }

    private static long answers(final JsonNode report) {
        final JsonNode responses = report.at("/dump/responses");
        return responses.at("/success").asLong()
                + responses.at("/invalid").asLong()
                + responses.at("/failure").asLong();
    }

    @Test
    void shouldReplayEventsThatOnlyTheUsersMapKnows() throws IOException {
        final String trace = foreignTrace().toString();
        assertEquals(0, json("info", "--json", trace).at("/dump/groups").asLong(), "without a map");
        final Path map =
                write(
                        "map.yaml",
                        """
                        probes:my_prq:
                          is: request
                          device: dev
                          grpid: word[15:8]
                          flags: 2
                          perm: word[1:0]
                          addr: page<<12
                        probes:my_done:
                          - {is: answer, when: status=7, device: dev, grpid: group, code: 1}
                          - {is: answer, device: dev, grpid: group, code: 0}
                        """);
        final JsonNode report = json("replay", "--json", "--map=" + map, trace);
        assertEquals(3, report.at("/dump/groups").asLong());
        assertEquals(3, report.at("/comparison/matched").asLong(), report.toString());
        assertEquals(1, report.at("/replay/responses/invalid").asLong());
        assertEquals(2, report.at("/replay/groups/outstanding").asLong());
    }

    @Test
    void shouldSayWhichFieldOfTheMapAnEventLacks() throws IOException {
        final Path map =
                write("map.yaml", "iopf:iopf_report: {is: request, device: name, addr: adress}\n");
        Cli.run("info", "--map=" + map, Cli.dump("iopf-fast-v7.dat"))
                .assertRefused("map.yaml:1", "'adress'", "iopf_report", "expected one of");
    }

    /** A line of text may have what another lacks. */
    @Test
    void shouldWarnOfAFieldThatTextLacks() throws IOException {
        final Path map =
                write("map.yaml", "probes:my_prq: {is: request, device: dev, addr: adress}\n");
        final Cli cli = Cli.run("info", "--map=" + map, foreignTrace().toString());
        cli.assertRan();
        assertTrue(cli.out().contains("event my_prq: field adress, which"), cli.out());
        assertTrue(cli.out().contains("map.yaml:1 needs, is missing"), cli.out());
    }

    /** They are counted; but a replay must know who faulted. */
    @Test
    void shouldNotReplayFaultsThatNoEventNamesTheDeviceOf() throws IOException {
        final Path map =
                write(
                        "map.yaml",
                        "probes:my_prq: {is: deliver, group: word, grpid: page, count: 1}\n");
        final JsonNode info = json("info", "--json", "--map=" + map, foreignTrace().toString());
        assertTrue(info.at("/dump/groups").asLong() > 0, info.toString());
        Cli.run("replay", "--map=" + map, foreignTrace().toString())
                .assertRefused("whose device no event names", "device: NAME");
    }

    @Test
    void shouldRefuseAMapThatIsNotThere() throws IOException {
        Cli.run("info", "--map=" + folder.resolve("none.yaml"), foreignTrace().toString())
                .assertRefused("none.yaml", "no such file");
    }
}
