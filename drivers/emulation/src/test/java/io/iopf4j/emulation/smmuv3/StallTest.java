// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Requester;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How stalled transactions end. IHI 0070, 3.12.2, 4.6 and 5.5. */
final class StallTest {
    private static final int OTHER_SID = 0x11;
    private static final long S = ContextDescriptor.S;

    private SmmuBench bench = SmmuBench.stalling();

    // ---- RESUME ---------------------------------------------------------------------------------

    @Test
    void shouldFinishARetriedAccessThatTranslatesNow() {
        final int id = bench.read(IOVA);
        final int stag = takeStag();
        bench.mapPage(IOVA);
        bench.resume(SID, stag, Commands.RESUME_RETRY);
        assertEquals(AccessResult.DONE, bench.result(id));
        assertEquals(0, bench.smmu.recordedStalls());
    }

    @Test
    void shouldAbortWhenToldTo() {
        final int id = bench.read(IOVA);
        bench.resume(SID, takeStag(), Commands.RESUME_ABORT);
        assertEquals(AccessResult.ABORTED, bench.result(id));
    }

    @Test
    void shouldTerminateAsRazWiWhenToldTo() {
        final int id = bench.read(IOVA);
        bench.resume(SID, takeStag(), Commands.RESUME_TERM);
        assertEquals(AccessResult.RAZ_WI, bench.result(id));
    }

    @Test
    void shouldLetRetryWinOverAbort() {
        final int id = bench.read(IOVA);
        final int stag = takeStag();
        bench.mapPage(IOVA);
        bench.resume(SID, stag, Commands.RESUME_RETRY | Commands.RESUME_ABORT);
        assertEquals(AccessResult.DONE, bench.result(id));
    }

    @ParameterizedTest
    @CsvSource({"0x11, 0", "0x10, 1", "0x10, 0xffff", "0x7fffffff, 0"})
    void shouldDoNothingForWhatMatchesNoStall(final String sid, final String stag) {
        final int id = bench.read(IOVA); // Its tag is 0.
        bench.resume(Integer.decode(sid), Integer.decode(stag), Commands.RESUME_ABORT);
        assertNull(bench.result(id));
        assertEquals(1, bench.smmu.recordedStalls());
        assertEquals(0, bench.smmu.counters().commandErrors());
    }

    @Test
    void shouldDoNothingForASecondResumeOfOneStall() {
        bench.read(IOVA);
        final int stag = takeStag();
        bench.resume(SID, stag, Commands.RESUME_ABORT);
        bench.resume(SID, stag, Commands.RESUME_ABORT);
        assertEquals(1, bench.endedOrder.size());
    }

    @Test
    void shouldRecordARetryThatFaultsAgain() {
        final int id = bench.read(IOVA);
        bench.resume(SID, takeStag(), Commands.RESUME_RETRY);
        assertNull(bench.result(id));
        assertEquals(IOVA, bench.takeEvent()[2]);
        assertEquals(1, bench.smmu.recordedStalls());
    }

    @Test
    void shouldRetryWithTheConfigurationOfNow() {
        final int id = bench.read(IOVA);
        final int stag = takeStag();
        bench.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT), 0);
        bench.command(Commands.cfgiSte(SID), 1);
        bench.resume(SID, stag, Commands.RESUME_RETRY);
        assertEquals(AccessResult.ABORTED, bench.result(id));
        assertEquals(0, bench.pendingEvents(), "silently");
    }

    @Test
    void shouldRecordARetryWhoseContextHasGone() {
        final int id = bench.read(IOVA);
        final int stag = takeStag();
        bench.rawContext(SSID, 0, 0);
        bench.command(Commands.cfgiCd(SID, SSID), 1);
        bench.resume(SID, stag, Commands.RESUME_RETRY);
        assertEquals(AccessResult.ABORTED, bench.result(id));
        assertEquals(Events.C_BAD_CD, Events.number(bench.takeEvent()[0]));
    }

    @Test
    void shouldTakeResumesInAnyOrder() {
        final int first = bench.read(0x1000);
        final int second = bench.read(0x2000);
        final int firstStag = takeStag();
        final int secondStag = takeStag();
        bench.resume(SID, secondStag, Commands.RESUME_ABORT);
        bench.resume(SID, firstStag, Commands.RESUME_ABORT);
        assertEquals(List.of(second, first), bench.endedOrder);
    }

    @Test
    void shouldGiveDifferentTagsToStallsAtOneTime() {
        bench.read(0x1000);
        bench.read(0x1000);
        assertNotEquals(takeStag(), takeStag());
    }

    // ---- Capacity -------------------------------------------------------------------------------

    @Test
    void shouldNotRecordMoreStallsThanStallMax() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(3), S);
        for (int i = 0; i < 5; i++) {
            bench.read(IOVA);
        }
        assertEquals(3, bench.smmu.recordedStalls());
        assertEquals(2, bench.smmu.heldStalls());
        assertEquals(3, bench.pendingEvents());
        assertEquals(3, bench.smmu.stallHighWater());
    }

    @Test
    void shouldRecordAHeldStallWhenATagComesFree() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(1), S);
        bench.read(0x1000);
        bench.read(0x2000);
        bench.resume(SID, takeStag(), Commands.RESUME_ABORT);
        assertEquals(0x2000, bench.takeEvent()[2]);
        assertEquals(0, bench.smmu.heldStalls());
    }

    @Test
    void shouldHoldManyMoreThanItRecords() {
        for (int i = 0; i < 1000; i++) {
            bench.read(IOVA);
        }
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(1000, bench.endedOrder.size());
    }

    // ---- STALL_TERM -----------------------------------------------------------------------------

    @Test
    void shouldAbortRecordedAndHeldStallsOfTheStream() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(1), S);
        final int recorded = bench.read(0x1000);
        final int held = bench.read(0x2000);
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(AccessResult.ABORTED, bench.result(recorded));
        assertEquals(AccessResult.ABORTED, bench.result(held));
    }

    @Test
    void shouldEndStallsInTheOrderOfTheirRecordsWhateverTheirTags() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(4), S);
        bench.useStageOne(OTHER_SID, S);
        bench.read(0x1000);
        bench.read(0x2000);
        bench.access(OTHER_SID, SSID, 0x3000, READ);
        bench.resume(SID, Events.stag(bench.takeEvent()[1]), Commands.RESUME_ABORT);
        bench.resume(SID, Events.stag(bench.takeEvent()[1]), Commands.RESUME_ABORT);
        bench.endedOrder.clear();
        final int first = bench.read(0x4000);
        final int second = bench.read(0x5000);
        final int third = bench.read(0x6000);
        final int held = bench.read(0x7000);
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(List.of(first, second, third, held), bench.endedOrder);
        assertEquals(1, bench.smmu.recordedStalls(), "of the other stream");
        assertEquals(0, bench.smmu.heldStalls());
    }

    @Test
    void shouldLeaveOtherStreamsStalled() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(2), S);
        bench.useStageOne(OTHER_SID, S);
        final int otherRecorded = bench.access(OTHER_SID, SSID, 0x1000, READ);
        bench.read(0x2000);
        final int otherHeld = bench.access(OTHER_SID, SSID, 0x3000, READ);
        bench.read(0x4000);
        final int lastHeld = bench.access(OTHER_SID, SSID, 0x5000, READ);
        bench.command(Commands.stallTerm(SID), 0);
        assertNull(bench.result(otherRecorded));
        assertNull(bench.result(otherHeld));
        assertNull(bench.result(lastHeld));
        assertEquals(2, bench.endedOrder.size());
    }

    @Test
    void shouldKeepTheOrderOfThoseThatStayHeld() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(1), S);
        bench.useStageOne(OTHER_SID, S);
        bench.access(OTHER_SID, SSID, 0x1000, READ);
        bench.read(0x2000);
        bench.access(OTHER_SID, SSID, 0x3000, READ);
        bench.read(0x4000);
        bench.command(Commands.stallTerm(SID), 0);
        bench.access(OTHER_SID, SSID, 0x5000, READ);
        final List<Long> recorded = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            final long[] record = bench.takeEvent();
            recorded.add(record[2]);
            bench.resume(OTHER_SID, Events.stag(record[1]), Commands.RESUME_ABORT);
        }
        assertEquals(List.of(0x1000L, 0x3000L, 0x5000L), recorded);
    }

    @Test
    void shouldGiveTheTagsBack() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(1), S);
        bench.read(0x1000);
        bench.command(Commands.stallTerm(SID), 0);
        bench.takeEvent();
        bench.read(0x2000);
        assertEquals(0x2000, bench.takeEvent()[2]);
    }

    @Test
    void shouldLeaveOldRecordsInTheQueue() {
        bench.read(IOVA);
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(IOVA, bench.takeEvent()[2]);
    }

    @Test
    void shouldDoNothingWhereNothingIsStalled() {
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(bench.commandProd(), bench.commandCons());
    }

    // ---- SMMUEN ---------------------------------------------------------------------------------

    @Test
    void shouldAbortAllStallsWhenDisabled() {
        bench = SmmuBench.enabled(CONFIG.withStallMax(2), S);
        bench.useStageOne(OTHER_SID, S);
        for (final int sid : new int[] {SID, OTHER_SID, SID, OTHER_SID}) {
            bench.access(sid, SSID, IOVA, READ);
        }
        bench.regs.writel(SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_CMDQEN, SmmuRegisters.CR0);
        assertEquals(4, bench.endedOrder.size());
        assertEquals(AccessResult.ABORTED, bench.result(4));
        assertEquals(0, bench.smmu.recordedStalls());
        assertEquals(0, bench.smmu.heldStalls());
    }

    @Test
    void shouldForgetTagsWhenDisabled() {
        bench.read(IOVA);
        final int stag = takeStag();
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.resume(SID, stag, Commands.RESUME_ABORT);
        assertEquals(1, bench.endedOrder.size());
    }

    // ---- STALL_MODEL ----------------------------------------------------------------------------

    @Test
    void shouldNeverStallWhereTheModelOnlyTerminates() {
        bench =
                SmmuBench.enabled(
                        CONFIG.withStallModel(SmmuV3Config.TERMINATE_ONLY),
                        ContextDescriptor.R | ContextDescriptor.A);
        assertEquals(AccessResult.ABORTED, bench.resultOf(SID, SSID, IOVA, READ));
    }

    @Test
    void shouldStallWhereTheModelForcesIt() {
        bench = SmmuBench.enabled(CONFIG.withStallModel(SmmuV3Config.STALL_FORCED), S);
        final int id = bench.read(IOVA);
        assertNull(bench.result(id));
        bench.resume(SID, takeStag(), Commands.RESUME_TERM);
        assertEquals(AccessResult.RAZ_WI, bench.result(id));
    }

    // ---- Observer -------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {Commands.RESUME_RETRY, Commands.RESUME_ABORT, Commands.RESUME_TERM})
    void shouldTellItsObserverOfEachStep(final int action) {
        final List<String> steps = new ArrayList<>();
        bench = new SmmuBench(CONFIG.withStallMax(1), new StepObserver(steps));
        bench.useStageOne(SID, S);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.read(0x1000);
        bench.read(0x2000);
        bench.mapPage(0x1000);
        bench.resume(SID, takeStag(), action);
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(
                List.of(
                        "recorded 1 sid 16 tag 0",
                        "held 2",
                        "resumed 1 action " + action,
                        "recorded 2 sid 16 tag 0",
                        "terminated 2"),
                steps);
    }

    private int takeStag() {
        return Events.stag(bench.takeEvent()[1]);
    }

    private static final class StepObserver implements SmmuObserver {
        private final List<String> steps;

        StepObserver(final List<String> steps) {
            this.steps = steps;
        }

        @Override
        public void stallRecorded(
                final Requester requester, final int id, final int streamId, final int stag) {
            steps.add("recorded " + id + " sid " + streamId + " tag " + stag);
        }

        @Override
        public void stallHeld(final Requester requester, final int id) {
            steps.add("held " + id);
        }

        @Override
        public void resumed(final Requester requester, final int id, final int action) {
            steps.add("resumed " + id + " action " + action);
        }

        @Override
        public void stallTerminated(final Requester requester, final int id) {
            steps.add("terminated " + id);
        }
    }
}
