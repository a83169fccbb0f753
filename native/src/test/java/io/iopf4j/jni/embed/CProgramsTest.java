// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * C programs that start the JVM: the example, faults from beginning to end, and every misuse. Each
 * plain, with the JVM's own checks of JNI, and under the sanitizers.
 */
class CProgramsTest {
    private static final Path EXAMPLE = Path.of("examples/starve.c");
    private static final Path CYCLE = Path.of("src/test/c/cycle.c");
    private static final Path MISUSE = Path.of("src/test/c/embed-misuse.c");

    /** What the example and docs/c-embedding.md show. */
    private static final String STARVED =
            """
            policy none
              silent   20 raised,  0 answered,  0 terminated, 16 outstanding,  4 held up
              good     20 raised, 15 answered,  0 terminated,  0 outstanding,  5 held up
            policy vm-quota=half
              silent   20 raised,  0 answered, 12 terminated,  8 outstanding,  0 held up
              good     20 raised, 20 answered,  0 terminated,  0 outstanding,  0 held up
            """;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void shouldShowWhoStarvesWhom(final CProgram.Flavour flavour) {
        CProgram.of(EXAMPLE, flavour).assertPrints(STARVED);
    }

    /** What the page shows is what compiles, and what it prints. */
    @Test
    void shouldDoWhatThePageSays() throws IOException {
        final String page = Files.readString(Path.of("../docs/c-embedding.md"));
        assertTrue(page.contains("```\n" + STARVED + "```\n"));
        final Path ledger = folder.resolve("faults.jsonl");
        final Path source = folder.resolve("fault.c");
        Files.writeString(
                source, block(page, "```c\n#include").replace("faults.jsonl", ledger.toString()));
        CProgram.of(source, CProgram.Flavour.PLAIN).assertPrints(block(page, "```\n1 record"));
        assertEquals(block(page, "```\n{\"fault\""), Files.readString(ledger));
    }

    /** What stands between two fences, the first of which is followed by this. */
    private static String block(final String page, final String start) {
        final int from = page.indexOf('\n', page.indexOf(start)) + 1;
        return page.substring(from, page.indexOf("```", from));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhatTheExampleLacks(final CProgram.Flavour flavour) {
        final CProgram.Run run =
                CProgram.of(EXAMPLE, flavour).with("IOPF4J_JAR", "/nowhere.jar").run();
        assertEquals(
                "starve: start: no jar: IOPF4J_JAR is /nowhere.jar: No such file or directory\n",
                run.err());
        assertEquals(2, run.status());
    }

    static Stream<Arguments> cases() throws IOException {
        final List<Arguments> cases = new ArrayList<>();
        for (final Path source : List.of(CYCLE, MISUSE)) {
            final Matcher name =
                    Pattern.compile("\\{ \"(\\w+)\", \\w+ }").matcher(Files.readString(source));
            while (name.find()) {
                for (final CProgram.Flavour flavour : CProgram.Flavour.values()) {
                    cases.add(Arguments.of(source, name.group(1), flavour));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{1} {2}")
    @MethodSource("cases")
    void shouldPass(final Path source, final String name, final CProgram.Flavour flavour)
            throws IOException {
        final Path ledger = folder.resolve("ledger.jsonl");
        final Path jvm = Files.createDirectories(folder.resolve("jvm/lib/server"));
        Files.writeString(jvm.resolve("libjvm.so"), "no library");
        CProgram.of(source, flavour)
                .with("OUTPUT", ledger.toString())
                .with("FAKE_JVM", folder.resolve("jvm").toString())
                .with("OTHER_JAR", folder.toString())
                .with("OTHER_JAR_SAYS", "NoClassDefFoundError: io/iopf4j/jni/embed/Embedding")
                .assertPrints(name + ": ok\n", name);
        if (name.equals("outputs")) {
            assertEquals(100, Files.readAllLines(ledger).size());
        }
    }

    /** A jar of another version: the class is there, and one of its methods is not. */
    @ParameterizedTest
    @EnumSource
    void shouldRefuseAnOlderJar(final CProgram.Flavour flavour) throws IOException {
        final Path source = folder.resolve("Embedding.java");
        Files.writeString(
                source,
                "package io.iopf4j.jni.embed; public class Embedding {"
                        + " public static int begin() { return 0; } }"
                        + " class EmbeddedBench {}");
        assertEquals(
                0,
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(System.out, System.err, "-d", folder.toString(), source.toString()));
        CProgram.of(MISUSE, flavour)
                .with("OTHER_JAR", folder.toString())
                .with("OTHER_JAR_SAYS", "NoSuchMethodError: ")
                .assertPrints("other_jar: ok\n", "other_jar");
    }

    /** The sanitizers are at work, JVM or not. */
    @Test
    void shouldFindMemoryUsedAfterItWasFreed() throws IOException {
        final Path source = folder.resolve("freed.c");
        Files.writeString(
                source,
                """
                #include <stdlib.h>
                #include <iopf4j.h>
                int main(void)
                {
                    char *volatile freed = malloc(10);
                    int ret = iopf4j_start(IOPF4J_API_VERSION, NULL);
                    free(freed);
                    *freed = 1;
                    return ret;
                }
                """);
        final CProgram.Run run = CProgram.of(source, CProgram.Flavour.SANITIZED).run();
        assertTrue(run.err().contains("heap-use-after-free"), run.err());
    }
}
