// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.policy.Account;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.OwnGroups;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Groups that a profile from outside makes, in the hands of iommufd, the gate, and a consumer. */
class OwnGroupsTest {
    private static final long DELAY_NS = 1_000;
    private static final Profile PROFILE = Profiles.of("own:test");

    private final GateBench bench = new GateBench(PROFILE, "vm-quota=2,timeout=1us");
    private final Account vm = bench.gate.addVm("vm");
    private final IommuDevice dev = bench.device("dev", vm);

    @Test
    void shouldBeReadAndAnsweredByCookie() {
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        bench.report(dev, last(2));
        assertEquals(List.of(1, 2), bench.seenGrpids());
        assertEquals(2, vm.outstandingGroups());
        assertEquals(3, vm.outstandingRequests());
        assertEquals(0, bench.answer(bench.seen().get(1), SUCCESS));
        assertEquals(1, vm.outstandingGroups());
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(0, vm.outstandingGroups());
        assertEquals(List.of(2, 1), bench.answeredGrpids());
        assertEquals(-Errno.EINVAL, bench.answer(bench.seen().get(0), SUCCESS));
    }

    @Test
    void shouldBeEndedByThePoliciesWhetherReadOrNot() {
        bench.report(dev, last(1));
        assertEquals(List.of(1), bench.seenGrpids());
        bench.reportGroups(dev, 2, 2);
        assertEquals(List.of(3), bench.answeredGrpids());
        bench.core.kernel.advanceTo(DELAY_NS);
        assertEquals(List.of(3, 1, 2), bench.answeredGrpids());
        assertEquals(1, bench.notebook.count("responding dev 1 TIMED_OUT"));
        assertEquals(1, bench.notebook.count("responding dev 2 TIMED_OUT"));
        assertEquals(0, vm.outstandingGroups());
        assertEquals(List.of(1), bench.seenGrpids());
    }

    /** The gate knows a use of an instance from the one before. */
    @Test
    void shouldBePooled() {
        for (int i = 0; i < 10; i++) {
            bench.report(dev, last(i));
            assertEquals(1, vm.outstandingGroups());
            assertEquals(0, bench.answer(bench.seen().get(i), SUCCESS));
            assertEquals(0, vm.outstandingGroups());
        }
        assertEquals(1, ((OwnGroups) bench.core.core).made);
    }

    @Test
    void shouldHaveItsWorkDoneUnlessItWasFreed() {
        final CoreBench plain = new CoreBench(PROFILE, FaultObserver.NONE);
        final IommuDevice own = plain.device("own");
        final TestDomain domain = plain.domain("domain", DomainType.SVA);
        final List<PendingGroup> queued = new ArrayList<>();
        final List<Integer> done = new ArrayList<>();
        domain.setIopfHandler(
                group -> {
                    final PendingGroup pending = (PendingGroup) group;
                    queued.add(pending);
                    assertTrue(
                            pending.queueWork(
                                    ready -> {
                                        done.add(ready.lastFault().grpid());
                                        ready.respond(SUCCESS);
                                        ready.free();
                                    }));
                    return 0;
                });
        IommuGroup.of(own).attach(domain, new IommuAttachHandle());
        plain.core.reportDeviceFault(own, last(1));
        plain.core.reportDeviceFault(own, last(2));
        assertFalse(queued.get(0).queueWork(ready -> done.add(-1)));
        queued.get(0).respond(SUCCESS);
        queued.get(0).free();
        plain.kernel.workqueues.forEach(queue -> queue.flush());
        assertEquals(List.of(2), done);
        assertEquals(2, plain.answers.size());
    }
}
