// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a JVM writes of its crash, read and found. */
class CrashReportTest {
    private static final String BEGINNING =
            "#\n# A fatal error has been detected by the Java Runtime Environment:\n";

    private static String report(final String what, final String frame, final String... stack) {
        return BEGINNING
                + "#\n#  "
                + what
                + ", pid=22464, tid=22465\n#\n# JRE version: OpenJDK Runtime Environment (17.0.15)\n"
                + "# Java VM: OpenJDK 64-Bit Server VM (17.0.15, mixed mode, linux-amd64)\n"
                + "# Problematic frame:\n# "
                + frame
                + "\n#\n# No core dump will be written.\n#\n\nNative frames: (J=compiled Java code)\n"
                + String.join("\n", stack)
                + "\nj  L.go(I)V+0\nC  [libjli.so+0x1000]  JavaMain+0xd82\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SIGSEGV (0xb) at pc=0x00007f19|C  [quota.so+0x12dc]  quota_admit+0x14"
                        + "|SIGSEGV in quota.so, quota_admit+0x14",
                "SIGSEGV (0xb) at pc=0x00007f19 (sent by kill)|C  [a.so+0x1]  f(int, char)+0x6b"
                        + "|SIGSEGV in a.so, f(int, char)+0x6b",
                "SIGILL (0x4) at pc=0x00007f19|C  [my quota.so.1+0xab]  f+0x1"
                        + "|SIGILL in my quota.so.1, f+0x1",
                "SIGFPE (0x8) at pc=0x00007f19|C  [quota.so+0x12dc]|SIGFPE in quota.so",
                "SIGBUS (0x7) at pc=0x00007f19|V  [libjvm.so+0xed2f94]  Unsafe_PutLong+0x124"
                        + "|SIGBUS in libjvm.so, Unsafe_PutLong+0x124",
                "SIGSEGV (0xb) at pc=0x0|C  0x0000000000000000|SIGSEGV in 0x0000000000000000",
                "SIGSEGV (0xb) at pc=0x0|j  L.go(I)V+0|SIGSEGV in L.go(I)V+0",
                "Internal Error (sharedRuntime.cpp:553)|V  [libjvm.so+0x1]  f+0x2"
                        + "|Internal Error (sharedRuntime.cpp:553) in libjvm.so, f+0x2",
            })
    void shouldSayWhatAndWhere(final String what, final String frame, final String cause) {
        assertEquals(cause, CrashReport.cause(report(what, frame, frame)));
    }

    @Test
    void shouldNameWhoCalledALibraryWithoutSymbols() {
        final String top = "C  [libc.so.6+0x167ad8]";
        final String what = "SIGSEGV (0xb) at pc=0x00007f19";
        assertEquals(
                "SIGSEGV in libc.so.6, called from quota.so, quota_admit+0x9",
                CrashReport.cause(report(what, top, top, "C  [quota.so+0x1137]  quota_admit+0x9")));
        assertEquals("SIGSEGV in libc.so.6", CrashReport.cause(report(what, top, top)));
    }

    @Test
    void shouldSayThatMemoryWasShort() {
        assertEquals(
                "out of memory",
                CrashReport.cause(
                        "#\n# There is insufficient memory for the Java Runtime Environment to"
                                + " continue.\n# Native memory allocation (malloc) failed\n"));
    }

    @Test
    void shouldSayLittleOfAReportThatIsCutOff() {
        assertEquals("a fatal error", CrashReport.cause(""));
        assertEquals("a fatal error", CrashReport.cause(BEGINNING));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "11|the loaded code crashed: SIGSEGV (no report)",
                "64|the loaded code crashed: signal 64 (no report)",
                "9|the run was killed: SIGKILL",
            })
    void shouldNameTheSignal(final int signal, final String message) {
        assertEquals(message, CrashReport.withoutReport(signal));
    }

    // ---- Where it begins ------------------------------------------------------------------------

    private static String pass(final byte[] bytes, final int chunk) {
        final CrashFilter filter = new CrashFilter();
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at += chunk) {
            final byte[] some = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + chunk));
            out.writeBytes(filter.pass(some, some.length));
        }
        out.writeBytes(filter.rest());
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void assertPassed(final String passed, final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (final int chunk : List.of(1, 2, 3, 7, 70, 1 << 16)) {
            assertEquals(passed, pass(bytes, chunk), "in chunks of " + chunk);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "a line\n#\n",
                "#\n# A fatal error has been avoided\n",
                "#\n#\n#\n# A fatal",
                "not in ASCII: \u00e4\u20ac #\n"
            })
    void shouldPassWhatIsNoCrash(final String text) {
        assertPassed(text, text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "half a line",
                "a line\n",
                "#",
                "#\n",
                "#\n#\n# A fatal ",
                "\u00e4\u20ac\n"
            })
    void shouldPassWhatComesBeforeACrash(final String text) {
        assertPassed(text, text + BEGINNING + "#\n#  SIGSEGV (0xb)\n# more\n");
    }

    @Test
    void shouldPassEachByte() {
        final byte[] all = new byte[512];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        assertArrayEquals(all, new CrashFilter().pass(all, all.length));
    }
}
