// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Which of several ready tasks ran first, each time in one run: as given at first, the first one
 * from then on. What else could have been chosen after what was given are other runs. One thread,
 * one run.
 */
final class Choices implements IntUnaryOperator {
    private final int[] given;
    private int[] taken = new int[8];
    private int[] widths = new int[8];
    private int count;
    private boolean isOver;

    Choices(final int[] given) {
        this.given = given;
    }

    @Override
    public int applyAsInt(final int width) {
        if (isOver) {
            return 0;
        }
        if (count == taken.length) {
            taken = Arrays.copyOf(taken, count * 2);
            widths = Arrays.copyOf(widths, count * 2);
        }
        final int choice = count < given.length ? given[count] : 0;
        taken[count] = choice;
        widths[count++] = width;
        return choice;
    }

    /** What comes from now on is not to be varied. */
    void end() {
        isOver = true;
    }

    int[] taken() {
        return Arrays.copyOf(taken, count);
    }

    /** What to give so that every other order is had once. */
    List<int[]> others() {
        final List<int[]> others = new ArrayList<>();
        for (int i = given.length; i < count; i++) {
            for (int choice = 1; choice < widths[i]; choice++) {
                final int[] other = Arrays.copyOf(taken, i + 1);
                other[i] = choice;
                others.add(other);
            }
        }
        return others;
    }
}
