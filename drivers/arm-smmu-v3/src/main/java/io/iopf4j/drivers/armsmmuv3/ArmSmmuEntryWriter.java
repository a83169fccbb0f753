// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.kernel.KernelLog;

/**
 * Changes an entry of eight doublewords that the hardware may read at any time: {@code
 * arm_smmu_write_entry()}, Linux 6.12, {@code arm-smmu-v3.c}. The hardware reads a doubleword at
 * once but the eight in any order, and keeps what it has read until it is told to forget. At every
 * {@link #sync} the entry, as far as the hardware heeds it, is the old one, the new one, or invalid
 * with word 0 zero; the last only if what is heeded must change in more than one doubleword.
 *
 * <p>The owner of the entry serialises calls.
 */
abstract class ArmSmmuEntryWriter {
    /** Doublewords of an entry. */
    static final int WORDS = 8;

    private static final int NONE = -1;
    private static final int SEVERAL = -2;

    private final KernelLog log;
    private final String name;
    private final long[] current = new long[WORDS];
    private final long[] currentUsed = new long[WORDS];
    private final long[] targetUsed = new long[WORDS];
    private final long[] unused = new long[WORDS];

    ArmSmmuEntryWriter(final KernelLog log, final String name) {
        this.log = log;
        this.name = name;
    }

    /**
     * Which bits the hardware heeds in an entry ({@code get_used}).
     *
     * @param entry eight doublewords
     * @param used filled with as many masks
     */
    abstract void used(long[] entry, long[] used);

    /** Makes the hardware forget the entry and waits until it has ({@code sync}). */
    abstract void sync();

    /**
     * Writes an entry.
     *
     * @param memory where it is
     * @param offset its byte offset there
     * @param target eight doublewords; bits that the hardware does not heed must be 0
     */
    final void write(final DmaMemory memory, final long offset, final long[] target) {
        final int differs = difference(memory, offset, target);
        if (differs >= 0) {
            // Word by word towards the target without touching what is heeded, then the one word
            // that matters, then what only the old entry heeded.
            unused[differs] = current[differs];
            set(memory, offset, unused, 0, WORDS);
            set(memory, offset, target, differs, 1);
            set(memory, offset, target, 0, WORDS);
        } else if (differs == SEVERAL) {
            java.util.Arrays.fill(unused, 0);
            set(memory, offset, unused, 0, 1);
            set(memory, offset, target, 1, WORDS - 1);
            set(memory, offset, target, 0, 1);
        } else if (set(memory, offset, target, 0, WORDS)) {
            log.warn(name, "an entry had bits set that it does not use");
        }
    }

    /**
     * Which word differs in what is heeded ({@code arm_smmu_entry_qword_diff}); {@link #unused}
     * becomes the entry as it is where it is heeded, and as it will be elsewhere.
     */
    private int difference(final DmaMemory memory, final long offset, final long[] target) {
        for (int i = 0; i < WORDS; i++) {
            current[i] = memory.getLong(offset + (long) i * Long.BYTES);
        }
        used(current, currentUsed);
        used(target, targetUsed);
        int differs = NONE;
        for (int i = 0; i < WORDS; i++) {
            if ((target[i] & ~targetUsed[i]) != 0) {
                log.warn(name, "an entry is to have bits set that it does not use");
                targetUsed[i] |= target[i];
            }
            unused[i] = (current[i] & currentUsed[i]) | (target[i] & ~currentUsed[i]);
            if ((unused[i] & targetUsed[i]) != target[i]) {
                differs = differs == NONE ? i : SEVERAL;
            }
        }
        return differs;
    }

    /** {@code entry_set()}: stores, and a sync if anything has changed. */
    private boolean set(
            final DmaMemory memory,
            final long offset,
            final long[] words,
            final int first,
            final int count) {
        boolean changed = false;
        for (int i = first; i < first + count; i++) {
            final long at = offset + (long) i * Long.BYTES;
            if (memory.getLong(at) != words[i]) {
                memory.putLong(at, words[i]);
                changed = true;
            }
        }
        if (changed) {
            sync();
        }
        return changed;
    }
}
