// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DumpsTest {
    static List<String> all() {
        return Dumps.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldFindTheEventsOfEachCapture(final String name) throws IOException {
        final Map<String, Long> counts = new TreeMap<>();
        try (TraceReader reader = Traces.open(Dumps.path(name))) {
            long last = Long.MIN_VALUE;
            while (reader.next()) {
                counts.merge(reader.event().name(), 1L, Long::sum);
                assertTrue(reader.event().timestamp() >= last, "time goes back");
                last = reader.event().timestamp();
            }
            assertEquals(List.of(), reader.warnings());
            assertEquals(Dumps.number(name, "total", -1), reader.events());
            assertEquals(Dumps.number(name, "lost_counted", 0), reader.lostEvents());
            assertEquals(Dumps.number(name, "lost_markers", 0), reader.lostMarkers());
            assertEquals(reader.size(), reader.position());
        }
        assertEquals(Dumps.counts(name, "events"), counts);
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldFindTheFaultsOfEachCapture(final String name) throws IOException {
        final Map<String, Long> reportsByDevice = new TreeMap<>();
        final Map<String, Long> responsesByCode = new TreeMap<>();
        final Map<String, Long> hardwareByDeviceAndCode = new TreeMap<>();
        long lastPages = 0;
        long records = 0;
        try (TraceReader reader = Traces.open(Dumps.path(name))) {
            final FaultEvents faults = new FaultEvents(reader);
            while (faults.next()) {
                final FaultEvent fault = faults.event();
                final String code = Integer.toString(fault.code());
                switch (fault.kind()) {
                    case REPORT -> {
                        reportsByDevice.merge(fault.device(), 1L, Long::sum);
                        lastPages += (fault.flags() >> 1) & 1;
                    }
                    case DELIVER -> records += fault.count();
                    case RESPONSE -> responsesByCode.merge(code, 1L, Long::sum);
                    case HW_RESPONSE ->
                            hardwareByDeviceAndCode.merge(
                                    fault.device() + "/" + code, 1L, Long::sum);
                    case OTHER -> throw new AssertionError(reader.event().name());
                    default -> {}
                }
            }
            assertEquals(List.of(), faults.warnings());
        }
        assertEquals(Dumps.counts(name, "by_device"), reportsByDevice);
        assertEquals(Dumps.counts(name, "responses_by_code"), responsesByCode);
        assertEquals(Dumps.counts(name, "hw_by_device_code"), hardwareByDeviceAndCode);
        assertEquals(Dumps.number(name, "last_page", -1), lastPages);
        assertEquals(Dumps.number(name, "records_in_groups", -1), records);
    }

    @Test
    void shouldSayWhatATraceIs() throws IOException {
        try (TraceReader reader = Traces.open(Dumps.path("iopf-mute-tsc.dat"))) {
            final TraceInfo info = reader.info();
            assertEquals("trace.dat", info.format());
            assertEquals(7, info.version());
            assertEquals("little endian", info.byteOrder());
            assertEquals("Linux (none) 6.12.107-iopftrace x86_64", info.kernel());
            assertEquals("x86-tsc", info.clock());
            assertFalse(info.timesAreNanoseconds());
            assertEquals(2, info.cpus());
            assertEquals(List.of(""), info.buffers());
        }
    }

    @Test
    void shouldSayWhichBufferRecordedAnEvent() throws IOException {
        final Map<String, Long> events = new TreeMap<>();
        try (TraceReader reader = Traces.open(Dumps.path("iopf-instance-v7.dat"))) {
            assertEquals(List.of("", "iommubuf", "iopfbuf"), reader.info().buffers());
            while (reader.next()) {
                if (reader.event().name().equals("attach_device_to_domain")) {
                    events.merge(reader.event().buffer(), 1L, Long::sum);
                }
            }
        }
        assertEquals(Map.of("iommubuf", 8L, "iopfbuf", 8L), events);
    }

    @Test
    void shouldCountLossesBeforeTheEventThatFollowsThem() throws IOException {
        long lost = 0;
        try (TraceReader reader = Traces.open(Dumps.path("iopf-lost-v7.dat"))) {
            while (reader.next()) {
                lost += Math.max(0, reader.event().lostBefore()); // one of the two is not counted
            }
            assertEquals(reader.lostEvents(), lost);
        }
    }

    @Test
    void shouldReadAStreamAsItReadsAFile() throws IOException {
        final String name = "selftest-iopf.v7.dat";
        try (TraceReader reader =
                Traces.open(Files.newInputStream(Dumps.path(name)), "standard input")) {
            final FaultEvents faults = new FaultEvents(reader);
            long reports = 0;
            while (faults.next()) {
                reports += faults.event().kind() == Kind.REPORT ? 1 : 0;
            }
            assertEquals(28, reader.events());
            assertEquals(1, reports);
        }
    }
}
