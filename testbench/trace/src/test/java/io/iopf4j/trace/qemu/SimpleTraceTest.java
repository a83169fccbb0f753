// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimpleTraceTest {
    private static final long MAGIC = 0xf2b177cb0aa429b4L;

    /** Writes what QEMU's simple backend does. */
    private static final class Writer {
        private final ByteBuffer bytes = ByteBuffer.allocate(4096);

        Writer(final boolean isBig, final long version) {
            bytes.order(isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(-1).putLong(MAGIC).putLong(version);
        }

        Writer names(final long id, final String name) {
            bytes.putLong(0).putLong(id).putInt(name.length());
            bytes.put(name.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        /** Arguments are numbers or texts. */
        Writer event(final long id, final long time, final Object... arguments) {
            bytes.putLong(1).putLong(id).putLong(time);
            final int length = bytes.position();
            bytes.putInt(0).putInt(4711);
            for (final Object argument : arguments) {
                if (argument instanceof String text) {
                    bytes.putInt(text.length());
                    bytes.put(text.getBytes(StandardCharsets.US_ASCII));
                } else {
                    bytes.putLong(((Number) argument).longValue());
                }
            }
            bytes.putInt(length, bytes.position() - length + 16);
            return this;
        }

        Writer raw(final long word) {
            bytes.putLong(word);
            return this;
        }

        byte[] toBytes() {
            return Arrays.copyOf(bytes.array(), bytes.position());
        }
    }

    private static Writer trace(final boolean isBig) {
        return new Writer(isBig, 4)
                .names(7, "vtd_dmar_fault")
                .names(8, "vtd_inv_desc")
                .names(9, "smmuv3_record_event")
                .names(10, "vtd_something")
                .event(7, 1000, 0x6a08, 0x71, 0x7f0000001000L, 1)
                .event(8, 2000, "iotlb", 0x14L, 0x56a080012L)
                .event(9, 3000, "SMMU_EVT_F_PERMISSION", 8)
                .event(10, 4000, 1, 2, 3)
                .event(-2, 4500, 5)
                .event(7, 5000, 0x6a08, 5, 0x2000, 0);
    }

    private static TraceReader open(final byte[] bytes) throws IOException {
        return Traces.open(new ByteArrayInputStream(bytes), "input");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadEventsInEitherByteOrder(final boolean isBig) throws IOException {
        try (TraceReader reader = open(trace(isBig).toBytes())) {
            assertEquals("simpletrace", reader.info().format());
            assertEquals(4, reader.info().version());
            final FaultEvents events = new FaultEvents(reader);
            assertTrue(events.next());
            assertEquals(Kind.FAULT, events.event().kind());
            assertEquals(0x6a08, events.event().rid());
            assertEquals(0x71, events.event().reason());
            assertEquals(2, events.event().perm());
            assertEquals(0x7f0000001000L, events.event().addr());
            assertEquals(1000, events.event().timeNs());
            assertEquals(4711, events.event().pid());
            assertTrue(events.next());
            assertEquals("iotlb", reader.event().getString("type"));
            assertEquals(0x14, reader.event().getLong("high"));
            assertTrue(events.next());
            assertEquals(0x13, events.event().reason());
            assertTrue(events.next());
            assertEquals(List.of(1L, 2L, 3L), numbers(reader.event()));
            assertTrue(events.next());
            assertEquals(5, reader.event().lostBefore());
            assertEquals(1, events.event().perm());
            assertFalse(events.next());
            assertEquals(5, reader.lostEvents());
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void shouldRefuseAnOlderVersion() {
        final IOException e =
                assertThrows(IOException.class, () -> open(new Writer(false, 3).toBytes()));
        assertEquals(
                "input: at offset 16: expected version 4 (QEMU 2.10 and later), found version 3",
                e.getMessage());
    }

    @Test
    void shouldReadUpToACutAnywhere() throws IOException {
        final byte[] whole = trace(false).toBytes();
        long before = 0;
        for (int cut = 24; cut < whole.length; cut++) {
            try (TraceReader reader = open(Arrays.copyOf(whole, cut))) {
                while (reader.next()) {
                    assertFalse(reader.event().name().isEmpty());
                }
                assertTrue(reader.events() >= before, "cut at " + cut);
                assertTrue(reader.warnings().size() <= 1, "cut at " + cut);
                before = reader.events();
            }
        }
        assertEquals(4, before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 23, Integer.MAX_VALUE, 1 << 17})
    void shouldNotBelieveALength(final int length) throws IOException {
        final Writer writer =
                new Writer(false, 4).names(7, "vtd_dmar_fault").event(7, 1, 1, 1, 1, 1);
        final byte[] bytes = writer.toBytes();
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length - 4 * 8 - 8, length);
        assertEndsWithOneWarning(bytes);
        final byte[] name = new Writer(false, 4).names(7, "x").toBytes();
        ByteBuffer.wrap(name).order(ByteOrder.LITTLE_ENDIAN).putInt(24 + 16, length);
        assertEndsWithOneWarning(name);
    }

    @Test
    void shouldAddUpWhatWasDroppedBeforeAnEvent() throws IOException {
        try (TraceReader reader =
                open(
                        trace(false)
                                .event(-2, 1, 3)
                                .event(-2, 2, 4)
                                .event(7, 3, 1, 1, 1, 1)
                                .toBytes())) {
            long before = 0;
            while (reader.next()) {
                before = reader.event().lostBefore();
            }
            assertEquals(7, before);
            assertEquals(12, reader.lostEvents());
            assertEquals(3, reader.lostMarkers());
        }
    }

    /** QEMU counts in an int. */
    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31})
    void shouldNotBelieveACountOfDroppedEvents(final long count) throws IOException {
        final Writer writer = new Writer(true, 4).names(7, "vtd_dmar_fault");
        for (int i = 0; i < 3; i++) {
            writer.event(-2, i, count);
        }
        try (TraceReader reader = open(writer.event(7, 3, 1, 1, 1, 1).toBytes())) {
            assertTrue(reader.next());
            assertEquals(-1, reader.event().lostBefore(), "some, not counted");
            assertFalse(reader.next());
            assertEquals(0, reader.lostEvents());
            assertEquals(3, reader.lostMarkers());
        }
    }

    /** Behind the header any bit may be wrong: what can be read is, and the rest is a warning. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSurviveEveryFlippedBit(final boolean isBig) throws IOException {
        final byte[] whole = trace(isBig).toBytes();
        for (int bit = 24 * 8; bit < 8 * whole.length; bit++) {
            final byte[] hit = whole.clone();
            hit[bit / 8] ^= (byte) (1 << bit % 8);
            final TraceReader reader = open(hit);
            final FaultEvents events = new FaultEvents(reader);
            while (events.next()) {
                assertFalse(reader.event().name().isEmpty());
            }
            assertTrue(
                    reader.events() == 5
                            || !reader.warnings().isEmpty()
                            || reader.lostMarkers() != 1,
                    "bit " + bit + ": what is missing is said");
        }
    }

    @Test
    void shouldEndAtARecordOfAnotherKind() throws IOException {
        assertEndsWithOneWarning(new Writer(false, 4).raw(2).raw(0).toBytes());
    }

    @Test
    void shouldPassOverAnEventWithoutAName() throws IOException {
        assertEndsWithOneWarning(new Writer(false, 4).event(7, 1, 1).toBytes());
    }

    private static List<Long> numbers(final TraceEvent event) {
        return event.format().fields().stream().map(event::getLong).toList();
    }

    /** The fields of the only event of a kind that nobody knows. */
    private static String unknown(final Object... arguments) throws IOException {
        try (TraceReader reader =
                open(new Writer(false, 4).names(7, "x_y").event(7, 1, arguments).toBytes())) {
            assertTrue(reader.next());
            assertEquals("qemu", reader.event().system());
            assertEquals("x_y", reader.event().name());
            return reader.event().format().fields().stream()
                    .map(field -> field.name() + "=" + reader.event().getString(field))
                    .collect(Collectors.joining(" "));
        }
    }

    @Test
    void shouldTellTextsFromNumbersByWhatTheyLookLike() throws IOException {
        assertEquals("", unknown());
        assertEquals("arg1=-1 arg2=0 arg3=9", unknown(-1L, 0, 9));
        assertEquals("arg1=virtio-blk arg2=7", unknown("virtio-blk", 7));
        assertEquals("arg1=7 arg2=abcd arg3=efg", unknown(7, "abcd", "efg"));
        assertEquals("arg1=7 arg2=3", unknown(7, 3), "as numbers, though a length is possible");
        assertEquals("bytes=6", unknown("ab"), "too short to be sure of");
        assertEquals("bytes=88", unknown(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), "QEMU has ten");
    }

    /** A version without the last argument, and one of whose layout nobody knows. */
    @Test
    void shouldTakeTheLayoutThatFits() throws IOException {
        try (TraceReader reader =
                open(
                        new Writer(false, 4)
                                .names(7, "smmuv3_decode_cd_tt")
                                .event(7, 1, 0, 16, 0x1000, 12, 1)
                                .event(7, 2, 1, 16, 0x1000, 12)
                                .event(7, 3, 5, 6)
                                .toBytes())) {
            assertTrue(reader.next());
            assertEquals(1, reader.event().getLong("had"));
            assertTrue(reader.next());
            assertEquals(1, reader.event().getLong("i"));
            assertEquals(null, reader.event().format().field("had"));
            assertTrue(reader.next());
            assertEquals(6, reader.event().getLong("arg2"));
            assertFalse(reader.next());
        }
    }

    @Test
    void shouldAddUpWhatWasDropped() throws IOException {
        try (TraceReader reader =
                open(
                        new Writer(false, 4)
                                .names(7, "vtd_dmar_enable")
                                .event(-2, 1, 5)
                                .event(-2, 2, 2)
                                .event(7, 3, 1)
                                .event(-2, 4, Long.MAX_VALUE)
                                .event(-2, 5, Long.MAX_VALUE)
                                .event(-2, 6, -7)
                                .event(-2, 7)
                                .event(7, 8, 0)
                                .event(-2, 9, 4)
                                .toBytes())) {
            assertTrue(reader.next());
            assertEquals(7, reader.event().lostBefore());
            assertTrue(reader.next());
            assertEquals(-1, reader.event().lostBefore(), "nobody can have counted that far");
            assertFalse(reader.next());
            assertEquals(11, reader.lostEvents());
            assertEquals(7, reader.lostMarkers());
            assertEquals(4, reader.warnings().size(), reader.warnings().toString());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSurviveAnyBitThatIsFlipped(final boolean isBig) throws IOException {
        final byte[] whole = trace(isBig).toBytes();
        final int header = 24;
        for (int bit = 8 * header; bit < 8 * whole.length; bit++) {
            final byte[] hit = whole.clone();
            hit[bit / 8] ^= (byte) (1 << bit % 8);
            try (TraceReader reader = open(hit)) {
                while (reader.next()) {
                    for (final EventField field : reader.event().format().fields()) {
                        assertFalse(reader.event().isCorrupt(field), "bit " + bit);
                    }
                }
                assertTrue(reader.events() <= 5, "bit " + bit);
                assertTrue(reader.lostEvents() >= 0, "bit " + bit);
            }
        }
    }

    private static void assertEndsWithOneWarning(final byte[] bytes) throws IOException {
        try (TraceReader reader = open(bytes)) {
            assertFalse(reader.next());
            assertFalse(reader.next());
            assertTrue(reader.warnings().size() >= 1, reader.warnings().toString());
        }
    }
}
