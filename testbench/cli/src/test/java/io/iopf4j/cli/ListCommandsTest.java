// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.scenario.ScenarioException;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lists of what ships. */
class ListCommandsTest {
    @TempDir private Path folder;

    @Test
    void shouldListPoliciesAsTheyAreWritten() {
        assertLists("policies", Policies.all().stream().map(Policies.Description::usage).toList());
    }

    @Test
    void shouldListSemanticsOldestFirst() {
        assertLists(
                "semantics",
                Arrays.stream(Semantics.values()).map(Semantics::profileName).toList());
    }

    @Test
    void shouldListScenarios() throws ScenarioException {
        assertLists("scenarios", Scenarios.all().stream().map(Scenarios.Entry::name).toList());
    }

    /** One line each, the second column aligned, nothing cut. */
    private static void assertLists(final String command, final List<String> names) {
        final Cli list = Cli.run(command);
        list.assertRan();
        assertEquals(names.size(), list.outLines().size(), list.out());
        final int column = names.stream().mapToInt(String::length).max().orElseThrow() + 2;
        for (int i = 0; i < names.size(); i++) {
            final String line = list.outLines().get(i);
            assertEquals(names.get(i), line.substring(0, column).strip());
            assertTrue(line.charAt(column) != ' ' && line.length() <= 72, line);
            assertFalse(line.endsWith("..."), line);
        }
    }

    @Test
    void shouldShowTheTitleOfAScenario() {
        assertTrue(
                Cli.run("scenarios")
                        .outLines()
                        .contains(
                                "shared-stall-buffer   a silent VM fills the stall buffer of all"));
    }

    @Test
    void shouldNameAScenarioThatIsBroken() throws IOException {
        final Path file = Files.writeString(folder.resolve("mine.yaml"), "title: T\nvms: 3\n");
        System.setProperty(Scenarios.FOLDER_PROPERTY, folder.toString());
        try {
            Cli.run("scenarios").assertRefused(file + ":1: 'duration:' is missing");
        } finally {
            System.clearProperty(Scenarios.FOLDER_PROPERTY);
        }
    }

    @Test
    void shouldCutALineThatIsTooLong() {
        final StringWriter text = new StringWriter();
        final PrintWriter out = new PrintWriter(text);
        new Listing().add("a", "x".repeat(69)).add("b", "y".repeat(70)).print(out);
        out.flush();
        assertEquals(
                List.of("a  " + "x".repeat(69), "b  " + "y".repeat(66) + "..."),
                text.toString().lines().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"policies", "semantics", "scenarios"})
    void shouldShowHelp(final String command) {
        final Cli help = Cli.run(command, "--help");
        help.assertRan();
        assertTrue(help.out().contains("  iopf4j " + command + "\n  iopf4j run "), help.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"policies", "semantics", "scenarios"})
    void shouldTakeNoArgument(final String command) {
        Cli.run(command, "x").assertRefused("x", "iopf4j " + command + " --help");
    }
}
