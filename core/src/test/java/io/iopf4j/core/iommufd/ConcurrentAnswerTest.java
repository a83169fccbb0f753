// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.IommufdBench;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guests that answer, devices that ask and a monitor that changes page tables, all at once. Reports
 * are kept out of a change of page table, as a driver's own lock keeps them out; answers are not.
 */
class ConcurrentAnswerTest {
    private static final int ANSWERERS = 3;
    private static final int REPORTERS = 2;
    private static final int REPORTS = 4_000;
    private static final int MIN_CHANGES = 200;
    private static final int TIMEOUT_SECONDS = 60;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final IommufdBench bench = new IommufdBench();
    private final int secondQueueId = bench.context.faultQueueAlloc(0);
    private final IommufdFaultQueue secondQueue = bench.context.faultQueue(secondQueueId);
    private final List<IommufdHwpt> hwpts =
            List.of(
                    bench.nested,
                    bench.hwpt("sameQueue", bench.queueId),
                    bench.hwpt("otherQueue", secondQueueId),
                    bench.hwpt("noQueue", 0));
    private final ReentrantReadWriteLock driverLock = new ReentrantReadWriteLock(true);
    private final AtomicInteger lastGrpid = new AtomicInteger();
    private final AtomicInteger consumed = new AtomicInteger();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicBoolean isOver = new AtomicBoolean();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_125})
    void shouldAnswerEachLastRequestOnce(final long seed) throws Exception {
        bench.idev.attach(bench.nested);
        final List<Future<Void>> reporting = new ArrayList<>();
        final List<Future<Void>> others = new ArrayList<>();
        for (int i = 0; i < REPORTERS; i++) {
            reporting.add(threads.submit(reporter()));
        }
        for (int i = 0; i < ANSWERERS; i++) {
            others.add(threads.submit(answerer(new Random(seed + i))));
        }
        others.add(threads.submit(changer(new Random(~seed))));
        join(reporting);
        isOver.set(true);
        join(others);
        tearDown();

        final TreeMap<Integer, Integer> counts = new TreeMap<>();
        for (final Answer answer : bench.core.answers) {
            counts.merge(answer.grpid(), 1, Integer::sum);
        }
        for (int grpid = 1; grpid <= lastGrpid.get(); grpid++) {
            assertEquals(1, counts.remove(grpid), "grpid=" + grpid + " seed=" + seed);
        }
        assertTrue(counts.isEmpty(), "answers to nothing: " + counts);
        assertTrue(consumed.get() < lastGrpid.get(), "guests answered all: nothing was automatic");
    }

    private Callable<Void> reporter() {
        return () -> {
            for (int i = 0; i < REPORTS || isRaceTooYoung(); i++) {
                final int grpid = lastGrpid.incrementAndGet();
                driverLock.readLock().lock();
                try {
                    if (grpid % 3 == 0 && bench.dev.faultParam() != null) {
                        bench.report(CoreBench.last(grpid).pageRequest(0, 0, grpid, 1, 0));
                    }
                } finally {
                    driverLock.readLock().unlock();
                }
                driverLock.readLock().lock();
                try {
                    bench.report(CoreBench.last(grpid));
                } finally {
                    driverLock.readLock().unlock();
                }
            }
            return null;
        };
    }

    /** Threads start when they like: a race counts once every side has had its part in it. */
    private boolean isRaceTooYoung() {
        return consumed.get() == 0 || changes.get() < MIN_CHANGES;
    }

    private Callable<Void> answerer(final Random random) {
        return () -> {
            final ByteBuffer records = ByteBuffer.allocate(4 * HwptPgfault.BYTES);
            while (!isOver.get()) {
                final IommufdFaultQueue queue = random.nextBoolean() ? bench.queue : secondQueue;
                final int bytes = queue.read(records.clear());
                for (int at = 0; at < bytes; at += HwptPgfault.BYTES) {
                    final int cookie =
                            random.nextInt(10) == 0
                                    ? random.nextInt(8)
                                    : HwptPgfault.cookie(records, at);
                    final int code = random.nextBoolean() ? SUCCESS : INVALID;
                    if (queue.write(IommufdBench.answers(cookie, code)) > 0) {
                        consumed.incrementAndGet();
                    }
                }
            }
            return null;
        };
    }

    private Callable<Void> changer(final Random random) {
        return () -> {
            while (!isOver.get()) {
                final IommufdHwpt to = hwpts.get(random.nextInt(hwpts.size()));
                driverLock.writeLock().lock();
                try {
                    if (random.nextInt(4) == 0) {
                        assertEquals(0, bench.idev.detach());
                        assertEquals(0, bench.idev.attach(to));
                    } else {
                        assertEquals(0, bench.idev.replace(to));
                    }
                } finally {
                    driverLock.writeLock().unlock();
                }
                changes.incrementAndGet();
            }
            return null;
        };
    }

    private void tearDown() {
        bench.idev.detach();
        bench.queue.close();
        secondQueue.close();
        for (final IommufdHwpt hwpt : hwpts) {
            assertEquals(0, bench.context.destroy(hwpt.id()));
        }
        assertEquals(0, bench.context.destroy(bench.queueId));
        assertEquals(0, bench.context.destroy(secondQueueId));
    }

    @Test
    void shouldCountAttachmentsOfSeveralDevicesToOnePageTable() throws Exception {
        final List<Future<Void>> attaching = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            attaching.add(
                    threads.submit(
                            () -> {
                                for (int round = 0; round < 200_000; round++) {
                                    assertTrue(bench.nested.get());
                                    assertEquals(
                                            -Errno.EBUSY, bench.context.destroy(bench.nested.id()));
                                    bench.nested.put();
                                }
                                return null;
                            }));
        }
        join(attaching);
        assertEquals(0, bench.context.destroy(bench.nested.id()));
    }

    private static void join(final List<Future<Void>> futures) throws Exception {
        for (final Future<Void> future : futures) {
            future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
