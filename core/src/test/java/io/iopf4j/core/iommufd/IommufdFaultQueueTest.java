// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_NEEDS_PASID;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.IommuFault.PERM_PRIV;
import static io.iopf4j.api.IommuFault.PERM_WRITE;
import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.at;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.IommufdBench;
import io.iopf4j.core.testing.TestDomain;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of a fault queue: what reading, writing, closing and destroying it do. */
class IommufdFaultQueueTest {
    private final List<String> seen = new ArrayList<>();
    private final IommufdBench bench = new IommufdBench(new Notebook());
    private final IommufdFaultQueue queue = bench.queue;

    /** Writes down what was read and what was refused. */
    private final class Notebook implements FaultObserver {
        @Override
        public void read(final IopfGroup group, final int cookie) {
            seen.add("read " + group.lastFault().grpid() + " as " + cookie);
        }

        @Override
        public void refused(final int cookie, final int code, final int errno) {
            seen.add("refused " + cookie + " code " + code + " " + Errno.nameOf(errno));
        }
    }

    @BeforeEach
    void attach() {
        assertEquals(0, bench.idev.attach(bench.nested));
    }

    private void reportGroup(final int grpid, final int requests) {
        for (int i = 1; i < requests; i++) {
            assertEquals(0, bench.report(at(partial(grpid), 0x1000L * i)));
        }
        assertEquals(0, bench.report(at(last(grpid), 0x1000L * requests)));
    }

    private static ByteBuffer records(final int count) {
        return ByteBuffer.allocate(count * HwptPgfault.BYTES);
    }

    private static String hex(final ByteBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    // ---- Read -----------------------------------------------------------------------------------

    @Test
    void shouldEncodeRecordByteForByte() {
        bench.report(
                new IommuFault()
                        .pageRequest(
                                FLAG_PASID_VALID | FLAG_LAST_PAGE,
                                0,
                                0x1234,
                                PERM_WRITE | PERM_PRIV,
                                0x1122334455667788L));
        final ByteBuffer buffer = records(1);
        assertEquals(40, queue.read(buffer));
        assertEquals(
                "03000000" // flags: PASID_VALID, LAST_PAGE
                        + "01000000" // dev_id
                        + "00000000" // pasid
                        + "34120000" // grpid
                        + "0a000000" // perm: WRITE, PRIV
                        + "00000000" // reserved
                        + "8877665544332211" // addr
                        + "00000000" // length
                        + "01000000", // cookie
                hex(buffer));
    }

    @Test
    void shouldShowInternalFlagNeedsPasidAsTheKernelDoes() {
        final int flags = FLAG_PASID_VALID | FLAG_LAST_PAGE | FLAG_NEEDS_PASID;
        bench.report(new IommuFault().pageRequest(flags, 0, 5, PERM_WRITE, 0));
        final ByteBuffer buffer = records(1);
        queue.read(buffer);
        assertEquals(7, HwptPgfault.flags(buffer, 0));
    }

    @Test
    void shouldDecodeWhatItEncodes() {
        bench.core.driver.setUserPasidTable(true);
        bench.report(new IommuFault().pageRequest(3, 0xfffff, 0xffff, PERM_WRITE, -0x1000L));
        final ByteBuffer buffer = records(1);
        queue.read(buffer);
        assertEquals(3, HwptPgfault.flags(buffer, 0));
        assertEquals(bench.idev.id(), HwptPgfault.devId(buffer, 0));
        assertEquals(0xfffff, HwptPgfault.pasid(buffer, 0));
        assertEquals(0xffff, HwptPgfault.grpid(buffer, 0));
        assertEquals(PERM_WRITE, HwptPgfault.perm(buffer, 0));
        assertEquals(-0x1000L, HwptPgfault.addr(buffer, 0));
        assertEquals(1, HwptPgfault.cookie(buffer, 0));
    }

    @Test
    void shouldOverwriteWhateverTheBufferHeld() {
        reportGroup(0, 1);
        final byte[] dirty = new byte[HwptPgfault.BYTES];
        Arrays.fill(dirty, (byte) 0xff);
        final ByteBuffer buffer = ByteBuffer.wrap(dirty);
        queue.read(buffer);
        assertEquals(
                "02000000010000000000000000000000"
                        + "01000000000000000010000000000000"
                        + "0000000001000000",
                hex(buffer));
    }

    @Test
    void shouldReadRequestsOfGroupInOrderOfArrivalUnderOneCookie() {
        reportGroup(5, 3);
        final ByteBuffer buffer = records(3);
        assertEquals(120, queue.read(buffer));
        for (int i = 0; i < 3; i++) {
            final int at = i * HwptPgfault.BYTES;
            assertEquals(0x1000L * (i + 1), HwptPgfault.addr(buffer, at));
            assertEquals(1, HwptPgfault.cookie(buffer, at));
            assertEquals(i == 2 ? FLAG_LAST_PAGE : 0, HwptPgfault.flags(buffer, at));
        }
    }

    /** No device is kept from it, and no other reader may wait for it for minutes. */
    @Test
    void shouldReadHugeGroupInTimeProportionalToItsSize() {
        final int requests = 200_000;
        reportGroup(5, requests);
        final ByteBuffer buffer = records(requests);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertEquals(requests * HwptPgfault.BYTES, queue.read(buffer)));
        assertEquals(0x1000L * requests, HwptPgfault.addr(buffer, buffer.position() - 40));
    }

    @Test
    void shouldReadGroupsInOrderOfArrival() {
        reportGroup(7, 1);
        reportGroup(3, 2);
        reportGroup(5, 1);
        assertEquals(List.of(1, 2, 2, 3), bench.readCookies(4));
        assertEquals(List.of("read 7 as 1", "read 3 as 2", "read 5 as 3"), seen);
    }

    @Test
    void shouldWriteAtThePositionOfTheBufferAndMoveIt() {
        reportGroup(5, 1);
        final ByteBuffer buffer = ByteBuffer.allocate(3 + HwptPgfault.BYTES).position(3);
        assertEquals(40, queue.read(buffer));
        assertEquals(43, buffer.position());
        assertEquals(5, HwptPgfault.grpid(buffer, 3));
    }

    @Test
    void shouldReadIntoDirectBuffer() {
        reportGroup(5, 1);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(HwptPgfault.BYTES);
        assertEquals(40, queue.read(buffer));
        assertEquals(5, HwptPgfault.grpid(buffer, 0));
    }

    @Test
    void shouldReadNothingAndNotBlockWhenNothingWaits() {
        final ByteBuffer buffer = records(1);
        assertEquals(0, queue.read(buffer));
        assertEquals(0, buffer.position());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 39, 41, 79})
    void shouldRefuseToReadCountThatIsNoMultipleOfRecord(final int count) {
        reportGroup(5, 1);
        assertEquals(-Errno.ESPIPE, queue.read(ByteBuffer.allocate(count)));
        assertTrue(queue.isReadable());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 40, -1, 0x1_0000_0000L})
    void shouldRefuseToReadAtOtherPositionThanZero(final long position) {
        reportGroup(5, 1);
        assertEquals(-Errno.ESPIPE, queue.read(records(1), position));
        assertTrue(queue.isReadable());
    }

    @Test
    void shouldRefuseToReadZeroBytesWhileGroupWaits() {
        reportGroup(5, 1);
        assertEquals(-Errno.EINVAL, queue.read(records(0)));
    }

    @Test
    void shouldReadZeroBytesWhenNothingWaits() {
        assertEquals(0, queue.read(records(0)));
    }

    @Test
    void shouldKeepGroupFirstAndWholeWhenItDoesNotFit() {
        reportGroup(5, 3);
        reportGroup(6, 1);
        assertEquals(-Errno.EINVAL, queue.read(records(2)));
        assertEquals(0, queue.unanswered());
        final ByteBuffer buffer = records(4);
        assertEquals(160, queue.read(buffer));
        assertEquals(5, HwptPgfault.grpid(buffer, 0));
        assertEquals(6, HwptPgfault.grpid(buffer, 120));
    }

    @Test
    void shouldGiveWhatFitsBeforeGroupThatDoesNot() {
        reportGroup(5, 1);
        reportGroup(6, 3);
        reportGroup(7, 1);
        assertEquals(40, queue.read(records(3)));
        assertEquals(List.of(2, 2, 2, 3), bench.readCookies(4));
        assertEquals(List.of("read 5 as 1", "read 6 as 2", "read 7 as 3"), seen);
    }

    @Test
    void shouldNotSkipGroupThatDoesNotFitForSmallerOneBehindIt() {
        reportGroup(5, 3);
        reportGroup(6, 1);
        assertEquals(-Errno.EINVAL, queue.read(records(1)));
        assertEquals(List.of(), seen);
    }

    @Test
    void shouldRestoreGroupAndKeepNoCookieWhenBufferCannotBeWritten() {
        reportGroup(5, 2);
        assertEquals(-Errno.EFAULT, queue.read(records(2).asReadOnlyBuffer()));
        assertEquals(0, queue.unanswered());
        assertEquals(List.of(1, 1), bench.readCookies(2));
    }

    @Test
    void shouldBeReadableOnlyWhileGroupsAreUnread() {
        assertFalse(queue.isReadable());
        bench.report(partial(5));
        assertFalse(queue.isReadable());
        reportGroup(5, 1);
        assertTrue(queue.isReadable());
        bench.readCookies(2);
        assertFalse(queue.isReadable());
        assertEquals(1, queue.unanswered());
    }

    @Test
    void shouldWakeReadersForEachGroup() {
        final List<Boolean> readable = new ArrayList<>();
        queue.setWakeup(() -> readable.add(queue.isReadable()));
        bench.report(partial(5));
        reportGroup(5, 1);
        reportGroup(6, 1);
        assertEquals(List.of(true, true), readable);
    }

    // ---- Write ----------------------------------------------------------------------------------

    @Test
    void shouldEncodeAnswerByteForByte() {
        assertEquals("0403020101000000", hex(IommufdBench.answers(0x01020304, INVALID)));
    }

    @ParameterizedTest
    @ValueSource(ints = {SUCCESS, INVALID})
    void shouldSendAnswerToHardwareOnce(final int code) {
        reportGroup(5, 2);
        bench.readCookies(2);
        assertEquals(8, bench.write(1, code));
        assertEquals(List.of(new Answer("dev", 0, 5, code)), bench.core.answers);
        assertEquals(0, queue.unanswered());
        assertEquals(-Errno.EINVAL, bench.write(1, code));
        assertEquals(1, bench.core.answers.size());
    }

    @Test
    void shouldTakeSeveralAnswersInOneWriteInTheirOrder() {
        reportGroup(5, 1);
        reportGroup(6, 1);
        bench.readCookies(2);
        final ByteBuffer answers = IommufdBench.answers(2, SUCCESS, 1, INVALID);
        assertEquals(16, queue.write(answers));
        assertEquals(16, answers.position());
        assertEquals(
                List.of(new Answer("dev", 0, 6, SUCCESS), new Answer("dev", 0, 5, INVALID)),
                bench.core.answers);
    }

    @ParameterizedTest
    @ValueSource(ints = {FAILURE, 3, 7, -1, Integer.MIN_VALUE})
    void shouldRefuseOtherCodesAndKeepTheCookie(final int code) {
        reportGroup(5, 1);
        bench.readCookies(1);
        assertEquals(-Errno.EINVAL, bench.write(1, code));
        assertEquals(List.of(), bench.core.answers);
        assertEquals("refused 1 code " + code + " -EINVAL", seen.get(1));
        assertEquals(8, bench.write(1, SUCCESS));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1, 4097, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void shouldRefuseUnknownCookie(final int cookie) {
        reportGroup(5, 1);
        bench.readCookies(1);
        assertEquals(-Errno.EINVAL, bench.write(cookie, SUCCESS));
        assertEquals(1, queue.unanswered());
    }

    @Test
    void shouldRefuseCookieOfGroupThatWasNotRead() {
        reportGroup(5, 1);
        assertEquals(-Errno.EINVAL, bench.write(1, SUCCESS));
        assertTrue(queue.isReadable());
    }

    @Test
    void shouldStopAtFirstRefusedAnswerAndCountThoseBefore() {
        reportGroup(5, 1);
        reportGroup(6, 1);
        bench.readCookies(2);
        final ByteBuffer answers = IommufdBench.answers(1, SUCCESS, 9, SUCCESS, 2, SUCCESS);
        assertEquals(8, queue.write(answers));
        assertEquals(8, answers.position());
        assertEquals(List.of(new Answer("dev", 0, 5, SUCCESS)), bench.core.answers);
        assertEquals(1, queue.unanswered());
    }

    @Test
    void shouldStopAtWrongCodeAndCountAnswersBefore() {
        reportGroup(5, 1);
        reportGroup(6, 1);
        bench.readCookies(2);
        assertEquals(8, bench.write(1, SUCCESS, 2, FAILURE));
        assertEquals(8, bench.write(2, SUCCESS));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 9, 12})
    void shouldRefuseToWriteCountThatIsNoMultipleOfAnswer(final int count) {
        assertEquals(-Errno.ESPIPE, queue.write(ByteBuffer.allocate(count)));
    }

    @Test
    void shouldRefuseToWriteAtOtherPositionThanZero() {
        reportGroup(5, 1);
        bench.readCookies(1);
        assertEquals(-Errno.ESPIPE, queue.write(IommufdBench.answers(1, SUCCESS), 8));
        assertEquals(1, queue.unanswered());
    }

    @Test
    void shouldTakeNothingFromEmptyWrite() {
        assertEquals(0, queue.write(ByteBuffer.allocate(0)));
    }

    @Test
    void shouldTakeAnswersFromReadOnlyBuffer() {
        reportGroup(5, 1);
        bench.readCookies(1);
        assertEquals(8, queue.write(IommufdBench.answers(1, SUCCESS).asReadOnlyBuffer()));
    }

    // ---- Close and destroy ----------------------------------------------------------------------

    @Test
    void shouldAnswerNothingWhenClosed() {
        reportGroup(5, 1);
        reportGroup(6, 1);
        bench.readCookies(1);
        queue.close();
        assertEquals(List.of(), bench.core.answers);
        assertEquals(1, queue.unanswered());
    }

    @Test
    void shouldBeNeitherReadNorWrittenOnceClosed() {
        reportGroup(5, 1);
        reportGroup(6, 1);
        final List<Integer> cookies = bench.readCookies(1);
        queue.close();
        assertEquals(-Errno.EBADF, queue.read(records(1)));
        assertEquals(-Errno.EBADF, bench.write(cookies.get(0), 0));
        assertEquals(List.of(), bench.core.answers);
    }

    @Test
    void shouldNotGiveBackAGroupThatWasAnswered() {
        final IopfGroup[] delivered = new IopfGroup[1];
        final IommufdBench other =
                new IommufdBench(
                        new FaultObserver() {
                            @Override
                            public void delivered(final IopfGroup group) {
                                delivered[0] = group;
                            }
                        });
        other.idev.attach(other.nested);
        other.report(last(5));
        final int generation = delivered[0].generation();
        other.write(other.readCookies(1).get(0), 0);
        assertFalse(other.queue.withdraw(delivered[0], generation));
        other.report(last(6));
        assertFalse(other.queue.withdraw(delivered[0], generation));
        assertTrue(other.queue.withdraw(delivered[0], delivered[0].generation()));
    }

    @Test
    void shouldNotBeDestroyedWhileOpen() {
        final int unused = bench.context.faultQueueAlloc(0);
        assertEquals(-Errno.EBUSY, bench.context.destroy(unused));
        bench.context.faultQueue(unused).close();
        assertEquals(0, bench.context.destroy(unused));
        assertNull(bench.context.faultQueue(unused));
        assertEquals(-Errno.ENOENT, bench.context.destroy(unused));
    }

    @Test
    void shouldNotBeDestroyedWhilePageTableRefersToIt() {
        queue.close();
        assertEquals(-Errno.EBUSY, bench.context.destroy(bench.queueId));
        bench.idev.detach();
        assertEquals(-Errno.EBUSY, bench.context.destroy(bench.queueId));
        assertEquals(0, bench.context.destroy(bench.nested.id()));
        assertEquals(0, bench.context.destroy(bench.queueId));
    }

    @Test
    void shouldAnswerUnreadInOrderOfArrivalThenReadByCookieWhenDestroyed() {
        final IommufdFaultQueue doomed =
                new IommufdFaultQueue(bench.core.responder(), new Notebook());
        bench.nested.domain().setIopfHandler(doomed);
        for (int grpid = 1; grpid <= 5; grpid++) {
            reportGroup(grpid, 1);
        }
        doomed.read(records(3));
        doomed.write(IommufdBench.answers(1, SUCCESS));
        reportGroup(6, 1);
        doomed.read(records(1));
        bench.core.answers.clear();
        doomed.close();
        assertEquals(0, doomed.destroy());
        // Unread are 5 and 6; 4 was read last and has the freed cookie 1, before 2 and 3.
        assertEquals(
                List.of(5, 6, 4, 2, 3), bench.core.answers.stream().map(Answer::grpid).toList());
        assertTrue(bench.core.answers.stream().allMatch(answer -> answer.code() == INVALID));
        assertEquals(0, doomed.unanswered());
    }

    @Test
    void shouldNotDestroyAttachedPageTableOrDevice() {
        assertEquals(-Errno.EBUSY, bench.context.destroy(bench.nested.id()));
        assertEquals(-Errno.EBUSY, bench.context.destroy(bench.idev.id()));
        bench.idev.detach();
        assertEquals(0, bench.context.destroy(bench.nested.id()));
        assertTrue(((TestDomain) bench.nested.domain()).isFreed());
        assertEquals(0, bench.context.destroy(bench.idev.id()));
    }

    // ---- Allocation -----------------------------------------------------------------------------

    @Test
    void shouldRefuseFlagsOfQueue() {
        assertEquals(-Errno.EOPNOTSUPP, bench.context.faultQueueAlloc(1));
    }

    @Test
    void shouldRefuseFaultQueueOfPagingDomain() {
        final TestDomain paging = bench.core.domain("paging", DomainType.PAGING);
        assertNull(bench.context.hwptAlloc(paging, bench.queueId));
        assertEquals(-Errno.EOPNOTSUPP, bench.context.lastError());
        assertNull(paging.iopfHandler());
    }

    @Test
    void shouldRefuseIdThatIsNoFaultQueue() {
        final TestDomain nested = bench.core.domain("nested2", DomainType.NESTED);
        assertNull(bench.context.hwptAlloc(nested, bench.idev.id()));
        assertEquals(-Errno.ENOENT, bench.context.lastError());
        assertNull(bench.context.hwptAlloc(nested, 999));
        assertEquals(-Errno.ENOENT, bench.context.lastError());
    }

    @Test
    void shouldForgetOldErrorWhenAllocationSucceeds() {
        bench.context.hwptAlloc(bench.core.domain("paging", DomainType.PAGING), bench.queueId);
        assertNotNull(bench.hwpt("other", bench.queueId));
        assertEquals(0, bench.context.lastError());
    }

    @Test
    void shouldMakeQueueTheHandlerOfItsDomain() {
        assertEquals(queue, bench.nested.domain().iopfHandler());
        assertEquals(bench.nested, bench.nested.domain().faultData());
    }
}
