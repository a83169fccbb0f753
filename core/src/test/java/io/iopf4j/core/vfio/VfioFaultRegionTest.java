// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static io.iopf4j.api.Errno.EBADF;
import static io.iopf4j.api.Errno.EINVAL;
import static io.iopf4j.api.Errno.ENOSPC;
import static io.iopf4j.api.FaultGeneration.LINUX_5_X;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.vfio.VfioBench.wordOf;
import static io.iopf4j.core.vfio.VfioBench.writeIndex;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuFault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The handler that fills the ring, and the reader that empties it. */
class VfioFaultRegionTest {
    private static final int USABLE = 511;
    private static final int HEAD = 16;
    private static final int TAIL = 0;

    private final VfioBench bench = VfioBench.attached(LINUX_5_X);
    private final VfioFaultRegion region = bench.device.faultRegion();
    private final VfioFaultReader reader = new VfioFaultReader(region);
    private final IommuFault taken = new IommuFault();

    @Test
    void shouldTakeWhateverTheCoreHandsOver() {
        assertEquals(0, bench.report(partial(1)));
        assertEquals(0, bench.report(last(1)));
        assertEquals(0, bench.report(new IommuFault().unrecoverable(4, 3, 7, 2, 0x5000, 0x6000)));
        assertEquals(3, wordOf(region, HEAD));
        assertEquals(List.of("1 0 1", "1 2 1", "4 3 0"), takeAll());
        assertEquals(3, wordOf(region, TAIL));
    }

    private List<String> takeAll() {
        final List<String> all = new ArrayList<>();
        while (reader.pollFault(taken) == 1) {
            final boolean isPage = taken.type() == IommuFault.TYPE_PAGE_REQ;
            all.add(
                    (isPage ? taken.grpid() : taken.reason())
                            + (" " + taken.flags() + " " + taken.grpid()));
        }
        return all;
    }

    @Test
    void shouldGiveNothingWhenEmpty() {
        assertEquals(0, reader.pollFault(taken));
        assertEquals(0, taken.type());
    }

    @Test
    void shouldSkipAFaultOfAnUnknownKind() {
        bench.report(last(1).type(77));
        bench.report(last(2));
        assertEquals(-EINVAL, reader.pollFault(taken));
        assertEquals(1, reader.pollFault(taken));
        assertEquals(2, taken.grpid());
    }

    @Test
    void shouldHold511AndRefuseTheNext() {
        for (int grpid = 0; grpid < USABLE; grpid++) {
            assertEquals(0, bench.report(last(grpid)), "grpid=" + grpid);
        }
        assertEquals(USABLE, wordOf(region, HEAD));
        assertEquals(-ENOSPC, bench.report(last(USABLE)));
        assertEquals(USABLE, wordOf(region, HEAD));

        assertEquals(1, reader.pollFault(taken));
        assertEquals(0, taken.grpid());
        assertEquals(0, bench.report(last(USABLE)));
        assertEquals(-ENOSPC, bench.report(last(USABLE + 1)));
    }

    @Test
    void shouldWrapAround() {
        for (int grpid = 0; grpid < 3 * VfioRegion.ENTRIES; grpid++) {
            assertEquals(0, bench.report(last(grpid)));
            assertEquals(1, reader.pollFault(taken));
            assertEquals(grpid, taken.grpid());
            assertEquals((grpid + 1) % VfioRegion.ENTRIES, wordOf(region, HEAD));
            assertEquals((grpid + 1) % VfioRegion.ENTRIES, wordOf(region, TAIL));
        }
        assertEquals(0, reader.pollFault(taken));
    }

    @Test
    void shouldSignalAfterTheFaultIsInTheRing() {
        final List<Integer> heads = new ArrayList<>();
        assertEquals(0, region.setTrigger(() -> heads.add(wordOf(region, HEAD))));
        bench.report(last(1));
        bench.report(last(2));
        assertEquals(List.of(1, 2), heads);
        assertEquals(0, region.setTrigger(null));
        assertEquals(0, bench.report(last(3)));
        assertEquals(List.of(1, 2), heads);
    }

    @Test
    void shouldNotSignalAFaultThatDidNotFit() {
        for (int grpid = 0; grpid < USABLE; grpid++) {
            bench.report(last(grpid));
        }
        final List<String> signals = new ArrayList<>();
        region.setTrigger(() -> signals.add("signal"));
        bench.report(last(USABLE));
        assertEquals(List.of(), signals);
    }

    @Test
    void shouldRefuseWithoutInterruptThoughTheFaultIsInTheRing() {
        final VfioFaultRegion bare =
                new VfioFaultRegion(VfioRecords.LINUX_5_X, new ResponseTypes(false), false);
        assertEquals(-EINVAL, bare.setTrigger(() -> {}));
        assertEquals(-EINVAL, bare.handle(last(5), null));
        assertEquals(1, wordOf(bare, HEAD));
        assertEquals(1, new VfioFaultReader(bare).pollFault(taken));
        assertEquals(5, taken.grpid());
    }

    @Test
    void shouldNotNoticeATailThatOvertakesTheHead() {
        bench.report(last(1));
        bench.report(last(2));
        assertEquals(4, writeIndex(region, 5));

        // 509 entries seem to wait, so that two more fit and the third does not.
        assertEquals(0, bench.report(last(3)));
        assertEquals(0, bench.report(last(4)));
        assertEquals(-ENOSPC, bench.report(last(5)));

        int polled = 0;
        // Entries that were never written are of no kind.
        while (reader.pollFault(taken) != 0) {
            polled++;
        }
        assertEquals(USABLE, polled);
        assertEquals(4, taken.grpid());
    }

    @Test
    void shouldGiveOldEntriesOnceMoreToAGuestThatTurnsBack() {
        bench.report(last(1));
        bench.report(last(2));
        takeAll();
        writeIndex(region, 1);
        assertEquals(1, reader.pollFault(taken));
        assertEquals(2, taken.grpid());
    }

    @Test
    void shouldRefuseOnceReleased() {
        final var handler = bench.device.faultRegion();
        bench.device.release();
        assertEquals(-EINVAL, handler.handle(last(1), null));
        assertEquals(-EBADF, reader.pollFault(taken));
    }
}
