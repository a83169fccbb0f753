// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.Dumps;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs of real kernels give what was counted in them, in whatever way they were saved. */
class RealLogsTest {
    /** Device, reason and access of each fault, and how often. */
    private static Map<String, Integer> faults(final TraceReader reader) throws IOException {
        final Map<String, Integer> counts = new TreeMap<>();
        final FaultEvents events = new FaultEvents(reader);
        while (events.next()) {
            final FaultEvent fault = events.event();
            if (fault.kind() == FaultEvent.Kind.FAULT) {
                counts.merge(
                        fault.device() + " " + fault.reason() + " " + fault.perm(),
                        1,
                        Integer::sum);
            }
        }
        return counts;
    }

    @ParameterizedTest
    @CsvSource({
        "vtd-legacy.dmesg.txt.gz, 219",
        "vtd-legacy.dmesg-x.txt.gz, 219",
        "vtd-legacy.dmesg-r.txt.gz, 219",
        "vtd-legacy.dmesg-iso.txt.gz, 219",
        "vtd-legacy.dmesg-T.txt.gz, 219",
        "vtd-legacy.dmesg.json.gz, 219"
    })
    void shouldFindTheFaultsOfLegacyMode(final String file, final long lost) throws IOException {
        try (TraceReader reader = Traces.open(Dumps.path(file))) {
            assertEquals("kernel log", reader.info().format());
            assertEquals("Linux 6.12.107-iopftrace", reader.info().kernel());
            assertEquals(
                    Map.of(
                            "00:02.0 5 2", 14,
                            "00:02.0 6 1", 7,
                            "00:04.0 5 2", 7,
                            "00:04.0 6 1", 5),
                    faults(reader));
            assertEquals(33 + 38, reader.events());
            assertEquals(lost, reader.lostEvents());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @ParameterizedTest
    @CsvSource({"vtd-scalable.dmesg.txt.gz", "vtd-scalable.dmesg-iso.txt.gz"})
    void shouldFindTheFaultsOfScalableMode(final String file) throws IOException {
        try (TraceReader reader = Traces.open(Dumps.path(file))) {
            assertEquals(
                    Map.of(
                            "00:02.0 5 2", 11,
                            "00:02.0 6 1", 7,
                            "00:03.0 5 2", 6,
                            "00:03.0 6 1", 6),
                    faults(reader));
            assertEquals(30 + 33, reader.events());
        }
    }

    @ParameterizedTest
    @CsvSource({"arm-a.dmesg.txt.gz", "arm-a.dmesg-raw.txt.gz", "arm-a.kmsg.txt.gz"})
    void shouldPutTheWordsOfSmmuEventsTogether(final String file) throws IOException {
        try (TraceReader reader = Traces.open(Dumps.path(file))) {
            int events = 0;
            long firstTime = 0;
            final Map<Long, Integer> byStream = new TreeMap<>();
            while (reader.next()) {
                if ("event".equals(reader.event().name())) {
                    firstTime = events++ == 0 ? reader.event().timestamp() : firstTime;
                    assertEquals(0x10, reader.event().getLong("reason"));
                    byStream.merge(reader.event().getLong("rid"), 1, Integer::sum);
                }
            }
            assertEquals(80, events);
            assertEquals(22_791_803_000L, firstTime, "that of the line that begins it");
            assertEquals(Map.of(0x10L, 30, 0x18L, 50), byStream);
            assertEquals(2170, reader.lostEvents());
            assertEquals(7, reader.lostMarkers());
        }
    }

    @ParameterizedTest
    @CsvSource({"virtio-iommu-a.dmesg.txt.gz", "virtio-iommu-a.dmesg-T.txt.gz"})
    void shouldFindTheFaultsOfVirtio(final String file) throws IOException {
        try (TraceReader reader = Traces.open(Dumps.path(file))) {
            final Map<Long, Integer> byEndpoint = new TreeMap<>();
            while (reader.next()) {
                byEndpoint.merge(reader.event().getLong("rid"), 1, Integer::sum);
                assertEquals(2, reader.event().getLong("reason"));
            }
            assertEquals(Map.of(24L, 10, 32L, 40), byEndpoint);
            assertEquals(1112, reader.lostEvents());
            assertEquals(4, reader.lostMarkers());
        }
    }

    @Test
    void shouldReadTheSameTimesWhereTheyAreTheSame() throws IOException {
        final List<Long> plain = times("vtd-legacy.dmesg.txt.gz");
        assertEquals(plain, times("vtd-legacy.dmesg-x.txt.gz"));
        assertEquals(plain, times("vtd-legacy.dmesg-r.txt.gz"));
        assertEquals(plain, times("vtd-legacy.dmesg.json.gz"));
        final List<Long> kmsg = times("vtd-legacy.kmsg.txt.gz");
        assertEquals(plain.subList(0, kmsg.size()), kmsg);
        final List<Long> wall = times("vtd-legacy.dmesg-iso.txt.gz");
        final long boot = wall.get(0) - plain.get(0);
        for (int i = 0; i < wall.size(); i++) {
            assertTrue(Math.abs(wall.get(i) - plain.get(i) - boot) <= 1000, "line " + i);
        }
    }

    private static List<Long> times(final String file) throws IOException {
        final List<Long> times = new ArrayList<>();
        try (TraceReader reader = Traces.open(Dumps.path(file))) {
            while (reader.next()) {
                times.add(reader.event().timestamp());
            }
        }
        return times;
    }
}
