// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StringCacheTest {
    private final StringCache strings = new StringCache();

    @Test
    void theSameBytesAreTheSameStringOfEveryLength() {
        for (int length = 0; length <= 64; length++) {
            final byte[] bytes =
                    ("x".repeat(64 - length) + "0123456789abcdef".repeat(4))
                            .getBytes(StandardCharsets.UTF_8);
            final int from = 64 - length;
            assertNull(strings.find(bytes, from, from + length), "of " + length);
            final String first = strings.get(bytes, from, from + length);
            assertEquals("0123456789abcdef".repeat(4).substring(0, length), first);
            assertSame(first, strings.get(bytes.clone(), from, from + length));
            assertSame(first, strings.find(bytes, from, from + length));
        }
    }

    @Test
    void oneByteMakesAnotherString() {
        final byte[] bytes = "0000:00:03.0/arm-smmu-v3.0".getBytes(StandardCharsets.UTF_8);
        strings.get(bytes, 0, bytes.length);
        for (int at = 0; at < bytes.length; at++) {
            final byte[] other = bytes.clone();
            other[at] ^= 1;
            assertNull(strings.find(other, 0, other.length), "byte " + at);
            final String expected = new String(other, StandardCharsets.UTF_8);
            assertEquals(expected, strings.get(other, 0, other.length));
        }
    }

    @Test
    void itForgetsButIsNeverWrong() {
        final Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            final String expected = Integer.toString(random.nextInt(20_000));
            final byte[] bytes = expected.getBytes(StandardCharsets.UTF_8);
            final String found = strings.find(bytes, 0, bytes.length);
            assertEquals(expected, found == null ? expected : found);
            assertEquals(expected, strings.get(bytes, 0, bytes.length));
        }
    }

    @Test
    void longTextIsNotKept() {
        final byte[] bytes = "a".repeat(65).getBytes(StandardCharsets.UTF_8);
        assertEquals("a".repeat(65), strings.get(bytes, 0, bytes.length));
        assertNull(strings.find(bytes, 0, bytes.length));
    }
}
