// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

/** One run of the command line: its status and what it printed. */
record Cli(int status, String out, String err) {
    static final Path DUMPS = Path.of("../dumps");

    static Cli run(final String... args) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final PrintWriter outWriter = new PrintWriter(out);
        final PrintWriter errWriter = new PrintWriter(err);
        final int status = Main.run(args, outWriter, errWriter);
        outWriter.flush();
        errWriter.flush();
        return new Cli(status, out.toString(), err.toString());
    }

    static String dump(final String file) {
        return DUMPS.resolve(file).toString();
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    void assertRan() {
        assertEquals("", err);
        assertEquals(Main.OK, status);
        assertFalse(out.isEmpty());
    }

    /** Status 2, nothing on standard output, and one line on standard error that says so. */
    void assertRefused(final String... saying) {
        assertEquals("", out);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.startsWith("iopf4j: "), err);
        for (final String part : saying) {
            assertTrue(err.contains(part), err);
        }
        assertEquals(Main.UNUSABLE, status);
    }
}
