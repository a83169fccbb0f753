// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of {@code docs/the-2017-thread.md} gives the output and the picture that stand
 * there. With {@code -Diopf4j.docs.write=true} they are written anew.
 */
final class ThreadPageTest {
    private static final Path DOCS = Path.of("../../docs");
    private static final Path PAGE = DOCS.resolve("the-2017-thread.md");
    private static final boolean WRITES = Boolean.getBoolean("iopf4j.docs.write");
    private static final String PROMPT = "$ ./iopf4j ";
    private static final Pattern BLOCK =
            Pattern.compile("```console\n\\" + PROMPT + "(.*)\n([^`]*)```\n");
    private static final int LEAST_BLOCKS = 9;

    @TempDir private Path folder;

    private record Command(String words, String output) {}

    @TestFactory
    List<DynamicTest> shouldPrintAndDrawWhatThePageShows() throws IOException {
        final String page = Files.readString(PAGE);
        final List<Command> commands =
                BLOCK.matcher(page)
                        .results()
                        .map(block -> new Command(block.group(1), block.group(2)))
                        .toList();
        assertTrue(commands.size() >= LEAST_BLOCKS, "commands were found: " + commands.size());
        if (WRITES) {
            Files.writeString(PAGE, BLOCK.matcher(page).replaceAll(this::withOutput));
        }
        return commands.stream()
                .filter(command -> !WRITES)
                .map(command -> DynamicTest.dynamicTest(command.words(), () -> holds(command)))
                .toList();
    }

    private void holds(final Command command) throws IOException {
        assertEquals(command.output(), output(command.words()));
        for (final String picture : pictures(command.words())) {
            assertEquals(
                    Files.readString(DOCS.resolve("images").resolve(picture)),
                    Files.readString(folder.resolve(picture)),
                    picture);
        }
    }

    private String withOutput(final MatchResult block) {
        try {
            final String output = output(block.group(1));
            for (final String picture : pictures(block.group(1))) {
                Files.copy(
                        folder.resolve(picture),
                        DOCS.resolve("images").resolve(picture),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            return Matcher.quoteReplacement(
                    "```console\n" + PROMPT + block.group(1) + "\n" + output + "```\n");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the command prints; its pictures go to a folder of this test. */
    private String output(final String words) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final String[] args =
                Arrays.stream(words.split(" ", -1))
                        .map(word -> isPicture(word) ? folder.resolve(name(word)).toString() : word)
                        .toArray(String[]::new);
        final int status = Main.run(args, new PrintWriter(out), new PrintWriter(err));
        assertTrue(status != Main.UNUSABLE, err::toString);
        return out.toString();
    }

    private static List<String> pictures(final String words) {
        final List<String> names = new ArrayList<>();
        for (final String word : words.split(" ", -1)) {
            if (isPicture(word)) {
                names.add(name(word));
            }
        }
        return names;
    }

    private static boolean isPicture(final String word) {
        return word.startsWith("docs/images/");
    }

    private static String name(final String word) {
        return word.substring("docs/images/".length());
    }
}
