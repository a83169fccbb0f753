// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A named pipe is read like a file, although it can be read only once. */
class PipeTest {
    private static final Path DUMP = Path.of("../dumps/selftest-iopf.v7.dat");

    @TempDir private Path folder;

    @Test
    void shouldReadFromANamedPipe() throws Exception {
        final Path pipe = folder.resolve("pipe");
        assumeTrue(
                new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0,
                "this system has no mkfifo");
        final Process writer = new ProcessBuilder("cp", DUMP.toString(), pipe.toString()).start();
        try (TraceReader reader = Traces.open(pipe)) {
            while (reader.next()) {
                assertEquals("mono", reader.info().clock());
            }
            assertEquals(28, reader.events());
        }
        assertEquals(0, writer.waitFor());
    }
}
