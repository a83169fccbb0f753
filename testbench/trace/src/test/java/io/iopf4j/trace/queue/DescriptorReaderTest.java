// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DescriptorReaderTest {
    private static final String TITLE = "Index\t\tqw0\t\t\tqw1\t\t\tqw2\t\t\tqw3\t\t\tstatus\n";

    private static String unit(final String name, final int tail, final String... rows) {
        return "Invalidation queue on IOMMU: "
                + name
                + "\n Base: 0x10a640000\tHead: "
                + tail
                + "\tTail: "
                + tail
                + "\n"
                + TITLE
                + String.join("", rows)
                + "\n";
    }

    private static String wide(final int index, final String qw0, final String qw1) {
        return String.format(
                "%5d\t%16s\t%16s\t0000000000000000\t0000000000000000\t0000000000000002%n",
                index, qw0, qw1);
    }

    private static TraceReader open(final String text) throws IOException {
        return Traces.open(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "input");
    }

    @Test
    void shouldReadPageGroupResponsesOfEveryUnit() throws IOException {
        final String text =
                unit(
                                "dmar0",
                                2,
                                wide(0, "000000056a080019", "0000000000000014"),
                                wide(1, "0000000200000025", "0000000000001000"),
                                wide(2, "0000000000000000", "0000000000000000"))
                        + unit("dmar1", 1, wide(0, "000000056a08f019", "000000000000001c"));
        final FaultEvents events = new FaultEvents(open(text));
        assertTrue(events.next());
        assertEquals(Kind.ANSWER, events.event().kind());
        assertEquals(0x6a08, events.event().rid());
        assertEquals(5, events.event().pasid());
        assertEquals(2, events.event().grpid());
        assertEquals(0, events.event().code());
        assertTrue(events.next());
        assertEquals(Kind.OTHER, events.event().kind(), "a wait");
        assertTrue(events.next());
        assertEquals(3, events.event().grpid());
        assertEquals(2, events.event().code());
        assertFalse(events.next());
    }

    @Test
    void shouldCountPlacesThatHoldNothing() throws IOException {
        final String empty = wide(0, "0000000000000000", "0000000000000000");
        try (TraceReader reader = open(unit("dmar0", 0, empty) + unit("dmar1", 0, empty))) {
            assertFalse(reader.next());
            assertEquals(2, reader.emptyPlaces());
            assertEquals(List.of(), reader.warnings());
        }
    }

    /** A unit whose line of pointers is lost has none of the unit before. */
    @Test
    void shouldTakeTheTailOfNoOtherUnit() throws IOException {
        final String first = wide(0, "0000000000000025", "0000000000000001");
        final String second = wide(1, "0000000000000025", "0000000000000002");
        final String damaged = unit("dmar1", 1, first, second).replace("Tail", "Tai");
        final List<Long> order = new ArrayList<>();
        try (TraceReader reader = open(unit("dmar0", 1, first) + damaged)) {
            while (reader.next()) {
                order.add(reader.event().getLong("qw1"));
            }
            assertEquals(1, reader.warnings().size());
        }
        assertEquals(List.of(1L, 1L, 2L), order);
    }

    @Test
    void shouldBeginAtTheTailWhereTheOldestIs() throws IOException {
        final String text =
                unit(
                        "dmar0",
                        2,
                        wide(0, "0000000000000025", "0000000000000002"),
                        wide(1, "0000000000000025", "0000000000000003"),
                        wide(2, "0000000000000025", "0000000000000000"),
                        wide(3, "0000000000000025", "0000000000000001"));
        final List<Long> order = new ArrayList<>();
        try (TraceReader reader = open(text)) {
            while (reader.next()) {
                order.add(reader.event().getLong("qw1"));
                assertEquals("dmar0", reader.event().getString("iommu"));
            }
        }
        assertEquals(List.of(0L, 1L, 2L, 3L), order);
    }

    @Test
    void shouldReadDescriptorsOf128Bits() throws IOException {
        try (TraceReader reader =
                open(
                        """
                        Invalidation queue on IOMMU: dmar0
                         Base: 0x1\tHead: 1\tTail: 1
                        Index\t\tqw0\t\t\tqw1\t\t\tstatus
                            0\t0000000000000001\t0000000000000007\t0000000000000001
                        """)) {
            assertTrue(reader.next());
            assertEquals(7, reader.event().getLong("qw1"));
            assertEquals(1, reader.event().getLong("status"));
            assertFalse(reader.next());
            assertEquals(List.of(), reader.warnings());
        }
    }

    /** The last row may lack digits of its status, and is none then. */
    @Test
    void shouldSurviveATextThatIsCutOrHitAnywhere() throws IOException {
        final byte[] text =
                unit(
                                "dmar0",
                                1,
                                wide(0, "000000056a080019", "0000000000000014"),
                                wide(1, "0000000000000025", "0000000000000003"))
                        .getBytes(StandardCharsets.UTF_8);
        final int first = "Invalidation queue on IOMMU: d".length();
        for (int place = first; place < text.length; place++) {
            assertTrue(count(Arrays.copyOf(text, place)) <= 2, "cut at " + place);
            for (int bit = 0; bit < 8; bit++) {
                final byte[] hit = text.clone();
                hit[place] ^= (byte) (1 << bit);
                assertTrue(count(hit) <= 2, "hit at " + place);
            }
        }
        assertEquals(2, count(text));
    }

    private static int count(final byte[] text) throws IOException {
        try (TraceReader reader = open(new String(text, StandardCharsets.ISO_8859_1))) {
            int count = 0;
            while (reader.next()) {
                count++;
            }
            return count;
        }
    }

    @Test
    void shouldSayWhatIsNoRow() throws IOException {
        try (TraceReader reader = open(unit("dmar0", 0, "    0\tzz\n"))) {
            assertFalse(reader.next());
            assertEquals(1, reader.warnings().size());
        }
    }
}
