// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The suite runs over the fault path that it is given, and finds what is wrong with it. */
final class WrongFaultPathTest {
    private static TestExecutionSummary run(
            final ArmSmmuFaultPath.Factory factory, final Class<?> suite) {
        final SummaryGeneratingListener listener = new SummaryGeneratingListener();
        FaultPaths.during(
                factory,
                () ->
                        LauncherFactory.create()
                                .execute(
                                        LauncherDiscoveryRequestBuilder.request()
                                                .selectors(selectClass(suite))
                                                .build(),
                                        listener));
        return listener.getSummary();
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindWhatIsWrong(final Fault fault) {
        final TestExecutionSummary found = run(new Wrong(fault), fault.suite);
        assertTrue(found.getTestsFoundCount() > 0, "nothing was run");
        assertTrue(found.getTestsFailedCount() > 0, "nobody noticed");
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindNothingWhereNothingIsWrong(final Fault fault) {
        final TestExecutionSummary found = run(new Wrong(null), fault.suite);
        assertTrue(found.getTestsSucceededCount() > 0, "nothing was run");
        assertEquals(0, found.getTestsFailedCount());
    }

    @ParameterizedTest
    @EnumSource
    void shouldSkipWhatAFaultPathCannotDo(final Ability ability) {
        final Wrong without = new Wrong(null);
        without.abilities.remove(ability);
        final TestExecutionSummary found =
                run(
                        without,
                        switch (ability) {
                            case EARLIER_GENERATIONS -> GenerationsTest.class;
                            case DRAIN -> DrainTest.class;
                            case LOG -> FaultPathTest.class;
                        });
        assertTrue(found.getTestsAbortedCount() > 0, "nothing was skipped");
        assertTrue(found.getTestsSucceededCount() > 0, "all was skipped");
        assertEquals(0, found.getTestsFailedCount());
    }

    /** What can be wrong, and the tests that find it. */
    private enum Fault {
        TERMINATES_WHAT_IS_INVALID(FaultPathTest.class),
        ANSWERS_ANOTHER_STREAM(FaultPathTest.class),
        ANSWERS_ANOTHER_TAG(FaultPathTest.class),
        ANSWERS_TWICE(FaultPathTest.class),
        TAKES_READS_FOR_WRITES(FaultPathTest.class),
        KEEPS_THE_QUEUE_FULL(FaultPathTest.class),
        LEAVES_AN_OVERFLOW(FaultPathTest.class),
        COUNTS_NO_OVERFLOW(FaultPathTest.class),
        ANSWERS_ANY_CODE(GenerationsTest.class),
        REPORTS_WHAT_HAS_ENDED(DrainTest.class),
        SAYS_NOTHING_OF_REPORTS(DrainDuringReportTest.class);

        private final Class<?> suite;

        Fault(final Class<?> suite) {
            this.suite = suite;
        }
    }

    /** The driver's own, with one thing wrong, or none. */
    private static final class Wrong implements ArmSmmuFaultPath.Factory {
        private final Fault fault;
        private final Set<Ability> abilities = EnumSet.allOf(Ability.class);

        Wrong(final Fault fault) {
            this.fault = fault;
        }

        @Override
        public Set<Ability> abilities() {
            return abilities;
        }

        @Override
        public ArmSmmuFaultPath create(final ArmSmmuFaultServices services) {
            final ArmSmmuFaultPath right =
                    ArmSmmuFaultPath.inJava()
                            .create(
                                    new ArmSmmuFaultServices(
                                            new WrongRegisters(services.mmio(), this),
                                            new WrongRecords(services.eventQueue(), this),
                                            services.eventQueueLog2(),
                                            services.dma(),
                                            services.kernel(),
                                            services.name(),
                                            services.core(),
                                            new WrongMasters(services.masters(), this),
                                            commands(services.commands())));
            return new WrongPath(right, this);
        }

        private ArmSmmuFaultServices.Commands commands(final ArmSmmuFaultServices.Commands right) {
            return (word0, word1) -> {
                if (is(Fault.ANSWERS_TWICE)) {
                    right.issue(word0, word1);
                }
                int action = Commands.resumeAction(word0);
                int sid = Commands.streamId(word0);
                if (is(Fault.TERMINATES_WHAT_IS_INVALID) && action == Commands.RESUME_ABORT) {
                    action = Commands.RESUME_TERM;
                }
                if (is(Fault.ANSWERS_ANOTHER_STREAM)) {
                    sid++;
                }
                return right.issue(
                        Commands.resume(sid, action),
                        is(Fault.ANSWERS_ANOTHER_TAG) ? word1 + 1 : word1);
            };
        }

        boolean is(final Fault which) {
            return fault == which;
        }
    }

    private record WrongRegisters(Mmio right, Wrong how) implements Mmio {
        @Override
        public long sizeBytes() {
            return right.sizeBytes();
        }

        @Override
        public int readl(final long offset) {
            return right.readl(offset);
        }

        @Override
        public void writel(final int value, final long offset) {
            if (offset != SmmuRegisters.EVENTQ_CONS || !how.is(Fault.KEEPS_THE_QUEUE_FULL)) {
                right.writel(
                        how.is(Fault.LEAVES_AN_OVERFLOW) ? value & ~QueueIndex.OVERFLOW : value,
                        offset);
            }
        }

        @Override
        public long readq(final long offset) {
            return right.readq(offset);
        }

        @Override
        public void writeq(final long value, final long offset) {
            right.writeq(value, offset);
        }
    }

    private record WrongRecords(DmaMemory right, Wrong how) implements DmaMemory {
        @Override
        public long dmaAddress() {
            return right.dmaAddress();
        }

        @Override
        public long sizeBytes() {
            return right.sizeBytes();
        }

        @Override
        public long getLong(final long offset) {
            final boolean isWord1 = offset % 32 == 8;
            return isWord1 && how.is(Fault.TAKES_READS_FOR_WRITES)
                    ? right.getLong(offset) & ~Events.RNW
                    : right.getLong(offset);
        }

        @Override
        public void putLong(final long offset, final long value) {
            right.putLong(offset, value);
        }
    }

    private record WrongMasters(ArmSmmuFaultServices.Masters right, Wrong how)
            implements ArmSmmuFaultServices.Masters {
        @Override
        public ArmSmmuFaultServices.Master find(final int sid) {
            final ArmSmmuFaultServices.Master found = right.find(sid);
            return found == null ? null : new WrongMaster(found, how);
        }

        @Override
        public ArmSmmuFaultServices.Master of(final IommuDevice dev) {
            return right.of(dev);
        }
    }

    private record WrongMaster(ArmSmmuFaultServices.Master right, Wrong how)
            implements ArmSmmuFaultServices.Master {
        @Override
        public IommuDevice device() {
            return right.device();
        }

        @Override
        public boolean isStallEnabled() {
            return right.isStallEnabled();
        }

        @Override
        public int faultStreamId() {
            return right.faultStreamId();
        }

        @Override
        public boolean beginReport() {
            return how.is(Fault.SAYS_NOTHING_OF_REPORTS)
                    || right.beginReport()
                    || how.is(Fault.REPORTS_WHAT_HAS_ENDED);
        }

        @Override
        public void endReport() {
            right.endReport();
        }
    }

    private record WrongPath(ArmSmmuFaultPath right, Wrong how) implements ArmSmmuFaultPath {
        @Override
        public int probe() {
            return right.probe();
        }

        @Override
        public void programRegisters() {
            right.programRegisters();
        }

        @Override
        public void handleEvents() {
            right.handleEvents();
        }

        @Override
        public int pageResponse(
                final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
            final int ret = right.pageResponse(dev, evt, msg);
            return how.is(Fault.ANSWERS_ANY_CODE) ? 0 : ret;
        }

        @Override
        public long lostNotices() {
            return how.is(Fault.COUNTS_NO_OVERFLOW) ? 0 : right.lostNotices();
        }

        @Override
        public void remove() {
            right.remove();
        }
    }
}
