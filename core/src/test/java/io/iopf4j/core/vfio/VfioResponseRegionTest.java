// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static io.iopf4j.api.Errno.EBADF;
import static io.iopf4j.api.Errno.EINVAL;
import static io.iopf4j.api.Errno.ENOSPC;
import static io.iopf4j.api.FaultGeneration.LINUX_5_X;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.vfio.VfioBench.wordOf;
import static io.iopf4j.core.vfio.VfioBench.writeIndex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuPageResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ring that a guest fills, and the work that empties it. */
class VfioResponseRegionTest {
    private static final int USABLE = 511;
    private static final int HEAD = 0;
    private static final int TAIL = 16;

    private final VfioBench bench = VfioBench.attached(LINUX_5_X);
    private final VfioResponseRegion region = bench.device.responseRegion();
    private final VfioResponseWriter writer = new VfioResponseWriter(region);
    private final IommuPageResponse msg = new IommuPageResponse();
    private final List<String> calls = bench.core.calls;

    private int respond(final int grpid) {
        return writer.respond(msg.set(0, grpid, 0));
    }

    private static String call(final int grpid) {
        return "respond dev domain=nested flags=0 pasid=0 grpid=" + grpid + " code=0 type=2";
    }

    @Test
    void shouldAnswerInAWorkItem() {
        assertEquals(0, writer.respond(msg.set(0xabcde, 5, 1).flags(1)));
        assertEquals(List.of(), calls);
        assertEquals(1, wordOf(region, HEAD));
        assertEquals(0, wordOf(region, TAIL));
        bench.work();
        assertEquals(
                List.of("respond dev domain=nested flags=1 pasid=abcde grpid=5 code=1 type=2"),
                calls);
        assertEquals(1, wordOf(region, TAIL));
    }

    @Test
    void shouldAnswerAllThatWaitInOrder() {
        respond(1);
        respond(2);
        respond(3);
        bench.work();
        assertEquals(List.of(call(1), call(2), call(3)), calls);
        assertEquals(3, wordOf(region, TAIL));
    }

    @Test
    void shouldQueueTheWorkOnceUntilItRuns() {
        for (int i = 0; i < 1_000_000; i++) {
            writeIndex(region, 0);
        }
        assertEquals(1, bench.kernel.workqueues.get(0).waiting());
        bench.work();
        writeIndex(region, 0);
        assertEquals(1, bench.kernel.workqueues.get(0).waiting());
    }

    @Test
    void shouldMoveOnWhenTheCoreRefuses() {
        bench.core.refuseResponses(-EINVAL);
        respond(1);
        respond(2);
        bench.work();
        assertEquals(List.of(call(1), call(2)), calls);
        assertEquals(2, wordOf(region, TAIL));
    }

    @Test
    void shouldHold511AndRefuseTheNext() {
        for (int grpid = 0; grpid < USABLE; grpid++) {
            assertEquals(0, respond(grpid), "grpid=" + grpid);
        }
        assertEquals(-ENOSPC, respond(USABLE));
        assertEquals(USABLE, wordOf(region, HEAD));
        bench.work();
        assertEquals(USABLE, calls.size());
        assertEquals(0, respond(USABLE));
    }

    @Test
    void shouldWrapAround() {
        for (int grpid = 0; grpid < 3 * VfioRegion.ENTRIES; grpid++) {
            assertEquals(0, respond(grpid));
            bench.work();
            assertEquals(call(grpid), calls.get(grpid));
        }
        assertEquals(3 * VfioRegion.ENTRIES, calls.size());
        assertEquals(wordOf(region, HEAD), wordOf(region, TAIL));
    }

    @Test
    void shouldAnswerOldEntriesOnceMoreToAHeadThatTurnsBack() {
        respond(1);
        respond(2);
        bench.work();
        calls.clear();
        writeIndex(region, 1);
        bench.work();
        // From 2 round to 1: 510 empty entries, then the first one again.
        assertEquals(USABLE, calls.size());
        assertEquals(call(0), calls.get(0));
        assertEquals(call(1), calls.get(USABLE - 1));
        assertEquals(1, wordOf(region, TAIL));
    }

    @Test
    void shouldAnswerNothingForARefusedIndex() {
        writeIndex(region, 512);
        bench.work();
        assertEquals(List.of(), calls);
        assertEquals(0, bench.kernel.workqueues.get(0).waiting());
    }

    @Test
    void shouldPassOnWhatAGuestMakesUp() {
        writer.respond(msg.set(-1, -1, 77).flags(-1).version(9));
        bench.work();
        assertEquals(
                List.of(
                        "respond dev domain=nested flags=-1 pasid=ffffffff grpid=-1 code=77 type=2"),
                calls);
    }

    @Test
    void shouldCheckNoTypesInGenerationsWithoutThem() {
        region.setTypeChecked(true);
        bench.report(last(5).responseType(1));
        respond(5);
        bench.work();
        assertEquals(List.of(call(5)), calls);
        assertEquals(List.of(), bench.refusals);
    }

    @Test
    void shouldAnswerWhatWasKickedBeforeTheRelease() {
        respond(1);
        bench.device.release();
        assertEquals(call(1), calls.get(0));
        assertTrue(bench.kernel.workqueues.get(0).isDestroyed());
        assertEquals(-EBADF, respond(2));
        assertEquals(0, bench.kernel.workqueues.get(0).waiting());
    }
}
