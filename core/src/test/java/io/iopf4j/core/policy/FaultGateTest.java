// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.partialOfPasid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.FaultReason;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.TestKernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the gate does whatever its policies are. */
class FaultGateTest {
    private static final String ANY = "vm-quota=1000";

    /** Admits what a test wants and writes ends down. */
    private static final class Diary implements FaultPolicy {
        final List<String> lines = new ArrayList<>();
        boolean admits = true;
        Account disables;
        FaultEnd disablesAt;

        @Override
        public String name() {
            return "diary";
        }

        @Override
        public boolean admits(final FaultInfo request) {
            lines.add(
                    "asked "
                            + request.fault().grpid()
                            + (request.opensGroup() ? " first" : " more")
                            + " vm="
                            + request.vm().outstandingRequests());
            return admits;
        }

        @Override
        public void ended(final FaultInfo fault, final FaultEnd end) {
            lines.add(
                    "ended "
                            + fault.fault().grpid()
                            + " "
                            + end
                            + (fault.wasAdmitted() ? "" : " refused")
                            + " vm="
                            + fault.vm().outstandingRequests());
            if (end == disablesAt) {
                disables.disable();
            }
        }
    }

    // ---- Policies -------------------------------------------------------------------------------

    @EverySemantics
    void shouldAskAboutEachRequestAndTellEachEndOnce(final Semantics semantics) {
        final Diary diary = new Diary();
        final GateBench bench = new GateBench(semantics, List.of(diary));
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        bench.answer(bench.seen().get(0), SUCCESS);
        diary.admits = false;
        bench.report(dev, partial(2));
        bench.report(dev, last(2));
        assertEquals(
                List.of(
                        "asked 1 first vm=0",
                        "asked 1 more vm=1",
                        "ended 1 ANSWERED vm=0",
                        "asked 2 first vm=0",
                        "ended 2 TERMINATED refused vm=0"),
                diary.lines);
    }

    @EverySemantics
    void shouldNotAskSecondPolicyWhatFirstRefused(final Semantics semantics) {
        final Diary first = new Diary();
        final Diary second = new Diary();
        first.admits = false;
        final GateBench bench = new GateBench(semantics, List.of(first, second));
        bench.report(bench.device("dev"), last(1));
        assertEquals(List.of("ended 1 TERMINATED refused vm=0"), second.lines);
    }

    @Test
    void shouldBeNothingWithoutPolicies() {
        final TestKernel kernel = new TestKernel();
        final FaultGate gate = new FaultGate(kernel, FaultObserver.NONE, List.of());
        assertSame(FaultObserver.NONE, gate.observer());
        final GateBench bench = new GateBench(Semantics.V3_2017, "none");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        assertEquals(0, vm.highWater());
        bench.answer(bench.seen().get(0), SUCCESS);
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(List.of(1, 1), bench.answeredGrpids());
    }

    @Test
    void shouldGuardOneProfileOnly() {
        final CoreBench bench = new CoreBench();
        assertThrows(IllegalStateException.class, () -> bench.gate.guard(bench.core));
    }

    @EverySemantics
    void shouldSayWhoseContractItKeeps(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        assertEquals(bench.core.core.generation(), bench.gate.generation());
    }

    @EverySemantics
    void shouldPassUnrecoverableFaultUntouched(final Semantics semantics) {
        final Diary diary = new Diary();
        diary.admits = false;
        final GateBench bench = new GateBench(semantics, List.of(diary));
        final IommuDevice dev = bench.device("dev");
        final IommuFault fault =
                new IommuFault().unrecoverable(FaultReason.PERMISSION, 0, 0, 1, 0x1000, 0);
        bench.report(dev, fault);
        assertEquals(List.of(), diary.lines);
        assertEquals(1, bench.notebook.count("reported"));
    }

    @EverySemantics
    void shouldTellPolicyTheTimeAndTheDriver(final Semantics semantics) {
        final List<Object> told = new ArrayList<>();
        final FaultPolicy curious =
                new FaultPolicy() {
                    @Override
                    public String name() {
                        return "curious";
                    }

                    @Override
                    public boolean admits(final FaultInfo request) {
                        told.add(request.nowNs());
                        told.add(request.ops());
                        return true;
                    }
                };
        final GateBench bench = new GateBench(semantics, List.of(curious));
        bench.core.kernel.advanceTo(7);
        bench.report(bench.device("dev"), last(1));
        assertEquals(List.of(7L, bench.core.driver), told);
    }

    @EverySemantics
    void shouldFindEachOfMoreGroupsThanItHadRoomFor(final Semantics semantics) {
        final int perDevice = 400;
        final GateBench bench = new GateBench(semantics, ANY);
        final Account vm = bench.gate.addVm("vm");
        final List<IommuDevice> devices =
                List.of(bench.device("first", vm), bench.device("second", vm));
        for (int grpid = 0; grpid < perDevice; grpid++) {
            for (final IommuDevice dev : devices) {
                bench.report(dev, partial(grpid));
            }
        }
        assertEquals(2 * perDevice, vm.outstandingGroups());
        for (int grpid = 0; grpid < perDevice; grpid++) {
            for (final IommuDevice dev : devices) {
                bench.report(dev, last(grpid));
            }
        }
        assertEquals(2 * perDevice, vm.outstandingGroups());
        final List<GateBench.Seen> seen = new ArrayList<>(bench.seen());
        assertEquals(2 * perDevice, seen.size());
        Collections.shuffle(seen, new Random(1));
        int left = seen.size();
        for (final GateBench.Seen group : seen) {
            assertEquals(0, bench.answer(group, SUCCESS));
            assertEquals(--left, vm.outstandingGroups());
        }
        assertEquals(0, vm.outstandingRequests());
    }

    // ---- Ends -----------------------------------------------------------------------------------

    @EverySemantics
    void shouldEndSlotOfReportThatFailed(final Semantics semantics) {
        final Diary diary = new Diary();
        final GateBench bench = new GateBench(semantics, List.of(diary));
        final IommuDevice dev = bench.device("dev");
        bench.detach(dev);
        assertNotEquals(0, bench.report(dev, last(1)));
        assertNotEquals(0, bench.report(dev, partial(2)));
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
        assertEquals(0, bench.gate.account(dev).outstandingRequests());
        assertTrue(diary.lines.contains("ended 1 TERMINATED vm=0"), diary.lines::toString);
        assertTrue(diary.lines.contains("ended 2 TERMINATED vm=0"), diary.lines::toString);
    }

    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldEndSlotWhoseHandlerFailed(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.refuseWith(-Errno.EIO);
        assertEquals(-Errno.EIO, bench.report(dev, last(1)));
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    @Test
    void shouldDropLostRequestAndKeepGroup() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.core.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, bench.report(dev, partial(1)));
        assertEquals(1, bench.gate.account(dev).outstandingRequests());
        assertEquals(-Errno.ENOMEM, bench.report(dev, partial(2)));
        assertEquals(1, bench.gate.account(dev).outstandingGroups());
        bench.report(dev, last(1));
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
        assertEquals(0, bench.gate.account(dev).outstandingRequests());
    }

    @EverySemantics
    void shouldForgetPartialGroupsAfterOverflow(final Semantics semantics) {
        final Diary diary = new Diary();
        final GateBench bench = new GateBench(semantics, List.of(diary));
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.report(dev, partial(1));
        bench.report(dev, last(2));
        diary.admits = false;
        bench.report(dev, partial(3));
        diary.admits = true;
        bench.core.queue.discardPartial();
        assertEquals(1, bench.gate.account(dev).outstandingGroups());
        assertEquals(1, bench.gate.account(dev).outstandingRequests());
        assertTrue(diary.lines.contains("ended 1 DRAINED vm=1"), diary.lines::toString);
        // The device asks again, with the same group ids.
        bench.report(dev, last(1));
        bench.report(dev, last(3));
        assertEquals(List.of(2, 1, 3), bench.seenGrpids());
    }

    @Test
    void shouldGroupRequestsAsCoreDoesWhateverTheirPasid() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partialOfPasid(1, 7));
        bench.report(dev, lastOfPasid(2, 7));
        assertEquals(1, bench.gate.account(dev).outstandingGroups());
        assertEquals(2, bench.gate.account(dev).outstandingRequests());
        bench.answer(bench.seen().get(0), SUCCESS);
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    /** As selftests do, and hostile devices. */
    @Test
    void shouldTellGroupsOfOneIdApartByTheirRequest() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "vm-quota=3");
        final Account old = bench.gate.addVm("old");
        final Account young = bench.gate.addVm("young");
        final IommuDevice dev = bench.device("dev", old);
        bench.report(dev, last(7));
        bench.gate.assign(dev, young);
        for (int i = 0; i < 5; i++) {
            bench.report(dev, last(7));
        }
        assertEquals(4, bench.seen().size());
        assertEquals(2, bench.core.answers.size());
        bench.answer(bench.seen().get(2), SUCCESS);
        assertEquals(1, old.outstandingGroups());
        assertEquals(2, young.outstandingGroups());
        bench.answer(bench.seen().get(0), SUCCESS);
        assertEquals(0, old.outstandingGroups());
    }

    // ---- Answers by group id --------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldRefuseAnswerToWhatIsNotOutstanding(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice dev = bench.device("dev");
        final IommuDevice silent = bench.device("silent");
        bench.report(dev, last(1));
        bench.report(dev, partial(3));
        final GateBench.Seen seen = bench.seen().get(0);
        assertEquals(0, bench.answer(seen, SUCCESS));
        assertEquals(-Errno.EINVAL, bench.answer(seen, SUCCESS), "answered");
        for (final GateBench.Seen wrong :
                List.of(
                        new GateBench.Seen(dev, FLAG_LAST_PAGE, 0, 2, 0),
                        new GateBench.Seen(dev, FLAG_LAST_PAGE, 0, 3, 0),
                        new GateBench.Seen(silent, FLAG_LAST_PAGE, 0, 1, 0))) {
            assertEquals(-Errno.EINVAL, bench.answer(wrong, SUCCESS), wrong::toString);
        }
        assertEquals(List.of(1), bench.answeredGrpids());
        assertEquals(4, bench.notebook.count("refused"));
        assertTrue(bench.notebook.lines.contains("refused 2 code 0 -EINVAL"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V3_2017", "V5_2018"})
    void shouldNotTakeAnswerOfOtherPasid(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, lastOfPasid(5, 1));
        final GateBench.Seen seen = bench.seen().get(0);
        assertEquals(
                -Errno.EINVAL,
                bench.answer(new GateBench.Seen(dev, seen.flags(), 6, 1, 0), SUCCESS));
        assertEquals(0, bench.answer(seen, SUCCESS));
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    /** From 5.9 on a stall is answered without PASID; one that is sent is not looked at. */
    @Test
    void shouldLetProfileMatchWithAndWithoutPasid() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_5_X, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, lastOfPasid(5, 1));
        bench.report(dev, lastOfPasid(5, 2));
        final IommuFault needing = new IommuFault();
        needing.pageRequest(
                IommuFault.FLAG_NEEDS_PASID | IommuFault.FLAG_PASID_VALID | FLAG_LAST_PAGE,
                5,
                3,
                1,
                0);
        bench.report(dev, needing);
        final IommuPageResponse msg = new IommuPageResponse();
        assertEquals(0, bench.gate.pageResponse(null, dev, msg.set(0, 1, SUCCESS)));
        assertEquals(
                0,
                bench.gate.pageResponse(
                        null,
                        dev,
                        msg.set(9, 2, SUCCESS).flags(IommuPageResponse.FLAG_PASID_VALID)));
        assertEquals(-Errno.EINVAL, bench.gate.pageResponse(null, dev, msg.set(5, 3, SUCCESS)));
        assertEquals(
                0,
                bench.gate.pageResponse(
                        null,
                        dev,
                        msg.set(5, 3, SUCCESS).flags(IommuPageResponse.FLAG_PASID_VALID)));
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    @Test
    void shouldKeepFaultOf2017WhoseAnswerDriverDidNotSend() {
        final GateBench bench = new GateBench(Semantics.V3_2017, "timeout=1us");
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        bench.core.driver.setHasPageResponse(false);
        assertEquals(-Errno.ENODEV, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(1, bench.gate.account(dev).outstandingGroups());
        bench.core.driver.setHasPageResponse(true);
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    @Test
    void shouldSendOneOfTwoAnswersOf2017ThatComeAtOnce() {
        final GateBench bench = new GateBench(Semantics.V3_2017, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        final GateBench.Seen seen = bench.seen().get(0);
        final List<Integer> second = new ArrayList<>();
        bench.core.driver.whileAnswering(() -> second.add(bench.answer(seen, SUCCESS)));
        assertEquals(0, bench.answer(seen, SUCCESS));
        assertEquals(List.of(-Errno.EINVAL), second);
        assertEquals(List.of(1), bench.answeredGrpids());
    }

    @Test
    void shouldCountStreamRequestOf2017AsAnsweredByItself() {
        final GateBench bench = new GateBench(Semantics.V3_2017, "vm-quota=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, partial(1).responseType(PageResponseType.STREAM));
        assertEquals(1, vm.outstandingGroups());
        bench.report(dev, partial(2).responseType(PageResponseType.STREAM));
        assertEquals(List.of(2), bench.answeredGrpids());
    }

    @Test
    void shouldNotKnowAnswersByGroupIdIn612() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, ANY);
        assertEquals(
                -Errno.EOPNOTSUPP,
                bench.gate.pageResponse(null, bench.device("dev"), new IommuPageResponse()));
        assertEquals(0, bench.notebook.count("refused"));
    }

    // ---- Disabled machines ----------------------------------------------------------------------

    @EverySemantics
    void shouldEndAllOfDisabledMachineAndRefuseMore(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice first = bench.device("first", vm);
        final IommuDevice second = bench.device("second", vm);
        final IommuDevice other = bench.device("other", bench.gate.addVm("other"));
        bench.report(first, last(1));
        bench.report(second, last(2));
        bench.report(second, partial(3));
        bench.report(other, last(4));
        vm.disable();
        assertEquals(List.of(1, 2), bench.answeredGrpids());
        assertEquals(2, bench.notebook.lines.stream().filter(l -> l.endsWith("POLICY")).count());
        assertEquals(0, bench.report(second, last(3)));
        assertEquals(0, bench.report(first, last(5)));
        assertEquals(List.of(1, 2, 3, 5), bench.answeredGrpids());
        assertEquals(0, vm.outstandingGroups());
        for (final GateBench.Seen seen : bench.seen()) {
            assertEquals(seen.dev() == other ? 0 : -Errno.EINVAL, bench.answer(seen, INVALID));
        }
    }

    @EverySemantics
    void shouldLetFaultsInAgainOnceEnabled(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        vm.disable();
        bench.report(dev, last(1));
        vm.enable();
        assertFalse(vm.isDisabled());
        bench.report(dev, last(2));
        assertEquals(List.of(2), bench.seenGrpids());
    }

    @EverySemantics
    void shouldEndFaultsOfMovedDeviceWithMachineThatTheyAreChargedTo(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final Account old = bench.gate.addVm("old");
        final Account young = bench.gate.addVm("young");
        final IommuDevice dev = bench.device("dev", old);
        bench.report(dev, last(1));
        bench.gate.assign(dev, young);
        bench.report(dev, last(2));
        old.disable();
        assertEquals(List.of(1), bench.answeredGrpids());
        assertEquals(1, young.outstandingGroups());
        bench.report(dev, last(3));
        assertEquals(2, young.outstandingGroups());
    }

    @EverySemantics
    void shouldDisableDeviceAlone(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice broken = bench.device("broken", vm);
        final IommuDevice sound = bench.device("sound", vm);
        bench.report(broken, last(1));
        bench.report(sound, last(2));
        bench.gate.account(broken).disable();
        bench.report(broken, last(3));
        bench.report(sound, last(4));
        assertEquals(List.of(1, 3), bench.answeredGrpids());
        assertEquals(2, vm.outstandingGroups());
    }

    @EverySemantics
    void shouldRefuseRequestWhoseOwnPolicyDisablesItsMachine(final Semantics semantics) {
        final FaultPolicy strict =
                new FaultPolicy() {
                    @Override
                    public String name() {
                        return "strict";
                    }

                    @Override
                    public boolean admits(final FaultInfo request) {
                        if (request.fault().grpid() == 3) {
                            request.vm().disable();
                        }
                        return true;
                    }
                };
        final GateBench bench = new GateBench(semantics, List.of(strict));
        final IommuDevice dev = bench.device("dev", bench.gate.addVm("vm"));
        bench.reportGroups(dev, 1, 3);
        assertEquals(List.of(3, 1, 2), bench.answeredGrpids());
    }

    /** An answer of 6.12 passes the gate under the queue's lock: what it sets off comes later. */
    @EverySemantics
    void shouldEndFaultsLaterThatPolicyEndsFromWithinAnswer(final Semantics semantics) {
        final Diary diary = new Diary();
        final GateBench bench = new GateBench(semantics, List.of(diary));
        final Account vm = bench.gate.addVm("vm");
        diary.disables = vm;
        diary.disablesAt = FaultEnd.ANSWERED;
        final IommuDevice dev = bench.device("dev", vm);
        bench.reportGroups(dev, 1, 3);
        bench.answer(bench.seen().get(0), SUCCESS);
        assertTrue(vm.isDisabled());
        bench.core.kernel.workqueues.forEach(TestKernel.TestWorkqueue::flush);
        assertEquals(List.of(1, 2, 3), bench.answeredGrpids());
        assertEquals(0, vm.outstandingGroups());
    }

    @EverySemantics
    void shouldEndTheRestOfMachineThatPolicyDisablesWhenOneOfItsDevicesIsDrained(
            final Semantics semantics) {
        final Diary diary = new Diary();
        final GateBench bench = new GateBench(semantics, List.of(diary));
        final Account vm = bench.gate.addVm("vm");
        diary.disables = vm;
        diary.disablesAt = FaultEnd.DRAINED;
        bench.core.driver.setCanDrain();
        final IommuDevice drained = bench.device("drained", vm);
        final IommuDevice other = bench.device("other", vm);
        bench.report(drained, last(1));
        bench.report(other, last(2));
        bench.gate.drained(drained);
        assertEquals(List.of(2), bench.answeredGrpids());
        assertEquals(0, vm.outstandingGroups());
    }

    @Test
    void shouldKeepMachinesAndDevicesNumbersApart() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, ANY);
        final Account vm = bench.gate.addVm("a");
        assertEquals(0, vm.index());
        assertEquals(1, bench.gate.addVm("b").index());
        final IommuDevice dev = bench.device("dev", vm);
        assertEquals(0, bench.gate.account(dev).index());
        assertEquals("dev", bench.gate.account(dev).name());
        assertEquals("dev", bench.gate.account(dev).toString());
        assertEquals(Account.HOST, bench.gate.host().index());
        assertEquals("host", bench.gate.host().name());
    }

    /** A record that the profile keeps stays charged, and can be answered as it should be. */
    @Test
    void shouldKeepChargeWhenProfileRefusesAnswer() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_5_X, ANY);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        final IommuPageResponse unknown = new IommuPageResponse().set(0, 1, SUCCESS).flags(0x80);
        assertEquals(-Errno.EINVAL, bench.gate.pageResponse(null, dev, unknown));
        assertEquals(1, vm.outstandingGroups());
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(0, vm.outstandingGroups());
    }

    /** Else a guest that answers with codes that no driver knows would escape its quota. */
    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V5_2018", "MAINLINE_5_X"})
    void shouldEndAFaultWhoseRecordARefusedAnswerHasUsedUp(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.core.driver.refuseAnswers(msg -> msg.code() == 7);
        bench.report(dev, last(1));
        assertEquals(-Errno.EINVAL, bench.answer(bench.seen().get(0), 7));
        assertEquals(0, vm.outstandingGroups());
        assertEquals(
                List.of(INVALID),
                bench.core.answers.stream().map(answer -> answer.code()).toList());
    }

    // ---- A device that goes ---------------------------------------------------------------------

    /** Until 6.8 nobody answers what a device has outstanding when it goes. */
    @EverySemantics
    void shouldNotChargeVmForDeviceThatIsGone(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=3");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, last(1));
        bench.report(dev, last(2));
        bench.report(dev, partial(3));
        final List<GateBench.Seen> seen = List.copyOf(bench.seen());
        bench.detach(dev);
        IommuGroup.of(dev).removeDevice(dev);
        bench.gate.removed(dev);
        assertEquals(0, vm.outstandingGroups());
        assertEquals(0, vm.outstandingRequests());
        assertEquals(-Errno.EINVAL, bench.answer(seen.get(0), SUCCESS));
    }
}
