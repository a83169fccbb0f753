// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.Dumps;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogReaderTest {
    private static final String FAULT =
            "DMAR: [DMA Write NO_PASID] Request device [6a:01.0] fault addr 0x7f0000001000"
                    + " [fault reason 0x05] PTE Write access is not set\n";
    private static final String SMMU = "arm-smmu-v3 arm-smmu-v3.0.auto: ";

    private static TraceReader open(final String text) throws IOException {
        return Traces.open(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "input");
    }

    private static TraceReader first(final String text) throws IOException {
        final TraceReader reader = open(text);
        assertTrue(reader.next(), text);
        return reader;
    }

    private static FaultEvent fault(final String text) throws IOException {
        final FaultEvents events = new FaultEvents(open(text));
        assertTrue(events.next(), text);
        assertEquals(FaultEvent.Kind.FAULT, events.event().kind());
        return events.event();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[DMA Write NO_PASID] Request device [6a:01.0] fault addr 0x7f0000001000"
                        + " [fault reason 0x05] x|6a:01.0|2|7f0000001000|5|0",
                "[DMA Read PASID 0x5] Request device [6a:01.0] fault addr 0x7f0000001000"
                        + " [fault reason 0x71] x|6a:01.0|1|7f0000001000|113|5",
                "[DMA Read NO_PASID] Request device [0x00:0x02.0] fault addr 0x7c346000"
                        + " [fault reason 0x06] x|00:02.0|1|7c346000|6|0",
                "[DMA Read] Request device [00:02.0] PASID ffffffff fault addr 9c000000"
                        + " [fault reason 06] x|00:02.0|1|9c000000|6|0",
                "[DMA Read] Request device [00:02.0] PASID 7 fault addr 9c000000"
                        + " [fault reason 12] x|00:02.0|1|9c000000|12|7",
                "[DMA Write] Request device [00:12.0] fault addr 0"
                        + " [fault reason 05] x|00:12.0|2|0|5|0"
            })
    void shouldReadEveryWordingOfAFault(
            final String line,
            final String device,
            final int perm,
            final String addr,
            final int reason,
            final int pasid)
            throws IOException {
        final FaultEvent fault = fault("[    1.000002] DMAR: " + line + "\n");
        assertEquals(device, fault.device());
        assertEquals(perm, fault.perm());
        assertEquals(Long.parseUnsignedLong(addr, 16), fault.addr());
        assertEquals(reason, fault.reason());
        assertEquals(pasid, fault.pasid());
        assertEquals(1_000_002_000L, fault.timeNs());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[fault reason 37] Blocked a compatibility format interrupt request",
                "[fault reason 0x25] Blocked a compatibility format interrupt request"
            })
    void shouldTakeAReasonOfOldForDecimal(final String reason) throws IOException {
        final TraceReader reader =
                first("DMAR: [INTR-REMAP] Request device [f0:1f.7] fault index 22 " + reason);
        assertEquals("interrupt_fault", reader.event().name());
        assertEquals(0x25, reader.event().getLong("reason"));
        assertEquals(0x22, reader.event().getLong("index"));
        assertEquals(0xf0ff, reader.event().getLong("rid"));
    }

    @Test
    void shouldTakeTheReasonOfThreeXFromTheNextLine() throws IOException {
        final String first =
                "[    1.000000] dmar: DMAR:[DMA Read] Request device [00:02.0] fault addr 9c000000\n";
        final FaultEvents events =
                new FaultEvents(
                        open(
                                first
                                        + "[    1.000001] DMAR:[fault reason 06] PTE Read\n"
                                        + first
                                        + first));
        assertTrue(events.next());
        assertEquals(6, events.event().reason());
        assertTrue(events.next());
        assertEquals(0, events.event().reason());
        assertTrue(events.next());
        assertFalse(events.next());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "[   12.345678] |12345678000",
                "[   12.345678][    T1] |12345678000",
                "kern  :err   : [   12.345678] |12345678000",
                "kern  :err   : 2026-11-22T11:37:40,345678+00:00 |1795347460345678000",
                "[Sun Nov 22 11:37:40 2026] |1795347460000000000",
                "[   12.345690 <    0.000012>] |12345690000",
                "[  +0.000012] |12000",
                "<3>[   12.345678] |12345678000",
                "3,100,12345678,-;|12345678000",
                "Nov 22 11:37:40 host kernel: |974893060000000000",
                "Nov 22 11:37:40.345678 host kernel: |974893060345678000",
                "2026-11-22T11:37:40+0000 host kernel: |1795347460000000000",
                "2026-11-22T12:37:40.345678+01:00 host kernel: |1795347460345678000",
                "[   12.345678] host kernel: |12345678000",
                "1795347460.345678 host kernel: |1795347460345678000",
                "Nov 22 11:37:40 host kernel: [   12.345678] |12345678000",
                "[    7.471040] [pid:134,cpu0,irq/13-arm-smmu]|7471040000",
                "Xxx 99 99:99:99 host kernel: |0",
                "2026-13-45T99:99:99 |0",
                "|0"
            })
    void shouldReadEveryTime(final String prefix, final long time) throws IOException {
        assertEquals(
                time, first((prefix == null ? "" : prefix) + FAULT).event().timestamp(), prefix);
        assertEquals(
                time,
                first("\u001b[32m" + (prefix == null ? "" : prefix) + "\u001b[0m" + FAULT)
                        .event()
                        .timestamp());
    }

    // ---- SMMUv3 ---------------------------------------------------------------------------------

    private static final String START = SMMU + "event 0x10 received:\n";
    private static final String WORDS =
            SMMU
                    + "\t0x0000000800005810\n"
                    + SMMU
                    + "\t0x0000020880000003\n"
                    + SMMU
                    + "\t0x0000ffff9c001000\n"
                    + SMMU
                    + "\t0x0000000000000000\n";
    private static final String PARTS =
            SMMU
                    + "event: F_TRANSLATION client: 0000:06:00.0 sid: 0x8 ssid: 0x5"
                    + " iova: 0xffff9c001000 ipa: 0x0\n"
                    + SMMU
                    + "unpriv data read s1 \"Input address caused fault\" stall stag: 0x3\n";

    private static void assertIsTheEvent(final TraceReader reader) {
        assertEquals(8, reader.event().getLong("rid"));
        assertEquals(5, reader.event().getLong("pasid"));
        assertEquals(1, reader.event().getLong("perm"));
        assertEquals(0x10, reader.event().getLong("reason"));
        assertEquals(0xffff9c001000L, reader.event().getLong("addr"));
        assertEquals(1, reader.event().getLong("stall"));
        assertEquals(3, reader.event().getLong("stag"));
    }

    @Test
    void shouldCountAnEventOnceThatIsToldTwice() throws IOException {
        final TraceReader reader = first(START + WORDS + PARTS + START + WORDS + PARTS);
        assertIsTheEvent(reader);
        assertTrue(reader.next());
        assertIsTheEvent(reader);
        assertFalse(reader.next());
    }

    @ParameterizedTest
    @ValueSource(strings = {START + PARTS, PARTS})
    void shouldTakeThePartsWhereTheWordsAreMissing(final String text) throws IOException {
        final TraceReader reader = first(text);
        assertIsTheEvent(reader);
        assertEquals("0000:06:00.0", reader.event().getString("device"));
        assertFalse(reader.next());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\t", "        ", "#011", "\\011", "\\x09", "\\t"})
    void shouldTakeEveryTabForOne(final String tab) throws IOException {
        assertIsTheEvent(first(START + WORDS.replace("\t", tab)));
    }

    @Test
    void shouldPutLinesOfSeveralSmmusTogether() throws IOException {
        final String other = "arm-smmu-v3 2b400000.iommu: ";
        final StringBuilder text = new StringBuilder(START + START.replace(SMMU, other));
        for (final String line : WORDS.split("\n", -1)) {
            text.append(line).append('\n').append(line.replace(SMMU, other)).append('\n');
            text.append("usb 1-1: new device\n");
        }
        final TraceReader reader = first(text.toString());
        assertIsTheEvent(reader);
        assertEquals("arm-smmu-v3.0.auto", reader.event().getString("smmu"));
        assertTrue(reader.next());
        assertIsTheEvent(reader);
        assertEquals("2b400000.iommu", reader.event().getString("smmu"));
        assertFalse(reader.next());
    }

    @Test
    void shouldReadAnUnexpectedPageRequest() throws IOException {
        final FaultEvent fault =
                fault(
                        SMMU
                                + "\tsid 0x00000008.0x00005: [9L] unprivileged RW access at iova"
                                + " 0x0000ffff9c001000\n");
        assertEquals(8, fault.rid());
        assertEquals(5, fault.pasid());
        assertEquals(9, fault.grpid());
        assertEquals(3, fault.perm());
        assertEquals(0xffff9c001000L, fault.addr());
    }

    // ---- Others ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "amdgpu 0000:07:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0007"
                        + " address=0xffffc02000 flags=0x0020]|0000:07:00.0|2",
                "AMD-Vi: Event logged [IO_PAGE_FAULT device=07:00.0 domain=0x0007"
                        + " address=0x000000ffffc02000 flags=0x0000]|07:00.0|1"
            })
    void shouldReadAmdsFaults(final String line, final String device, final int perm)
            throws IOException {
        final FaultEvent fault = fault(line);
        assertEquals(device, fault.device());
        assertEquals(perm, fault.perm());
        assertEquals(0xffffc02000L, fault.addr());
        assertEquals(2, fault.reason());
    }

    @Test
    void shouldReadARefusedPageRequest() throws IOException {
        final FaultEvent fault = fault("dmar1: Invalid page request: 56a080101 7f0000001017\n");
        assertEquals(0x6a08, fault.rid());
        assertEquals(5, fault.pasid());
        assertEquals(3, fault.perm());
        assertEquals(0x7f0000001000L, fault.addr());
    }

    @Test
    void shouldCountWhatWasSuppressedOrLost() throws IOException {
        final TraceReader reader =
                first(
                        "[    1.000000] dmar_fault: 893 callbacks suppressed\n"
                                + FAULT
                                + SMMU
                                + "EVTQ overflow detected -- events lost\n"
                                + "IOMMU: dmar1: PRQ overflow detected\n");
        assertEquals(893, reader.event().lostBefore());
        assertTrue(reader.next());
        assertEquals("message", reader.event().name());
        assertTrue(reader.next());
        assertEquals(893, reader.lostEvents());
        assertEquals(3, reader.lostMarkers());
        assertFalse(reader.next());
    }

    @Test
    void shouldPassOverWhatIsNoFault() throws IOException {
        final TraceReader reader =
                open("[    0.000000] Linux version 6.1\n[    0.1] DMAR: Host address width 39\n");
        assertFalse(reader.next());
        assertEquals("Linux 6.1", reader.info().kernel());
    }

    // ---- Damage ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vtd-legacy.dmesg.txt.gz",
                "vtd-legacy.dmesg.json.gz",
                "arm-a.kmsg.txt.gz",
                "virtio-iommu-a.dmesg-T.txt.gz"
            })
    void shouldReadWhatIsLeftOfADamagedLog(final String file) throws IOException {
        final byte[] whole;
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(Dumps.path(file)))) {
            whole = in.readAllBytes();
        }
        final Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            final byte[] bytes = Arrays.copyOf(whole, 3000 + random.nextInt(whole.length - 3000));
            for (int flips = i % 2 * 1000; flips > 0; flips--) {
                bytes[2000 + random.nextInt(bytes.length - 2000)] ^=
                        (byte) (1 << random.nextInt(8));
            }
            try (TraceReader reader =
                    Traces.open(new ByteArrayInputStream(bytes), "damaged " + i)) {
                final FaultEvents events = new FaultEvents(reader);
                while (events.next()) {
                    assertTrue(reader.events() <= 200);
                }
            }
        }
    }

    @Test
    void shouldCutALineOfMegabytes() throws IOException {
        final String junk = "x".repeat(3_000_000);
        final TraceReader reader = first("[    1.000000] a\n" + junk + "\n" + FAULT);
        assertEquals("fault", reader.event().name());
        assertFalse(reader.next());
    }
}
