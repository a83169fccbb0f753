// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.Dumps;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** QEMU 5.2 and older print the StreamID in decimal, and no blank before the parenthesis. */
    @Test
    void shouldReadWhatOlderVersionsPrint() throws IOException {
        final FaultEvents events =
                new FaultEvents(
                        open(
                                "smmuv3-iommu-memory-region-16-1 translation failed for"
                                        + " iova=0x1000(SMMU_EVT_F_ACCESS)\n"
                                        + "smmuv3_record_event SMMU_EVT_F_ACCESS sid=16\n"));
        assertTrue(events.next());
        assertEquals(Kind.FAULT, events.event().kind());
        assertEquals(16, events.event().rid());
        assertEquals(0x12, events.event().reason());
        assertEquals(0x1000, events.event().addr());
        assertFalse(events.next());
    }

    /** No line is known before the first is whole; later ones are read, or passed over. */
    @Test
    void shouldSurviveALogThatIsCutOrHitAnywhere() throws IOException {
        final String first = "vtd_dmar_fault sid 0x20 fault 1 addr 0x1000 write 0\n";
        final byte[] log =
                (first
                                + "4711@17.000001:vtd_inv_desc invalidate desc type iotlb high 0x14 low 0x56a080012\n"
                                + "x translation failed for iova=0x2000 (SMMU_EVT_F_ACCESS)\n"
                                + "smmuv3_record_event SMMU_EVT_F_ACCESS sid=0x10\n"
                                + "virtio_iommu_report_fault FAULT reason=2 flags=258 endpoint=24"
                                + " address =0xfff\n")
                        .getBytes(StandardCharsets.UTF_8);
        assertEquals(4, count(log));
        for (int place = first.length(); place < log.length; place++) {
            assertTrue(count(Arrays.copyOf(log, place)) <= 4, "cut at " + place);
            for (int bit = 0; bit < 8; bit++) {
                final byte[] hit = log.clone();
                hit[place] ^= (byte) (1 << bit);
                final int events = count(hit);
                assertTrue(events >= 3 && events <= 5, "hit at " + place + ": " + events);
            }
        }
    }

    private static int count(final byte[] log) throws IOException {
        final FaultEvents events =
                new FaultEvents(Traces.open(new ByteArrayInputStream(log), "input"));
        int count = 0;
        while (events.next()) {
            count++;
        }
        return count;
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
                only(
                        "vtd_inv_desc invalidate desc type page-group high 0x14 low 0x56a08"
                                + hardware
                                + "019\n");
        assertEquals(Kind.ANSWER, answer.kind());
        assertEquals(0x6a08, answer.rid());
        assertEquals(5, answer.pasid());
        assertEquals(2, answer.grpid());
        assertEquals(code, answer.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SeaBIOS (version 1)\n", "[    0.000000] Linux version 6.12\n"})
    void shouldFindEventsBehindAGuestsConsole(final String line) throws IOException {
        final FaultEvent fault =
                only(line.repeat(1000) + "vtd_dmar_fault sid 0x20 fault 1 addr 0x1000 write 0\n");
        assertEquals(Kind.FAULT, fault.kind());
        assertEquals(0x20, fault.rid());
        assertEquals(1_001_000, fault.timeNs(), "its line");
    }

    /** Older versions print it in decimal. */
    @ParameterizedTest
    @CsvSource({"sid=0x18", "sid=24"})
    void shouldReadAStreamIdInHexAndInDecimal(final String sid) throws IOException {
        assertEquals(0x18, only("smmuv3_record_event SMMU_EVT_C_BAD_STE " + sid + "\n").rid());
    }

    /** What another thread traces in between does not take the address away. */
    @Test
    void shouldKeepAnAddressForItsEvent() throws IOException {
        final FaultEvents events =
                new FaultEvents(
                        open(
                                "smmuv3-iommu-memory-region-8-0 translation failed for"
                                        + " iova=0xfff0000000001000 (SMMU_EVT_F_ACCESS)\n"
                                        + "smmuv3_trigger_irq irq=2\n"
                                        + "smmuv3_record_event SMMU_EVT_F_ACCESS sid=0x8\n"));
        assertTrue(events.next());
        assertEquals(Kind.OTHER, events.event().kind());
        assertTrue(events.next());
        assertEquals(0xfff0000000001000L, events.event().addr());
    }

    @Test
    void shouldReadAFaultOfRiscv() throws IOException {
        final FaultEvent fault =
                only(
                        "riscv_iommu_flt riscv.iommu.pci: fault 006a:01.2 reason: 0xd iova:"
                                + " 0x4000\n");
        assertEquals(Kind.FAULT, fault.kind());
        assertEquals(0x6a0a, fault.rid());
        assertEquals(0xd, fault.reason());
        assertEquals(0x4000, fault.addr());
    }

    /** The names and values of an event's fields, in their order. */
    private static String fields(final TraceEvent event) {
        return event.format().fields().stream()
                .map(field -> field.name() + "=" + event.getString(field))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'vtd_context_cache_reset ' |",
                "vtd_inv_desc invalidate desc type iec high 0x0 low 0x4 | type=iec high=0 low=4",
                "vtd_dmar_translate dev 00:1f.03 iova 0x1000 -> gpa 0x2000 mask 0xfff"
                        + " | bus=0 slot=31 fn=3 iova=4096 gpa=8192 mask=4095",
                "vtd_iotlb_reset IOTLB reset (reason: gcmd write) | reason=gcmd write",
                "vtd_ir_remap_msi (addr 0xfee00000, data 0x1) -> (addr 0xfee00001, data 0x2)"
                        + " | addr=4276092928 data=1 addr2=4276092929 data2=2",
                "smmuv3_cmdq_consume_out prod:1, cons:2, prod_wrap:0, cons_wrap:1 "
                        + " | prod=1 cons=2 prod_wrap=0 cons_wrap=1",
                "smmuv3_decode_cd_tt TT[0]:tsz:16 ttb:0x10 granule_sz:12 had:1"
                        + " | i=0 tsz=16 ttb=16 granule_sz=12 had=1",
                "smmuv3_decode_cd_tt TT[1]:tsz:16 ttb:0x10 granule_sz:12"
                        + " | i=1 tsz=16 ttb=16 granule_sz=12",
                "smmuv3_cmdq_cfgi_ste streamid= 0x10 | sid=16",
                "smmuv3_cmdq_cfgi_ste streamid =16 | sid=16",
                "smmuv3_write_mmio addr: 0x98 val:0xffffffffffffffff size: 0x4(0)"
                        + " | addr=152 val=-1 size=4 result=0",
                "virtio_iommu_attach domain=1 endpoint=-2 | domain=1 endpoint=-2"
            })
    void shouldNameTheFieldsOfWhatItKnows(final String line, final String fields)
            throws IOException {
        try (TraceReader reader = open(line + "\n")) {
            assertTrue(reader.next());
            assertEquals(fields == null ? "" : fields, fields(reader.event()));
            assertFalse(reader.next());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vtd_new_event x=1 | x=1",
                "vtd_new_event dev 00:1f.3 x.y = 0xff, n: -3 x_y=4 | x_y=255 n=-3",
                "vtd_new_event text=1 at a0:01.0 z=0x10q | ",
                "vtd_dmar_fault sid=0x8 otherwise | sid=8"
            })
    void shouldKeepTheTextOfWhatItDoesNotKnow(final String line, final String fields)
            throws IOException {
        try (TraceReader reader = open("qemu-system-x86_64: warning\n" + line + "\n")) {
            assertTrue(reader.next());
            final String text = line.substring(line.indexOf(' ') + 1);
            assertEquals(
                    "text=" + text + (fields == null ? "" : " " + fields), fields(reader.event()));
            assertEquals(2000, reader.event().timestamp(), "the second line");
            assertFalse(reader.next());
        }
    }

    /** Such a list is what {@code -trace events=} takes, and {@code -trace help} prints. */
    @Test
    void shouldTakeNoListOfNamesForALog() {
        assertThrows(
                TraceFormatException.class, () -> open("vtd_inv_desc\nvtd_context_cache_reset\n"));
    }

    @Test
    void shouldBoundTheKindsOfEvents() throws IOException {
        final int lines = 5000;
        final StringBuilder log = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            log.append("vtd_event a").append(i).append("=1\n");
        }
        try (TraceReader reader = open(log.toString())) {
            while (reader.next()) {
                assertEquals(1, reader.event().getLong("a" + (reader.events() - 1)));
            }
            assertEquals(4096, reader.events());
            assertFalse(reader.warnings().isEmpty());
        }
    }

    private static final String LOG =
            "qemu-system-x86_64: warning: something\n"
                    + "23642@1795698009.666805:vtd_re_not_present Root entry bus 0 not present\n"
                    + "23642@1795698009.666806:vtd_dmar_fault sid 0x20 fault 1 addr 0x1000 write 0\n"
                    + "invalid desc\u00e4\r\n"
                    + "23642@1795698009.666807:vtd_inv_desc invalidate desc type wait high 0x12 low"
                    + " 0x25\n"
                    + "23642@1795698009.666808:vtd_other x=1\n";

    @Test
    void shouldReadUpToACutAnywhere() throws IOException {
        final byte[] whole = LOG.getBytes(StandardCharsets.UTF_8);
        final int firstEvent = LOG.indexOf("vtd_re_not_present ") + 20;
        long before = 0;
        for (int cut = firstEvent; cut <= whole.length; cut++) {
            try (TraceReader reader =
                    Traces.open(new ByteArrayInputStream(whole, 0, cut), "input")) {
                while (reader.next()) {
                    assertFalse(fields(reader.event()).contains(TraceEvent.CORRUPT));
                }
                assertTrue(reader.events() >= before, "cut at " + cut);
                before = reader.events();
            }
        }
        assertEquals(4, before);
    }

    @Test
    void shouldSurviveAnyBitThatIsFlipped() throws IOException {
        final byte[] whole = LOG.getBytes(StandardCharsets.UTF_8);
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            final byte[] hit = whole.clone();
            hit[bit / 8] ^= (byte) (1 << bit % 8);
            try (TraceReader reader = Traces.open(new ByteArrayInputStream(hit), "input")) {
                long events = 0;
                while (reader.next()) {
                    assertFalse(fields(reader.event()).contains(TraceEvent.CORRUPT));
                    events++;
                }
                assertTrue(events >= 3 && events <= 5, "bit " + bit + ": " + events);
            }
        }
    }
}
