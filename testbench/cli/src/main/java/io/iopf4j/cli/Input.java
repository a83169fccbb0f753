// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.dump.DumpReader;
import io.iopf4j.trace.TraceInfo;
import java.util.List;
import java.util.SortedMap;

/** What is known of one file after it was read. */
record Input(
        String file,
        TraceInfo info,
        long events,
        long lostEvents,
        long emptyPlaces,
        SortedMap<String, Long> eventsByName,
        List<String> warnings) {
    static Input of(final String file, final DumpReader dump, final List<String> warnings) {
        return new Input(
                file,
                dump.reader().info(),
                dump.reader().events(),
                dump.reader().lostEvents(),
                dump.reader().emptyPlaces(),
                dump.eventsByName(),
                List.copyOf(warnings));
    }

    /** What kind of file it is and how much is in it. */
    String form() {
        return String.format(
                "%s%s, clock %s, %d CPUs, %d events%s%s",
                info.format(),
                info.version() == 0 ? "" : " version " + info.version(),
                info.clock().isEmpty() ? "unknown" : info.clock(),
                info.cpus(),
                events,
                lostEvents == 0 ? "" : ", " + lostEvents + " lost",
                emptyPlaces == 0 ? "" : ", " + emptyPlaces + " empty places");
    }
}
