// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.testing.ReadDump;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every captured dump ends as it was recorded, on any hardware that can replay it. */
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
                "iopf-perf.data.gz",
                "iopf-perf.script.txt.gz",
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
        assertWasChecked(result, "ResponsesCarryTheGroupTheyAnswer", recorded.groups() > 0);
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
    void shouldRefuseGroupsOfSeveralRequestsOnSmmu(final String file) throws IOException {
        final ReadDump dump = ReadDump.of(file);
        final UnsupportedRecordingException refusal =
                assertThrows(
                        UnsupportedRecordingException.class,
                        () ->
                                Replay.run(
                                        dump.recording(),
                                        dump.summary(),
                                        on(Hardware.Iommu.SMMUV3),
                                        done -> {}));
        assertTrue(refusal.getMessage().contains("SMMUv3"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("VT-d"), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"iopf-groups-zstd.dat", "iopf-groups-zstd.report.txt.gz"})
    void shouldReplayGroupsOfSeveralRequestsOnVtd(final String file) throws IOException {
        final ReadDump dump = ReadDump.of(file);
        final ReplayResult result = dump.replay(ReplaySettings.defaults());
        assertEquals("vtd", result.run().bench().hardware().name());
        assertEquals(958, result.comparison().matched());
        assertEquals(0, result.comparison().diverged(), result.comparison().firstDivergence());
        assertEquals(dump.summary().success(), responses(result, PageResponseCode.SUCCESS));
        assertEquals(dump.summary().invalid(), responses(result, PageResponseCode.INVALID));
        assertEquals(109, dump.summary().incompleteRequests());
        assertTrue(result.run().bench().hardware().queueHighWater() >= 6, "a group of six");
        assertBooksHold(result);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iopf-fast-v7.dat",
                "iopf-ooo-v6.dat.gz",
                "iopf-greedy-v7.dat",
                "iopf-mixed-zstd.dat",
                "iopf-mute-tsc.dat",
                "iopf-instance-v7.dat",
                "iopf-lost-v7.dat",
                "open-greedy-a.dat",
                "open-mixed-a.dat",
                "raw-trace.txt.gz",
                "selftest-iopf.v7.dat"
            })
    void shouldEndEveryFaultAlikeOnBothModels(final String file) throws IOException {
        final ReadDump dump = ReadDump.of(file);
        final ReplayResult smmu = dump.replay(ReplaySettings.defaults());
        final ReplayResult vtd = dump.replay(on(Hardware.Iommu.VTD));
        assertEquals("smmuv3", smmu.run().bench().hardware().name());
        assertEquals("vtd", vtd.run().bench().hardware().name());
        assertEquals(smmu.comparison(), vtd.comparison());
        assertEquals(smmu.outcomes(), vtd.outcomes());
        assertBooksHold(vtd);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3-2017", "v5-2018", "mainline-5.x"})
    void shouldAnswerGroupsUnderOlderRulesToo(final String semantics) throws IOException {
        final ReplayResult result =
                ReadDump.of("iopf-groups-zstd.dat")
                        .replay(
                                new ReplaySettings(
                                        Map.of(),
                                        Hardware.DEFAULT,
                                        Semantics.of(semantics),
                                        List.of(),
                                        1));
        assertEquals(958, result.comparison().matched());
        assertBooksHold(result);
    }

    private static ReplaySettings on(final Hardware.Iommu iommu) {
        return ReplaySettings.mainline(Map.of(), new Hardware(iommu));
    }

    private static long responses(final ReplayResult result, final int code) {
        return result.ledger().responses(code);
    }

    private static void assertWasChecked(
            final ReplayResult result, final String name, final boolean expected) {
        final long checked =
                result.run().bench().invariants().all().stream()
                        .filter(invariant -> invariant.name().equals(name))
                        .mapToLong(Invariant::checked)
                        .sum();
        assertEquals(expected, checked > 0, name + " was checked " + checked + " times");
    }

    private static void assertBooksHold(final ReplayResult result) {
        for (final Invariant invariant : result.run().bench().invariants().all()) {
            assertTrue(invariant.holds(), invariant.name() + ": " + invariant.breach());
        }
        assertEquals(
                result.raised(),
                result.outcomes().values().stream().mapToLong(Long::longValue).sum());
        assertEquals(
                result.raised(), result.vms().stream().mapToLong(VmResult::raised).sum(), "by VM");
    }
}
