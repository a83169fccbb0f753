// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExploreTest {
    private static final String[] UPSTREAM = {
        "explore", "--upstream", "--iommu", "smmuv3", "--semantics", "mainline-6.12", "--policy"
    };

    @TempDir private Path folder;

    private static Cli upstream(final String... more) {
        final String[] args = Arrays.copyOf(UPSTREAM, UPSTREAM.length + 1 + more.length);
        args[UPSTREAM.length] = "none";
        System.arraycopy(more, 0, args, UPSTREAM.length + 1, more.length);
        return Cli.run(args);
    }

    @Test
    void shouldSayThatNothingWasBroken() {
        final Cli run = Cli.run("explore", "--scenarios", "50");

        run.assertRan();
        assertTrue(run.out().startsWith("explored    50 scenarios from seed 1, "), run.out());
        assertTrue(run.out().endsWith("\nnothing was broken\n"), run.out());
        assertTrue(run.outLines().stream().allMatch(line -> line.length() <= 72), run.out());
    }

    @Test
    void shouldRefuseCodeThatCannotBeLoaded() {
        final Cli run =
                Cli.run("explore", "--scenarios", "1", "--policy", "native:./no-such-policy.so");

        assertEquals(Main.UNUSABLE, run.status(), run.out());
        assertTrue(run.err().contains("--policy: "), run.err());
    }

    @Test
    void shouldSeeTheSameAgain() {
        assertEquals(ledgers("7"), ledgers("7"));
        assertFalse(ledgers("7").equals(ledgers("8")));
    }

    private static String ledgers(final String seed) {
        return json(Cli.run("explore", "--scenarios", "30", "--seed", seed, "--json"))
                .get("explore")
                .get("ledgers")
                .asString();
    }

    private static JsonNode json(final Cli run) {
        return JsonMapper.shared().readTree(run.out());
    }

    @Test
    void shouldLeaveAScenarioThatRunsAsItWasFound() throws IOException {
        final Path file = folder.resolve("found.yaml");

        final Cli found = upstream("--out", file.toString());

        assertEquals(Main.BROKEN, found.status(), found.err());
        final String text = found.out();
        assertTrue(text.contains("\nto see it: iopf4j run " + file), text);
        assertTrue(text.contains(Files.readString(file)), text);
        final String broken =
                text.lines()
                        .filter(line -> line.startsWith("seed ") && line.contains(" breaks "))
                        .map(line -> line.replaceAll(".* breaks (\\w+):", "$1"))
                        .findFirst()
                        .orElseThrow();
        final Cli run = Cli.run("run", file.toString());
        assertEquals(Main.BROKEN, run.status());
        assertTrue(
                run.outLines().stream()
                        .anyMatch(line -> line.matches("invariant +" + broken + " +BROKEN.*")),
                run.out());
    }

    @Test
    void shouldTellProgramsWhatItFound() {
        final Path file = folder.resolve("found.yaml");

        final JsonNode json = json(upstream("--json", "--out", file.toString()));

        assertEquals("mainline-6.12", json.get("explore").get("semantics").asString());
        final JsonNode finding = json.get("finding");
        assertTrue(finding.get("steps").asInt() < 10);
        assertEquals(file.toString(), finding.get("file").asString());
        boolean isNamed = false;
        for (final JsonNode invariant : json.get("invariants")) {
            isNamed |=
                    invariant.get("name").equals(finding.get("broken"))
                            && !invariant.get("holds").asBoolean();
        }
        assertTrue(isNamed);
    }

    @Test
    void shouldExhaustASmallSpace() {
        final Cli run =
                Cli.run(
                        "explore",
                        "--exhaustive",
                        "--iommu",
                        "smmuv3",
                        "--semantics",
                        "mainline-6.12",
                        "--policy",
                        "vm-quota=1",
                        "--events",
                        "3");

        run.assertRan();
        assertTrue(
                run.outLines().stream()
                        .anyMatch(
                                line ->
                                        line.matches(
                                                "smmuv3 mainline-6.12 vm-quota=1 +\\d+ +\\d+ +3"
                                                        + " all")),
                run.out());
        assertTrue(run.outLines().stream().allMatch(line -> line.length() <= 72), run.out());
    }

    @Test
    void shouldSayThatASearchWasCut() {
        final JsonNode json =
                json(
                        Cli.run(
                                "explore",
                                "--exhaustive",
                                "--iommu",
                                "vtd",
                                "--semantics",
                                "v3-2017",
                                "--states",
                                "10",
                                "--json"));

        assertEquals(3, json.get("exhaustive").size());
        for (final JsonNode search : json.get("exhaustive")) {
            assertFalse(search.get("exhausted").asBoolean());
            assertTrue(search.get("states").asInt() >= 10);
        }
        assertTrue(json.get("finding").isNull());
    }

    @ParameterizedTest
    @CsvSource({
        "--seconds, 0, --seconds must be at least 1",
        "--scenarios, -3, --scenarios must be at least 1",
        "--seed, x, --seed",
        "--iommu, mips, 'expected smmuv3, vtd or auto'",
        "--semantics, 7.0, --semantics",
        "--policy, quota=half, --policy",
        "--driver, native:./none.so, --driver"
    })
    void shouldRefuseInOneLine(final String option, final String value, final String saying) {
        Cli.run("explore", option, value).assertRefused(saying);
    }

    @ParameterizedTest
    @CsvSource({"--devices, 9", "--events, 0", "--states, 0"})
    void shouldRefuseBoundsInOneLine(final String option, final String value) {
        Cli.run("explore", "--exhaustive", option, value).assertRefused(option);
    }

    @Test
    void shouldSayThatAFindingCannotBeWritten() {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        final Cli run = upstream("--out", "/dev/full");

        assertEquals(Main.UNUSABLE, run.status());
        assertEquals(1, run.err().lines().count());
        assertTrue(run.err().contains("/dev/full: cannot be written"), run.err());
        assertTrue(run.out().contains("title: \"drawn from seed"), "it must not be lost");
    }
}
