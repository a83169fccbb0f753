// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A record is the same bytes in every kind of buffer, and none goes past a buffer's limit. */
class BufferKindsTest {
    private static final int AT = 8;
    private static final int ROOM = AT + HwptPgfault.BYTES;
    private static final int DEV_ID = 0x8765_4321;
    private static final int COOKIE = 0xfedc_ba98;
    private static final IommuFault FAULT =
            new IommuFault()
                    .pageRequest(
                            IommuFault.FLAG_LAST_PAGE | IommuFault.FLAG_PASID_VALID,
                            0xf_1234,
                            0x8000_0001,
                            IommuFault.PERM_WRITE,
                            0x8123_4567_89ab_c000L);

    static Stream<ByteBuffer> everyKind() {
        return Stream.of(
                ByteBuffer.allocate(ROOM),
                ByteBuffer.allocate(ROOM).order(ByteOrder.LITTLE_ENDIAN),
                ByteBuffer.allocate(3 + ROOM + 5).position(3).slice().limit(ROOM),
                ByteBuffer.allocateDirect(ROOM),
                ByteBuffer.allocateDirect(3 + ROOM + 5).position(3).slice().limit(ROOM));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void shouldWriteAndReadTheSameBytes(final ByteBuffer buffer) {
        HwptPgfault.encode(buffer, AT, FAULT, DEV_ID, COOKIE);
        final byte[] expected = {
            3,
            0,
            0,
            0,
            0x21,
            0x43,
            0x65,
            (byte) 0x87,
            0x34,
            0x12,
            0x0f,
            0,
            1,
            0,
            0,
            (byte) 0x80,
            2,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            (byte) 0xc0,
            (byte) 0xab,
            (byte) 0x89,
            0x67,
            0x45,
            0x23,
            (byte) 0x81,
            0,
            0,
            0,
            0,
            (byte) 0x98,
            (byte) 0xba,
            (byte) 0xdc,
            (byte) 0xfe
        };
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], buffer.get(AT + i), "byte " + i);
        }
        assertEquals(DEV_ID, HwptPgfault.devId(buffer, AT));
        assertEquals(COOKIE, HwptPgfault.cookie(buffer, AT));
        assertEquals(FAULT.addr(), HwptPgfault.addr(buffer, AT));
        assertEquals(FAULT.addr(), HwptPgfault.addr(buffer.asReadOnlyBuffer(), AT));
        assertEquals(0, buffer.get(AT - 1));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void shouldNotGoPastTheLimit(final ByteBuffer buffer) {
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> HwptPgfault.encode(buffer, AT + 1, FAULT, DEV_ID, COOKIE));
        assertThrows(IndexOutOfBoundsException.class, () -> HwptPgfault.cookie(buffer, AT + 1));
        assertThrows(IndexOutOfBoundsException.class, () -> HwptPgfault.flags(buffer, -1));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> HwptPageResponse.encode(buffer, ROOM - 7, COOKIE, 0));
    }

    @Test
    void shouldNotWriteToAReadOnlyBuffer() {
        final ByteBuffer readOnly = ByteBuffer.allocate(ROOM).asReadOnlyBuffer();
        assertThrows(
                ReadOnlyBufferException.class,
                () -> HwptPgfault.encode(readOnly, AT, FAULT, DEV_ID, COOKIE));
    }
}
