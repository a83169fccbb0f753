// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static io.iopf4j.api.uapi.Memory.AT;
import static io.iopf4j.api.uapi.Memory.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code struct iommu_page_response} of 5.x and what the core looks at in it. */
class IommuPageResponse5xTest {
    private static final String STRUCT = "18000000 01000000 01000000 45230100 fa010000 02000000";

    private static IommuPageResponse response() {
        return new IommuPageResponse().set(0x12345, 0x1fa, 2).flags(1);
    }

    private static int decode(final ByteBuffer buffer) {
        return IommuPageResponse5x.decode(buffer, AT, new IommuPageResponse());
    }

    @Test
    void shouldLayOutAnAnswer() {
        final ByteBuffer buffer = Memory.dirty(IommuPageResponse5x.BYTES);
        IommuPageResponse5x.encode(buffer, AT, response());
        Memory.assertStruct(STRUCT, buffer);
        assertEquals(24, IommuPageResponse5x.argsz(buffer, AT));
    }

    @Test
    void shouldReadAnAnswer() {
        final IommuPageResponse read =
                new IommuPageResponse().set(1, 2, 3).stream(4, 5).privateData(6);
        assertEquals(0, IommuPageResponse5x.decode(Memory.of(STRUCT), AT, read));
        assertSame(response(), read);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 0x101, -1})
    void shouldRefuseAnotherVersion(final int version) {
        assertEquals(-Errno.EINVAL, decode(Memory.with(Memory.of(STRUCT), 4, version)));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 0x100, -2147483648})
    void shouldRefuseAnUnknownFlag(final int flags) {
        assertEquals(-Errno.EINVAL, decode(Memory.with(Memory.of(STRUCT), 8, flags)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 12", "0, -1", "20, 7", "20, -1"})
    void shouldNotLookAtSizeAndCode(final int offset, final int value) {
        assertEquals(0, decode(Memory.with(Memory.of(STRUCT), offset, value)));
    }

    @Test
    void shouldLeaveTheAnswerAloneWhenItRefuses() {
        final IommuPageResponse untouched = response();
        final ByteBuffer wrong = Memory.with(Memory.of(STRUCT), 4, 2);
        assertEquals(-Errno.EINVAL, IommuPageResponse5x.decode(wrong, AT, untouched));
        assertSame(response(), untouched);
    }

    @Test
    void shouldRefuseMemoryThatEndsTooEarly() {
        final ByteBuffer buffer = Memory.of(STRUCT);
        Memory.assertEachShortOneRefused(
                IommuPageResponse5x.BYTES, Errno.EFAULT, limit -> decode(buffer.limit(limit)));
    }
}
