// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.testing.ProfileBench;
import io.iopf4j.core.testing.TestKernel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The timer of 2018, which complains of late answers and does nothing else. */
class Series2018TimerTest {
    private static final long SECOND = 1_000_000_000L;

    private final ProfileBench bench = new ProfileBench(Semantics.V5_2018);
    private final Series2018 core = (Series2018) bench.bench.core;
    private final TestKernel kernel = bench.bench.kernel;

    private void connect() {
        assertEquals(0, bench.connect());
    }

    private TestKernel.TestTimer timer() {
        return kernel.timers.get(0);
    }

    @Test
    void shouldBeSilentUntilTheTimeHasPassed() {
        connect();
        bench.report(last(5));
        kernel.advanceTo(10 * SECOND - 1);
        assertEquals(List.of(), kernel.complaints);
    }

    @Test
    void shouldNameEachOverdueRequest() {
        connect();
        bench.report(lastOfPasid(7, 5));
        kernel.advanceTo(SECOND);
        bench.report(last(6));
        kernel.advanceTo(20 * SECOND);
        assertEquals(
                List.of(
                        "dev: page response overdue: pasid=7 grpid=5 expire=10000000000"
                                + " now=10000000000",
                        "dev: page response overdue: pasid=7 grpid=5 expire=10000000000"
                                + " now=20000000000",
                        "dev: page response overdue: pasid=0 grpid=6 expire=11000000000"
                                + " now=20000000000"),
                kernel.complaints);
    }

    @Test
    void shouldArmOnlyForTheFirstOfWhatIsPending() {
        connect();
        bench.report(last(5));
        kernel.advanceTo(4 * SECOND);
        bench.report(last(6));
        kernel.advanceTo(10 * SECOND);
        assertEquals(1, kernel.complaints.size());
    }

    @Test
    void shouldNotArmForWhatIsNotKept() {
        connect();
        bench.report(partial(5));
        assertFalse(timer().isArmed());
    }

    @Test
    void shouldNotArmWithoutMemory() {
        connect();
        bench.bench.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, bench.report(last(5)));
        assertFalse(timer().isArmed());
    }

    @Test
    void shouldDisarmWhenTheLastRequestIsAnswered() {
        connect();
        bench.report(last(5));
        bench.report(last(6));
        bench.respond(5, SUCCESS);
        assertTrue(timer().isArmed());
        bench.respond(6, SUCCESS);
        assertFalse(timer().isArmed());
        kernel.advanceTo(40 * SECOND);
        assertEquals(List.of(), kernel.complaints);
    }

    @Test
    void shouldDisarmWhenTheHostEndsTheLastRequest() {
        connect();
        bench.report(last(5));
        assertTrue(core.end(bench.dev, last(5), null, 0, 1, ResponseOrigin.TIMED_OUT));
        assertFalse(timer().isArmed());
    }

    @Test
    void shouldDisarmWhenEverythingIsForgotten() {
        connect();
        bench.report(last(5));
        bench.report(last(6));
        core.forget(bench.dev);
        assertFalse(timer().isArmed());
    }

    @Test
    void shouldGoOnComplainingOfARequestThatItsHandlerRefused() {
        connect();
        bench.handleBy(() -> -Errno.EBUSY);
        bench.report(last(5));
        kernel.advanceTo(20 * SECOND);
        assertEquals(2, kernel.complaints.size());
    }

    @Test
    void shouldTakeItsPeriodFromTheBootParameter() {
        assertEquals(0, core.setPrqTimeout(2));
        connect();
        bench.report(last(5));
        kernel.advanceTo(7 * SECOND);
        assertEquals(3, kernel.complaints.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {101, -1, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void shouldKeepTheDefaultWhenTheBootParameterIsOutOfRange(final int seconds) {
        assertEquals(-Errno.EINVAL, core.setPrqTimeout(seconds));
        connect();
        bench.report(last(5));
        kernel.advanceTo(10 * SECOND);
        assertEquals(1, kernel.complaints.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void shouldTakeTheEndsOfTheBootParametersRange(final int seconds) {
        assertEquals(0, core.setPrqTimeout(seconds));
        connect();
        bench.report(last(5));
        kernel.advanceTo(seconds * SECOND - 1);
        assertEquals(List.of(), kernel.complaints);
        kernel.advanceTo(seconds * SECOND);
        assertEquals(1, kernel.complaints.size());
    }

    @Test
    void shouldArmATimerThatWasNeverSetUpWhenThePeriodIsZero() {
        core.setPrqTimeout(0);
        connect();
        assertEquals(List.of(), kernel.timers);
        assertEquals(0, bench.report(last(5)));
        assertEquals(List.of("dev: BUG: armed a timer never set up"), kernel.complaints);
        assertEquals(1, bench.pending());
        assertEquals(0, bench.respond(5, SUCCESS));
    }
}
