// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static io.iopf4j.api.uapi.Memory.AT;
import static io.iopf4j.api.uapi.Memory.assertSame;
import static io.iopf4j.api.uapi.Memory.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultReason;
import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code struct iommu_fault} of 5.x, with both kinds. */
class IommuFault5xTest {
    private static final String PAGE_REQ =
            "02000000 00000000 0b000000 45230100 fa010000 07000000 0080563412f07f00"
                    + " 8877665544332211 00ffeeddccbbaa99 0000000000000000 0000000000000000";
    private static final String UNRECOV =
            "01000000 00000000 04000000 07000000 45230100 02000000 0080563412f07f00"
                    + " 00b0adde00000000 0000000000000000 0000000000000000 0000000000000000";

    private static IommuFault pageRequest() {
        return new IommuFault()
                .pageRequest(0xb, 0x12345, 0x1fa, 0x7, 0x007f_f012_3456_8000L)
                .privateData(0x1122334455667788L, 0x99aabbccddeeff00L);
    }

    private static IommuFault unrecoverable() {
        return new IommuFault()
                .unrecoverable(
                        FaultReason.WALK_EABT,
                        0x7,
                        0x12345,
                        IommuFault.PERM_WRITE,
                        0x007f_f012_3456_8000L,
                        0xdeadb000L);
    }

    private static int decode(final ByteBuffer buffer, final IommuFault into) {
        return IommuFault5x.decode(buffer, AT, into);
    }

    @Test
    void shouldLayOutAPageRequest() {
        final ByteBuffer buffer = Memory.dirty(IommuFault5x.BYTES);
        IommuFault5x.encode(buffer, AT, pageRequest());
        Memory.assertStruct(PAGE_REQ, buffer);
    }

    @Test
    void shouldLayOutAnUnrecoverableFault() {
        final ByteBuffer buffer = Memory.dirty(IommuFault5x.BYTES);
        IommuFault5x.encode(buffer, AT, unrecoverable());
        Memory.assertStruct(UNRECOV, buffer);
    }

    @Test
    void shouldReadBothKinds() {
        final IommuFault fault = new IommuFault();
        assertEquals(0, decode(Memory.of(PAGE_REQ), fault));
        assertSame(pageRequest(), fault);
        assertEquals(0, decode(Memory.of(UNRECOV), fault));
        assertSame(unrecoverable(), fault);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 0x102, 0x02000000, -1})
    void shouldRefuseAnUnknownType(final int type) {
        assertRefused(Memory.with(Memory.of(PAGE_REQ), 0, type));
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "4, -2147483648", "8, 16", "8, -2147483648", "20, 16", "20, -2147483648"})
    void shouldRefuseWhatAPageRequestReserves(final int offset, final int value) {
        assertRefused(Memory.with(Memory.of(PAGE_REQ), offset, value));
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "12, 8", "12, -2147483648", "20, 16"})
    void shouldRefuseWhatAnUnrecoverableFaultReserves(final int offset, final int value) {
        assertRefused(Memory.with(Memory.of(UNRECOV), offset, value));
    }

    private static void assertRefused(final ByteBuffer buffer) {
        final IommuFault fault = unrecoverable();
        assertEquals(-Errno.EINVAL, decode(buffer, fault));
        assertEquals(text(unrecoverable()), text(fault), "nothing has changed");
    }

    @Test
    void shouldNotLookAtTheRoomForLaterVersions() {
        assertEquals(0, decode(Memory.with(Memory.of(PAGE_REQ), 48, 1), new IommuFault()));
        assertEquals(0, decode(Memory.with(Memory.of(UNRECOV), 40, 1), new IommuFault()));
    }

    @Test
    void shouldRefuseMemoryThatEndsTooEarly() {
        final ByteBuffer buffer = Memory.of(PAGE_REQ);
        Memory.assertEachShortOneRefused(
                IommuFault5x.BYTES,
                Errno.EFAULT,
                limit -> decode(buffer.limit(limit), new IommuFault()));
    }
}
