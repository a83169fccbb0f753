// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.Dumps;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QemuLogTest {
    private static TraceReader open(final String text) throws IOException {
        return Traces.open(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "input");
    }

    private static FaultEvent only(final String text) throws IOException {
        final FaultEvents events = new FaultEvents(open(text));
        assertTrue(events.next());
        return events.event();
    }

    @ParameterizedTest
    @CsvSource({"qemu-vtd.log.gz, line", "qemu-vtd-timestamps.log.gz, wall"})
    void shouldReadARealLog(final String file, final String clock) throws IOException {
        try (TraceReader reader = Traces.open(Dumps.path(file))) {
            assertEquals("qemu log", reader.info().format());
            assertEquals(clock, reader.info().clock());
            final FaultEvents events = new FaultEvents(reader);
            final Map<Integer, Integer> byReason = new TreeMap<>();
            long lastNs = 0;
            while (events.next()) {
                assertTrue(events.event().timeNs() >= lastNs);
                lastNs = events.event().timeNs();
                if (events.event().kind() == Kind.FAULT) {
                    assertEquals(0x20, events.event().rid());
                    assertEquals(1, events.event().perm());
                    byReason.merge(events.event().reason(), 1, Integer::sum);
                }
            }
            assertEquals(Map.of(1, 32, 2, 16, 3, 16), byReason);
            assertEquals(231, reader.events());
        }
    }

    @Test
    void shouldReadAWrite() throws IOException {
        final FaultEvent fault =
                only(
                        "719585@1795347460.441188:vtd_dmar_fault sid 0x6a08 fault 113 addr"
                                + " 0x7f0000001000 write 1\n");
        assertEquals(Kind.FAULT, fault.kind());
        assertEquals(0x6a08, fault.rid());
        assertEquals(0x71, fault.reason());
        assertEquals(2, fault.perm());
        assertEquals(0x7f0000001000L, fault.addr());
        assertEquals(1795347460441188000L, fault.timeNs());
        assertEquals(719585, fault.pid());
    }

    /** The event leaves the address out; the line before it says it. */
    @Test
    void shouldPutAnAddressToAnSmmuEvent() throws IOException {
        final FaultEvents events =
                new FaultEvents(
                        open(
                                "smmuv3_find_ste sid=0x8 features:0x2, sid_split:0x8\n"
                                        + "smmuv3-iommu-memory-region-8-0 translation failed for"
                                        + " iova=0x12345000 (SMMU_EVT_F_TRANSLATION)\n"
                                        + "smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x8\n"
                                        + "smmuv3_record_event SMMU_EVT_C_BAD_STE sid=0x9\n"));
        assertTrue(events.next());
        assertEquals(Kind.OTHER, events.event().kind());
        assertTrue(events.next());
        assertEquals(Kind.FAULT, events.event().kind());
        assertEquals(8, events.event().rid());
        assertEquals(0x10, events.event().reason());
        assertEquals(0x12345000, events.event().addr());
        assertTrue(events.next());
        assertEquals(0x04, events.event().reason());
        assertEquals(0, events.event().addr(), "that was another's");
        assertFalse(events.next());
    }

    @Test
    void shouldReadAFaultOfVirtioIommu() throws IOException {
        final FaultEvent fault =
                only(
                        "virtio_iommu_report_fault FAULT reason=2 flags=258 endpoint=24 address"
                                + " =0xfff\n");
        assertEquals(Kind.FAULT, fault.kind());
        assertEquals(24, fault.rid());
        assertEquals(2, fault.reason());
        assertEquals(2, fault.perm());
        assertEquals(0xfff, fault.addr());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "f, 2"})
    void shouldReadAPageGroupResponse(final String hardware, final int code) throws IOException {
        final FaultEvent answer =
                only("vtd_inv_desc type page-group high 0x14 low 0x56a08" + hardware + "019\n");
        assertEquals(Kind.ANSWER, answer.kind());
        assertEquals(0x6a08, answer.rid());
        assertEquals(5, answer.pasid());
        assertEquals(2, answer.grpid());
        assertEquals(code, answer.code());
    }

    @Test
    void shouldKeepTheTextOfWhatItDoesNotKnow() throws IOException {
        try (TraceReader reader =
                open(
                        "qemu-system-x86_64: warning\nvtd_dmar_fault said otherwise\nvtd_new_event x=1\n")) {
            assertTrue(reader.next());
            assertEquals("vtd_dmar_fault", reader.event().name());
            assertEquals("said otherwise", reader.event().getString("text"));
            assertEquals(2000, reader.event().timestamp(), "the second line");
            assertTrue(reader.next());
            assertEquals("x=1", reader.event().getString("text"));
            assertFalse(reader.next());
        }
    }
}
