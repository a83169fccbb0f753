// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.emulation.PhysicalMemory;

/**
 * Scalable mode once more, the slow way and with nothing in common with the model: bits by number,
 * one recursion for each stage, no cache, nothing written. It answers with an output address, or
 * with minus the reason of the fault.
 */
final class NaiveWalker {
    private final PhysicalMemory memory;

    NaiveWalker(final PhysicalMemory memory) {
        this.memory = memory;
    }

    private boolean is(final long word, final int bit) {
        return (word >> bit & 1) == 1;
    }

    private long bits(final long word, final int high, final int low) {
        return (word << (63 - high)) >>> (63 - high + low);
    }

    private long word(final long address) {
        return memory.contains(address, 8) ? memory.readLong(address) : -1;
    }

    private boolean exists(final long address) {
        return memory.contains(address, 8);
    }

    /** For a request with PASID, below the limit, in a context that is valid. */
    long translate(
            final long pasidEntry,
            final long iova,
            final boolean isWrite,
            final boolean isFetch,
            final boolean isPrivileged) {
        final long word0 = word(pasidEntry);
        final long word2 = word(pasidEntry + 16);
        if (isFetch && !is(word2, 1)) {
            return -0x5c;
        }
        if (isPrivileged && !is(word2, 0)) {
            return -0x5d;
        }
        final int type = (int) bits(word0, 8, 6);
        long address = iova;
        if (type == 1 || type == 3) {
            final int width = is(word2, 2) ? 57 : 48;
            if (iova << (64 - width) >> (64 - width) != iova) {
                return -0x80;
            }
            address =
                    first(
                            word0,
                            word2,
                            word2 & ~0xfffL,
                            width,
                            iova,
                            isWrite,
                            isFetch,
                            isPrivileged,
                            true,
                            true,
                            false);
            if (address < 0) {
                return address;
            }
        }
        if (type == 2 || type == 3) {
            address = second(word0, address, isWrite, isFetch);
        }
        return address >= 0 && address >> 20 == 0xfee ? -0x87 : address;
    }

    private long first(
            final long word0,
            final long word2,
            final long table,
            final int top,
            final long iova,
            final boolean isWrite,
            final boolean isFetch,
            final boolean isPrivileged,
            final boolean isWritable,
            final boolean isUser,
            final boolean isNoExecute) {
        final boolean isRoot = top == (is(word2, 2) ? 57 : 48);
        long place = table + bits(iova, top - 1, top - 9) * 8;
        if (bits(word0, 8, 6) == 3) {
            place = second(word0, place, false, false);
            if (place == -0x84) {
                return -0x74;
            }
            if (place == -0x79 || place == -0x86) {
                return isRoot ? -0x75 : -0x76;
            }
            if (place < 0) {
                return place;
            }
        }
        if (!exists(place)) {
            return isRoot ? -0x73 : -0x70;
        }
        final long entry = word(place);
        if (!is(entry, 0)) {
            return -0x71;
        }
        final boolean writable = isWritable && is(entry, 1);
        final boolean user = isUser && is(entry, 2);
        final boolean noExecute = isNoExecute || is(entry, 63);
        final int below = top - 9;
        if (below > 12 && !is(entry, 7)) {
            return first(
                    word0,
                    word2,
                    bits(entry, 51, 12) << 12,
                    below,
                    iova,
                    isWrite,
                    isFetch,
                    isPrivileged,
                    writable,
                    user,
                    noExecute);
        }
        if (below > 30 || (below > 12 && bits(entry, below - 1, 13) != 0)) {
            return -0x72;
        }
        if (!isPrivileged && !user) {
            return -0x81;
        }
        if (isFetch && ((noExecute && is(word2, 5)) || (isPrivileged && user && is(word2, 6)))) {
            return -0x82;
        }
        if (isWrite && !writable && (!isPrivileged || is(word2, 4))) {
            return -0x85;
        }
        return bits(entry, 51, below) << below | bits(iova, below - 1, 0);
    }

    private long second(
            final long word0, final long address, final boolean isWrite, final boolean isFetch) {
        final int width = 30 + 9 * (int) bits(word0, 4, 2);
        if (address < 0 || address >> width != 0) {
            return -0x84;
        }
        long table = word0 & ~0xfffL;
        for (int low = width - 9; ; low -= 9) {
            final long place = table + bits(address, low + 8, low) * 8;
            if (!exists(place)) {
                return low == width - 9 ? -0x7b : -0x78;
            }
            final long entry = word(place);
            if (bits(entry, 1, 0) == 0 && !(is(word0, 5) && is(entry, 2))) {
                return -0x79;
            }
            if (isWrite && !is(entry, 1)) {
                return -0x85;
            }
            if (!isWrite && !is(entry, 0)) {
                return -0x86;
            }
            if (isFetch && is(word0, 5) && !is(entry, 2)) {
                return -0x82;
            }
            final boolean isPage = low == 12 || is(entry, 7);
            if (isPage && (low > 30 || (low > 12 && bits(entry, low - 1, 12) != 0))) {
                return -0x7a;
            }
            if (!isPage && is(entry, 11)) {
                return -0x7a;
            }
            if (isPage) {
                return bits(entry, 51, low) << low | bits(address, low - 1, 0);
            }
            table = bits(entry, 51, 12) << 12;
        }
    }
}
