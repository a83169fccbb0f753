// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static io.iopf4j.api.uapi.Memory.AT;
import static io.iopf4j.api.uapi.Memory.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** iommufd's records and ioctl arguments of 6.12. */
class IommufdStructsTest {
    private static final String PGFAULT =
            "07000000 03000000 45230100 fa010000 05000000 00000000 0080563412f07f00 00000000"
                    + " 09000000";
    private static final String PAGE_RESPONSE = "09000000 01000000";
    private static final String FAULT_ALLOC = "10000000 00000000 00000000 00000000";
    private static final String HWPT_ALLOC =
            "30000000 04000000 03000000 02000000 00000000 00000000 02000000 10000000"
                    + " 8877665544332211 05000000 00000000";

    private final ByteBuffer kernel = ByteBuffer.allocate(HwptAlloc.BYTES);

    private static IommuFault request() {
        return new IommuFault()
                .pageRequest(
                        IommuFault.FLAG_PASID_VALID
                                | IommuFault.FLAG_LAST_PAGE
                                | IommuFault.FLAG_NEEDS_PASID,
                        0x12345,
                        0x1fa,
                        5,
                        0x007f_f012_3456_8000L);
    }

    // ---- Records --------------------------------------------------------------------------------

    @Test
    void shouldLayOutAFaultRecord() {
        final ByteBuffer buffer = Memory.dirty(HwptPgfault.BYTES);
        HwptPgfault.encode(buffer, AT, request(), 3, 9);
        Memory.assertStruct(PGFAULT, buffer);
    }

    @Test
    void shouldReadAFaultRecord() {
        final ByteBuffer buffer = Memory.of(PGFAULT);
        final IommuFault fault = new IommuFault();
        assertEquals(0, HwptPgfault.decode(buffer, AT, fault));
        assertSame(request(), fault);
        assertEquals(3, HwptPgfault.devId(buffer, AT));
        assertEquals(9, HwptPgfault.cookie(buffer, AT));
    }

    @Test
    void shouldRefuseAFaultRecordThatEndsTooEarly() {
        final ByteBuffer buffer = Memory.of(PGFAULT);
        Memory.assertEachShortOneRefused(
                HwptPgfault.BYTES,
                Errno.EFAULT,
                limit -> HwptPgfault.decode(buffer.limit(limit), AT, new IommuFault()));
    }

    @Test
    void shouldLayOutAnAnswer() {
        final ByteBuffer buffer = Memory.dirty(HwptPageResponse.BYTES);
        HwptPageResponse.encode(buffer, AT, 9, 1);
        Memory.assertStruct(PAGE_RESPONSE, buffer);
        assertEquals(9, HwptPageResponse.cookie(buffer, AT));
        assertEquals(1, HwptPageResponse.code(buffer, AT));
    }

    // ---- IOMMU_FAULT_QUEUE_ALLOC ----------------------------------------------------------------

    @Test
    void shouldTakeAFaultQueueRequestAndBringTheResultBack() {
        final ByteBuffer user = Memory.dirty(FaultAlloc.BYTES);
        FaultAlloc.encode(user, AT, 0);
        Memory.assertStruct(FAULT_ALLOC, user);
        assertEquals(0, FaultAlloc.decode(user, AT, kernel));
        assertEquals(0, FaultAlloc.respond(kernel, 0x21, 0x43, user, AT));
        Memory.assertStruct("10000000 00000000 21000000 43000000", user);
        assertEquals(0x21, FaultAlloc.faultId(user, AT));
        assertEquals(0x43, FaultAlloc.faultFd(user, AT));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1 << 31})
    void shouldRefuseAnyFlagOfAFaultQueue(final int flags) {
        final ByteBuffer user = Memory.with(Memory.of(FAULT_ALLOC), 4, flags);
        assertEquals(-Errno.EOPNOTSUPP, FaultAlloc.decode(user, AT, kernel));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 12, 15})
    void shouldRefuseAFaultQueueRequestThatIsTooShort(final int size) {
        final ByteBuffer user = Memory.with(Memory.of(FAULT_ALLOC), 0, size);
        assertEquals(-Errno.EINVAL, FaultAlloc.decode(user, AT, kernel));
    }

    // ---- IOMMU_HWPT_ALLOC -----------------------------------------------------------------------

    @Test
    void shouldTakeAPageTableRequestAndBringTheResultBack() {
        final ByteBuffer user = Memory.dirty(HwptAlloc.BYTES);
        HwptAlloc.encode(user, AT, HwptAlloc.FLAG_FAULT_ID_VALID, 3, 2, 5);
        HwptAlloc.encodeData(user, AT, 2, 16, 0x1122334455667788L);
        Memory.assertStruct(HWPT_ALLOC, user);
        assertEquals(0, HwptAlloc.decode(user, AT, kernel));
        assertEquals(HwptAlloc.FLAG_FAULT_ID_VALID, HwptAlloc.flags(kernel));
        assertEquals(3, HwptAlloc.devId(kernel));
        assertEquals(2, HwptAlloc.ptId(kernel));
        assertEquals(2, HwptAlloc.dataType(kernel));
        assertEquals(16, HwptAlloc.dataLen(kernel));
        assertEquals(0x1122334455667788L, HwptAlloc.dataUptr(kernel));
        assertEquals(5, HwptAlloc.faultId(kernel));
        assertEquals(0, HwptAlloc.respond(kernel, 0x21, user, AT));
        assertEquals(0x21, HwptAlloc.hwptId(user, AT));
    }

    @Test
    void shouldTakeZeroForWhatAnOlderUserDoesNotKnow() {
        final ByteBuffer user = Memory.with(Memory.of(HWPT_ALLOC), 0, 26).limit(AT + 26);
        assertEquals(0, HwptAlloc.decode(user, AT, kernel));
        assertEquals(2, HwptAlloc.dataType(kernel), "two of its bytes were passed");
        assertEquals(0, HwptAlloc.dataLen(kernel));
        assertEquals(0, HwptAlloc.dataUptr(kernel));
        assertEquals(0, HwptAlloc.faultId(kernel));
    }

    @Test
    void shouldBringBackNoMoreThanAnOlderUserPassed() {
        final ByteBuffer user = Memory.with(Memory.of(HWPT_ALLOC), 0, HwptAlloc.MIN_BYTES);
        assertEquals(0, HwptAlloc.decode(user, AT, kernel));
        assertEquals(0, HwptAlloc.respond(kernel, 0x21, user, AT));
        user.clear();
        Memory.assertStruct(
                "18000000 04000000 03000000 02000000 21000000 00000000 02000000 10000000"
                        + " 8877665544332211 05000000 00000000",
                user);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 23})
    void shouldRefuseAPageTableRequestThatIsTooShort(final int size) {
        final ByteBuffer user = Memory.with(Memory.of(HWPT_ALLOC), 0, size);
        assertEquals(-Errno.EINVAL, HwptAlloc.decode(user, AT, kernel));
    }

    @ParameterizedTest
    @CsvSource({"4, 8", "4, -2147483648", "20, 1", "44, 1"})
    void shouldRefuseUnknownFlagsAndReservedWords(final int offset, final int value) {
        final ByteBuffer user = Memory.with(Memory.of(HWPT_ALLOC), offset, value);
        assertEquals(-Errno.EOPNOTSUPP, HwptAlloc.decode(user, AT, kernel));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void shouldTakeEachKnownFlag(final int flags) {
        final ByteBuffer user = Memory.with(Memory.of(HWPT_ALLOC), 4, flags);
        assertEquals(0, HwptAlloc.decode(user, AT, kernel));
    }

    @Test
    void shouldTakeALongerStructureWhoseEndIsZero() {
        final ByteBuffer user = Memory.of(HWPT_ALLOC + "00000000 00");
        assertEquals(0, HwptAlloc.decode(Memory.with(user, 0, 53), AT, kernel));
        assertEquals(5, HwptAlloc.faultId(kernel));
        assertEquals(0, HwptAlloc.respond(kernel, 0x21, user, AT));
        assertEquals(0x21, HwptAlloc.hwptId(user, AT));
    }

    @Test
    void shouldRefuseALongerStructureWithSomethingBeyond() {
        final ByteBuffer user = Memory.with(Memory.of(HWPT_ALLOC + "00000000 01"), 0, 53);
        assertEquals(-Errno.E2BIG, HwptAlloc.decode(user, AT, kernel));
    }

    @Test
    void shouldRefuseASizeThatReachesBeyondTheMemory() {
        final ByteBuffer user = Memory.of(HWPT_ALLOC + "00000000 00");
        assertEquals(-Errno.EFAULT, HwptAlloc.decode(Memory.with(user, 0, 54), AT, kernel));
        assertEquals(-Errno.EFAULT, HwptAlloc.decode(Memory.with(user, 0, -1), AT, kernel));
    }

    @Test
    void shouldRefuseMemoryThatEndsTooEarly() {
        final ByteBuffer user = Memory.of(HWPT_ALLOC);
        Memory.assertEachShortOneRefused(
                HwptAlloc.BYTES,
                Errno.EFAULT,
                limit -> HwptAlloc.decode(user.limit(limit), AT, kernel));
    }

    @Test
    void shouldNotAnswerIntoMemoryThatIsGone() {
        final ByteBuffer user = Memory.of(HWPT_ALLOC);
        assertEquals(0, HwptAlloc.decode(user, AT, kernel));
        assertEquals(-Errno.EFAULT, HwptAlloc.respond(kernel, 1, user.limit(AT + 47), AT));
        assertEquals(
                -Errno.EFAULT,
                HwptAlloc.respond(kernel, 1, Memory.of(HWPT_ALLOC).asReadOnlyBuffer(), AT));
    }
}
