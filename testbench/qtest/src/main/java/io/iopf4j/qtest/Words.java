// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.emulation.PhysicalMemory;

/** Little-endian numbers of any alignment, in bytes and in memory. */
final class Words {
    private Words() {}

    /** A number of 1, 2, 4 or 8 bytes. */
    static long get(final byte[] bytes, final int from, final int width) {
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | (bytes[from + i] & 0xff);
        }
        return value;
    }

    /** Puts the low bytes of a number. */
    static void put(final byte[] bytes, final int from, final int width, final long value) {
        for (int i = 0; i < width; i++) {
            bytes[from + i] = (byte) (value >>> (8 * i));
        }
    }

    /** A number in memory; all its bytes are inside. */
    static long load(final PhysicalMemory memory, final long address, final int width) {
        final byte[] bytes = new byte[width];
        memory.readBytes(address, bytes, 0, width);
        return get(bytes, 0, width);
    }

    /** Stores the low bytes of a number; all of them are inside. */
    static void store(
            final PhysicalMemory memory, final long address, final int width, final long value) {
        final byte[] bytes = new byte[width];
        put(bytes, 0, width, value);
        memory.writeBytes(address, bytes, 0, width);
    }
}
