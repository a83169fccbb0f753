// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.IommufdBench;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Devices that ask, guests that answer, time that passes, a host that disables, moves and, in 6.12,
 * detaches, all at once. Each last request is answered once, and no account keeps anything.
 */
class GateConcurrencyTest {
    private static final int DEVICES = 4;
    private static final int VMS = 2;
    private static final int QUOTA = 20;
    private static final int REPORTS = 6_000;
    private static final int TIMEOUT_SECONDS = 120;
    private static final long STEP_NS = 100;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<IommuDevice> devices = new ArrayList<>();
    private final List<Account> vms = new ArrayList<>();
    private final ReentrantReadWriteLock driverLock = new ReentrantReadWriteLock(true);
    private final AtomicInteger lastGrpid = new AtomicInteger();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final Ends ends = new Ends();
    private GateBench bench;

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"MAINLINE_5_X", "MAINLINE_6_12"})
    void shouldAnswerEachLastRequestOnceAndForgetIt(final Semantics semantics) throws Exception {
        final List<FaultPolicy> policies =
                new ArrayList<>(
                        Policies.parse("vm-quota=" + QUOTA + ",timeout=1us,silent-guest=50"));
        policies.add(ends);
        bench = new GateBench(semantics, policies);
        for (int i = 0; i < VMS; i++) {
            vms.add(bench.gate.addVm("vm" + i));
        }
        for (int i = 0; i < DEVICES; i++) {
            devices.add(bench.device("dev" + i, vms.get(i % VMS)));
        }
        final List<Future<Void>> reporting = new ArrayList<>();
        final List<Future<Void>> others = new ArrayList<>();
        for (final IommuDevice dev : devices) {
            reporting.add(threads.submit(reporter(dev)));
        }
        others.add(threads.submit(answerer(new Random(1))));
        others.add(threads.submit(answerer(new Random(2))));
        others.add(threads.submit(clock()));
        others.add(threads.submit(host(new Random(3))));
        join(reporting);
        isOver.set(true);
        join(others);
        vms.forEach(Account::disable);

        final Map<Integer, Integer> counts = new TreeMap<>();
        for (final Answer answer : bench.core.answers) {
            counts.merge(answer.grpid(), 1, Integer::sum);
        }
        for (int grpid = 1; grpid <= lastGrpid.get(); grpid++) {
            assertEquals(1, counts.getOrDefault(grpid, 0), "grpid=" + grpid);
        }
        for (final Account vm : vms) {
            assertEquals(0, vm.outstandingGroups());
            assertEquals(0, vm.outstandingRequests());
            assertTrue(vm.highWater() <= QUOTA, () -> "high water " + vm.highWater());
        }
        for (final IommuDevice dev : devices) {
            assertEquals(0, bench.gate.account(dev).outstandingRequests());
        }
    }

    /** Threads start when they like: a race counts once every side has had its part in it. */
    private final class Ends implements FaultPolicy {
        private final Set<FaultEnd> seen = EnumSet.noneOf(FaultEnd.class);
        private volatile boolean hasSeenAll;

        @Override
        public String name() {
            return "ends";
        }

        @Override
        public void ended(final FaultInfo fault, final FaultEnd end) {
            seen.add(end);
            hasSeenAll =
                    seen.contains(FaultEnd.ANSWERED)
                            && seen.contains(FaultEnd.TERMINATED)
                            && seen.contains(FaultEnd.TIMED_OUT)
                            && (bench.queue == null || seen.contains(FaultEnd.DRAINED));
        }
    }

    private Callable<Void> reporter(final IommuDevice dev) {
        return () -> {
            for (int i = 0; i < REPORTS || !ends.hasSeenAll; i++) {
                final int grpid = lastGrpid.incrementAndGet();
                driverLock.readLock().lock();
                try {
                    if (grpid % 3 == 0 && dev.faultParam() != null) {
                        bench.report(dev, CoreBench.partial(grpid));
                    }
                    bench.report(dev, CoreBench.last(grpid));
                } finally {
                    driverLock.readLock().unlock();
                }
            }
            return null;
        };
    }

    private Callable<Void> answerer(final Random random) {
        final ByteBuffer records = ByteBuffer.allocate(4 * HwptPgfault.BYTES);
        return () -> {
            while (!isOver.get()) {
                if (bench.queue == null) {
                    answerByGroupId(random);
                } else {
                    answerByCookie(random, records);
                }
            }
            return null;
        };
    }

    private void answerByCookie(final Random random, final ByteBuffer records) {
        final int bytes = bench.queue.read(records.clear());
        for (int at = 0; at < bytes; at += HwptPgfault.BYTES) {
            if (random.nextInt(4) > 0) {
                bench.queue.write(IommufdBench.answers(HwptPgfault.cookie(records, at), INVALID));
            }
        }
    }

    /** A guest that guesses: most of what it names is not outstanding. */
    private void answerByGroupId(final Random random) {
        bench.gate.pageResponse(
                null,
                devices.get(random.nextInt(DEVICES)),
                new IommuPageResponse()
                        .set(0, lastGrpid.get() - random.nextInt(2 * QUOTA), SUCCESS));
    }

    private Callable<Void> clock() {
        return () -> {
            while (!isOver.get()) {
                bench.core.kernel.advanceTo(bench.core.kernel.nowNs() + STEP_NS);
                TimeUnit.MICROSECONDS.sleep(5);
            }
            return null;
        };
    }

    private Callable<Void> host(final Random random) {
        return () -> {
            while (!isOver.get()) {
                final Account vm = vms.get(random.nextInt(VMS));
                final IommuDevice dev = devices.get(random.nextInt(DEVICES));
                switch (random.nextInt(8)) {
                    case 0 -> vm.disable();
                    case 1 -> bench.gate.assign(dev, vm);
                    case 2 -> changeDomain(dev);
                    default -> vm.enable();
                }
                TimeUnit.MICROSECONDS.sleep(20);
            }
            return null;
        };
    }

    /** Before 6.12 a domain changes without a word to the core. */
    private void changeDomain(final IommuDevice dev) {
        if (bench.queue != null) {
            driverLock.writeLock().lock();
            try {
                bench.detach(dev);
                bench.attach(dev);
            } finally {
                driverLock.writeLock().unlock();
            }
        }
    }

    private static void join(final List<Future<Void>> futures) throws Exception {
        for (final Future<Void> future : futures) {
            future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
