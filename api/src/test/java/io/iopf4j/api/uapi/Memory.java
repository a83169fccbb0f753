// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.function.IntFunction;

/** Memory around a structure that shows whether a codec keeps to its bytes. */
final class Memory {
    /** Where the structure begins; not aligned to 8, as nobody promises that. */
    static final int AT = 12;

    private static final int AFTER = 20;
    private static final byte DIRT = (byte) 0xa5;

    private Memory() {}

    /** Dirty memory with room for a structure at {@link #AT}. */
    static ByteBuffer dirty(final int bytes) {
        final ByteBuffer buffer = ByteBuffer.allocate(AT + bytes + AFTER);
        for (int at = 0; at < buffer.capacity(); at++) {
            buffer.put(at, DIRT);
        }
        return buffer;
    }

    /** Memory that ends with the structure at {@link #AT}, given in hexadecimal. */
    static ByteBuffer of(final String hex) {
        final byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        final ByteBuffer buffer = dirty(bytes.length);
        buffer.put(AT, bytes);
        return buffer.limit(AT + bytes.length);
    }

    /** Asserts what lies at {@link #AT}, and that the memory around it is as it was. */
    static void assertStruct(final String hex, final ByteBuffer buffer) {
        final String expected = hex.replace(" ", "");
        final byte[] actual = new byte[expected.length() / 2];
        buffer.get(AT, actual);
        assertEquals(expected, HexFormat.of().formatHex(actual));
        for (int at = 0; at < buffer.capacity(); at++) {
            if (at < AT || at >= AT + actual.length) {
                assertEquals(DIRT, buffer.get(at), "byte outside: " + at);
            }
        }
        assertEquals(0, buffer.position());
    }

    /** Puts an int into the structure at {@link #AT}. */
    static ByteBuffer with(final ByteBuffer buffer, final int offset, final int value) {
        Bytes.putInt(buffer, AT + offset, value);
        return buffer;
    }

    /** Asserts that each too short piece of a structure gives -EFAULT and does not throw. */
    static void assertEachShortOneRefused(
            final int bytes, final int errno, final IntFunction<Integer> decodeWithLimit) {
        for (int limit = 0; limit < AT + bytes; limit++) {
            assertEquals(-errno, decodeWithLimit.apply(limit), "limit " + limit);
        }
    }

    static void assertSame(final IommuFault expected, final IommuFault actual) {
        assertEquals(text(expected), text(actual));
    }

    static String text(final IommuFault fault) {
        return String.format(
                "%s reason=%d fetch=0x%x private=0x%x,0x%x response=%d",
                fault,
                fault.reason(),
                fault.fetchAddr(),
                fault.privateData0(),
                fault.privateData1(),
                fault.responseType());
    }

    static void assertSame(final IommuPageResponse expected, final IommuPageResponse actual) {
        assertEquals(text(expected), text(actual));
    }

    static String text(final IommuPageResponse msg) {
        return String.format(
                "pasid=%d grpid=%d code=%d version=%d flags=0x%x type=%d addr=0x%x private=0x%x",
                msg.pasid(),
                msg.grpid(),
                msg.code(),
                msg.version(),
                msg.flags(),
                msg.type(),
                msg.addr(),
                msg.privateData());
    }
}
