// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShellWordsTest {
    @Test
    void shouldLeavePlainWordsAlone() {
        assertEquals(
                "iopf4j replay a.dat --policy vm-quota=half,timeout=10s",
                ShellWords.join(
                        List.of(
                                "iopf4j",
                                "replay",
                                "a.dat",
                                "--policy",
                                "vm-quota=half,timeout=10s")));
    }

    @Test
    void shouldGiveTheShellTheSameWords() throws IOException {
        final List<String> words =
                List.of(
                        "", "it's", "a b", "$HOME", "`id`", "~", "*", "\"", "\\", "a\nb", "!x",
                        "#");
        final Process shell =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "for w in "
                                        + ShellWords.join(words)
                                        + "; do printf '%s\\0' \"$w\"; done")
                        .redirectErrorStream(true)
                        .start();
        final String seen =
                new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(String.join("\0", words) + "\0", seen);
    }
}
