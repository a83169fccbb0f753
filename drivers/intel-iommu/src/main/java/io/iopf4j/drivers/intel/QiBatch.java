// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

/**
 * Invalidations that go to the queue together: {@code struct qi_batch} of Linux 6.12. Its owner
 * serialises calls and uses it again and again.
 */
final class QiBatch {
    /** {@code QI_MAX_BATCHED_DESC_COUNT}. */
    static final int CAPACITY = 16;

    private final Qi qi;
    private final long[] qws = new long[CAPACITY * Qi.QWS];
    private int count;
    private int error;

    QiBatch(final Qi qi) {
        this.qi = qi;
    }

    /** Adds a descriptor whose upper half is zero; a batch that is full then is submitted. */
    void add(final long qw0, final long qw1) {
        qws[count * Qi.QWS] = qw0;
        qws[count * Qi.QWS + 1] = qw1;
        if (++count == CAPACITY) {
            send();
        }
    }

    /**
     * Submits what was added and waits for it.
     *
     * @return 0, or the errno of the first part that failed
     */
    int submit() {
        if (count > 0) {
            send();
        }
        final int ret = error;
        error = 0;
        return ret;
    }

    private void send() {
        final int ret = qi.submitSync(qws, count, 0);
        if (error == 0) {
            error = ret;
        }
        count = 0;
    }
}
