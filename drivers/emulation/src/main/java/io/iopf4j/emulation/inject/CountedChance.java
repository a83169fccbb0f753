// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

/** Counts the times, and fires at one of them or at each so manieth. */
final class CountedChance implements Chance {
    private final long count;
    private final boolean isRepeated;
    private long asked;

    CountedChance(final long count, final boolean isRepeated) {
        if (count < 1) {
            throw new IllegalArgumentException("times are counted from 1: count=" + count);
        }
        this.count = count;
        this.isRepeated = isRepeated;
    }

    @Override
    public boolean fires() {
        asked++;
        return isRepeated ? asked % count == 0 : asked == count;
    }
}
