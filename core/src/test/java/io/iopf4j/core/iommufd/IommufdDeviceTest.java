// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.testing.CoreBench.pending;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.IommufdBench;
import io.iopf4j.core.testing.TestDomain;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attach, replace and detach: their order, and who answers what was outstanding. */
class IommufdDeviceTest {
    private final IommufdBench bench = new IommufdBench();
    private final IommufdDevice idev = bench.idev;
    private final IommufdHwpt nested = bench.nested;
    private final IommufdHwpt paging = bench.hwpt("paging", 0);
    private final List<String> steps = bench.core.steps;

    private void reportGroups(final int from, final int to) {
        for (int grpid = from; grpid <= to; grpid++) {
            assertEquals(0, bench.report(last(grpid)));
        }
    }

    private List<Integer> answered() {
        return bench.core.answers.stream().map(Answer::grpid).toList();
    }

    @Test
    void shouldCallTheCoresDeviceItsOwn() {
        assertSame(bench.dev, idev.device());
        assertNull(idev.hwpt());
        assertEquals(1, idev.id());
    }

    @Test
    void shouldEnableFaultsBeforeAttaching() {
        assertEquals(0, idev.attach(nested));
        assertEquals(List.of("enable IOPF dev", "attach nested dev"), steps);
        assertSame(nested, idev.hwpt());
    }

    @Test
    void shouldNotEnableFaultsForPageTableWithoutQueue() {
        assertEquals(0, idev.attach(paging));
        assertEquals(List.of("attach paging dev"), steps);
    }

    @Test
    void shouldRefuseSecondAttachment() {
        idev.attach(paging);
        assertEquals(-Errno.EINVAL, idev.attach(nested));
        assertSame(paging, idev.hwpt());
    }

    @Test
    void shouldNotAttachWhenFaultsCannotBeEnabled() {
        bench.core.driver.refuseIopf(-Errno.ENODEV);
        assertEquals(-Errno.ENODEV, idev.attach(nested));
        assertEquals(List.of("enable IOPF dev"), steps);
        assertNull(idev.hwpt());
    }

    @Test
    void shouldDisableFaultsWhenAttachFails() {
        ((TestDomain) nested.domain()).refuse(bench.dev, -Errno.EIO);
        assertEquals(-Errno.EIO, idev.attach(nested));
        assertEquals(
                List.of("enable IOPF dev", "attach nested dev refused", "disable IOPF dev"), steps);
        assertNull(idev.hwpt());
        assertEquals(0, bench.context.destroy(nested.id()));
    }

    @Test
    void shouldChangeNothingWhenPageTableWithoutQueueIsRefused() {
        ((TestDomain) paging.domain()).refuse(bench.dev, -Errno.EIO);
        assertEquals(-Errno.EIO, idev.attach(paging));
        assertEquals(List.of("attach paging dev refused"), steps);
    }

    @Test
    void shouldBlockThenAnswerThenDisableFaultsWhenDetached() {
        idev.attach(nested);
        reportGroups(1, 1);
        steps.clear();
        assertEquals(0, idev.detach());
        assertEquals(
                List.of("attach blocked dev", "answer dev grpid=1 code=1", "disable IOPF dev"),
                steps);
        assertNull(idev.hwpt());
    }

    @Test
    void shouldRefuseToDetachWhatIsNotAttached() {
        assertEquals(-Errno.EINVAL, idev.detach());
        assertEquals(List.of(), steps);
    }

    @Test
    void shouldAttachAnotherPageTableOnceDetached() {
        idev.attach(nested);
        idev.detach();
        assertEquals(0, idev.attach(paging));
        assertSame(paging, idev.hwpt());
    }

    @Test
    void shouldDetachPageTableWithoutQueueWithoutTouchingFaults() {
        idev.attach(paging);
        steps.clear();
        idev.detach();
        assertEquals(List.of("attach blocked dev"), steps);
    }

    @Test
    void shouldAnswerUnreadNewestFirstThenReadByAscendingCookie() {
        idev.attach(nested);
        reportGroups(1, 3);
        bench.readCookies(3);
        bench.write(1, SUCCESS);
        reportGroups(4, 4);
        assertEquals(List.of(1), bench.readCookies(1));
        reportGroups(5, 7);
        bench.core.answers.clear();
        idev.detach();
        assertEquals(List.of(7, 6, 5, 4, 2, 3), answered());
        assertTrue(bench.core.answers.stream().allMatch(answer -> answer.code() == INVALID));
    }

    @Test
    void shouldRefuseAnswerThatComesAfterDetach() {
        idev.attach(nested);
        reportGroups(1, 1);
        bench.readCookies(1);
        idev.detach();
        assertEquals(-Errno.EINVAL, bench.write(1, SUCCESS));
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.core.answers);
    }

    /** As in Linux, where a late answer may so end another fault; or not, if told so. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLetCookiesOfADetachedPageTableRestIfTold(final boolean isRested) {
        if (isRested) {
            bench.queue.restWithdrawnCookies();
        }
        idev.attach(nested);
        reportGroups(1, 2);
        assertEquals(List.of(1, 2), bench.readCookies(2));
        idev.detach();
        assertEquals(List.of(1, 2), answered());
        assertEquals(0, bench.queue.unanswered());
        idev.attach(nested);
        reportGroups(3, 3);
        assertEquals(List.of(isRested ? 3 : 1), bench.readCookies(1));
    }

    @Test
    void shouldLeaveNothingToReadAfterDetach() {
        idev.attach(nested);
        reportGroups(1, 2);
        idev.detach();
        assertFalse(bench.queue.isReadable());
        assertEquals(0, bench.queue.unanswered());
    }

    @Test
    void shouldAnswerOnlyGroupsOfTheAttachmentThatGoesAway() {
        final IommuDevice otherDev = bench.core.device("other");
        final IommufdDevice other = bench.context.bind(otherDev);
        idev.attach(nested);
        other.attach(bench.hwpt("otherNested", bench.queueId));
        reportGroups(1, 1);
        bench.core.core.reportDeviceFault(otherDev, last(11));
        bench.readCookies(2);
        bench.core.core.reportDeviceFault(otherDev, last(12));
        reportGroups(2, 2);
        idev.detach();
        assertEquals(List.of(2, 1), answered());
        assertEquals(2, pending(otherDev));
        assertEquals(8, bench.write(2, SUCCESS));
        assertEquals(List.of(1), bench.readCookies(1));
    }

    @Test
    void shouldNotTouchPartialRequestsWhenReplaced() {
        final IommufdHwpt second = bench.hwpt("second", bench.queueId);
        idev.attach(nested);
        bench.report(partial(5));
        idev.replace(second);
        assertEquals(List.of(), bench.core.answers);
        bench.report(last(5));
        assertEquals(List.of(1, 1), bench.readCookies(2));
    }

    @Test
    void shouldRefuseToReplaceWhatIsNotAttached() {
        assertEquals(-Errno.EINVAL, idev.replace(nested));
        assertEquals(List.of(), steps);
    }

    @Test
    void shouldEnableFaultsBeforeReplacingPageTableWithoutQueue() {
        idev.attach(paging);
        steps.clear();
        assertEquals(0, idev.replace(nested));
        assertEquals(List.of("enable IOPF dev", "attach nested dev"), steps);
    }

    @Test
    void shouldAnswerThenDisableFaultsWhenReplacedByPageTableWithoutQueue() {
        idev.attach(nested);
        reportGroups(1, 1);
        steps.clear();
        assertEquals(0, idev.replace(paging));
        assertEquals(
                List.of("attach paging dev", "answer dev grpid=1 code=1", "disable IOPF dev"),
                steps);
    }

    @Test
    void shouldLeaveFaultsEnabledWhenBothPageTablesHaveQueues() {
        final IommufdHwpt second = bench.hwpt("second", bench.queueId);
        idev.attach(nested);
        steps.clear();
        assertEquals(0, idev.replace(second));
        assertEquals(List.of("attach second dev"), steps);
        idev.detach();
        assertEquals("disable IOPF dev", steps.get(steps.size() - 1));
    }

    @Test
    void shouldAnswerGroupsOfOldQueueWhenReplacedByPageTableOfAnotherQueue() {
        final int secondId = bench.context.faultQueueAlloc(0);
        idev.attach(nested);
        reportGroups(1, 1);
        idev.replace(bench.hwpt("second", secondId));
        assertEquals(List.of(1), answered());
        reportGroups(2, 2);
        assertFalse(bench.queue.isReadable());
        assertTrue(bench.context.faultQueue(secondId).isReadable());
    }

    @Test
    void shouldAnswerNothingWhenReplaceFails() {
        final IommufdHwpt second = bench.hwpt("second", bench.queueId);
        idev.attach(nested);
        reportGroups(1, 2);
        bench.readCookies(1);
        ((TestDomain) second.domain()).refuse(bench.dev, -Errno.EIO);
        assertEquals(-Errno.EIO, idev.replace(second));
        assertEquals(List.of(), bench.core.answers);
        assertSame(nested, idev.hwpt());
        assertEquals(8, bench.write(1, SUCCESS));
        assertEquals(0, bench.context.destroy(second.id()));
    }

    @Test
    void shouldDisableFaultsAgainWhenReplaceThatEnabledThemFails() {
        idev.attach(paging);
        ((TestDomain) nested.domain()).refuse(bench.dev, -Errno.EIO);
        steps.clear();
        assertEquals(-Errno.EIO, idev.replace(nested));
        assertEquals(
                List.of("enable IOPF dev", "attach nested dev refused", "disable IOPF dev"), steps);
        assertSame(paging, idev.hwpt());
    }

    @Test
    void shouldNotReplaceWhenFaultsCannotBeEnabled() {
        idev.attach(paging);
        bench.core.driver.refuseIopf(-Errno.EINVAL);
        assertEquals(-Errno.EINVAL, idev.replace(nested));
        assertSame(paging, idev.hwpt());
    }

    @Test
    void shouldDoNothingWhenReplacedByItself() {
        idev.attach(nested);
        reportGroups(1, 2);
        bench.readCookies(1);
        steps.clear();
        assertEquals(0, idev.replace(nested));
        assertEquals(List.of(), steps);
        assertEquals(8, bench.write(1, SUCCESS));
        assertEquals(List.of(1), bench.readCookies(1));
    }

    @Test
    void shouldAnswerGroupOfFaultInTheMiddleOfReplace() {
        final IommufdHwpt second = bench.hwpt("second", bench.queueId);
        idev.attach(nested);
        ((TestDomain) second.domain()).whileAttaching(() -> bench.report(last(9)));
        idev.replace(second);
        assertEquals(List.of(new Answer("dev", 0, 9, INVALID)), bench.core.answers);
    }

    @Test
    void shouldKeepGroupOfFaultInTheMiddleOfFailedReplaceForItsGuest() {
        final IommufdHwpt second = bench.hwpt("second", bench.queueId);
        idev.attach(nested);
        ((TestDomain) second.domain()).refuse(bench.dev, -Errno.EIO);
        ((TestDomain) second.domain()).whileAttaching(() -> bench.report(last(9)));
        idev.replace(second);
        assertEquals(List.of(), bench.core.answers);
        idev.detach();
        assertEquals(List.of(new Answer("dev", 0, 9, INVALID)), bench.core.answers);
    }

    @Test
    void shouldNameItselfInRecords() {
        final IommuDevice otherDev = bench.core.device("other");
        final IommufdDevice other = bench.context.bind(otherDev);
        other.attach(nested);
        bench.core.core.reportDeviceFault(otherDev, last(1));
        final ByteBuffer buffer = ByteBuffer.allocate(HwptPgfault.BYTES);
        bench.queue.read(buffer);
        assertEquals(other.id(), HwptPgfault.devId(buffer, 0));
    }

    // ---- Several devices in a group -------------------------------------------------------------

    private IommufdDevice second() {
        return bench.context.bind(bench.core.device("second", IommuGroup.of(bench.dev)));
    }

    @Test
    void shouldFollowTheFirstDeviceOfItsGroup() {
        final IommufdDevice second = second();
        assertEquals(0, idev.attach(nested));
        assertEquals(-Errno.EINVAL, second.attach(bench.hwpt("other", bench.queueId)));
        assertEquals(0, second.attach(nested));
        assertEquals(-Errno.EINVAL, second.attach(nested));
        assertEquals(nested, second.hwpt());
    }

    @Test
    void shouldBeDestroyedThoughAnotherDeviceOfItsGroupIsAttached() {
        final IommufdDevice second = second();
        idev.attach(nested);
        assertEquals(0, bench.context.destroy(second.id()));
        assertEquals(-Errno.EBUSY, bench.context.destroy(idev.id()));
    }

    @Test
    void shouldNameTheFirstDeviceOfTheGroupInRecordsOfEach() {
        final IommufdDevice second = second();
        idev.attach(nested);
        second.attach(nested);
        bench.core.queue.addDevice(second.device());
        bench.core.core.reportDeviceFault(second.device(), last(1));
        final ByteBuffer buffer = ByteBuffer.allocate(HwptPgfault.BYTES);
        bench.queue.read(buffer);
        assertEquals(idev.id(), HwptPgfault.devId(buffer, 0));
    }

    @Test
    void shouldAnswerOnlyWhenTheLastDeviceOfItsGroupDetaches() {
        final IommufdDevice second = second();
        idev.attach(nested);
        second.attach(nested);
        bench.report(last(1));
        assertEquals(0, idev.detach());
        assertEquals(List.of(), bench.core.answers);
        assertEquals(-Errno.EBUSY, bench.context.destroy(nested.id()));
        assertEquals(0, second.detach());
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.core.answers);
        assertEquals(0, bench.context.destroy(nested.id()));
    }

    @Test
    void shouldMoveTheWholeGroupWhenReplaced() {
        final IommufdDevice second = second();
        final IommufdHwpt other = bench.hwpt("other", bench.queueId);
        idev.attach(nested);
        second.attach(nested);
        assertEquals(0, second.replace(other));
        assertEquals(other, idev.hwpt());
        assertEquals(0, bench.context.destroy(nested.id()));
    }

    @Test
    void shouldRefuseFaultsOfAVirtualFunction() {
        final IommuDevice function = bench.core.device("function");
        final IommufdDevice virtual = bench.context.bind(function, true);
        assertEquals(-Errno.EINVAL, virtual.attach(nested));
        assertEquals(0, virtual.attach(bench.hwpt("paging", 0)));
    }

    @Test
    void shouldAnswerManyUnreadGroupsInOnePass() {
        final IommuDevice otherDev = bench.core.device("other");
        final IommufdDevice other = bench.context.bind(otherDev);
        idev.attach(nested);
        other.attach(bench.hwpt("otherNested", bench.queueId));
        final int groups = 50_000;
        reportGroups(1, groups);
        for (int i = 0; i < groups; i++) {
            bench.core.core.reportDeviceFault(otherDev, last(i));
        }
        idev.detach();
        assertEquals(groups, answered().size());
        assertEquals(groups, pending(otherDev));
    }

    // ---- Races ----------------------------------------------------------------------------------

    @Test
    void shouldNotDestroyPageTableThatIsBeingAttached() {
        final List<Integer> returned = new ArrayList<>();
        ((TestDomain) nested.domain())
                .whileAttaching(() -> returned.add(bench.context.destroy(nested.id())));
        assertEquals(0, idev.attach(nested));
        assertEquals(List.of(-Errno.EBUSY), returned);
        assertFalse(((TestDomain) nested.domain()).isFreed());
    }

    @Test
    void shouldNotDestroyPageTableThatReplacesAnother() {
        final List<Integer> returned = new ArrayList<>();
        idev.attach(paging);
        ((TestDomain) nested.domain())
                .whileAttaching(() -> returned.add(bench.context.destroy(nested.id())));
        assertEquals(0, idev.replace(nested));
        assertEquals(List.of(-Errno.EBUSY), returned);
    }

    @Test
    void shouldNotAttachPageTableThatWasDestroyed() {
        assertEquals(0, bench.context.destroy(nested.id()));
        assertEquals(-Errno.ENOENT, idev.attach(nested));
        idev.attach(paging);
        assertEquals(-Errno.ENOENT, idev.replace(nested));
        assertSame(paging, idev.hwpt());
    }

    @Test
    void shouldDestroyPageTableAfterAttachingItFailed() {
        ((TestDomain) nested.domain()).refuse(bench.dev, -Errno.EINVAL);
        assertEquals(-Errno.EINVAL, idev.attach(nested));
        idev.attach(paging);
        assertEquals(-Errno.EINVAL, idev.replace(nested));
        assertEquals(0, bench.context.destroy(nested.id()));
    }

    /** The domain's handler, which something overtakes between the core's look-up and its work. */
    private void overtake(final Runnable change) {
        nested.domain()
                .setIopfHandler(
                        new IopfHandler() {
                            @Override
                            public int handle(final IopfGroup group) {
                                change.run();
                                return bench.queue.handle(group);
                            }

                            @Override
                            public boolean withdraw(final IopfGroup group, final int generation) {
                                return bench.queue.withdraw(group, generation);
                            }
                        });
    }

    @Test
    void shouldAnswerFaultThatReplacementOvertook() {
        final IommufdHwpt next = bench.hwpt("next", bench.queueId);
        idev.attach(nested);
        overtake(() -> idev.replace(next));
        bench.report(last(5));
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.core.answers);
        assertEquals(0, pending(bench.dev));
        assertFalse(bench.queue.isReadable());
    }

    @Test
    void shouldAnswerFaultThatDetachOvertookOnce() {
        idev.attach(nested);
        overtake(idev::detach);
        bench.report(last(5));
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.core.answers);
        assertFalse(bench.queue.isReadable());
    }

    // ---- PASIDs ---------------------------------------------------------------------------------

    @Test
    void shouldAttachAtAPasidBesidesTheRid() {
        assertEquals(0, idev.attach(paging));
        assertEquals(0, idev.attach(nested, 5));
        assertEquals(
                List.of("attach paging dev", "enable IOPF dev", "attach nested dev pasid=5"),
                steps);
        assertSame(paging, idev.hwpt());
        assertEquals(-Errno.EINVAL, idev.attach(nested, 5));
        assertEquals(-Errno.EBUSY, bench.context.destroy(nested.id()));
    }

    @Test
    void shouldEnableFaultsOnceForAllPasids() {
        final IommufdHwpt other = bench.hwpt("other", bench.queueId);
        idev.attach(nested, 5);
        idev.attach(other, 6);
        steps.clear();
        assertEquals(0, idev.detach(5));
        assertEquals(List.of("attach blocked dev pasid=5"), steps);
        assertEquals(0, idev.detach(6));
        assertEquals(
                List.of(
                        "attach blocked dev pasid=5",
                        "attach blocked dev pasid=6",
                        "disable IOPF dev"),
                steps);
        assertEquals(-Errno.EINVAL, idev.detach(6));
    }

    @Test
    void shouldAnswerTheFaultsOfTheDetachedPasidAlone() {
        final IommufdHwpt other = bench.hwpt("other", bench.queueId);
        idev.attach(nested, 5);
        idev.attach(other, 6);
        bench.report(pasid(1, 5));
        bench.report(pasid(2, 6));
        idev.detach(5);
        assertEquals(List.of(1), answered());
        assertEquals(List.of(1), bench.readCookies(1), "the other PASID's waits to be read");
    }

    @Test
    void shouldAnswerTheFaultsOfTheReplacedPasidAlone() {
        final IommufdHwpt other = bench.hwpt("other", bench.queueId);
        final IommufdHwpt next = bench.hwpt("next", bench.queueId);
        idev.attach(nested, 5);
        idev.attach(other, 6);
        bench.report(pasid(1, 5));
        bench.report(pasid(2, 6));
        assertEquals(0, idev.replace(next, 5));
        assertEquals(List.of(1), answered());
        bench.report(pasid(3, 5));
        idev.detach(5);
        assertEquals(List.of(1, 3), answered());
        assertEquals(-Errno.EINVAL, idev.replace(next, 7));
    }

    @Test
    void shouldNotBeDestroyedWhileAPasidIsAttached() {
        idev.attach(nested, 5);
        assertEquals(-Errno.EBUSY, bench.context.destroy(idev.id()));
        idev.detach(5);
        assertEquals(0, bench.context.destroy(idev.id()));
    }

    private static IommuFault pasid(final int grpid, final int pasid) {
        return new IommuFault()
                .pageRequest(
                        IommuFault.FLAG_LAST_PAGE | IommuFault.FLAG_PASID_VALID,
                        pasid,
                        grpid,
                        IommuFault.PERM_READ,
                        0x1000);
    }
}
