// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_NEEDS_PASID;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.iopf.DeviceFaultParam;
import io.iopf4j.core.iopf.PendingRecord;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.ProfileBench;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What Linux 5.x alone has: which of several requests is answered, its warning, its locks. */
class Mainline5xTest {
    private static final int PASID = 7;
    private static final long SECOND = 1_000_000_000L;

    private final ProfileBench bench = ProfileBench.withConsumer(Semantics.MAINLINE_5_X);

    private void reportAt(final int flags, final int pasid, final long addr) {
        bench.report(new IommuFault().pageRequest(FLAG_LAST_PAGE | flags, pasid, 5, 1, addr));
    }

    private long answeredAddr(final IommuPageResponse msg) {
        assertEquals(0, bench.respond(msg));
        return bench.bench.driver.lastEvt.addr();
    }

    private static IommuPageResponse withPasid(final int pasid) {
        return new IommuPageResponse()
                .set(pasid, 5, SUCCESS)
                .flags(IommuPageResponse.FLAG_PASID_VALID);
    }

    @Test
    void shouldPassOlderRequestsOfOtherPasids() {
        reportAt(FLAG_PASID_VALID | FLAG_NEEDS_PASID, PASID + 1, 0x1000);
        reportAt(FLAG_PASID_VALID | FLAG_NEEDS_PASID, PASID, 0x2000);
        assertEquals(0x2000, answeredAddr(withPasid(PASID)));
        assertEquals(0x1000, answeredAddr(withPasid(PASID + 1)));
    }

    @Test
    void shouldPassOlderRequestsThatNeedAPasidWhenNoneIsGiven() {
        reportAt(FLAG_PASID_VALID | FLAG_NEEDS_PASID, PASID, 0x1000);
        reportAt(FLAG_PASID_VALID, PASID, 0x2000);
        assertEquals(0x2000, answeredAddr(withPasid(PASID).flags(0)));
    }

    @Test
    void shouldTakeAnOlderRequestThatNeedsNoPasidForOneThatDoes() {
        reportAt(0, 0, 0x1000);
        reportAt(FLAG_PASID_VALID | FLAG_NEEDS_PASID, PASID, 0x2000);
        final IommuPageResponse msg = withPasid(PASID);
        assertEquals(0x1000, answeredAddr(msg));
        assertEquals(0, msg.pasid());
    }

    @Test
    void shouldNotClearThePasidOfAnAnswerThatMatchesNothing() {
        reportAt(FLAG_PASID_VALID | FLAG_NEEDS_PASID, PASID, 0x1000);
        final IommuPageResponse msg = withPasid(PASID + 1);
        assertEquals(-Errno.EINVAL, bench.respond(msg));
        assertEquals(PASID + 1, msg.pasid());
        assertTrue(msg.hasPasid());
    }

    @Test
    void shouldCheckTheVersionBeforeItLooksForAnything() {
        assertEquals(
                -Errno.EINVAL,
                bench.respond(new IommuPageResponse().set(0, 5, SUCCESS).version(2)));
        assertEquals(0, bench.bench.kernel.complaints.size());
    }

    @Test
    void shouldWarnTenTimesInFiveSecondsWhateverAGuestSends() {
        assertEquals(10, complaintsAt(0));
        assertEquals(10, complaintsAt(5 * SECOND));
        assertEquals(20, complaintsAt(6 * SECOND));
        assertEquals(20, complaintsAt(11 * SECOND));
        assertEquals(30, complaintsAt(11 * SECOND + 1));
    }

    /** Warnings so far, after a hundred answers to nothing at some time. */
    private int complaintsAt(final long timeNs) {
        bench.bench.kernel.advanceTo(timeNs);
        for (int i = 0; i < 100; i++) {
            bench.respond(5, SUCCESS);
        }
        return bench.bench.kernel.complaints.size();
    }

    @Test
    void shouldRegisterAHandlerThatIsNoneAndDeliverNothing() {
        final IommuDevice deaf = bench.bench.device("deaf");
        assertEquals(0, bench.bench.core.registerDeviceFaultHandler(deaf, null, null));
        assertEquals(-Errno.EINVAL, bench.bench.core.reportDeviceFault(deaf, last(5)));
        assertEquals(
                -Errno.EBUSY,
                bench.bench.core.registerDeviceFaultHandler(deaf, (fault, data) -> 0, null));
    }

    @Test
    void shouldNotHangWhenAHandlerReports() {
        bench.handleBy(() -> bench.report(last(6)));
        assertThrows(IllegalStateException.class, () -> bench.report(last(5)));
    }

    @Test
    void shouldNotHangWhenAHandlerRegistersAnother() {
        bench.handleBy(
                () ->
                        bench.bench.core.registerDeviceFaultHandler(
                                bench.dev, (fault, data) -> 0, null));
        assertThrows(IllegalStateException.class, () -> bench.report(last(5)));
    }

    @Test
    void shouldLetAHandlerReportFaultsOfOtherDevices() {
        final IommuDevice other = bench.bench.device("other");
        bench.bench.core.registerDeviceFaultHandler(other, (fault, data) -> 0, null);
        bench.handleBy(() -> bench.bench.core.reportDeviceFault(other, last(6)));
        assertEquals(0, bench.report(last(5)));
        assertEquals(1, CoreBench.pending(other));
    }

    @Test
    void shouldAnswerEachRequestOnceWhoeverAnswersIt() throws InterruptedException {
        final int threads = 4;
        final int faults = 20_000;
        bench.bench.driver.setQuiet();
        final AtomicInteger taken = new AtomicInteger();
        final AtomicBoolean isReported = new AtomicBoolean();
        final CountDownLatch start = new CountDownLatch(1);
        final ExecutorService consumers = Executors.newFixedThreadPool(threads);
        for (int thread = 0; thread < threads; thread++) {
            consumers.execute(
                    () -> {
                        final IommuPageResponse msg = new IommuPageResponse();
                        awaitQuietly(start);
                        for (int tries = 0; !isReported.get() || bench.pending() > 0; tries++) {
                            if (bench.bench.core.pageResponse(
                                            null, bench.dev, msg.set(0, tries % 64, SUCCESS))
                                    == 0) {
                                taken.incrementAndGet();
                            }
                        }
                    });
        }
        start.countDown();
        for (int i = 0; i < faults; i++) {
            bench.report(last(i % 64));
        }
        isReported.set(true);
        consumers.shutdown();
        assertTrue(consumers.awaitTermination(60, TimeUnit.SECONDS));
        assertEquals(faults, taken.get());
        assertEquals(faults, bench.bench.driver.quietAnswers());
        assertEquals(0, bench.pending());
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What a patch looks like. */
    private static final class KeepsWhatAHandlerRefused extends Mainline5x {
        KeepsWhatAHandlerRefused(final CoreBench bench) {
            super(bench.kernel, FaultObserver.NONE);
        }

        @Override
        protected void handlerFailed(final DeviceFaultParam param, final PendingRecord record) {}
    }

    @Test
    void shouldTakeAPatchAsAnExtension() {
        final Mainline5x core = new KeepsWhatAHandlerRefused(bench.bench);
        final IommuDevice dev = bench.bench.device("patched");
        core.registerDeviceFaultHandler(dev, (fault, data) -> -Errno.EBUSY, null);
        core.reportDeviceFault(dev, last(5));
        assertEquals(1, CoreBench.pending(dev));
    }
}
