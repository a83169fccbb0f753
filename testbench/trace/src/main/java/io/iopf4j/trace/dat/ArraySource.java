// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.input.ByteSource;

/** A section in memory. */
final class ArraySource implements ByteSource {
    private final byte[] bytes;

    ArraySource(final byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public int read(final long position, final byte[] target, final int offset, final int length) {
        if (position >= bytes.length) {
            return 0;
        }
        final int count = (int) Math.min(length, bytes.length - position);
        System.arraycopy(bytes, (int) position, target, offset, count);
        return count;
    }
}
