// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.FAILURE_2017;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.partialOfPasid;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.iopf.IopfQueue5x;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.IommufdBench;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.ProfileBench;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/**
 * Fifteen stimuli by which the interface's generations are told apart. Where a generation has no
 * such thing the test says by what it is missed. T8 on an SMMU stands with its driver.
 */
class DiscriminatingTest {
    private static final List<Answer> NONE = List.of();
    private static final int NO_SUCH_CODE = 7;
    private static final int ENTRY = 8;

    private static List<Answer> invalid(final int... grpids) {
        final List<Answer> answers = new ArrayList<>();
        for (final int grpid : grpids) {
            answers.add(new Answer("dev", 0, grpid, INVALID));
        }
        return answers;
    }

    /** A guest behind a fault queue; null where a core cannot have one, for want of groups. */
    private static IommufdBench guestOf(final Semantics semantics) {
        final CoreBench bench = new CoreBench(semantics, FaultObserver.NONE);
        if (!(bench.core instanceof GroupResponder)) {
            return null;
        }
        final IommufdBench guest = new IommufdBench();
        guest.idev.attach(guest.nested);
        return guest;
    }

    @OnEveryProfile
    @DisplayName("T1 report, no handler")
    void shouldT01ReportWithoutHandler(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        assertEquals(
                bench.pick(-Errno.ENOSYS, -Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL),
                bench.report(last(5)));
        assertEquals(bench.pick(NONE, NONE, NONE, invalid(5)), bench.answers());
    }

    @OnEveryProfile
    @DisplayName("T2 respond twice")
    void shouldT02RespondTwice(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        assertEquals(0, bench.respond(5, SUCCESS));
        assertEquals(bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0), bench.respond(5, INVALID));
        final List<Answer> one = List.of(new Answer("dev", 0, 5, SUCCESS));
        final List<Answer> both =
                List.of(new Answer("dev", 0, 5, SUCCESS), new Answer("dev", 0, 5, INVALID));
        assertEquals(bench.pick(both, one, one, one), bench.answers());
    }

    @OnEveryProfile
    @DisplayName("T3 handler fails on last page")
    void shouldT03HandlerFailsOnLastPage(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.handleBy(() -> -Errno.ENODEV);
        assertEquals(
                bench.pick(-Errno.ENODEV, -Errno.ENODEV, -Errno.ENODEV, 0), bench.report(last(5)));
        assertEquals(bench.pick(0, 1, 0, 0), bench.pending());
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 0, 5, FAILURE))),
                bench.answers());
        assertEquals(bench.pick(0, -Errno.EBUSY, 0, 0), bench.leave());
    }

    @OnEveryProfile
    @DisplayName("T4 unregister / remove with 1 pending")
    void shouldT04UnregisterWithOnePending(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        assertEquals(bench.pick(0, -Errno.EBUSY, -Errno.EBUSY, 0), bench.leave());
        assertEquals(bench.pick(NONE, NONE, NONE, invalid(5)), bench.answers());
    }

    @OnEveryProfile
    @DisplayName("T5 unregister without register")
    void shouldT05UnregisterWithoutRegister(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        assertEquals(
                bench.pick(0, 0, 0, -Errno.EOPNOTSUPP),
                bench.bench.core.unregisterDeviceFaultHandler(bench.dev));
        assertEquals(bench.pick(-1, -1, 0, 0), bench.dev.references());
    }

    @OnEveryProfile
    @DisplayName("T6 two non-last + one last")
    void shouldT06TwoNonLastAndOneLast(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(partial(5));
        bench.report(partial(5));
        bench.report(last(5));
        assertEquals(bench.pick(3, 3, 3, 1), bench.calls.size());
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
        assertEquals(
                bench.pick(0, 0, 0, 3),
                bench.groups.stream().mapToInt(IopfGroup::faultCount).sum());
    }

    @OnEveryProfile
    @DisplayName("T7 response with other PASID, request without NEEDS_PASID")
    void shouldT07RespondWithOtherPasid(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        final IommuPageResponse msg =
                new IommuPageResponse()
                        .set(9, 5, SUCCESS)
                        .flags(IommuPageResponse.FLAG_PASID_VALID);
        assertEquals(
                bench.pick(0, -Errno.EINVAL, 0, -Errno.EOPNOTSUPP),
                bench.bench.core.pageResponse(bench.domain, bench.dev, msg));
        assertEquals(
                bench.pick(
                        List.of(new Answer("dev", 9, 5, SUCCESS)),
                        NONE,
                        List.of(new Answer("dev", 0, 5, SUCCESS)),
                        NONE),
                bench.answers());
    }

    @OnEveryProfile
    @DisplayName("T8 code 7, a driver that refuses it as an SMMU's")
    void shouldT08RespondWithUnknownCode(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        if (!bench.is612()) {
            bench.bench.driver.refuseAnswers(msg -> msg.code() == NO_SUCH_CODE);
        }
        bench.report(last(5));
        assertEquals(
                bench.pick(-Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL, 0),
                bench.respond(5, NO_SUCH_CODE));
        assertEquals(0, bench.pending());
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 0, 5, NO_SUCH_CODE))),
                bench.answers());
        final IommufdBench guest = guestOf(semantics);
        assertEquals(bench.is612(), guest != null);
        if (guest != null) {
            guest.report(last(5));
            guest.readCookies(1);
            assertEquals(-Errno.EINVAL, guest.write(1, NO_SUCH_CODE));
            assertEquals(NONE, guest.core.answers);
            assertEquals(ENTRY, guest.write(1, SUCCESS));
        }
    }

    @OnEveryProfile
    @DisplayName("T9 11 s without answer")
    void shouldT09WaitElevenSeconds(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(lastOfPasid(0, 5));
        bench.bench.kernel.advanceTo(11_000_000_000L);
        assertEquals(
                bench.pick(
                        List.of(),
                        List.of(
                                "dev: page response overdue: pasid=0 grpid=5 expire=10000000000"
                                        + " now=10000000000"),
                        List.of(),
                        List.of()),
                bench.bench.kernel.complaints);
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
        assertEquals(NONE, bench.answers());
    }

    @OnEveryProfile
    @DisplayName("T10 non-last to unknown PASID")
    void shouldT10ReportNonLastOfUnknownPasid(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        assertEquals(
                bench.pick(-Errno.ENOSYS, -Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL),
                bench.report(partialOfPasid(9, 5)));
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 9, 5, INVALID))),
                bench.answers());
    }

    @OnEveryProfile
    @DisplayName("T11 detach with 2 read + 1 unread group")
    void shouldT11DetachWithTwoReadAndOneUnread(final Semantics semantics) {
        final IommufdBench guest = guestOf(semantics);
        if (guest != null) {
            guest.report(last(1));
            guest.report(last(2));
            guest.readCookies(2);
            guest.report(last(3));
            guest.idev.detach();
            assertEquals(invalid(3, 1, 2), guest.core.answers);
            return;
        }
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        IommuGroup.of(bench.dev).attach(bench.domain, new IommuAttachHandle());
        bench.report(last(1));
        bench.report(last(2));
        bench.report(last(3));
        IommuGroup.of(bench.dev).detach();
        assertEquals(NONE, bench.answers());
        assertEquals(bench.pick(0, 3, 3, 0), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("T12 read buffer of 1 record, group of 3")
    void shouldT12ReadIntoTooSmallBuffer(final Semantics semantics) {
        final IommufdBench guest = guestOf(semantics);
        assertEquals(semantics == Semantics.MAINLINE_6_12, guest != null);
        if (guest != null) {
            guest.report(partial(5));
            guest.report(partial(5));
            guest.report(last(5));
            guest.report(last(6));
            assertEquals(-Errno.EINVAL, guest.queue.read(ByteBuffer.allocate(40)));
            assertEquals(List.of(1, 1, 1, 2), guest.readCookies(4));
        }
    }

    @OnEveryProfile
    @DisplayName("T13 answer, then read next group")
    void shouldT13AnswerThenReadNextGroup(final Semantics semantics) {
        final IommufdBench guest = guestOf(semantics);
        assertEquals(semantics == Semantics.MAINLINE_6_12, guest != null);
        if (guest != null) {
            guest.report(last(5));
            guest.report(last(6));
            assertEquals(List.of(1), guest.readCookies(1));
            guest.write(1, SUCCESS);
            assertEquals(List.of(1), guest.readCookies(1));
            guest.write(1, SUCCESS);
            assertEquals(List.of(5, 6), guest.core.answers.stream().map(Answer::grpid).toList());
        }
    }

    @OnEveryProfile
    @DisplayName("T14 FAILURE code value")
    void shouldT14RespondFailure(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        bench.respond(5, bench.pick(FAILURE_2017, FAILURE, FAILURE, FAILURE));
        assertEquals(bench.pick(15, 2, 2, 2), bench.answers().get(0).code());
        final IommufdBench guest = guestOf(semantics);
        assertEquals(bench.is612(), guest != null);
        if (guest != null) {
            guest.report(last(5));
            guest.readCookies(1);
            assertEquals(-Errno.EINVAL, guest.write(1, FAILURE));
            assertEquals(1, guest.queue.unanswered());
        }
    }

    @OnEveryProfile
    @DisplayName("T15 same grpid, different PASIDs, partial")
    void shouldT15ReportOneGroupIdOfTwoPasids(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        final List<Integer> pasids = new ArrayList<>();
        if (bench.bench.core instanceof Mainline5x core && semantics == Semantics.MAINLINE_5_X) {
            core.registerDeviceFaultHandler(bench.dev, IopfQueue5x::queueIopf, bench.dev);
            core.setPageFaultHandler((dev, fault) -> keep(pasids, dev, fault));
        } else {
            bench.connect();
        }
        IommuGroup.of(bench.dev).attachPasid(bench.domain, 7, new IommuAttachHandle());
        IommuGroup.of(bench.dev).attachPasid(bench.domain, 8, new IommuAttachHandle());
        bench.report(partialOfPasid(7, 5));
        bench.report(lastOfPasid(8, 5));
        bench.bench.queue.flushDev(bench.dev);
        bench.groups.forEach(group -> pasids.add(group.fault(0).pasid()));
        bench.groups.forEach(group -> pasids.add(group.fault(1).pasid()));
        assertEquals(bench.pick(List.of(), List.of(), List.of(7, 8), List.of(7, 8)), pasids);
        // Where nobody gathers, the handler has seen each by itself.
        assertEquals(bench.pick(2, 2, 0, 1), bench.calls.size());
    }

    private static int keep(
            final List<Integer> pasids, final IommuDevice dev, final IommuFault fault) {
        assertEquals("dev", dev.name());
        pasids.add(fault.pasid());
        return SUCCESS;
    }
}
