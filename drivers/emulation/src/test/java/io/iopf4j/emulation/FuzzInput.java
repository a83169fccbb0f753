// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** The bytes that a fuzzer makes up, taken from the front; zeroes follow the last one. */
public final class FuzzInput {
    private final byte[] bytes;
    private int at;

    public FuzzInput(final byte[] bytes) {
        this.bytes = bytes;
    }

    public boolean hasMore() {
        return at < bytes.length;
    }

    public int u8() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    public int u16() {
        return u8() | u8() << 8;
    }

    public int i32() {
        return u16() | u16() << 16;
    }

    public long i64() {
        return Integer.toUnsignedLong(i32()) | (long) i32() << 32;
    }

    /** In [0, bound), of one byte: bound is at most 256. */
    public int below(final int bound) {
        return u8() % bound;
    }

    public boolean flag() {
        return (u8() & 1) != 0;
    }
}
