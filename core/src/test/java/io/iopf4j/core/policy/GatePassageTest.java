// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultReason;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.Notebook;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a gate that has policies lets through as if it were not there. */
class GatePassageTest {
    private static final String ANY = "vm-quota=1000";

    /** Writes down every step. */
    private static final class Everything extends Notebook {
        @Override
        public void reportFailed(final IommuDevice dev, final IommuFault fault, final int errno) {
            lines.add("failed " + dev.name() + " " + fault.grpid() + " " + Errno.nameOf(errno));
        }

        @Override
        public void delivered(final IommuDevice dev, final IommuFault fault) {
            lines.add("delivered " + dev.name() + " " + fault.grpid());
        }

        @Override
        public void delivered(final IopfGroup group) {
            delivered(group.device(), group.lastFault());
        }

        @Override
        public void read(final IopfGroup group, final int cookie) {
            lines.add("read " + group.lastFault().grpid() + " cookie=" + cookie);
        }
    }

    private static List<String> stepsBehind(final Semantics semantics, final String policies) {
        final GateBench bench =
                new GateBench(semantics, Policies.parse(policies), new Everything());
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        bench.answer(bench.seen().get(0), SUCCESS);
        bench.detach(dev);
        bench.report(dev, last(2));
        bench.attach(dev);
        bench.report(dev, partial(3));
        bench.core.queue.discardPartial();
        return bench.notebook.lines;
    }

    @EverySemantics
    void shouldHideNoStepFromTheNextObserver(final Semantics semantics) {
        final List<String> steps = stepsBehind(semantics, "none");
        assertTrue(steps.contains("delivered dev 1"), steps::toString);
        final boolean is612 = semantics == Semantics.MAINLINE_6_12;
        assertEquals(is612, steps.contains("read 1 cookie=1"), steps::toString);
        assertEquals(is612, steps.contains("dropped dev 3"), steps::toString);
        assertEquals(
                is612,
                steps.stream().noneMatch(s -> s.startsWith("failed dev 2")),
                steps::toString);
        assertEquals(steps, stepsBehind(semantics, ANY));
    }

    @EverySemantics
    void shouldReturnWhatTheProfileSaysOfAnUnrecoverableFault(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.detach(dev);
        final IommuFault fault =
                new IommuFault().unrecoverable(FaultReason.PERMISSION, 0, 0, 1, 0x1000, 0);
        final int ret = bench.core.core.reportDeviceFault(dev, fault);
        assertNotEquals(0, ret);
        assertEquals(ret, bench.report(dev, fault));
    }

    @ParameterizedTest
    @EnumSource(value = Semantics.class, mode = EnumSource.Mode.EXCLUDE, names = "MAINLINE_6_12")
    void shouldReturnWhatTheProfileSaysOfAHandler(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice dev = bench.device("dev");
        assertEquals(
                -Errno.EBUSY, bench.gate.registerDeviceFaultHandler(dev, (fault, data) -> 0, null));
        IommuGroup.of(dev).removeDevice(dev);
        assertEquals(-Errno.EINVAL, bench.gate.unregisterDeviceFaultHandler(dev));
    }

    // ---- Its fault queue ------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"MAINLINE_5_X", "MAINLINE_6_12"})
    void shouldReturnWhatTheProfilesQueueSays(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice dev = bench.core.faultingDevice("dev");
        assertEquals(-Errno.EBUSY, bench.core.queue.addDevice(dev));
        assertEquals(0, bench.core.queue.flushDev(dev));
        assertEquals(-Errno.ENODEV, bench.core.queue.flushDev(bench.core.device("off")));
    }

    @Test
    void shouldReturnThatADeviceIsNotOnTheQueueOf5x() {
        final GateBench bench = new GateBench(Semantics.MAINLINE_5_X, ANY);
        final IommuDevice off = bench.core.device("off");
        assertEquals(-Errno.EINVAL, bench.core.queue.removeDevice(off));
    }

    @EverySemantics
    void shouldForgetIncompleteGroupsOfADeviceThatLeavesItsQueue(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice leaving = bench.device("leaving");
        final IommuDevice other = bench.device("other");
        bench.report(leaving, partial(1));
        bench.report(other, partial(2));
        bench.core.queue.removeDevice(leaving);
        assertEquals(0, bench.gate.account(leaving).outstandingGroups());
        assertEquals(1, bench.gate.account(other).outstandingGroups());
    }

    @EverySemantics
    void shouldForgetIncompleteGroupsOfAQueueThatIsFreed(final Semantics semantics) {
        final GateBench bench = new GateBench(semantics, ANY);
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, partial(1));
        bench.core.queue.free();
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
        bench.core.kernel.workqueues.stream()
                .filter(queue -> queue.name().startsWith("iopf_queue"))
                .forEach(queue -> assertTrue(queue.isDestroyed(), queue::name));
    }
}
