// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each invariant can be broken, and then says how. */
class InvariantsTest {
    private long nowNs;
    private final Invariants invariants = new Invariants(() -> nowNs);

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
                invariants.all().stream().map(Invariant::name).toList());
    }

    @Test
    void shouldBreakWhenATransactionEndsTwice() {
        invariants.everyTransactionEndsOnce().ends(3, true);
        assertTrue(invariants.hold());
        invariants.everyTransactionEndsOnce().ends(3, false);
        assertBroken("EveryTransactionEndsOnce", "fault 3 ended twice", 2);
    }

    @Test
    void shouldBreakWhenAnAnswerNeverArrives() {
        invariants.everyAnswerReachesItsDevice().after(0);
        assertTrue(invariants.hold());
        invariants.everyAnswerReachesItsDevice().after(2);
        assertBroken(
                "EveryAnswerReachesItsDevice", "2 answered, and still stalled in the hardware", 2);
    }

    @Test
    void shouldBreakWhenAFaultIsStalledAfterItsDomainHasChanged() {
        invariants.noFaultOutlivesItsDomain().after("nic", 0);
        assertTrue(invariants.hold());
        invariants.noFaultOutlivesItsDomain().after("nic", 3);
        assertBroken(
                "NoFaultOutlivesItsDomain",
                "3 faults of nic are stalled after its domain has changed",
                2);
    }

    @Test
    void shouldBreakWhenAMachineHadMoreThanItsQuota() {
        invariants.noVmExceedsItsQuota().has("a", 32, 32);
        assertTrue(invariants.hold());
        invariants.noVmExceedsItsQuota().has("b", 33, 32);
        assertBroken("NoVmExceedsItsQuota", "b had 33 outstanding, its quota is 32", 2);
    }

    @Test
    void shouldBreakWhenTheNextOwnersTablesServeAFault() {
        invariants.nothingCrossesFromOneVmToAnother().ends(7, true);
        assertTrue(invariants.hold());
        invariants.nothingCrossesFromOneVmToAnother().ends(7, false);
        assertBroken(
                "NothingCrossesFromOneVmToAnother",
                "fault 7 was completed by the next owner's tables",
                2);
    }

    @Test
    void shouldBreakWhenTheNextOwnerAnswersAFault() {
        invariants.nothingCrossesFromOneVmToAnother().isAnswered(7, true);
        assertTrue(invariants.hold());
        invariants.nothingCrossesFromOneVmToAnother().isAnswered(7, false);
        assertBroken(
                "NothingCrossesFromOneVmToAnother",
                "fault 7 was answered by the device's next owner",
                2);
    }

    @Test
    void shouldBreakWhenAnAccessIsNowhere() {
        invariants.everyTransactionEndsOnce().noneIsLost(4, 1, 2, 1);
        assertTrue(invariants.hold());
        invariants.everyTransactionEndsOnce().noneIsLost(5, 1, 2, 1);
        assertBroken(
                "EveryTransactionEndsOnce", "5 accesses issued, but 1 ended, 2 stalled, 1 held", 2);
    }

    @Test
    void shouldBreakWhenAnAnswerCarriesAnotherGroup() {
        invariants.responsesCarryTheGroupTheyAnswer().isSent("nic", 4, true);
        assertTrue(invariants.hold());
        invariants.responsesCarryTheGroupTheyAnswer().isSent("nic", 4, false);
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
        invariants.responsesCarryTheGroupTheyAnswer().isResumed(5, code, actions[index]);
        assertTrue(invariants.hold());
        invariants.responsesCarryTheGroupTheyAnswer().isResumed(5, code, actions[1 - index]);
        assertBroken(
                "ResponsesCarryTheGroupTheyAnswer",
                "fault 5 answered " + code + " was resumed with action " + actions[1 - index],
                2);
    }

    @Test
    void shouldBreakWhenAnAccessResumesWithoutAnAnswer() {
        invariants.responsesCarryTheGroupTheyAnswer().isResumed(5, -1, Commands.RESUME_TERM);
        assertFalse(invariants.hold());
    }

    @Test
    void shouldBreakWhenBooksDiffer() {
        invariants.hardwareDriverAndCoreBooksAgree().compare("hardware", 1, 1);
        assertTrue(invariants.hold());
        invariants.hardwareDriverAndCoreBooksAgree().compare("hardware", 1, 2);
        assertBroken("HardwareDriverAndCoreBooksAgree", "hardware: 2 open, the ledger has 1", 2);
    }

    @Test
    void shouldBreakWhenAGuestSeesAnothersDevice() {
        invariants.nothingCrossesFromOneVmToAnother().isSeen(true, 6);
        assertTrue(invariants.hold());
        invariants.nothingCrossesFromOneVmToAnother().isSeen(false, 6);
        assertBroken(
                "NothingCrossesFromOneVmToAnother", "a fault of group 6 reached another VM", 2);
    }

    @Test
    void shouldBreakWhenADeviceIsToldAnotherCode() {
        invariants.responsesCarryTheGroupTheyAnswer().isTold(5, 0, 0);
        assertTrue(invariants.hold());
        invariants.responsesCarryTheGroupTheyAnswer().isTold(5, 0, 1);
        assertBroken("ResponsesCarryTheGroupTheyAnswer", "fault 5 answered 0 was told 1", 2);
    }

    @Test
    void shouldBreakWhenAnAnswerIsTakenForAnotherFault() {
        invariants.responsesCarryTheGroupTheyAnswer().isOfItsFault(5, 5);
        assertTrue(invariants.hold());
        invariants.responsesCarryTheGroupTheyAnswer().isOfItsFault(5, 6);
        assertBroken(
                "ResponsesCarryTheGroupTheyAnswer",
                "an answer to fault 5 was taken for fault 6",
                2);
    }

    @Test
    void shouldBreakWhenTimeRunsBack() {
        invariants.virtualTimeNeverRunsBack().reads(7);
        invariants.virtualTimeNeverRunsBack().reads(7);
        assertTrue(invariants.hold());
        invariants.virtualTimeNeverRunsBack().reads(6);
        assertBroken("VirtualTimeNeverRunsBack", "it was 7 ns, and then 6 ns", 3);
    }

    @Test
    void shouldBreakWhenMemoryGrowsBeyondItsBound() {
        invariants.memoryStaysWithinItsBound().uses(0x1000, 0x1000);
        assertTrue(invariants.hold());
        invariants.memoryStaysWithinItsBound().uses(0x1001, 0x1000);
        assertBroken(
                "MemoryStaysWithinItsBound",
                "4097 bytes of emulated memory are in use, the bound is 4096",
                2);
    }

    @Test
    void shouldBreakWhenMoreFaultsAreKeptThanTheBoundAllows() {
        invariants.memoryStaysWithinItsBound().keeps("nic", 8, 8);
        assertTrue(invariants.hold());
        invariants.memoryStaysWithinItsBound().keeps("nic", 9, 8);
        assertBroken("MemoryStaysWithinItsBound", "9 faults of nic are kept, the bound is 8", 2);
    }

    @Test
    void shouldBreakWhenSomethingIsOpenAfterCalm() {
        invariants.everyTransactionEndsOnceFaultsStop().afterCalm("hardware", 0, 100);
        assertTrue(invariants.hold());
        invariants.everyTransactionEndsOnceFaultsStop().afterCalm("hardware", 2, 100);
        assertBroken(
                "EveryTransactionEndsOnceFaultsStop",
                "hardware: 2 still open after 100 ns of calm",
                2);
    }

    @Test
    void shouldKnowWhichWasBrokenFirst() {
        assertNull(invariants.firstBreach());
        nowNs = 30;
        invariants.noVmExceedsItsQuota().has("b", 33, 32);
        nowNs = 40;
        invariants.everyTransactionEndsOnce().ends(3, false);
        assertEquals(
                new Breach("NoVmExceedsItsQuota", 30, "b had 33 outstanding, its quota is 32"),
                invariants.firstBreach());
    }

    @Test
    void shouldTellTheFirstBreachOnly() {
        invariants.hardwareDriverAndCoreBooksAgree().compare("first", 1, 2);
        invariants.hardwareDriverAndCoreBooksAgree().compare("second", 1, 3);
        assertBroken("HardwareDriverAndCoreBooksAgree", "first: 2 open, the ledger has 1", 2);
    }

    private void assertBroken(final String name, final String breach, final long checked) {
        assertFalse(invariants.hold());
        for (final Invariant invariant : invariants.all()) {
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
