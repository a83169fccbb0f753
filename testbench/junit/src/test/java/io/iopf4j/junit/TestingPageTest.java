// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/testing.md} shows is what is compiled and run, and what a failure prints. */
class TestingPageTest {
    private static final Path PAGE = Path.of("../../docs/testing.md");
    private static final Path EXAMPLES = Path.of("src/test/java/io/iopf4j/junit/examples");
    private static final String START = "@ExtendWith(IommuTestbench.class)";

    @Test
    void shouldShowTheExamples() throws IOException {
        final List<String> shown =
                blocks("```java\\n").stream().filter(block -> block.startsWith(START)).toList();
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            assertEquals(
                    files.map(TestingPageTest::text)
                            .map(text -> text.substring(text.indexOf(START)))
                            .sorted()
                            .toList(),
                    shown.stream().sorted().toList());
        }
    }

    @Test
    void shouldShowWhatAFailurePrints() throws IOException {
        final String report = Inner.run(FailureReportTest.OfSmmu.class).report();
        final List<String> shown = blocks("```\\n(?=Suppressed)");
        assertEquals(1, shown.size());
        shown.get(0).lines().forEach(line -> assertTrue(report.contains(line + "\n"), line));
    }

    private static List<String> blocks(final String start) throws IOException {
        return Pattern.compile("(?m)^" + start + "(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static String text(final Path file) {
        try {
            return Files.readString(file);
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
