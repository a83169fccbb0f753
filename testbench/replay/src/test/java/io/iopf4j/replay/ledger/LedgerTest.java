// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.invariants.Invariants;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ledger notices what the layers below must never do; it is told so step by step. */
class LedgerTest {
    private static final int STAG = 5;

    private final Invariants invariants = new Invariants(() -> 0);
    private final Ledger ledger = new Ledger(new Scheduler(1), invariants, TagIndex.shared());
    private final SmmuLedger hardware = new SmmuLedger(ledger);
    private final Endpoint endpoint =
            new Endpoint(0, "mine", 0, (from, id, sid, ssid, iova, perm) -> {}, hardware);
    private final int row;
    private final int access;

    LedgerTest() {
        ledger.assign(0, 0, "mine");
        row = ledger.raise(0, endpoint.nextId(), -1, 0x1000);
        access = endpoint.access(-1, 0x1000, IommuFault.PERM_READ);
        hardware.stallRecorded(endpoint, access, 0, STAG);
    }

    @Test
    void shouldHoldWhenAFaultIsAnsweredAndEndsOnce() {
        answer("mine", STAG);
        hardware.resumed(endpoint, access, Commands.RESUME_RETRY);
        endpoint.ended(access, AccessResult.DONE);
        assertTrue(invariants.hold());
        assertEquals(Outcome.ANSWERED, ledger.outcome(row));
        assertEquals(1, ledger.responses(PageResponseCode.SUCCESS));
    }

    @Test
    void shouldNoticeAnAnswerToAnotherDevicesFault() {
        answer("other", STAG);
        assertBroken("ResponsesCarryTheGroupTheyAnswer");
    }

    @Test
    void shouldNoticeASecondAnswer() {
        answer("mine", STAG);
        answer("mine", STAG);
        assertBroken("ResponsesCarryTheGroupTheyAnswer");
        assertEquals(1, ledger.responses(PageResponseCode.SUCCESS));
    }

    @Test
    void shouldNoticeAnAnswerAfterTheEnd() {
        answer("mine", STAG);
        hardware.resumed(endpoint, access, Commands.RESUME_RETRY);
        answer("mine", STAG);
        assertBroken("ResponsesCarryTheGroupTheyAnswer");
    }

    @Test
    void shouldNoticeAResumeThatDoesNotFitTheAnswer() {
        answer("mine", STAG);
        hardware.resumed(endpoint, access, Commands.RESUME_ABORT);
        assertBroken("ResponsesCarryTheGroupTheyAnswer");
    }

    /** What fits no byte keeps the bits that reach the hardware. */
    @ParameterizedTest
    @CsvSource({"0, 0", "126, 126", "127, 127", "0x1013, 0x73", "-1, 0x7f"})
    void shouldKeepWhatReachesTheHardwareOfACode(final String given, final String kept) {
        answer("mine", STAG, Integer.decode(given));
        assertEquals(Integer.decode(kept), ledger.code(row));
    }

    @Test
    void shouldNoticeASecondEnd() {
        answer("mine", STAG);
        hardware.resumed(endpoint, access, Commands.RESUME_RETRY);
        endpoint.ended(access, AccessResult.DONE);
        endpoint.ended(access, AccessResult.DONE);
        assertBroken("EveryTransactionEndsOnce");
    }

    @Test
    void shouldCountAHeldAccessWhosePageCameAsAnswered() {
        final int second = ledger.raise(0, endpoint.nextId(), -1, 0x1000);
        final int id = endpoint.access(-1, 0x1000, IommuFault.PERM_READ);
        hardware.stallHeld(endpoint, id);
        endpoint.ended(id, AccessResult.DONE);
        assertEquals(Outcome.ANSWERED, ledger.outcome(second));
        assertEquals(PageResponseCode.SUCCESS, ledger.code(second));
    }

    @Test
    void shouldCountAHeldAccessThatIsAbortedAsDrained() {
        final int second = ledger.raise(0, endpoint.nextId(), -1, 0x1000);
        final int id = endpoint.access(-1, 0x1000, IommuFault.PERM_READ);
        hardware.stallHeld(endpoint, id);
        endpoint.ended(id, AccessResult.ABORTED);
        assertEquals(Outcome.DRAINED, ledger.outcome(second));
        assertEquals(Ledger.NONE, ledger.code(second));
    }

    private void answer(final String device, final int grpid) {
        answer(device, grpid, PageResponseCode.SUCCESS);
    }

    private void answer(final String device, final int grpid, final int code) {
        ledger.responding(
                new IommuDevice(device, null, new IommuFwspec(List.of(0), true, 0)),
                new IommuFault()
                        .pageRequest(
                                IommuFault.FLAG_LAST_PAGE, 0, grpid, IommuFault.PERM_READ, 0x1000),
                code,
                ResponseOrigin.CONSUMER);
    }

    private void assertBroken(final String name) {
        for (final Invariant invariant : invariants.all()) {
            if (invariant.name().equals(name)) {
                assertFalse(invariant.holds(), name);
            }
        }
        assertFalse(invariants.hold());
    }
}
