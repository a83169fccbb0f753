// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.Arrays;

/** Requests of a group whose last one has not come yet. */
final class PartialRequests {
    static final PartialRequests NONE = new PartialRequests();

    private long[] addrs = new long[1];
    private int[] perms = new int[1];
    private int count;

    void add(final long addr, final int perm) {
        if (count == addrs.length) {
            addrs = Arrays.copyOf(addrs, count * 2);
            perms = Arrays.copyOf(perms, count * 2);
        }
        addrs[count] = addr;
        perms[count++] = perm;
    }

    int count() {
        return count;
    }

    /** Address of the latest but so many. */
    long addr(final int fromEnd) {
        return addrs[count - 1 - fromEnd];
    }

    /** What the latest but so many asked for. */
    int perm(final int fromEnd) {
        return perms[count - 1 - fromEnd];
    }
}
