// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

/** The bytes that a fuzzer makes up, taken from the front; zeroes follow the last one. */
final class FuzzInput {
    private final byte[] bytes;
    private int at;

    FuzzInput(final byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    int u8() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    int u16() {
        return u8() | u8() << 8;
    }

    int i32() {
        return u16() | u16() << 16;
    }

    long i64() {
        return Integer.toUnsignedLong(i32()) | (long) i32() << 32;
    }

    /** In [0, bound), of one byte: bound is at most 256. */
    int below(final int bound) {
        return u8() % bound;
    }

    boolean flag() {
        return (u8() & 1) != 0;
    }
}
