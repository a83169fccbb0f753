// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * The invalidation queue: {@code struct q_inval} and {@code qi_submit_sync()} of Linux 6.12. Any
 * thread may submit; the lock is free while one waits for the hardware, so that submitters overlap.
 * A submission ends with a wait descriptor, and is done once the hardware has written its status.
 *
 * <p>Linux waits without end. Here a submission that is not done in time, and one that the hardware
 * aborts again and again, is given up.
 */
final class Qi {
    /** Descriptors of the queue: {@code QI_LENGTH}. */
    static final int LENGTH = 256;

    /** Doublewords of a descriptor in an array of them, whatever the width of the queue. */
    static final int QWS = 4;

    /** Most descriptors of one submission: one slot is for the wait, one is always free. */
    static final int MAX_COUNT = LENGTH - 2;

    /** Option: page requests are drained before the wait is done ({@code QI_OPT_WAIT_DRAIN}). */
    static final int DRAIN = 1;

    private static final long TIMEOUT_US = 1_000_000;
    private static final long POLL_US = 10;
    private static final int MAX_RESTARTS = 64;

    /** {@code EAGAIN}, which no caller sees. */
    static final int AGAIN = 11;

    private static final int NOT_YET = 1;

    private final Mmio mmio;
    private final Kernel kernel;
    private final String name;
    private final DmaMemory descriptors;
    private final QiErrors errors;
    private final QiStatus status;
    private final int shift;
    private int freeHead;
    private int freeTail;
    private int freeCount = LENGTH;

    /** At the first slot of a submission that was given up: its slots; else 0. */
    private final int[] abandoned = new int[LENGTH];

    private boolean isShutDown;

    /** Nobody else can be about: {@code raw_spin_lock()} without {@code CONFIG_SMP}. */
    private final boolean isUniprocessor;

    /**
     * A queue over zeroed memory.
     *
     * @param descriptors {@link #LENGTH} descriptors of the width
     * @param statuses as {@link QiStatus} wants it
     * @param isWide descriptors of 256 bits
     * @param presence tells whether a device that did not complete is there still
     */
    Qi(
            final Mmio mmio,
            final Kernel kernel,
            final String name,
            final DmaMemory descriptors,
            final DmaMemory statuses,
            final boolean isWide,
            final Presence presence) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.isUniprocessor = kernel.isUniprocessor();
        this.name = name;
        this.descriptors = descriptors;
        this.status = new QiStatus(statuses);
        this.shift = isWide ? 5 : 4;
        this.errors = new QiErrors(mmio, kernel, name, descriptors, status, shift, presence);
    }

    /** Whether a device can be expected to complete an invalidation. */
    @FunctionalInterface
    interface Presence {
        /** The device with that source id is known and there. */
        boolean isPresent(int sid);
    }

    /** Bytes of memory for descriptors. */
    static long descriptorBytes(final boolean isWide) {
        return (long) LENGTH << (isWide ? 5 : 4);
    }

    /** Programs tail and base; the queue must be disabled. */
    synchronized void programRegisters() {
        freeHead = 0;
        freeTail = 0;
        freeCount = LENGTH;
        mmio.writel(0, VtdRegisters.IQT);
        mmio.writeq(
                descriptors.dmaAddress() | (shift == 5 ? VtdRegisters.IQA_DW | 1 : 0),
                VtdRegisters.IQA);
    }

    /** A former owner's descriptors are given time to be done: {@code dmar_disable_qi()}. */
    static void awaitIdle(final Mmio mmio, final Kernel kernel) {
        for (long waitedUs = 0; waitedUs <= TIMEOUT_US; waitedUs += POLL_US) {
            if (mmio.readl(VtdRegisters.IQT) == mmio.readl(VtdRegisters.IQH)) {
                return;
            }
            kernel.udelay(POLL_US);
        }
    }

    /** Nothing is submitted any more: the hardware is gone, and the memory is going. */
    synchronized void shutDown() {
        isShutDown = true;
    }

    /**
     * Submits descriptors and waits until all are done: {@code qi_submit_sync()}.
     *
     * @param qws of each descriptor its four doublewords in turn
     * @param count descriptors, in [0, {@link #MAX_COUNT}]
     * @param options {@link #DRAIN} or 0
     * @return 0; {@code -EINVAL} if the hardware refuses the first one; {@code -ETIMEDOUT} if a
     *     device does not complete an invalidation, or the hardware does not go on; {@code -ENODEV}
     *     after {@link #shutDown}
     */
    int submitSync(final long[] qws, final int count, final int options) {
        return submit(qws, 0, 0, 0, 0, count, options);
    }

    /** The same for one descriptor. */
    int submitOne(final long qw0, final long qw1, final long qw2, final long qw3) {
        return submit(null, qw0, qw1, qw2, qw3, 1, 0);
    }

    private int submit(
            final long[] qws,
            final long qw0,
            final long qw1,
            final long qw2,
            final long qw3,
            final int count,
            final int options) {
        int restarts = 0;
        long waitedUs = 0;
        while (restarts < MAX_RESTARTS) {
            final int index;
            int ret;
            if (isUniprocessor) {
                index = post(qws, qw0, qw1, qw2, qw3, count, options);
                ret = index < 0 ? index : lookLocked(index, count);
            } else {
                synchronized (this) {
                    index = post(qws, qw0, qw1, qw2, qw3, count, options);
                    ret = index < 0 ? index : lookLocked(index, count);
                }
            }
            if (index == -AGAIN) {
                if (waitedUs >= TIMEOUT_US) {
                    return giveUp("queue full");
                }
                kernel.udelay(POLL_US);
                waitedUs += POLL_US;
                continue;
            }
            if (ret == NOT_YET) {
                ret = await(index, count);
            }
            if (ret != -AGAIN) {
                return ret;
            }
            waitedUs = 0;
            restarts++;
        }
        return giveUp("aborted again and again");
    }

    /** The slot of the first descriptor; {@code -AGAIN} without room; {@code -ENODEV}. */
    private int post(
            final long[] qws,
            final long qw0,
            final long qw1,
            final long qw2,
            final long qw3,
            final int count,
            final int options) {
        if (isShutDown) {
            return -Errno.ENODEV;
        }
        if (freeCount < count + 2) {
            reclaim();
            if (freeCount < count + 2) {
                return -AGAIN;
            }
        }
        final int index = freeHead;
        for (int i = 0; i < count; i++) {
            final int slot = (index + i) & (LENGTH - 1);
            if (qws == null) {
                store(slot, qw0, qw1, qw2, qw3);
            } else {
                final int at = i * QWS;
                store(slot, qws[at], qws[at + 1], qws[at + 2], qws[at + 3]);
            }
            status.useForDescriptor(slot);
        }
        final int wait = (index + count) & (LENGTH - 1);
        store(
                wait,
                Invalidation.waitFor(
                        QiStatus.DONE,
                        Invalidation.WAIT_SW | ((options & DRAIN) != 0 ? Invalidation.WAIT_PD : 0)),
                status.dmaAddress(wait),
                0,
                0);
        status.useForWait(wait);
        freeHead = (wait + 1) & (LENGTH - 1);
        freeCount -= count + 1;
        mmio.writel(freeHead << shift, VtdRegisters.IQT);
        return index;
    }

    private void store(
            final int slot, final long qw0, final long qw1, final long qw2, final long qw3) {
        final long offset = (long) slot << shift;
        if (shift == 5) {
            descriptors.putLongs(offset, qw0, qw1, qw2, qw3);
        } else {
            descriptors.putLong(offset, qw0);
            descriptors.putLong(offset + 8, qw1);
        }
    }

    /** Goes on looking, after the first look. */
    private int await(final int index, final int count) {
        kernel.udelay(POLL_US);
        for (long waitedUs = POLL_US; waitedUs <= TIMEOUT_US; waitedUs += POLL_US) {
            final int ret = look(index, count);
            if (ret <= 0) {
                return ret;
            }
            kernel.udelay(POLL_US);
        }
        abandon(index, count);
        return giveUp("wait descriptor not done");
    }

    /** The hardware may write the status yet: until it has, the slots stay in use. */
    private synchronized void abandon(final int index, final int count) {
        abandoned[index] = count + 1;
    }

    private synchronized int look(final int index, final int count) {
        return lookLocked(index, count);
    }

    private int lookLocked(final int index, final int count) {
        final int wait = (index + count) & (LENGTH - 1);
        int ret = 0;
        if (status.get(wait) != QiStatus.DONE) {
            ret = status.get(wait) == QiStatus.ABORT ? -AGAIN : errors.check(index, wait);
            if (ret == 0) {
                return NOT_YET;
            }
        }
        release(index, count + 1);
        reclaim();
        return ret;
    }

    private void release(final int index, final int slots) {
        for (int i = 0; i < slots; i++) {
            status.set((index + i) & (LENGTH - 1), QiStatus.FREE);
        }
    }

    /** {@code reclaim_free_desc()}, and what was given up but has ended since. */
    private void reclaim() {
        while (freeTail != freeHead && isFree(freeTail)) {
            freeTail = (freeTail + 1) & (LENGTH - 1);
            freeCount++;
        }
    }

    private boolean isFree(final int slot) {
        final int slots = abandoned[slot];
        if (slots > 0 && status.get((slot + slots - 1) & (LENGTH - 1)) != QiStatus.IN_USE) {
            abandoned[slot] = 0;
            release(slot, slots);
        }
        return status.get(slot) == QiStatus.FREE;
    }

    private int giveUp(final String why) {
        kernel.log()
                .err(
                        name,
                        String.format(
                                "invalidation timed out: %s, IQH 0x%x, IQT 0x%x, FSTS 0x%x",
                                why,
                                mmio.readl(VtdRegisters.IQH),
                                mmio.readl(VtdRegisters.IQT),
                                mmio.readl(VtdRegisters.FSTS)));
        return -Errno.ETIMEDOUT;
    }
}
