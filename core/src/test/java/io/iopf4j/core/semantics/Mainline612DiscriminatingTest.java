// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.partialOfPasid;
import static io.iopf4j.core.testing.CoreBench.pending;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.IommufdBench;
import io.iopf4j.core.testing.TestDomain;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The stimuli by which the interface's generations can be told apart, each with what Linux 6.12
 * makes of it. The numbers are common to all generations: 6.12 has nothing to unregister for T5, no
 * PASID in an answer for T7, and no timer for T9.
 */
class Mainline612DiscriminatingTest {
    private static final int NO_SUCH_CODE = 7;

    private static List<Integer> answered(final CoreBench bench) {
        return bench.answers.stream().map(Answer::grpid).toList();
    }

    /** A handler in the kernel, as SVA's. */
    @Nested
    class InKernel {
        private final CoreBench bench = new CoreBench();
        private final GroupCollector handler = new GroupCollector();
        private IommuDevice dev;

        @BeforeEach
        void attach() {
            dev = bench.faultingDevice("dev");
            final TestDomain domain = bench.domain("domain", DomainType.PAGING);
            domain.setIopfHandler(handler);
            IommuGroup.of(dev).attach(domain, new IommuAttachHandle());
        }

        private int report(final IommuFault fault) {
            return bench.core.reportDeviceFault(dev, fault);
        }

        @Test
        void t1ShouldAnswerInvalidItselfWhenThereIsNoHandler() {
            IommuGroup.of(dev).detach();
            assertEquals(-Errno.EINVAL, report(last(5)));
            assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
        }

        @Test
        void t2ShouldBeSilentWhenGroupIsAnsweredTwice() {
            report(last(5));
            final IopfGroup group = handler.groups.get(0);
            group.respond(SUCCESS);
            group.respond(INVALID);
            assertEquals(List.of(new Answer("dev", 0, 5, SUCCESS)), bench.answers);
        }

        @Test
        void t3ShouldSwallowErrorOfHandlerAndAnswerFailure() {
            handler.refuseWith(-Errno.ENODEV);
            assertEquals(0, report(last(5)));
            assertEquals(List.of(new Answer("dev", 0, 5, FAILURE)), bench.answers);
            assertEquals(0, pending(dev));
        }

        @Test
        void t4ShouldAnswerInvalidWhenDeviceLeavesWithOnePending() {
            report(last(5));
            bench.queue.removeDevice(dev);
            assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.answers);
        }

        @Test
        void t6ShouldCallHandlerOnceForWholeGroup() {
            report(partial(5));
            report(partial(5));
            report(last(5));
            assertEquals(1, handler.calls());
            assertEquals(3, handler.groups.get(0).faultCount());
            assertEquals(1, pending(dev));
        }

        @Test
        void t8ShouldPassUnknownCodeToDriver() {
            report(last(5));
            handler.groups.get(0).respond(NO_SUCH_CODE);
            assertEquals(List.of(new Answer("dev", 0, 5, NO_SUCH_CODE)), bench.answers);
            assertEquals(0, pending(dev));
        }

        @Test
        void t10ShouldAnswerInvalidToNonLastRequestOfUnknownPasid() {
            assertEquals(-Errno.EINVAL, report(partialOfPasid(9, 5)));
            assertEquals(List.of(new Answer("dev", 9, 5, INVALID)), bench.answers);
        }

        @Test
        void t14ShouldSayFailureAsTwo() {
            report(last(5));
            handler.groups.get(0).respond(FAILURE);
            assertEquals(2, bench.answers.get(0).code());
        }

        @Test
        void t15ShouldMergePartialRequestsOfOtherPasidWithSameGroupIndex() {
            final TestDomain sva = bench.domain("sva", DomainType.SVA);
            sva.setIopfHandler(handler);
            IommuGroup.of(dev).attachPasid(sva, 7, new IommuAttachHandle());
            IommuGroup.of(dev).attachPasid(sva, 8, new IommuAttachHandle());
            report(partialOfPasid(7, 5));
            report(lastOfPasid(8, 5));
            final IopfGroup group = handler.groups.get(0);
            assertEquals(2, group.faultCount());
            assertEquals(7, group.fault(0).pasid());
            assertEquals(8, group.fault(1).pasid());
        }
    }

    /** A guest behind a fault queue. */
    @Nested
    class BehindFaultQueue {
        private final IommufdBench bench = new IommufdBench();

        @BeforeEach
        void attach() {
            bench.idev.attach(bench.nested);
        }

        @Test
        void t2ShouldRefuseSecondAnswer() {
            bench.report(last(5));
            bench.readCookies(1);
            assertEquals(8, bench.write(1, SUCCESS));
            assertEquals(-Errno.EINVAL, bench.write(1, SUCCESS));
            assertEquals(1, bench.core.answers.size());
        }

        @Test
        void t8ShouldRefuseUnknownCodeAndKeepCookie() {
            bench.report(last(5));
            bench.readCookies(1);
            assertEquals(-Errno.EINVAL, bench.write(1, NO_SUCH_CODE));
            assertEquals(List.of(), bench.core.answers);
            assertEquals(8, bench.write(1, SUCCESS));
        }

        @Test
        void t11ShouldAnswerUnreadGroupThenCookiesAscendingWhenDetached() {
            bench.report(last(1));
            bench.report(last(2));
            bench.readCookies(2);
            bench.report(last(3));
            bench.idev.detach();
            assertEquals(List.of(3, 1, 2), answered(bench.core));
            assertEquals(
                    List.of(INVALID, INVALID, INVALID),
                    bench.core.answers.stream().map(Answer::code).toList());
        }

        @Test
        void t12ShouldRefuseBufferOfOneRecordForGroupOfThreeAndKeepItFirst() {
            bench.report(partial(5));
            bench.report(partial(5));
            bench.report(last(5));
            bench.report(last(6));
            final ByteBuffer one = ByteBuffer.allocate(40);
            assertEquals(-Errno.EINVAL, bench.queue.read(one));
            assertEquals(List.of(1, 1, 1, 2), bench.readCookies(4));
        }

        @Test
        void t13ShouldGiveFreedCookieAgain() {
            bench.report(last(5));
            bench.report(last(6));
            assertEquals(List.of(1), bench.readCookies(1));
            bench.write(1, SUCCESS);
            assertEquals(List.of(1), bench.readCookies(1));
            bench.write(1, SUCCESS);
            assertEquals(List.of(5, 6), answered(bench.core));
        }

        @Test
        void t14ShouldRefuseFailureFromGuest() {
            bench.report(last(5));
            bench.readCookies(1);
            assertEquals(-Errno.EINVAL, bench.write(1, 2));
            assertEquals(1, bench.queue.unanswered());
        }
    }
}
