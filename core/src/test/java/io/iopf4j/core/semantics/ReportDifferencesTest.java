// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.partialOfPasid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultReason;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.IopfQueue5x;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.OnEveryProfileBut612;
import io.iopf4j.core.testing.ProfileBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/** Where the generations differ before anything is answered. One row of the table each. */
class ReportDifferencesTest {
    private static final List<Answer> NONE = List.of();
    private static final int PASID = 7;
    private static final int OTHER_PASID = 8;
    private static final int UNKNOWN_PASID = 9;
    private static final IommuFault UNRECOVERABLE =
            new IommuFault().unrecoverable(FaultReason.PERMISSION, 0, 0, 1, 0x1000, 0);

    @OnEveryProfile
    @DisplayName("Who tracks pending")
    void shouldTrackPendingFromThe2018SeriesOn(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("What is tracked")
    void shouldTrackTheLastOfAGroupOrTheWholeGroup(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(partial(5));
        bench.report(partial(5));
        assertEquals(0, bench.pending());
        bench.report(last(5));
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
        if (bench.is612()) {
            assertEquals(3, bench.groups.get(0).faultCount());
        }
    }

    @OnEveryProfile
    @DisplayName("Who receives a fault")
    void shouldHandToTheDevicesHandlerOrToTheDomainsAtThePasid(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        final GroupCollector atPasid = new GroupCollector();
        final TestDomain sva = bench.bench.domain("sva", DomainType.SVA);
        sva.setIopfHandler(atPasid);
        IommuGroup.of(bench.dev).attachPasid(sva, PASID, new IommuAttachHandle());
        bench.report(last(5));
        bench.report(lastOfPasid(PASID, 6));
        assertEquals(bench.pick(2, 2, 2, 1), bench.calls.size());
        assertEquals(bench.pick(0, 0, 0, 1), atPasid.calls());
    }

    @OnEveryProfile
    @DisplayName("No handler at report")
    void shouldLeaveTheAnswerToTheDriverOrAnswerInvalid(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        assertEquals(
                bench.pick(-Errno.ENOSYS, -Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL),
                bench.report(last(5)));
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 0, 5, INVALID))),
                bench.answers());
        assertEquals(0, bench.pending());
    }

    @OnEveryProfile
    @DisplayName("Handler error")
    void shouldReturnTheHandlersErrorOrSwallowIt(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.handleBy(() -> -Errno.EBUSY);
        assertEquals(
                bench.pick(-Errno.EBUSY, -Errno.EBUSY, -Errno.EBUSY, 0), bench.report(last(5)));
        assertEquals(bench.pick(0, 1, 0, 0), bench.pending());
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 0, 5, FAILURE))),
                bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Handler error (of a page that is not its group's last)")
    void shouldLeaveNothingOfARefusedNonLastPage(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.handleBy(() -> -Errno.EBUSY);
        assertEquals(
                bench.pick(-Errno.EBUSY, -Errno.EBUSY, -Errno.EBUSY, 0), bench.report(partial(5)));
        assertEquals(0, bench.pending());
        assertEquals(NONE, bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Non-last page in a group")
    void shouldHandOverOrKeepAPageThatIsNotTheLast(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        assertEquals(0, bench.report(partial(5)));
        assertEquals(bench.pick(1, 1, 1, 0), bench.calls.size());
        assertEquals(0, bench.pending());
        assertEquals(NONE, bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Non-last page, no handler")
    void shouldNotAnswerANonLastPageWithoutHandlerUntil612(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        assertEquals(
                bench.pick(-Errno.ENOSYS, -Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL),
                bench.report(partial(5)));
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 0, 5, INVALID))),
                bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Unrecoverable fault")
    void shouldHandOverAnUnrecoverableFaultAndOweNothing(final Semantics semantics) {
        // 6.12 has no such type: there it is what nobody handles and nobody answers.
        final ProfileBench bench =
                semantics == Semantics.MAINLINE_6_12
                        ? new ProfileBench(semantics)
                        : ProfileBench.withConsumer(semantics);
        assertEquals(bench.pick(0, 0, 0, -Errno.EINVAL), bench.report(UNRECOVERABLE));
        assertEquals(bench.pick(1, 1, 1, 0), bench.calls.size());
        assertEquals(0, bench.pending());
        assertEquals(NONE, bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Unrecoverable fault (one whose flags look like a last page)")
    void shouldNotTakeTheAddressFlagForTheLastPage(final Semantics semantics) {
        final ProfileBench bench =
                semantics == Semantics.MAINLINE_6_12
                        ? new ProfileBench(semantics)
                        : ProfileBench.withConsumer(semantics);
        bench.report(
                new IommuFault()
                        .unrecoverable(
                                FaultReason.PTE_FETCH,
                                IommuFault.UNRECOV_ADDR_VALID,
                                0,
                                1,
                                0x1000,
                                0));
        assertEquals(0, bench.pending());
    }

    @OnEveryProfile
    @DisplayName("Out of memory, last page")
    void shouldFailTheReportOrAnswerFailureWithoutMemory(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.bench.setOutOfMemory(true);
        assertEquals(bench.pick(0, -Errno.ENOMEM, -Errno.ENOMEM, 0), bench.report(last(5)));
        assertEquals(bench.pick(1, 0, 0, 0), bench.calls.size());
        assertEquals(0, bench.pending());
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 0, 5, FAILURE))),
                bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Out of memory, non-last")
    void shouldLoseANonLastPageOnlyWhereItIsKept(final Semantics semantics) {
        final ProfileBench bench = withFaultQueue(semantics);
        bench.bench.setOutOfMemory(true);
        assertEquals(bench.pick(0, 0, -Errno.ENOMEM, -Errno.ENOMEM), bench.report(partial(5)));
        assertEquals(NONE, bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Unknown PASID")
    void shouldLeaveAnUnknownPasidToTheHandlerOrAnswerInvalid(final Semantics semantics) {
        final ProfileBench bench = withFaultQueue(semantics);
        assertEquals(
                bench.pick(0, 0, 0, -Errno.EINVAL), bench.report(lastOfPasid(UNKNOWN_PASID, 5)));
        bench.bench.queue.flushDev(bench.dev);
        assertEquals(bench.pick(1, 1, 0, 0), bench.calls.size());
        final List<Answer> answered = List.of(new Answer("dev", UNKNOWN_PASID, 5, INVALID));
        assertEquals(bench.pick(NONE, NONE, answered, answered), bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Max pending / quota")
    void shouldTakeMoreFaultsThanAnyHardwareQueueHolds(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        final int many = 5_000;
        for (int grpid = 0; grpid < many; grpid++) {
            assertEquals(0, bench.report(last(grpid)));
        }
        assertEquals(many, bench.calls.size());
        assertEquals(bench.pick(0, many, many, many), bench.pending());
        assertEquals(NONE, bench.answers());
    }

    @OnEveryProfile
    @DisplayName("Partial faults matched by")
    void shouldGatherPartialFaultsByGroupIdWhateverTheirPasid(final Semantics semantics) {
        final ProfileBench bench = withFaultQueue(semantics);
        final List<Integer> pasids = new ArrayList<>();
        if (bench.is612()) {
            attachAtPasid(bench, PASID);
            attachAtPasid(bench, OTHER_PASID);
        } else if (bench.bench.core instanceof Mainline5x core) {
            core.setPageFaultHandler(
                    (dev, fault) -> {
                        pasids.add(fault.pasid());
                        return SUCCESS;
                    });
        }
        bench.report(partialOfPasid(OTHER_PASID, 5));
        bench.report(lastOfPasid(PASID, 5));
        bench.bench.queue.flushDev(bench.dev);
        for (final IopfGroup group : bench.groups) {
            pasids.add(group.fault(0).pasid());
            pasids.add(group.fault(1).pasid());
        }
        final List<Integer> both = List.of(OTHER_PASID, PASID);
        assertEquals(bench.pick(List.of(), List.of(), both, both), pasids);
        assertEquals(bench.pick(2, 2, 0, 1), bench.calls.size());
    }

    private static void attachAtPasid(final ProfileBench bench, final int pasid) {
        assertEquals(
                0,
                IommuGroup.of(bench.dev).attachPasid(bench.domain, pasid, new IommuAttachHandle()));
    }

    @OnEveryProfile
    @DisplayName("Handler runs under a lock")
    void shouldRunTheHandlerUnderTheDevicesLockFrom2018To5x(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        final boolean[] held = new boolean[1];
        bench.handleBy(
                () -> {
                    held[0] = Thread.holdsLock(bench.dev);
                    return 0;
                });
        bench.report(last(5));
        assertEquals(bench.pick(false, true, true, false), held[0]);
    }

    @OnEveryProfile
    @DisplayName("Timeout")
    void shouldComplainOfALateAnswerIn2018Alone(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        bench.bench.kernel.advanceTo(35_000_000_000L);
        assertEquals(bench.pick(0, 3, 0, 0), bench.bench.kernel.complaints.size());
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
        assertEquals(NONE, bench.answers());
    }

    @OnEveryProfileBut612
    @DisplayName("No fault at all")
    void shouldRefuseOrPassANullFault(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        assertEquals(bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0), bench.report(null));
        assertEquals(bench.pick(1, 0, 0, 0), bench.calls.size());
    }

    @OnEveryProfile
    @DisplayName("The handler's own copy")
    void shouldKeepACopyBecauseDriversReuseTheirFault(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        final IommuFault reused = last(5);
        bench.report(reused);
        bench.report(reused.pageRequest(IommuFault.FLAG_LAST_PAGE, 0, 6, 1, 0x2000));
        assertEquals(0, bench.respond(5, INVALID));
        assertTrue(bench.answers().contains(new Answer("dev", 0, 5, INVALID)));
    }

    /** With the fault queue as 5.x's consumer, nothing attached in 6.12, and a handler before. */
    private static ProfileBench withFaultQueue(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        if (semantics == Semantics.MAINLINE_5_X) {
            assertEquals(
                    0,
                    bench.bench.core.registerDeviceFaultHandler(
                            bench.dev, IopfQueue5x::queueIopf, bench.dev));
        } else {
            assertEquals(0, bench.connect());
        }
        return bench;
    }
}
