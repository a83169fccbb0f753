// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

/**
 * Commands that go to the queue together: {@code struct arm_smmu_cmdq_batch} of Linux 6.12. Its
 * owner serialises calls and uses it again and again.
 */
final class ArmSmmuCommandBatch {
    /** {@code CMDQ_BATCH_ENTRIES}. */
    static final int CAPACITY = 64;

    private final ArmSmmuCommandQueue queue;
    private final long[] words = new long[2 * CAPACITY];
    private int count;
    private int error;

    ArmSmmuCommandBatch(final ArmSmmuCommandQueue queue) {
        this.queue = queue;
    }

    /** Adds a command; if there is no room, the others are issued first, without SYNC. */
    void add(final long word0, final long word1) {
        if (count == CAPACITY) {
            issue(false);
        }
        words[2 * count] = word0;
        words[2 * count + 1] = word1;
        count++;
    }

    /**
     * Issues what was added and waits for it.
     *
     * @return 0, or the errno of the first part that failed
     */
    int submit() {
        issue(true);
        final int ret = error;
        error = 0;
        return ret;
    }

    private void issue(final boolean withSync) {
        final int ret = queue.issueList(words, count, withSync);
        if (error == 0) {
            error = ret;
        }
        count = 0;
    }
}
