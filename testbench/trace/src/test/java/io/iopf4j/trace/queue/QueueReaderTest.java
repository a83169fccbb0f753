// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueueReaderTest {
    private static final long STALL_0 = 0x0000_0008_0000_5810L;
    private static final long STALL_1 = 0x0000_0208_8000_0003L;
    private static final long IOVA = 0x0000_ffff_9c00_1000L;

    private static byte[] bytes(final long... words) {
        final ByteBuffer bytes =
                ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (final long word : words) {
            bytes.putLong(word);
        }
        return bytes.array();
    }

    private static TraceReader open(final String said, final byte[] bytes) throws IOException {
        return Traces.open(new ByteArrayInputStream(bytes), "dump", said);
    }

    private static FaultEvent only(final String said, final long... words) throws IOException {
        final TraceReader reader = open(said, bytes(words));
        final FaultEvents events = new FaultEvents(reader);
        assertTrue(events.next());
        final FaultEvent found = events.event();
        assertEquals(List.of(), reader.warnings());
        return found;
    }

    private static List<Long> addresses(final TraceReader reader) throws IOException {
        final List<Long> all = new ArrayList<>();
        while (reader.next()) {
            all.add(reader.event().getLong("addr"));
        }
        return all;
    }

    @Test
    void shouldTakeAStallForARequest() throws IOException {
        final FaultEvent fault = only("evtq", STALL_0, STALL_1, IOVA, 0);
        assertEquals(Kind.REQUEST, fault.kind());
        assertEquals(8, fault.rid());
        assertEquals(5, fault.pasid());
        assertEquals(3, fault.grpid());
        assertEquals(3, fault.flags(), "PASID, last");
        assertEquals(1, fault.perm());
        assertEquals(IOVA, fault.addr());
    }

    @ParameterizedTest
    @CsvSource({
        // F_TRANSLATION not stalled, privileged write
        "0x10, 0x0000020200000000, 10, 0x7000",
        // F_WALK_EABT, read
        "0x0b, 0x0000000800000000, 1, 0x7000",
        // C_BAD_STE has neither access nor address
        "0x04, 0xffffffffffffffff, 0, 0"
    })
    void shouldTakeOtherEventsForFaults(
            final String id, final String word, final int perm, final String addr)
            throws IOException {
        final FaultEvent fault =
                only(
                        "evtq",
                        0x9_0000_0000L | Long.decode(id),
                        Long.parseUnsignedLong(word.substring(2), 16),
                        0x7000,
                        0);
        assertEquals(Kind.FAULT, fault.kind());
        assertEquals(9, fault.rid());
        assertEquals(0, fault.pasid(), "none without SSV");
        assertEquals(Long.decode(id), fault.reason());
        assertEquals(perm, fault.perm());
        assertEquals(Long.decode(addr), fault.addr());
    }

    @Test
    void shouldReadAPriRequest() throws IOException {
        final FaultEvent fault = only("priq", 0xf000_0005_0000_0008L, 0x0000_ffff_9c00_1009L);
        assertEquals(Kind.REQUEST, fault.kind());
        assertEquals(8, fault.rid());
        assertEquals(5, fault.pasid());
        assertEquals(9, fault.grpid());
        assertEquals(3, fault.flags());
        assertEquals(3, fault.perm());
        assertEquals(IOVA, fault.addr());
    }

    @Test
    void shouldReadAPageRequest() throws IOException {
        final FaultEvent fault = only("prq", 0x0000_0005_6a08_0101L, 0x0000_7f00_0000_1017L, 0, 0);
        assertEquals(Kind.REQUEST, fault.kind());
        assertEquals(0x6a08, fault.rid());
        assertEquals(5, fault.pasid());
        assertEquals(2, fault.grpid());
        assertEquals(3, fault.flags());
        assertEquals(3, fault.perm());
        assertEquals(0x7f0000001000L, fault.addr());
    }

    @Test
    void shouldReadAFaultRecord() throws IOException {
        final FaultEvent fault = only("frcd", 0x0000_7f00_0000_1000L, 0xc000_0571_8000_6a08L);
        assertEquals(Kind.FAULT, fault.kind());
        assertEquals(0x6a08, fault.rid());
        assertEquals(5, fault.pasid());
        assertEquals(0x71, fault.reason());
        assertEquals(1, fault.perm());
        assertEquals(0x7f0000001000L, fault.addr());
    }

    /** T1 and T2, bits 62 and 28 of the high half: VT-d specification, 11.4.7.7. */
    @ParameterizedTest
    @CsvSource({
        "0x0000000000000000, write, 2",
        "0x0000000010000000, page request, 0",
        "0x4000000000000000, read, 1",
        "0x4000000010000000, atomic, 3",
        "0x4000000060000000, read, 13"
    })
    void shouldTellWhatKindOfAccessFaulted(final String bits, final String type, final int perm)
            throws IOException {
        final long high = 0xa000_0071_0000_6a08L | Long.decode(bits);
        final FaultEvent fault = only("frcd", 0x1000, high);
        assertEquals(perm, fault.perm());
        assertEquals(0, fault.pasid());
        try (TraceReader reader = open("frcd", bytes(0x1000, high))) {
            assertTrue(reader.next());
            assertEquals(type, reader.event().getString("type"));
            assertEquals(2, reader.event().getLong("at"), "translated");
        }
    }

    @Test
    void shouldTakeAnInterruptsFaultForNone() throws IOException {
        final byte[] record = bytes(0x0007_0000_0000_0000L, 0x8000_0022_0000_0100L);
        final FaultEvents events = new FaultEvents(open("frcd", record));
        assertTrue(events.next());
        assertEquals(Kind.OTHER, events.event().kind());
        try (TraceReader reader = open("frcd", record)) {
            assertTrue(reader.next());
            assertEquals("interrupt_fault", reader.event().name());
            assertEquals(7, reader.event().getLong("index"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // CMD_RESUME: retry, abort, terminate
        "0x0000000800001044, 0x3, 0, 0, 3",
        "0x0000000800002044, 0x3, 1, 0, 3",
        "0x0000000800000044, 0x3, 2, 0, 3",
        // CMD_PRI_RESP: success, invalid, failure
        "0x0000000800005841, 0x2009, 0, 5, 9",
        "0x0000000800005841, 0x1009, 1, 5, 9",
        "0x0000000800005841, 0x0009, 2, 5, 9"
    })
    void shouldReadAnAnswer(
            final String q0, final String q1, final int code, final int pasid, final int group)
            throws IOException {
        final FaultEvent answer = only("cmdq", Long.decode(q0), Long.decode(q1));
        assertEquals(Kind.ANSWER, answer.kind());
        assertEquals(8, answer.rid());
        assertEquals(code, answer.code());
        assertEquals(pasid, answer.pasid());
        assertEquals(group, answer.grpid());
    }

    @Test
    void shouldNameOtherCommands() throws IOException {
        try (TraceReader reader = open("cmdq", bytes(0x46, 0, 0xee, 1))) {
            assertTrue(reader.next());
            assertEquals("SYNC", reader.event().getString("name"));
            assertTrue(reader.next());
            assertEquals("unknown", reader.event().name());
            assertEquals(0xee, reader.event().getLong("q0"));
            assertFalse(reader.next());
            assertEquals(
                    List.of("at offset 16: expected a record of kind cmdq, found opcode 0xee"),
                    reader.warnings());
        }
    }

    /** Its message has zeroed its opcode; the address of the message is left. */
    @Test
    void shouldKnowASyncThatIsDone() throws IOException {
        try (TraceReader reader = open("cmdq", bytes(0, 0x8000_0010L))) {
            assertTrue(reader.next());
            assertEquals("SYNC", reader.event().getString("name"));
            assertEquals(0x46, reader.event().getLong("opcode"));
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldPassOverPlacesThatWereNeverUsedAndKeepTheirNumbers() throws IOException {
        final byte[] dump =
                bytes(0, 0, 0, 0, STALL_0, STALL_1, IOVA, 0, 0, 0, 0, 0, STALL_0, STALL_1, 7, 0);
        try (TraceReader reader = open("evtq", dump)) {
            assertTrue(reader.next());
            assertEquals(1000, reader.event().timestamp());
            assertTrue(reader.next());
            assertEquals(3000, reader.event().timestamp());
            assertEquals(2, reader.emptyPlaces());
            assertFalse(reader.next());
            assertEquals(List.of(), reader.warnings());
        }
    }

    /** Linux clears F (VT-d specification, 11.4.7.7) and leaves the rest as it was. */
    @Test
    void shouldPassOverFaultRecordsThatAreRead() throws IOException {
        final long fault = 0xc000_0571_8000_6a08L;
        try (TraceReader reader =
                open("frcd", bytes(0x1000, fault & Long.MAX_VALUE, 0x2000, fault, 0, 0))) {
            assertEquals(List.of(0x2000L), addresses(reader));
            assertEquals(1000, reader.event().timestamp());
            assertEquals(2, reader.emptyPlaces());
            assertEquals(List.of(), reader.warnings());
        }
    }

    /** Numbers between and beyond those of 7.3, reserved or of the implementation. */
    @ParameterizedTest
    @ValueSource(ints = {0x0c, 0x0f, 0x14, 0x1f, 0x22, 0x23, 0x26, 0xe0, 0xff})
    void shouldTakeNoUnknownEventForAFault(final int id) throws IOException {
        final byte[] record = bytes(0x9_0000_0000L | id, 1, 2, 3);
        final TraceReader reader = open("evtq", record);
        final FaultEvents events = new FaultEvents(reader);
        assertTrue(events.next());
        assertEquals(Kind.OTHER, events.event().kind());
        assertEquals(
                List.of(
                        "at offset 0: expected a record of kind evtq, found event 0x"
                                + Integer.toHexString(id)),
                reader.warnings());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x0b, 0x10, 0x13, 0x20, 0x21, 0x24, 0x25})
    void shouldKnowEveryEvent(final int id) throws IOException {
        assertEquals(id, only("evtq", 0x9_0000_0000L | id, 0, 0, 0).reason());
    }

    @Test
    void shouldBoundWhatItSays() throws IOException {
        final byte[] dump = new byte[32 * 1000];
        Arrays.fill(dump, (byte) 0xff);
        for (final String kind : List.of("evtq", "cmdq", "prq")) {
            try (TraceReader reader = open(kind, dump)) {
                while (reader.next()) {
                    assertEquals("unknown", reader.event().name());
                }
                assertTrue(reader.warnings().size() <= 64, kind);
            }
        }
    }

    /** Whatever bits are hit, there are as many records, and none is an exception. */
    @ParameterizedTest
    @ValueSource(strings = {"evtq", "priq", "cmdq", "prq", "frcd"})
    void shouldSurviveEveryFlippedBit(final String kind) throws IOException {
        final byte[] whole =
                kind.equals("evtq") || kind.equals("prq")
                        ? bytes(STALL_0 | 1, STALL_1, IOVA, 0, STALL_0, STALL_1, IOVA, 0)
                        : bytes(0x8_0000_1044L, -3, 0x8_0000_5841L, -3, 0x46, -3, 0x12, -3);
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            final byte[] hit = whole.clone();
            hit[bit / 8] ^= (byte) (1 << bit % 8);
            final FaultEvents events = new FaultEvents(open(kind, hit));
            long count = 0;
            while (events.next()) {
                count++;
            }
            final int record = kind.equals("evtq") || kind.equals("prq") ? 32 : 16;
            final boolean isCleared = kind.equals("frcd") && bit % 128 == 127;
            assertEquals(whole.length / record - (isCleared ? 1 : 0), count, "bit " + bit);
        }
    }

    /** Text that ends anywhere is refused when opened, or gives what whole records it has. */
    @Test
    void shouldSurviveAHexDumpThatIsCutOrHitAnywhere() throws IOException {
        final byte[] text =
                hexdump(bytes(STALL_0, STALL_1, IOVA, 0, STALL_0, STALL_1, 7, 0))
                        .getBytes(StandardCharsets.UTF_8);
        for (int place = 1; place < text.length; place++) {
            assertTrue(count(Arrays.copyOf(text, place)) <= 2, "cut at " + place);
            for (int bit = 0; bit < 8; bit++) {
                final byte[] hit = text.clone();
                hit[place] ^= (byte) (1 << bit);
                assertTrue(count(hit) <= text.length / 32, "hit at " + place);
            }
        }
    }

    private static int count(final byte[] dump) throws IOException {
        try (TraceReader reader = open("evtq", dump)) {
            int count = 0;
            while (reader.next()) {
                count++;
            }
            return count;
        } catch (final TraceFormatException e) {
            return 0;
        }
    }

    @Test
    void shouldSayThatARecordIsCutOff() throws IOException {
        final byte[] dump = bytes(STALL_0, STALL_1, IOVA, 0, STALL_0, STALL_1, IOVA, 0);
        for (int cut = 1; cut < dump.length; cut++) {
            try (TraceReader reader = open("evtq", Arrays.copyOf(dump, cut))) {
                assertEquals(cut / 32, addresses(reader).size());
                assertEquals(cut % 32 == 0 ? 0 : 1, reader.warnings().size(), "cut at " + cut);
            }
        }
    }

    private static String row(final long offset, final byte[] bytes, final int from) {
        final StringBuilder row = new StringBuilder(String.format("%08x ", offset));
        for (int i = 0; i < 16; i++) {
            row.append(i == 8 ? "  " : " ").append(String.format("%02x", bytes[from + i]));
        }
        return row.append("  |................|\n").toString();
    }

    private static String hexdump(final byte[] bytes) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i += 16) {
            text.append(row(i, bytes, i));
        }
        return text.append(String.format("%08x%n", bytes.length)).toString();
    }

    private static List<Long> addressesOfText(final String said, final String text)
            throws IOException {
        try (TraceReader reader = open(said, text.getBytes(StandardCharsets.UTF_8))) {
            final List<Long> all = addresses(reader);
            assertEquals(List.of(), reader.warnings());
            return all;
        }
    }

    @Test
    void shouldReadAHexDump() throws IOException {
        final byte[] dump = bytes(STALL_0, STALL_1, IOVA, 0, STALL_0, STALL_1, 7, 0);
        assertEquals(List.of(IOVA, 7L), addressesOfText("evtq", hexdump(dump)));
        assertEquals(
                List.of(IOVA, 7L), addressesOfText("evtq", hexdump(dump).toUpperCase(Locale.ROOT)));
        assertEquals(
                List.of(0x7f0000001000L),
                addressesOfText(
                        "prq",
                        """
                        00000000: 0101 086a 0500 0000 1710 0000 007f 0000  ...j............
                        00000010: 0000 0000 0000 0000 0000 0000 0000 0000  ..........
                        """));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // hexdump without -C, and od: words of 16 bits in the host's order
                "0000000 5810 0000 0008 0000 0003 8000 0208 0000\n0000010\n",
                "0000000 054020 000000 000010\n",
                // a debugger's words of 64 bits
                "ffff888100640000:  0000000800005810 0000020880000003   .X......\n",
                "0x10:\t0x0000000800005810\t0x0000020880000003\n",
                "event queue of smmu3.0.auto\n"
            })
    void shouldRefuseTextThatDoesNotListBytes(final String text) {
        final TraceFormatException e =
                assertThrows(
                        TraceFormatException.class,
                        () -> open("evtq", text.getBytes(StandardCharsets.UTF_8)));
        assertTrue(e.getMessage().contains("hexdump -C"), e.getMessage());
    }

    /** What the bytes look like as characters may be digits, too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000: 6465 6164 6265 6566 6465 6164 6265 6566  deadbeefdeadbeef\n",
                "00000000: 64 65 61 64 62 65 65 66 64 65 61 64 62 65 65 66  de ad be ef\n",
                "00000000  64 65 61 64 62 65 65 66  64 65 61 64 62 65 65 66  |de ad be ef|\n",
                "00000000: 6465 6164 6265 6566 6465 6164 6265 6566 6465 6164 6265 6566\n"
            })
    void shouldTakeSixteenBytesOfARow(final String text) throws IOException {
        try (TraceReader reader = open("cmdq", text.getBytes(StandardCharsets.UTF_8))) {
            assertTrue(reader.next());
            assertEquals(0x6665656264616564L, reader.event().getLong("q0"));
            assertEquals(0x6665656264616564L, reader.event().getLong("q1"));
            assertFalse(reader.next());
        }
    }

    /** A star stands for rows like the one before it. */
    @Test
    void shouldRepeatTheRowBeforeAStar() throws IOException {
        final byte[] one = bytes(0xf000_0005_0000_0008L, 0x1009);
        assertEquals(
                List.of(0x1000L, 0x1000L, 0x1000L),
                addressesOfText("priq", row(0, one, 0) + "*\n00000030\n"));
        final byte[] other = bytes(0xf000_0005_0000_0008L, 0x2009);
        assertEquals(
                List.of(0x1000L, 0x1000L, 0x1000L, 0x2000L),
                addressesOfText("priq", row(0, one, 0) + "*\n" + row(0x30, other, 0)));
    }

    /** A star may come again and again, each time for megabytes, behind an offset that is lower. */
    @ParameterizedTest
    @ValueSource(strings = {"*\n00ff0000\n", ""})
    @Timeout(60)
    void shouldBoundWhatIsNotPrinted(final String between) throws IOException {
        final byte[] one = bytes(0xf000_0005_0000_0008L, 0x1009);
        final String text = (row(0, one, 0) + between + row(0xff_0000, one, 0)).repeat(1000);
        try (TraceReader reader = open("priq", text.getBytes(StandardCharsets.UTF_8))) {
            while (reader.next()) {
                assertEquals(0x1000, reader.event().getLong("addr"));
            }
            assertTrue(reader.events() >= 2000, "every row that is printed");
            assertTrue(reader.events() <= (1 << 20) + 2000, reader.events() + " records");
            assertTrue(reader.warnings().size() <= 64);
        }
    }

    /** The record that a row is missing of is none; those behind it stay where they are. */
    @Test
    void shouldKeepRecordsInPlaceWhereRowsAreMissing() throws IOException {
        final byte[] dump = new byte[8 * 32];
        for (int place = 0; place < 8; place++) {
            System.arraycopy(
                    bytes(STALL_0, STALL_1, (place + 1) << 12, 0), 0, dump, place * 32, 32);
        }
        final List<String> rows = hexdump(dump).lines().toList();
        for (int row = 0; row < 16; row++) {
            final List<String> left = new ArrayList<>(rows);
            left.remove(row);
            final List<Long> expected = new ArrayList<>(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L));
            expected.remove(row / 2);
            assertPlaces(row == 0 ? null : expected, left);
        }
        final List<String> left = new ArrayList<>(rows);
        left.subList(3, 8).clear();
        assertPlaces(List.of(1L, 5L, 6L, 7L, 8L), left);
    }

    /** Where the first row is missing nothing tells that a record does not begin there. */
    private static void assertPlaces(final List<Long> expected, final List<String> rows)
            throws IOException {
        final String text = String.join("\n", rows) + "\n";
        try (TraceReader reader = open("evtq", text.getBytes(StandardCharsets.UTF_8))) {
            final List<Long> places = new ArrayList<>();
            while (reader.next()) {
                if (expected != null) {
                    assertEquals("event", reader.event().name());
                    places.add(reader.event().getLong("addr") >> 12);
                    assertEquals(
                            (places.get(places.size() - 1) - 1) * 1000, reader.event().timestamp());
                }
            }
            if (expected != null) {
                assertEquals(expected, places);
                assertEquals(1, reader.warnings().size(), reader.warnings().toString());
            }
        }
    }

    /** A debugger's offsets are addresses; two dumps may lie in one file. */
    @Test
    void shouldTakeAnyOffsetForTheFirst() throws IOException {
        final byte[] one = bytes(0xf000_0005_0000_0008L, 0x1009);
        final String text =
                "ffff888100640000" + row(0, one, 0).substring(8) + "*\nffff888100640030\n";
        assertEquals(List.of(0x1000L, 0x1000L, 0x1000L), addressesOfText("priq", text));
        final byte[] stall = bytes(STALL_0, STALL_1, IOVA, 0);
        final String cut = hexdump(stall).lines().findFirst().orElseThrow() + "\n";
        try (TraceReader reader =
                open("evtq", (cut + hexdump(stall)).getBytes(StandardCharsets.UTF_8))) {
            assertEquals(List.of(IOVA), addresses(reader));
            assertEquals(1, reader.warnings().size());
        }
    }

    @ParameterizedTest
    @CsvSource({"7fffffff0", "fffffffffffffff0", "00000000"})
    void shouldNotBelieveAStarThatStandsForGigabytes(final String offset) throws IOException {
        final byte[] one = bytes(0xf000_0005_0000_0008L, 0x1009);
        try (TraceReader reader =
                open(
                        "priq",
                        (row(0, one, 0) + "*\n" + offset + "\n")
                                .getBytes(StandardCharsets.UTF_8))) {
            assertEquals(1, addresses(reader).size());
            assertEquals(1, reader.warnings().size());
        }
    }

    @Test
    void shouldSayWhatRowsAreNone() throws IOException {
        final byte[] one = bytes(0xf000_0005_0000_0008L, 0x1009);
        final String text = row(0, one, 0) + "rubbish\n" + row(0x40, one, 0);
        try (TraceReader reader = open("priq", text.getBytes(StandardCharsets.UTF_8))) {
            assertEquals(2, addresses(reader).size());
            assertEquals(2, reader.warnings().size(), reader.warnings().toString());
        }
    }

    @Test
    void shouldListWhatADumpMayBeCalled() {
        final IOException e = assertThrows(IOException.class, () -> open("evq", new byte[32]));
        assertEquals(
                "dump: is said to be 'evq', expected one of evtq, priq, cmdq, prq, frcd",
                e.getMessage());
        final IOException unsaid =
                assertThrows(IOException.class, () -> open(null, bytes(STALL_0, STALL_1)));
        assertTrue(unsaid.getMessage().contains("--as evtq"), unsaid.getMessage());
    }
}
