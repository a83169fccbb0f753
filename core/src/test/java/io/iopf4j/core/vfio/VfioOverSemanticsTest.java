// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static io.iopf4j.api.Errno.EBUSY;
import static io.iopf4j.api.Errno.EINVAL;
import static io.iopf4j.api.Errno.ENOSPC;
import static io.iopf4j.api.Errno.ENOSYS;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.AllocationMeter;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.TestKernel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two rings over the rules of each generation. */
class VfioOverSemanticsTest {
    private static final int USABLE = 511;
    private static final int WARM_FAULTS = 100_000;
    private static final long MAX_BYTES = 400;

    private final CoreBench driver = new CoreBench();
    private final TestKernel kernel = new TestKernel();
    private final IommuDevice dev = driver.device("dev");
    private final IommuDomain nested = driver.domain("nested", DomainType.NESTED);
    private final IommuDomain others = driver.domain("others", DomainType.NESTED);
    private final List<String> refusals = new ArrayList<>();
    private final FaultObserver observer =
            new FaultObserver() {
                @Override
                public void refused(final int cookie, final int code, final int errno) {
                    refusals.add("grpid=" + cookie + " errno=" + errno);
                }
            };
    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse msg = new IommuPageResponse();

    private FaultCore core;
    private VfioPciDevice device;
    private VfioFaultReader reader;
    private VfioResponseWriter writer;

    private void attach(final Semantics semantics) {
        core = semantics.create(kernel, observer);
        device = VfioPciDevice.open(core, kernel, dev, observer);
        assertEquals(0, device.attach(nested));
        reader = new VfioFaultReader(device.faultRegion());
        writer = new VfioResponseWriter(device.responseRegion());
    }

    private int report(final IommuFault reported) {
        return core.reportDeviceFault(dev, reported);
    }

    private void answer(final int grpid) {
        assertEquals(0, writer.respond(msg.set(0, grpid, SUCCESS)));
        kernel.workqueues.forEach(TestKernel.TestWorkqueue::flush);
    }

    private int attachNextOwner() {
        return VfioPciDevice.open(core, kernel, dev, observer).attach(others);
    }

    private static Answer success(final int grpid) {
        return new Answer("dev", 0, grpid, SUCCESS);
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"MAINLINE_6_12"},
            mode = EnumSource.Mode.EXCLUDE)
    void shouldGoDownAndUp(final Semantics semantics) {
        attach(semantics);
        assertEquals(0, report(partial(5)));
        assertEquals(0, report(last(5)));
        assertEquals(1, reader.pollFault(fault));
        assertEquals(1, reader.pollFault(fault));
        assertTrue(fault.isLastPageRequest());
        assertEquals(0, reader.pollFault(fault));
        answer(5);
        assertEquals(List.of(success(5)), driver.answers);
        assertEquals(List.of(), refusals);
        assertEquals(0, device.detach());
        assertEquals(0, device.release());
        assertEquals(0, attachNextOwner());
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V5_2018", "MAINLINE_5_X"})
    void shouldIgnoreThatASecondAnswerIsRefused(final Semantics semantics) {
        attach(semantics);
        report(last(5));
        report(last(6));
        answer(5);
        answer(5);
        answer(6);
        assertEquals(List.of(success(5), success(6)), driver.answers);
        assertEquals(List.of("grpid=5 errno=-22"), refusals);
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V3_2017"})
    void shouldForwardASecondAnswerIn2017(final Semantics semantics) {
        attach(semantics);
        report(last(5));
        answer(5);
        answer(5);
        assertEquals(List.of(success(5), success(5)), driver.answers);
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V5_2018", "MAINLINE_5_X"})
    void shouldLockOutTheNextOwnerUntilTheGuestHasAnswered(final Semantics semantics) {
        attach(semantics);
        report(last(5));
        assertEquals(-EBUSY, device.detach());
        assertEquals(-EBUSY, attachNextOwner());
        answer(5);
        assertEquals(List.of(success(5)), driver.answers);
        assertEquals(0, device.release());
        assertEquals(0, attachNextOwner());
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V5_2018", "MAINLINE_5_X"})
    void shouldLockOutTheNextOwnerForGoodOnceReleased(final Semantics semantics) {
        attach(semantics);
        report(last(5));
        assertEquals(-EBUSY, device.detach());
        assertEquals(-EBUSY, device.release());
        assertEquals(-EBUSY, attachNextOwner());
        assertEquals(-EINVAL, report(last(6)));
        assertEquals(List.of(), driver.answers);
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V3_2017"})
    void shouldLetTheOldGuestAnswerTheNextOwnersFaultIn2017(final Semantics semantics) {
        attach(semantics);
        report(last(5));
        assertEquals(0, device.detach());
        assertEquals(0, attachNextOwner());
        report(last(5));
        answer(5);
        assertEquals(List.of(success(5)), driver.answers);
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V5_2018", "MAINLINE_5_X"})
    void shouldAnswerWhatWasKickedBeforeTheReleaseSoThatTheHandlerGoes(final Semantics semantics) {
        attach(semantics);
        report(last(5));
        writer.respond(msg.set(0, 5, SUCCESS));
        assertEquals(0, device.release());
        assertEquals(List.of(success(5)), driver.answers);
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"MAINLINE_5_X"})
    void shouldOweNothingForAFaultThatFoundTheRingFull(final Semantics semantics) {
        fillAndOverflow(semantics);
        for (int grpid = 0; grpid < USABLE; grpid++) {
            answer(grpid);
        }
        assertEquals(0, device.detach());
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"V5_2018"})
    void shouldKeepAFaultThatFoundTheRingFullPendingIn2018(final Semantics semantics) {
        fillAndOverflow(semantics);
        for (int grpid = 0; grpid < USABLE; grpid++) {
            answer(grpid);
        }
        assertEquals(-EBUSY, device.detach());
    }

    private void fillAndOverflow(final Semantics semantics) {
        attach(semantics);
        for (int grpid = 0; grpid < USABLE; grpid++) {
            assertEquals(0, report(last(grpid)));
        }
        assertEquals(-ENOSPC, report(last(USABLE)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"MAINLINE_5_X"})
    void shouldRefuseTheAnswerToAFaultThatHadNoInterrupt(final Semantics semantics) {
        attach(semantics);
        device.detach();
        final VfioFaultRegion bare =
                new VfioFaultRegion(VfioRecords.LINUX_5_X, new ResponseTypes(false), false);
        core.registerDeviceFaultHandler(dev, bare, null);
        assertEquals(-EINVAL, report(last(5)));
        assertEquals(1, new VfioFaultReader(bare).pollFault(fault));
        answer(5);
        assertEquals(List.of(), driver.answers);
        assertEquals(List.of("grpid=5 errno=-22"), refusals);
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"MAINLINE_6_12"},
            mode = EnumSource.Mode.EXCLUDE)
    void shouldLeaveAFaultAfterDetachToTheDriver(final Semantics semantics) {
        attach(semantics);
        device.detach();
        assertEquals(semantics == Semantics.V3_2017 ? -ENOSYS : -EINVAL, report(last(5)));
        assertEquals(0, reader.pollFault(fault));
    }

    @ParameterizedTest
    @EnumSource(
            value = Semantics.class,
            names = {"MAINLINE_6_12"},
            mode = EnumSource.Mode.EXCLUDE)
    void shouldAllocateNothingPerFault(final Semantics semantics) throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        attach(semantics);
        driver.driver.setQuiet();
        final long allocated = meter.leastBytes(this::cycles);
        assertEquals(AllocationMeter.ROUNDS * WARM_FAULTS, driver.driver.quietAnswers());
        assertTrue(
                allocated <= MAX_BYTES, () -> allocated + " bytes in " + WARM_FAULTS + " faults");
    }

    private void cycles() {
        for (int i = 0; i < WARM_FAULTS; i++) {
            final boolean isWell =
                    report(fault.pageRequest(IommuFault.FLAG_LAST_PAGE, 0, i & 0x1ff, 1, i)) == 0
                            && reader.pollFault(fault) == 1
                            && writer.respond(msg.set(0, fault.grpid(), SUCCESS)) == 0;
            if (!isWell) {
                throw new AssertionError("cycle " + i);
            }
            kernel.workqueues.get(0).flush();
        }
    }
}
