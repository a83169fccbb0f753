// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.ledger.Invariants;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.testing.ReadDump;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every captured dump that this hardware can replay ends as it was recorded. */
class ReplayFactsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "iopf-fast-v7.dat",
                "iopf-fast-v7.report.txt.gz",
                "iopf-ooo-v6.dat.gz",
                "iopf-ooo-v6.report.txt.gz",
                "iopf-greedy-v7.dat",
                "iopf-mixed-zstd.dat",
                "iopf-mute-tsc.dat",
                "iopf-mute-tsc.report.txt.gz",
                "iopf-instance-v7.dat",
                "iopf-instance-v7.report.txt.gz",
                "open-greedy-a.dat",
                "open-greedy-a.report.txt.gz",
                "open-mixed-a.dat",
                "open-mixed-a.report.txt.gz",
                "raw-trace.txt.gz",
                "selftest-iopf.v7.dat",
                "selftest-iopf.report.txt"
            })
    void shouldEndEveryFaultAsRecorded(final String file) throws IOException {
        final ReadDump dump = ReadDump.of(file);
        final ReplayResult result = dump.replay(ReplaySettings.defaults());
        final DumpSummary recorded = dump.summary();
        assertAll(
                () -> assertEquals(recorded.groups(), result.comparison().matched()),
                () -> assertEquals(0, result.comparison().diverged(), "diverged"),
                () -> assertEquals(0, result.comparison().spoiled(), "spoiled"),
                () -> assertEquals(recorded.groups(), result.raised(), "raised"),
                () -> assertEquals(recorded.groups(), result.run().reported(), "reported"),
                () -> assertEquals(recorded.groups(), result.run().delivered(), "delivered"),
                () -> assertEquals(recorded.success(), responses(result, PageResponseCode.SUCCESS)),
                () -> assertEquals(recorded.invalid(), responses(result, PageResponseCode.INVALID)),
                () -> assertEquals(0, responses(result, PageResponseCode.FAILURE)),
                () ->
                        assertEquals(
                                recorded.unanswered(), result.outcomes().get(Outcome.OUTSTANDING)));
        assertBooksHold(result);
        assertWasChecked(result, "EveryTransactionEndsOnce", true);
        assertWasChecked(result, "HardwareDriverAndCoreBooksAgree", true);
        assertWasChecked(
                result,
                "ResponsesCarryTheGroupTheyAnswer",
                recorded.unanswered() < recorded.groups());
        // Each delivery shows whose fault it is.
        assertWasChecked(result, "NothingCrossesFromOneVmToAnother", result.run().delivered() > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = "iopf-lost-v7.dat")
    void shouldCompareOnlyWhatLostEventsLeaveCertain(final String file) throws IOException {
        final ReplayResult result = ReadDump.of(file).replay(ReplaySettings.defaults());
        final Comparison comparison = result.comparison();
        assertEquals(0, comparison.diverged(), comparison.firstDivergence());
        assertTrue(comparison.spoiled() > 0, "the capture lost events");
        assertEquals(result.raised(), comparison.matched() + comparison.spoiled());
        assertBooksHold(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iopf-groups-zstd.dat", "iopf-groups-zstd.report.txt.gz"})
    void shouldRefuseGroupsOfSeveralRequests(final String file) throws IOException {
        final ReadDump dump = ReadDump.of(file);
        final UnsupportedRecordingException refusal =
                assertThrows(
                        UnsupportedRecordingException.class,
                        () ->
                                Replay.run(
                                        dump.recording(),
                                        dump.summary(),
                                        ReplaySettings.defaults(),
                                        done -> {}));
        assertTrue(refusal.getMessage().contains("SMMUv3"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("VT-d"), refusal.getMessage());
    }

    private static long responses(final ReplayResult result, final int code) {
        return result.ledger().responses(code);
    }

    private static void assertWasChecked(
            final ReplayResult result, final String name, final boolean expected) {
        final long checked =
                result.run().bench().invariants().all().stream()
                        .filter(invariant -> invariant.name().equals(name))
                        .mapToLong(Invariants.Invariant::checked)
                        .sum();
        assertEquals(expected, checked > 0, name + " was checked " + checked + " times");
    }

    private static void assertBooksHold(final ReplayResult result) {
        for (final Invariants.Invariant invariant : result.run().bench().invariants().all()) {
            assertTrue(invariant.holds(), invariant.name() + ": " + invariant.breach());
        }
        assertEquals(
                result.raised(),
                result.outcomes().values().stream().mapToLong(Long::longValue).sum());
        assertEquals(
                result.raised(), result.vms().stream().mapToLong(VmResult::raised).sum(), "by VM");
    }
}
