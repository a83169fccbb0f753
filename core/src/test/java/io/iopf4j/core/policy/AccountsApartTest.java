// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Who ends all that one account has is to leave none of it, and not to end another's, though what
 * it was about to end has ended meanwhile and stands for a fault of somebody else, the same one in
 * its order.
 */
class AccountsApartTest {
    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldNotEndAnothersWhenDisabled(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "device-quota=10");
        final IommuDevice a = bench.device("a");
        final IommuDevice b = bench.device("b");
        bench.report(b, last(100));
        bench.report(a, last(1));
        bench.report(a, last(2));
        final GateBench.Seen second =
                bench.seen().stream()
                        .filter(seen -> seen.dev() == a && seen.grpid() == 2)
                        .findFirst()
                        .orElseThrow();
        whileFirstIsAnswered(
                bench.core,
                () -> {
                    assertEquals(0, bench.answer(second, 0));
                    bench.report(b, last(200));
                });
        bench.gate.account(a).disable();
        assertEquals(0, bench.gate.account(a).outstandingGroups());
        assertEquals(2, bench.gate.account(b).outstandingGroups());
    }

    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldNotEndAnothersWhenDrained(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "device-quota=10,drain");
        final IommuDevice a = bench.device("a");
        final IommuDevice b = bench.device("b");
        bench.report(b, last(100));
        bench.report(a, last(1));
        bench.report(a, last(2));
        whileFirstIsAnswered(
                bench.core,
                () -> {
                    bench.gate.removed(a);
                    bench.report(b, last(200));
                    bench.report(b, last(201));
                });
        bench.gate.drained(a);
        assertEquals(3, bench.gate.account(b).outstandingGroups());
    }

    /** Its answers were refused before it came, and its hardware cannot be drained. */
    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldEndWhatIsReportedWhileDraining(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "device-quota=10,drain");
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        bench.core.driver.whileDraining(() -> bench.report(dev, last(2)));
        bench.gate.drained(dev);
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }

    @Test
    void shouldNotRefuseAnothersIncompleteGroup() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "credit=10");
        final IommuDevice a = bench.device("a");
        final IommuDevice b = bench.device("b");
        bench.report(b, last(100));
        bench.report(a, last(1));
        bench.report(a, partial(2));
        whileFirstIsAnswered(
                bench.core,
                () -> {
                    bench.core.queue.discardPartial();
                    bench.report(b, partial(200));
                });
        bench.gate.account(a).disable();
        bench.report(b, last(200));
        assertEquals(2, bench.gate.account(b).outstandingGroups());
    }

    @Test
    void shouldNotEndAnothersWhereGroupsAreShared() {
        final CoreBench bench =
                new CoreBench(
                        Profiles.of("own:shared")::create,
                        FaultObserver.NONE,
                        Policies.parse("device-quota=10"));
        final IommuDevice a = bench.device("a");
        final IommuDevice b = bench.device("b");
        final List<PendingGroup> delivered = new ArrayList<>();
        final TestDomain domain = bench.domain("domain", DomainType.SVA);
        domain.setIopfHandler(new Keeper(delivered));
        IommuGroup.of(a).attach(domain, new IommuAttachHandle());
        IommuGroup.of(b).attach(domain, new IommuAttachHandle());
        bench.gate.reportDeviceFault(b, last(100));
        bench.gate.reportDeviceFault(a, last(1));
        bench.gate.reportDeviceFault(a, last(2));
        whileFirstIsAnswered(
                bench,
                () -> {
                    final PendingGroup second = delivered.get(2);
                    second.respond(0);
                    second.free();
                    bench.gate.reportDeviceFault(b, last(200));
                });
        bench.gate.account(a).disable();
        assertEquals(2, bench.gate.account(b).outstandingGroups());
    }

    /** As another thread may. */
    private static void whileFirstIsAnswered(final CoreBench bench, final Runnable other) {
        final boolean[] isDone = {false};
        bench.driver.whileAnswering(
                () -> {
                    if (!isDone[0]) {
                        isDone[0] = true;
                        other.run();
                    }
                });
    }

    /** What is delivered while others are ended stands for itself, and is ended too. */
    @Test
    void shouldEndWhatIsDeliveredMeanwhile() throws InterruptedException {
        final CountDownLatch isReported = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final CoreBench bench =
                new CoreBench(
                        Semantics.MAINLINE_6_12,
                        new FaultObserver() {
                            @Override
                            public void reported(final IommuDevice dev, final IommuFault fault) {
                                if (fault.grpid() == 2) {
                                    isReported.countDown();
                                    await(goOn);
                                }
                            }
                        },
                        Policies.parse("device-quota=10"));
        final IommuDevice a = bench.faultingDevice("a");
        final IommuDevice b = bench.faultingDevice("b");
        final TestDomain domain = bench.domain("domain", DomainType.SVA);
        domain.setIopfHandler(new Keeper(new ArrayList<>()));
        IommuGroup.of(a).attach(domain, new IommuAttachHandle());
        IommuGroup.of(b).attach(domain, new IommuAttachHandle());
        final Account vm = bench.gate.addVm("vm");
        bench.gate.assign(a, vm);
        bench.gate.assign(b, vm);
        bench.gate.reportDeviceFault(a, last(1));
        final Thread reporter =
                new Thread(() -> bench.gate.reportDeviceFault(b, last(2)), "reporter");
        reporter.start();
        isReported.await();
        whileFirstIsAnswered(
                bench,
                () -> {
                    goOn.countDown();
                    join(reporter);
                });
        vm.disable();
        assertEquals(0, vm.outstandingGroups());
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(final Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Keeps what it is handed, and gives it back to whoever wants to end it. */
    private record Keeper(List<PendingGroup> delivered) implements IopfHandler {
        @Override
        public int handle(final IopfGroup group) {
            delivered.add((PendingGroup) group);
            return 0;
        }

        @Override
        public boolean withdraw(final IopfGroup group, final int generation) {
            return true;
        }
    }
}
