// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static io.iopf4j.api.uapi.Memory.AT;
import static io.iopf4j.api.uapi.Memory.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultReason2017;
import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code struct iommu_fault_event} of November 2017 and of 2018. */
class FaultEventTest {
    private static final String REQUEST_2017 =
            "02000000 00000000 0080563412f07f00 45230100 fa070000 03000000 00000000"
                    + " 8877665544332211 00ffeeddccbbaa99";
    private static final String UNRECOV_2017 =
            "01000000 05000000 0080563412f07f00 45230100 00040000 02000000 00000000"
                    + " 0000000000000000 0000000000000000";
    private static final String REQUEST_2018 =
            "0000000000000000 0000000000000000 02000000 00000000 0080563412f07f00 45230100"
                    + " bafa0100 03000000 03000000 8877665544332211 00ffeeddccbbaa99"
                    + " 1032547698000000";
    private static final String UNRECOV_2018 =
            "0000000000000000 0000000000000000 01000000 05000000 0080563412f07f00 45230100"
                    + " 00000000 02000000 02000000 0000000000000000 0000000000000000"
                    + " 0000000000000000";
    private static final long EXPIRE = 0x9876543210L;
    private static final int LAST_OF_PASID =
            IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE;

    private static IommuFault request(final int flags, final int grpid) {
        return new IommuFault()
                .pageRequest(flags, 0x12345, grpid, 3, 0x007f_f012_3456_8000L)
                .privateData(0x1122334455667788L, 0x99aabbccddeeff00L);
    }

    private static IommuFault unrecoverable(final int flags) {
        return new IommuFault()
                .unrecoverable(
                        FaultReason2017.PTE_FETCH, flags, 0x12345, 2, 0x007f_f012_3456_8000L, 0);
    }

    private static ByteBuffer encode2017(final IommuFault fault) {
        final ByteBuffer buffer = Memory.dirty(FaultEvent2017.BYTES);
        FaultEvent2017.encode(buffer, AT, fault);
        return buffer;
    }

    private static ByteBuffer encode2018(final IommuFault fault, final long expire) {
        final ByteBuffer buffer = Memory.dirty(FaultEvent2018.BYTES);
        FaultEvent2018.encode(buffer, AT, fault, expire);
        return buffer;
    }

    private static IommuFault decode2017(final ByteBuffer buffer) {
        final IommuFault fault = new IommuFault();
        assertEquals(0, FaultEvent2017.decode(buffer, AT, fault));
        return fault;
    }

    private static IommuFault decode2018(final ByteBuffer buffer) {
        final IommuFault fault = new IommuFault();
        assertEquals(0, FaultEvent2018.decode(buffer, AT, fault));
        return fault;
    }

    @Test
    void shouldLayOutAPageRequest() {
        Memory.assertStruct(REQUEST_2017, encode2017(request(LAST_OF_PASID, 0x1fa)));
        Memory.assertStruct(REQUEST_2018, encode2018(request(LAST_OF_PASID, 0x1faba), EXPIRE));
    }

    @Test
    void shouldLayOutAnUnrecoverableFault() {
        final IommuFault fault =
                unrecoverable(IommuFault.UNRECOV_PASID_VALID | IommuFault.UNRECOV_ADDR_VALID);
        Memory.assertStruct(UNRECOV_2017, encode2017(fault));
        Memory.assertStruct(UNRECOV_2018, encode2018(fault, 0));
    }

    @Test
    void shouldReadAPageRequest() {
        assertSame(request(LAST_OF_PASID, 0x1fa), decode2017(Memory.of(REQUEST_2017)));
        assertSame(request(LAST_OF_PASID, 0x1faba), decode2018(Memory.of(REQUEST_2018)));
        assertEquals(EXPIRE, FaultEvent2018.expire(Memory.of(REQUEST_2018), AT));
    }

    @Test
    void shouldReadAnUnrecoverableFault() {
        final IommuFault fault =
                unrecoverable(IommuFault.UNRECOV_PASID_VALID | IommuFault.UNRECOV_ADDR_VALID);
        assertSame(fault, decode2017(Memory.of(UNRECOV_2017)));
        assertSame(fault, decode2018(Memory.of(UNRECOV_2018)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, IommuFault.FLAG_PASID_VALID, IommuFault.FLAG_LAST_PAGE})
    void shouldKeepEachFlagByItself(final int flags) {
        assertSame(request(flags, 0x155), decode2017(encode2017(request(flags, 0x155))));
        assertSame(request(flags, 0x155), decode2018(encode2018(request(flags, 0x155), 0)));
    }

    @Test
    void shouldNotTakeAnAddressFlagForALastRequest() {
        final IommuFault fault = unrecoverable(IommuFault.UNRECOV_ADDR_VALID);
        assertEquals(0, Bytes.getInt(encode2017(fault), AT + 20));
        assertEquals(0, Bytes.getInt(encode2018(fault, 0), AT + 40));
    }

    @Test
    void shouldLoseWhatTheSeriesDoesNotHave() {
        final int flags = IommuFault.FLAG_NEEDS_PASID | IommuFault.FLAG_PRIV_DATA;
        assertSame(request(0, 0x1fa), decode2017(encode2017(request(flags, 0xfffffa))));
        assertSame(request(0, 0xfffffa), decode2018(encode2018(request(flags, 0xfffffa), 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, -1})
    void shouldTakeAnUnknownTypeAsTheSeriesDoes(final int type) {
        assertEquals(type, decode2017(Memory.with(Memory.of(REQUEST_2017), 0, type)).type());
        assertEquals(type, decode2018(Memory.with(Memory.of(REQUEST_2018), 16, type)).type());
    }

    @Test
    void shouldNotLookAtBitsThatAreNone() {
        final int noise = 0xfffff800;
        assertSame(
                request(LAST_OF_PASID, 0x1fa),
                decode2017(Memory.with(Memory.of(REQUEST_2017), 20, 0x7fa | noise)));
        assertSame(
                request(LAST_OF_PASID, 0x1faba),
                decode2018(Memory.with(Memory.of(REQUEST_2018), 40, 3 | noise)));
    }

    @Test
    void shouldRefuseMemoryThatEndsTooEarly() {
        final ByteBuffer event2017 = Memory.of(REQUEST_2017);
        Memory.assertEachShortOneRefused(
                FaultEvent2017.BYTES,
                Errno.EFAULT,
                limit -> FaultEvent2017.decode(event2017.limit(limit), AT, new IommuFault()));
        final ByteBuffer event2018 = Memory.of(REQUEST_2018);
        Memory.assertEachShortOneRefused(
                FaultEvent2018.BYTES,
                Errno.EFAULT,
                limit -> FaultEvent2018.decode(event2018.limit(limit), AT, new IommuFault()));
    }
}
