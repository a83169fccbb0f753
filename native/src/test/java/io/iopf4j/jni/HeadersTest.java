// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers for C under test, over virtual time. */
final class HeadersTest {
    private static final Path INCLUDE = Path.of("src/main/c/include");

    @Test
    void shouldKeepTheirPromises() {
        final Scheduler scheduler = new Scheduler(1);
        final RecentLog log = new RecentLog(10);
        final NativeCore core =
                new NativeCore(
                        Compiler.testLibrary("headers").toString(),
                        new SimulatedKernel(scheduler, log),
                        FaultObserver.NONE,
                        FailSlab.NEVER);
        final IopfQueue queue = core.iopfQueueAlloc("headers");
        final long startNs = scheduler.nowNs();
        scheduler.runUntil(startNs + 4_000);
        assertEquals(0, queue.discardPartial(), "the timer is not due");
        scheduler.runUntil(startNs + 6_000);
        assertEquals(1, queue.discardPartial(), "it has expired");
        scheduler.runUntil(startNs + 1_000_000);
        assertEquals(2, queue.discardPartial(), "it had armed itself once more");
        queue.free();
        core.close();
        assertEquals(List.of(), log.recent());
    }

    /** Each header stands alone, in strict C11 and in later C. */
    @ParameterizedTest
    @ValueSource(strings = {"-std=gnu11", "-std=gnu17", "-std=gnu2x"})
    void shouldStandAlone(final String standard) throws IOException {
        final StringBuilder all = new StringBuilder();
        for (final String folder : List.of("linux", "iopf4j")) {
            try (DirectoryStream<Path> headers =
                    Files.newDirectoryStream(INCLUDE.resolve(folder), "*.h")) {
                for (final Path header : headers) {
                    final String line = "#include <" + folder + "/" + header.getFileName() + ">\n";
                    Compiler.libraryOf("header", line, standard);
                    all.insert(0, line);
                }
            }
        }
        Compiler.libraryOf("header", all + all.toString(), standard);
    }
}
