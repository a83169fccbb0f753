// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.testing.ReadDump;
import io.iopf4j.replay.testing.TraceText;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Hardware that is too small for a dump delays faults; it loses none. */
class SmallHardwareTest {
    private static final int STALLS = 8;
    private static final ReplaySettings SMALL = small(4, STALLS);

    @Test
    void shouldHoldAccessesThatHaveNoStallEntry() throws IOException {
        final ReplayResult result = ReadDump.of("open-greedy-a.dat").replay(SMALL);
        final long outstanding = result.outcomes().get(Outcome.OUTSTANDING);
        assertEquals(STALLS, outstanding, "each stall entry is taken by a guest that is silent");
        assertEquals(450 - STALLS, result.outcomes().get(Outcome.UNREPORTED));
        assertEquals(STALLS, result.run().bench().hardware().stallHighWater());
        assertEquals(450, result.comparison().matched(), "no answer, in both");
        assertTrue(result.run().bench().invariants().hold());
    }

    @Test
    void shouldAnswerLateWhatComesLate() throws IOException {
        final ReadDump dump = ReadDump.of("iopf-ooo-v6.dat.gz");
        final ReplayResult roomy = dump.replay(ReplaySettings.defaults());
        final ReplayResult small = dump.replay(SMALL);
        assertTrue(longestWaitForQueue(small.ledger()) > longestWaitForQueue(roomy.ledger()));
        assertTrue(small.outcomes().get(Outcome.ANSWERED) > STALLS);
        assertEquals(
                800, small.outcomes().values().stream().mapToLong(Long::longValue).sum(), "books");
        assertTrue(small.run().bench().invariants().hold());
    }

    @Test
    void shouldEndEveryFaultWithOneStallEntryIfGuestsAnswer() throws IOException {
        final TraceText text = new TraceText().joinsQueue("dev");
        for (int i = 1; i <= 20; i++) {
            text.thread(1).faults("dev", i, i);
        }
        text.reads(0xf1, 20);
        for (int i = 1; i <= 20; i++) {
            text.writes(0xf1, i, 0).responds("dev", i, i, i, 0).writeReturns(8);
        }
        text.pause(5_000).attaches("dev");
        final ReplayResult result = ReadDump.of(text).replay(small(1, 1));
        assertEquals(20, result.outcomes().get(Outcome.ANSWERED));
        assertEquals(20, result.comparison().matched());
        assertTrue(result.run().bench().invariants().hold());
    }

    private static ReplaySettings small(final int queueEntries, final int stallEntries) {
        return ReplaySettings.mainline(
                Map.of(),
                new Hardware(
                        Hardware.Iommu.SMMUV3,
                        OptionalInt.of(stallEntries),
                        OptionalInt.of(queueEntries),
                        OptionalLong.empty()));
    }

    private static long longestWaitForQueue(final Ledger ledger) {
        long longest = 0;
        for (int row = 0; row < ledger.size(); row++) {
            if (ledger.queuedNs(row) != Ledger.NONE) {
                longest = Math.max(longest, ledger.queuedNs(row) - ledger.raisedNs(row));
            }
        }
        return longest;
    }
}
