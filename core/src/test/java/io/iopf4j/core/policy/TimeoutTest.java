// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.IommufdBench;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code timeout}: an unanswered group is ended when its time has come, once. */
class TimeoutTest {
    private static final long DELAY_NS = 10_000_000;

    private static GateBench bench(final Semantics semantics) {
        return new GateBench(semantics, "timeout=10ms");
    }

    @EverySemantics
    void shouldEndWhatIsNotAnsweredInTime(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(0x77));
        bench.core.kernel.advanceTo(DELAY_NS - 1);
        assertEquals(List.of(), bench.core.answers);
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(new Answer("dev", 0, 0x77, INVALID)), bench.core.answers);
        assertEquals(1, bench.notebook.count("responding dev 119 TIMED_OUT"));
        assertEquals(0, vm.outstandingGroups());
    }

    @EverySemantics
    void shouldRefuseAnswerThatComesLate(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(0x77));
        final GateBench.Seen seen = bench.seen().get(0);
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(-Errno.EINVAL, bench.answer(seen, SUCCESS));
        assertEquals(1, bench.core.answers.size());
        assertEquals(1, bench.notebook.count("refused"));
    }

    @EverySemantics
    void shouldNotEndWhatWasAnswered(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(new Answer("dev", 0, 1, SUCCESS)), bench.core.answers);
        assertFalse(bench.core.kernel.timers.get(0).isArmed());
    }

    @Test
    void shouldNotGiveLateAnswerToFaultThatCameAfterwards() {
        final GateBench bench = bench(Semantics.MAINLINE_6_12);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        final GateBench.Seen late = bench.seen().get(0);
        bench.core.kernel.advanceTo(DELAY_NS);
        bench.report(dev, last(2));
        bench.seen();
        assertEquals(-Errno.EINVAL, bench.answer(late, SUCCESS));
        assertEquals(List.of(1), bench.answeredGrpids());
    }

    @EverySemantics
    void shouldTakeDefaultFromDriver(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "timeout");
        bench.core.driver.setFaultTimeoutNs(1_234);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        bench.core.kernel.advanceTo(1_233);
        assertEquals(0, bench.core.answers.size());
        bench.core.kernel.advanceTo(1_234);
        assertEquals(1, bench.core.answers.size());
    }

    @EverySemantics
    void shouldEndEachAtItsOwnTime(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final IommuDevice dev = bench.device("dev");
        for (int grpid = 1; grpid <= 3; grpid++) {
            bench.core.kernel.advanceTo(grpid * 1_000L);
            bench.report(dev, last(grpid));
        }
        bench.core.kernel.advanceTo(DELAY_NS + 1_000);
        assertEquals(List.of(1), bench.answeredGrpids());
        bench.core.kernel.advanceTo(DELAY_NS + 2_999);
        assertEquals(List.of(1, 2), bench.answeredGrpids());
        bench.core.kernel.advanceTo(DELAY_NS + 3_000);
        assertEquals(List.of(1, 2, 3), bench.answeredGrpids());
    }

    /** The series of 2018 has a timer of its own for each device. */
    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "V5_2018")
    void shouldHaveOneTimerArmedForOldest(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final Account vm = bench.gate.addVm("vm");
        for (int i = 0; i < 5; i++) {
            bench.core.kernel.advanceTo(i * 1_000L);
            bench.report(bench.device("dev" + i, vm), last(i));
        }
        assertEquals(1, bench.core.kernel.timers.size());
        assertEquals(DELAY_NS, bench.core.kernel.timers.get(0).timeNs());
        bench.answer(bench.seen().get(1), SUCCESS);
        assertEquals(DELAY_NS, bench.core.kernel.timers.get(0).timeNs());
        bench.answer(bench.seen().get(0), SUCCESS);
        assertEquals(DELAY_NS + 2_000, bench.core.kernel.timers.get(0).timeNs());
        for (int i = 2; i < 5; i++) {
            bench.answer(bench.seen().get(i), SUCCESS);
        }
        assertFalse(bench.core.kernel.timers.get(0).isArmed());
    }

    @Test
    void shouldHaveOneTimerForEachDelayThatModelsHave() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "timeout");
        bench.core.driver.setFaultTimeoutNs(2_000);
        final IommuDevice slow = bench.device("slow");
        bench.report(slow, last(1));
        bench.core.driver.setFaultTimeoutNs(1_000);
        final IommuDevice fast = bench.device("fast");
        bench.report(fast, last(2));
        bench.report(slow, last(3));
        assertEquals(2, bench.core.kernel.timers.size());
        bench.core.kernel.advanceTo(1_000);
        assertEquals(List.of(2), bench.answeredGrpids());
        bench.core.kernel.advanceTo(2_000);
        assertEquals(List.of(2, 1, 3), bench.answeredGrpids());
    }

    @EverySemantics
    void shouldWaitForLastRequestOfGroup(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, partial(1));
        bench.core.kernel.advanceTo(2 * DELAY_NS);
        assertEquals(List.of(), bench.core.answers);
        assertEquals(1, vm.outstandingGroups());
        assertEquals(0, bench.report(dev, last(1)));
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.core.answers);
        assertEquals(List.of(), bench.seen());
        assertEquals(1, bench.notebook.count("responding dev 1 TIMED_OUT"));
        assertEquals(0, vm.outstandingGroups());
        assertEquals(0, vm.outstandingRequests());
    }

    @EverySemantics
    void shouldCountFromFirstRequestOfGroup(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.core.kernel.advanceTo(DELAY_NS / 2);
        bench.report(dev, last(1));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(1), bench.answeredGrpids());
    }

    @EverySemantics
    void shouldEndManyAtOnceEachOnce(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final IommuDevice dev = bench.device("dev");
        bench.reportGroups(dev, 1, 100);
        bench.answer(bench.seen().get(49), SUCCESS);
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(100, bench.answeredGrpids().stream().distinct().count());
        assertEquals(100, bench.core.answers.size());
    }

    @Test
    void shouldWithdrawUnreadGroupSoThatGuestNeverSeesIt() {
        final GateBench bench = bench(Semantics.MAINLINE_6_12);
        bench.report(bench.device("dev"), last(1));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(), bench.seen());
    }

    /** The consumer has a group only when its handler returns: ended before, it would keep it. */
    @Test
    void shouldEndGroupWhoseTimeComesWhileItIsDelivered() {
        final CoreBench[] core = new CoreBench[1];
        final FaultObserver late =
                new FaultObserver() {
                    @Override
                    public void delivered(final IopfGroup group) {
                        core[0].kernel.advanceTo(DELAY_NS);
                    }
                };
        final IommufdBench bench = new IommufdBench(late, Policies.parse("timeout=10ms"));
        core[0] = bench.core;
        bench.idev.attach(bench.nested);
        assertEquals(0, bench.report(last(1)));
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.core.answers);
        assertFalse(bench.queue.isReadable());
        assertEquals(0, CoreBench.pending(bench.dev));
        assertTrue(bench.report(last(2)) == 0 && bench.queue.isReadable());
    }

    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldNotEndFaultWhoseHandlerIsStillAtIt(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final IommuDevice dev = bench.device("dev");
        bench.whileHandling(() -> bench.core.kernel.advanceTo(DELAY_NS));
        bench.refuseWith(-Errno.EIO);
        assertEquals(-Errno.EIO, bench.report(dev, last(1)));
        assertEquals(1, bench.core.answers.size(), "the driver's own");
        bench.refuseWith(0);
        bench.whileHandling(() -> bench.core.kernel.advanceTo(2 * DELAY_NS));
        assertEquals(0, bench.report(dev, last(2)));
        assertEquals(List.of(1, 2), bench.answeredGrpids());
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldNotEndFaultWhoseAnswerIsOnItsWay(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        bench.core.driver.whileAnswering(() -> bench.core.kernel.advanceTo(DELAY_NS));
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(List.of(new Answer("dev", 0, 1, SUCCESS)), bench.core.answers);
    }

    /** What the driver did not send in 2017 waits still, and for no longer than before. */
    @Test
    void shouldEndFaultOf2017WhoseTimeComesDuringAnAnswerThatIsNotSent() {
        final GateBench bench = bench(Semantics.V3_2017);
        final IommuDevice dev = bench.device("dev");
        bench.core.driver.refuseAnswers(msg -> msg.code() == SUCCESS);
        bench.core.driver.whileAnswering(() -> bench.core.kernel.advanceTo(DELAY_NS));
        bench.report(dev, last(1));
        assertEquals(-Errno.EINVAL, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.core.answers);
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    @Test
    void shouldEndFaultOf2017AfterAnAnswerThatIsNotSent() {
        final GateBench bench = bench(Semantics.V3_2017);
        final IommuDevice dev = bench.device("dev");
        bench.core.driver.refuseAnswers(msg -> msg.code() == SUCCESS);
        bench.report(dev, last(1));
        assertEquals(-Errno.EINVAL, bench.answer(bench.seen().get(0), SUCCESS));
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.core.answers);
    }

    /** Its hardware holds the fault for good, and nobody can answer for it any more. */
    @EverySemantics
    void shouldSendNothingForADeviceThatIsGone(final Semantics semantics) {
        final GateBench bench = bench(semantics);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        IommuGroup.of(dev).removeDevice(dev);
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(), bench.core.answers);
        assertEquals(1, vm.outstandingGroups());
        bench.gate.removed(dev);
        assertEquals(0, vm.outstandingGroups());
    }

    /** Such as work that handles a page at that moment. */
    @Test
    void shouldWaitForAConsumerThatCannotGiveAGroupBack() {
        final CoreBench bench = new CoreBench(FaultObserver.NONE, Policies.parse("timeout=10ms"));
        final GroupCollector consumer = new GroupCollector();
        final IommuDevice dev = bench.faultingDevice("dev");
        final IommuDomain domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(consumer);
        IommuGroup.of(dev).attach(domain, new IommuAttachHandle());
        bench.gate.reportDeviceFault(dev, last(1));
        bench.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(), bench.answers);
        assertEquals(1, bench.gate.account(dev).outstandingGroups());
        consumer.groups.get(0).respond(SUCCESS);
        consumer.groups.get(0).free();
        assertEquals(List.of(new Answer("dev", 0, 1, SUCCESS)), bench.answers);
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }
}
