// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static io.iopf4j.api.uapi.Memory.AT;
import static io.iopf4j.api.uapi.Memory.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code struct page_response_msg} of November 2017, of 2018 and of 2019. */
class PageResponseMsgTest {
    private static final String MSG_2017 = "0080563412f07f00 45230100 5f3f0000 01000000 ddccbbaa";
    private static final String MSG_2018 =
            "0080563412f07f00 45230100 02000000 01000000 bafa0100 8877665544332211";
    private static final String MSG_2019 =
            "0080563412f07f00 45230100 01000000 02000000 bafa0100 8877665544332211";
    private static final long ADDR = 0x007f_f012_3456_8000L;

    private static IommuPageResponse stream2017() {
        return new IommuPageResponse()
                .set(0x12345, 0x1fa, PageResponseCode.FAILURE_2017).flags(1).stream(
                                PageResponseType.STREAM, ADDR)
                        .privateData(0xaabbccddL);
    }

    private static IommuPageResponse later() {
        return new IommuPageResponse()
                .set(0x12345, 0x1faba, PageResponseCode.FAILURE).flags(1).stream(
                                PageResponseType.GROUP, ADDR)
                        .privateData(0x1122334455667788L);
    }

    @Test
    void shouldLayOut2017() {
        final ByteBuffer buffer = Memory.dirty(PageResponseMsg2017.BYTES);
        PageResponseMsg2017.encode(buffer, AT, stream2017());
        Memory.assertStruct(MSG_2017, buffer);
    }

    @Test
    void shouldLayOut2018() {
        final ByteBuffer buffer = Memory.dirty(PageResponseMsg2018.BYTES);
        PageResponseMsg2018.encode(buffer, AT, later());
        Memory.assertStruct(MSG_2018, buffer);
    }

    @Test
    void shouldLayOut2019() {
        final ByteBuffer buffer = Memory.dirty(PageResponseMsg2019.BYTES);
        PageResponseMsg2019.encode(buffer, AT, later());
        Memory.assertStruct(MSG_2019, buffer);
    }

    @Test
    void shouldReadEachGeneration() {
        final IommuPageResponse msg = new IommuPageResponse();
        assertEquals(0, PageResponseMsg2017.decode(Memory.of(MSG_2017), AT, msg));
        assertSame(stream2017(), msg);
        assertEquals(0, PageResponseMsg2018.decode(Memory.of(MSG_2018), AT, msg));
        assertSame(later(), msg);
        assertEquals(0, PageResponseMsg2019.decode(Memory.of(MSG_2019), AT, msg));
        assertSame(later(), msg);
    }

    @Test
    void shouldReadAnAnswerWithoutPasid() {
        final IommuPageResponse msg = new IommuPageResponse();
        PageResponseMsg2017.decode(Memory.with(Memory.of(MSG_2017), 12, 0), AT, msg);
        assertEquals(0, msg.flags());
        PageResponseMsg2018.decode(Memory.with(Memory.of(MSG_2018), 16, 0), AT, msg);
        assertEquals(0, msg.flags());
        PageResponseMsg2019.decode(Memory.with(Memory.of(MSG_2019), 12, 0), AT, msg);
        assertEquals(0, msg.flags());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 7, -1})
    void shouldPassOnNumbersThatTheSeriesDoesNotCheck(final int number) {
        final IommuPageResponse msg = new IommuPageResponse();
        assertEquals(
                0,
                PageResponseMsg2017.decode(Memory.with(Memory.of(MSG_2017), 16, number), AT, msg));
        assertEquals(number, msg.type());
        assertEquals(
                0,
                PageResponseMsg2018.decode(Memory.with(Memory.of(MSG_2018), 12, number), AT, msg));
        assertEquals(number, msg.code());
    }

    @Test
    void shouldNotLookAtBitsThatAreNone() {
        final int noise = 0xffffc000;
        final IommuPageResponse msg = new IommuPageResponse();
        PageResponseMsg2017.decode(Memory.with(Memory.of(MSG_2017), 12, 0x3f5f | noise), AT, msg);
        assertSame(stream2017(), msg);
        PageResponseMsg2018.decode(Memory.with(Memory.of(MSG_2018), 16, ~0), AT, msg);
        assertSame(later(), msg);
    }

    @Test
    void shouldCutWhatTheFieldsOf2017CannotHold() {
        final ByteBuffer buffer = Memory.dirty(PageResponseMsg2017.BYTES);
        final IommuPageResponse wide =
                new IommuPageResponse().set(1, -1, 0x17).privateData(0x1_0000_0002L);
        PageResponseMsg2017.encode(buffer, AT, wide);
        assertEquals(0x3fe7, Bytes.getInt(buffer, AT + 12));
        assertEquals(2, Bytes.getInt(buffer, AT + 20));
    }

    @Test
    void shouldRefuseMemoryThatEndsTooEarly() {
        final IommuPageResponse msg = new IommuPageResponse();
        final ByteBuffer of2017 = Memory.of(MSG_2017);
        Memory.assertEachShortOneRefused(
                PageResponseMsg2017.BYTES,
                Errno.EFAULT,
                limit -> PageResponseMsg2017.decode(of2017.limit(limit), AT, msg));
        final ByteBuffer of2018 = Memory.of(MSG_2018);
        Memory.assertEachShortOneRefused(
                PageResponseMsg2018.BYTES,
                Errno.EFAULT,
                limit -> PageResponseMsg2018.decode(of2018.limit(limit), AT, msg));
    }
}
