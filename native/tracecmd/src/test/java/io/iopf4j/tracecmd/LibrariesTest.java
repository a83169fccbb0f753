// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Library;
import com.sun.jna.Platform;
import io.iopf4j.trace.TraceReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said where the libraries are not there, or not what is needed; and nothing else is. */
class LibrariesTest {
    private static final String REMEDY =
            ": apt-get install libtracecmd1 libtraceevent1, or use --reader java";

    private static String refusal(final String library, final Class<? extends Library> type) {
        return assertThrows(IOException.class, () -> Libraries.load(library, type)).getMessage();
    }

    @Test
    void shouldSayWhatToInstall() {
        assertEquals(
                "--reader jna needs libnosuch.so.1, which is not there" + REMEDY,
                refusal("libnosuch.so.1", LibTraceEvent.class));
    }

    @Test
    void shouldSayWhichFunctionIsMissing() {
        assertEquals(
                "--reader jna needs a newer "
                        + Platform.C_LIBRARY_NAME
                        + ", with tep_nowhere"
                        + REMEDY,
                refusal(Platform.C_LIBRARY_NAME, Newer.class));
    }

    /** Of a version to come. */
    private interface Newer extends Library {
        @SuppressWarnings("UnusedMethod") // it is looked for by its name
        int tep_nowhere();
    }

    @Test
    void shouldSayThatJnaCannotBeLoaded() throws Exception {
        assertEquals(
                List.of(
                        "--reader jna: the native part of JNA cannot be loaded here; use --reader java"),
                run("-Djna.nosys=true", "-Djna.nounpack=true"));
    }

    /** libtracecmd tells standard error of a compression that it does not know. */
    @Test
    void shouldKeepTheLibrariesFromTalking() throws Exception {
        BothReadersTest.assumeLibraries();
        final List<String> said = run("-Djna.nosys=true");
        assertEquals(1, said.size(), said.toString());
        assertTrue(
                said.get(0).equals("read") || said.get(0).contains("libtracecmd cannot open it"),
                said.toString());
    }

    /** Opens a file in a JVM of its own, whose standard error is the libraries' too. */
    private static List<String> run(final String... options) throws Exception {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(OpenOne.class.getName());
        command.add(BothReadersTest.DUMPS.resolve("iopf-mute-tsc.dat").toString());
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said =
                new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
        assertEquals(0, process.waitFor(), said);
        return said.lines().toList();
    }

    /** Prints one line. */
    static final class OpenOne {
        private OpenOne() {}

        public static void main(final String[] args) {
            try (TraceReader reader = TraceCmd.open(Path.of(args[0]))) {
                System.out.println(reader.next() ? "read" : "empty");
            } catch (final IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
