// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GateBench;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code drain}: nothing of a device outlives a change of its domain. */
class DrainTest {
    @Test
    void shouldSayWhetherToDrain() {
        assertTrue(
                new GateBench(Semantics.MAINLINE_6_12, "vm-quota=1,drain")
                        .gate.drainsOnDomainChange());
        assertFalse(
                new GateBench(Semantics.MAINLINE_6_12, "vm-quota=1").gate.drainsOnDomainChange());
    }

    /** In 6.12 a change of domain has answered all, before anybody can be drained. */
    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldEndInHardwareAndRefuseLaterAnswers(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "drain");
        bench.core.driver.setCanDrain();
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        final IommuDevice other = bench.device("other", vm);
        bench.reportGroups(dev, 1, 2);
        bench.report(other, last(3));
        bench.gate.drained(dev);
        assertTrue(bench.core.steps.contains("drain dev"));
        assertEquals(1, vm.outstandingGroups());
        assertEquals(0, CoreBench.pending(dev));
        assertEquals(-Errno.EINVAL, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(0, bench.answer(bench.seen().get(2), SUCCESS));
        assertEquals(List.of(3), bench.answeredGrpids());
    }

    @Test
    void shouldFindNothingLeftAfterDetachIn612() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "drain");
        bench.core.driver.setCanDrain();
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.reportGroups(dev, 1, 2);
        final List<GateBench.Seen> seen = List.copyOf(bench.seen());
        bench.detach(dev);
        assertEquals(0, vm.outstandingGroups());
        bench.gate.drained(dev);
        assertEquals(2, bench.notebook.count("responding"));
        assertEquals(-Errno.EINVAL, bench.answer(seen.get(0), SUCCESS));
    }

    @EverySemantics
    void shouldNotGiveOldRequestsToNextOwner(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "drain");
        bench.core.driver.setCanDrain();
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, partial(1));
        bench.gate.drained(dev);
        assertEquals(0, vm.outstandingRequests());
        final Account next = bench.gate.addVm("next");
        bench.gate.assign(dev, next);
        bench.report(dev, last(1));
        assertEquals(1, next.outstandingRequests());
        bench.answer(bench.seen().get(0), SUCCESS);
        assertEquals(0, next.outstandingGroups());
    }

    @EverySemantics
    void shouldForgetRefusedGroupToo(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "vm-quota=1,drain");
        bench.core.driver.setCanDrain();
        final IommuDevice dev = bench.device("dev", bench.gate.addVm("vm"));
        bench.report(dev, last(1));
        bench.report(dev, partial(2));
        bench.gate.drained(dev);
        bench.report(dev, last(2));
        assertEquals(List.of(), bench.answeredGrpids());
        assertTrue(bench.seenGrpids().contains(2));
    }

    @EverySemantics
    void shouldAnswerEachWhereDriverCannotDrain(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "drain");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.reportGroups(dev, 1, 3);
        final List<GateBench.Seen> seen = List.copyOf(bench.seen());
        bench.gate.drained(dev);
        assertEquals(List.of(1, 2, 3), bench.answeredGrpids());
        assertEquals(3, bench.notebook.count("responding"));
        assertEquals(1, bench.notebook.count("responding dev 2 DOMAIN_CHANGED"));
        assertEquals(0, vm.outstandingGroups());
        assertEquals(-Errno.EINVAL, bench.answer(seen.get(0), SUCCESS));
    }

    @EverySemantics
    void shouldDrainDeviceThatNeverFaulted(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "drain");
        final IommuDevice dev = bench.device("dev");
        bench.gate.drained(dev);
        assertEquals(List.of(), bench.core.answers);
    }

    @EverySemantics
    void shouldNotGiveOldRequestsToNextOwnerWhereDriverCannotDrain(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, "drain");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, partial(1));
        bench.gate.drained(dev);
        assertEquals(0, vm.outstandingRequests());
        final Account next = bench.gate.addVm("next");
        bench.gate.assign(dev, next);
        bench.report(dev, last(1));
        assertEquals(List.of(), bench.answeredGrpids());
        assertEquals(1, next.outstandingRequests());
        assertEquals(0, bench.answer(bench.seen().get(0), SUCCESS));
        assertEquals(0, next.outstandingGroups());
    }

    /** Before 6.12 a handler sees each request as it comes, and none is kept. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotShowOldRequestsToNextOwnerIn612(final boolean canDrain) {
        final GateBench bench = new GateBench(Semantics.MAINLINE_6_12, "drain");
        if (canDrain) {
            bench.core.driver.setCanDrain();
        }
        final IommuDevice dev = bench.device("dev", bench.gate.addVm("vm"));
        bench.report(dev, partial(1));
        bench.gate.drained(dev);
        bench.gate.assign(dev, bench.gate.addVm("next"));
        bench.report(dev, last(1));
        final ByteBuffer records = ByteBuffer.allocate(2 * HwptPgfault.BYTES);
        assertEquals(HwptPgfault.BYTES, bench.queue.read(records), "one record");
    }
}
