// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.Scheduler;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each invariant can be broken, and then says how. */
class InvariantsTest {
    private final Invariants invariants = new Invariants();

    @Test
    void shouldHoldBeforeAnythingIsChecked() {
        assertTrue(invariants.hold());
        assertEquals(
                List.of(
                        "EveryTransactionEndsOnce",
                        "ResponsesCarryTheGroupTheyAnswer",
                        "EveryAnswerReachesItsDevice",
                        "HardwareDriverAndCoreBooksAgree",
                        "NoFaultOutlivesItsDomain",
                        "NothingCrossesFromOneVmToAnother"),
                invariants.all().stream().map(Invariants.Invariant::name).toList());
    }

    @Test
    void shouldBreakWhenATransactionEndsTwice() {
        invariants.transactionEnds(3, true);
        assertTrue(invariants.hold());
        invariants.transactionEnds(3, false);
        assertBroken("EveryTransactionEndsOnce", "fault 3 ended twice", 2);
    }

    @Test
    void shouldBreakWhenAnAnswerNeverArrives() {
        invariants.everyAnswerArrives(0);
        assertTrue(invariants.hold());
        invariants.everyAnswerArrives(2);
        assertBroken(
                "EveryAnswerReachesItsDevice", "2 answered, and still stalled in the hardware", 2);
    }

    @Test
    void shouldBreakWhenAFaultIsStalledAfterItsDomainHasChanged() {
        invariants.noFaultOutlivesItsDomain("nic", 0);
        assertTrue(invariants.hold());
        invariants.noFaultOutlivesItsDomain("nic", 3);
        assertBroken(
                "NoFaultOutlivesItsDomain",
                "3 faults of nic are stalled after its domain has changed",
                2);
    }

    @Test
    void shouldBreakWhenAMachineHadMoreThanItsQuota() {
        invariants.noVmExceedsItsQuota("a", 32, 32);
        assertTrue(invariants.hold());
        invariants.noVmExceedsItsQuota("b", 33, 32);
        assertBroken("NoVmExceedsItsQuota", "b had 33 outstanding, its quota is 32", 2);
    }

    @Test
    void shouldBreakWhenTheNextOwnersTablesServeAFault() {
        invariants.endsWithItsOwner(7, true);
        assertTrue(invariants.hold());
        invariants.endsWithItsOwner(7, false);
        assertBroken(
                "NothingCrossesFromOneVmToAnother",
                "fault 7 was completed by the next owner's tables",
                2);
    }

    @Test
    void shouldBreakWhenTheNextOwnerAnswersAFault() {
        invariants.guestAnswers(7, true);
        assertTrue(invariants.hold());
        invariants.guestAnswers(7, false);
        assertBroken(
                "NothingCrossesFromOneVmToAnother",
                "fault 7 was answered by the device's next owner",
                2);
    }

    @Test
    void shouldBreakWhenAnAccessIsNowhere() {
        final Ledger ledger = new Ledger(new Scheduler(1), invariants, TagIndex.shared());
        invariants.everyAccessIsAccountedFor(ledger, 0, 0);
        assertTrue(invariants.hold());
        invariants.everyAccessIsAccountedFor(ledger, 2, 1);
        assertBroken(
                "EveryTransactionEndsOnce", "0 accesses issued, but 0 ended, 2 stalled, 1 held", 2);
    }

    @Test
    void shouldBreakWhenAnAnswerCarriesAnotherGroup() {
        invariants.responseCarriesItsGroup("nic", 4, true);
        assertTrue(invariants.hold());
        invariants.responseCarriesItsGroup("nic", 4, false);
        assertBroken(
                "ResponsesCarryTheGroupTheyAnswer",
                "an answer went to nic for group 4, which waits for none",
                2);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 1"})
    void shouldExpectTheRightActionForEachCode(final int code, final int index) {
        final int[] actions = {Commands.RESUME_RETRY, Commands.RESUME_ABORT};
        assertEquals(0, PageResponseCode.SUCCESS);
        invariants.resumeMatchesAnswer(5, code, actions[index]);
        assertTrue(invariants.hold());
        invariants.resumeMatchesAnswer(5, code, actions[1 - index]);
        assertBroken(
                "ResponsesCarryTheGroupTheyAnswer",
                "fault 5 answered " + code + " was resumed with action " + actions[1 - index],
                2);
    }

    @Test
    void shouldBreakWhenAnAccessResumesWithoutAnAnswer() {
        invariants.resumeMatchesAnswer(5, Ledger.NONE, Commands.RESUME_TERM);
        assertFalse(invariants.hold());
    }

    @Test
    void shouldBreakWhenBooksDiffer() {
        invariants.booksAgree("hardware", 1, 1);
        assertTrue(invariants.hold());
        invariants.booksAgree("hardware", 1, 2);
        assertBroken("HardwareDriverAndCoreBooksAgree", "hardware: 2 open, the ledger has 1", 2);
    }

    @Test
    void shouldBreakWhenAGuestSeesAnothersDevice() {
        invariants.guestSees(true, 6);
        assertTrue(invariants.hold());
        invariants.guestSees(false, 6);
        assertBroken(
                "NothingCrossesFromOneVmToAnother", "a fault of group 6 reached another VM", 2);
    }

    @Test
    void shouldTellTheFirstBreachOnly() {
        invariants.booksAgree("first", 1, 2);
        invariants.booksAgree("second", 1, 3);
        assertBroken("HardwareDriverAndCoreBooksAgree", "first: 2 open, the ledger has 1", 2);
    }

    private void assertBroken(final String name, final String breach, final long checked) {
        assertFalse(invariants.hold());
        for (final Invariants.Invariant invariant : invariants.all()) {
            if (invariant.name().equals(name)) {
                assertFalse(invariant.holds());
                assertEquals(breach, invariant.breach());
                assertEquals(checked, invariant.checked());
            } else {
                assertTrue(invariant.holds(), invariant.name());
                assertNull(invariant.breach());
            }
        }
    }
}
