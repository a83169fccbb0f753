// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a mitigation asks of 6.12: end a group by the host's decision, forget a device. */
class Mainline612EndTest {
    private final CoreBench bench = new CoreBench();
    private final IommuDevice dev = bench.faultingDevice("dev");
    private final Consumer consumer = new Consumer();

    /** Has at most one group, and gives it back when asked. */
    private static final class Consumer implements IopfHandler {
        IopfGroup group;
        int generation;
        Runnable whileWithdrawing = () -> {};

        @Override
        public int handle(final IopfGroup delivered) {
            group = delivered;
            generation = delivered.generation();
            return 0;
        }

        @Override
        public boolean withdraw(final IopfGroup wanted, final int itsGeneration) {
            whileWithdrawing.run();
            final boolean isMine = group != null && generation == itsGeneration;
            group = null;
            return isMine;
        }
    }

    @BeforeEach
    void attach() {
        final TestDomain domain = bench.domain("nested", DomainType.NESTED);
        domain.setIopfHandler(consumer);
        assertEquals(0, IommuGroup.of(dev).attach(domain, new IommuAttachHandle()));
    }

    private boolean end(final IopfGroup group, final int generation) {
        return bench.core.end(
                dev, group.lastFault(), group, generation, INVALID, ResponseOrigin.TIMED_OUT);
    }

    @Test
    void shouldAnswerAndFreeGroup() {
        bench.core.reportDeviceFault(dev, last(1));
        final IopfGroup group = consumer.group;
        assertTrue(end(group, consumer.generation));
        assertEquals(List.of(new Answer("dev", 0, 1, INVALID)), bench.answers);
        assertEquals(0, CoreBench.pending(dev));
        bench.core.reportDeviceFault(dev, last(2));
        assertSame(group, consumer.group, "used again");
    }

    @Test
    void shouldDoNothingToGroupThatWasAnswered() {
        bench.core.reportDeviceFault(dev, last(1));
        final IopfGroup group = consumer.group;
        consumer.group = null;
        group.respond(0);
        group.free();
        assertFalse(end(group, consumer.generation));
        assertEquals(1, bench.answers.size());
    }

    @Test
    void shouldNotMistakeNextUseOfGroupForTheOneThatIsMeant() {
        bench.core.reportDeviceFault(dev, last(1));
        final IopfGroup group = consumer.group;
        final int generation = consumer.generation;
        group.respond(0);
        group.free();
        bench.core.reportDeviceFault(dev, last(2));
        assertFalse(end(group, generation));
        assertEquals(1, CoreBench.pending(dev));
    }

    /** The removal finds the group in nobody's hands but the core's: it answers and frees it. */
    @Test
    void shouldLeaveGroupToRemovalOfItsDevice() {
        bench.core.reportDeviceFault(dev, last(1));
        final IopfGroup group = consumer.group;
        consumer.whileWithdrawing = () -> bench.queue.removeDevice(dev);
        assertFalse(end(group, consumer.generation));
        assertEquals(1, bench.answers.size());
    }

    @Test
    void shouldForgetPartialGroups() {
        bench.core.reportDeviceFault(dev, partial(1));
        bench.core.forget(dev);
        bench.core.reportDeviceFault(dev, last(1));
        assertEquals(1, consumer.group.faultCount());
    }

    @Test
    void shouldForgetDeviceThatIsOnNoQueue() {
        bench.core.forget(bench.device("other"));
        assertEquals(List.of(), bench.answers);
    }
}
