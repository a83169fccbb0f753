// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The binary captures against what trace-cmd and perf printed of them. */
class ReportComparisonTest {
    private static final long MICROSECOND = 1000;

    @ParameterizedTest
    @CsvSource({
        "iopf-fast-v7.dat, iopf-fast-v7.report.txt.gz",
        "iopf-ooo-v6.dat.gz, iopf-ooo-v6.report.txt.gz",
        "iopf-groups-zstd.dat, iopf-groups-zstd.report.txt.gz",
        "iopf-mute-tsc.dat, iopf-mute-tsc.report.txt.gz",
        "iopf-instance-v7.dat, iopf-instance-v7.report.txt.gz",
        "open-greedy-a.dat, open-greedy-a.report.txt.gz",
        "open-mixed-a.dat, open-mixed-a.report.txt.gz",
        "iopf-perf.data.gz, iopf-perf.script.txt.gz",
        "selftest-iopf.v7.dat, selftest-iopf.report.txt"
    })
    void shouldReadWhatTheRecorderPrints(final String binary, final String report)
            throws IOException {
        try (TraceReader ours = Traces.open(Dumps.path(binary));
                TraceReader theirs = Traces.open(Dumps.path(report))) {
            while (theirs.next()) {
                assertTrue(ours.next(), "ended after " + ours.events());
                compare(ours, theirs);
            }
            assertFalse(ours.next(), "more than " + theirs.events());
        }
    }

    private static void compare(final TraceReader ours, final TraceReader theirs) {
        final TraceEvent event = ours.event();
        final TraceEvent line = theirs.event();
        final String where = "event " + ours.events();
        long time = event.timestamp();
        if (theirs.info().timesAreNanoseconds()) { // printed to the microsecond
            final boolean isRounded = !theirs.info().format().equals("perf script");
            time = (time + (isRounded ? MICROSECOND / 2 : 0)) / MICROSECOND * MICROSECOND;
        }
        assertEquals(line.timestamp(), time, where);
        assertEquals(line.name(), event.name(), where);
        assertEquals(line.cpu(), event.cpu(), where);
        assertEquals(line.pid(), event.pid(), where);
        if (!line.comm().equals(":" + line.pid())) { // perf's word for a thread that has ended
            assertEquals(line.comm(), event.comm(), where);
        }
        assertEquals(line.buffer(), event.buffer(), where);
        for (final EventField field : line.format().fields()) {
            final String name = field.name();
            assertTrue(event.hasField(name), where + " " + name);
            if (event.format().field(name).kind() == EventField.Kind.INTEGER) {
                assertEquals(line.getLong(field), event.getLong(name), where + " " + name);
            } else {
                assertEquals(line.getString(field), event.getString(name), where + " " + name);
            }
        }
        // All that the probes add to the common fields and their own addresses is printed.
        final long own =
                event.format().fields().stream()
                        .filter(f -> !f.name().startsWith("common_"))
                        .filter(f -> !f.name().startsWith("__probe_"))
                        .count();
        assertEquals(own, line.format().fields().size(), where);
    }
}
