// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Consumers that do what the kernel forbids: C must not be handed what it has freed. */
final class NativeCoreTest implements IopfHandler {
    private final String library = Compiler.example("core").toString();
    private final CoreBench bench =
            new CoreBench(
                    (kernel, observer, failSlab) ->
                            new NativeCore(library, kernel, observer, failSlab),
                    FaultObserver.NONE,
                    List.of());
    private final IommuGroup iommuGroup = new IommuGroup(0);
    private final IommuDevice dev = bench.device("dev0", iommuGroup);
    private Runnable inHandler = () -> {};
    private int refusal;
    private IopfGroup held;

    NativeCoreTest() {
        final TestDomain domain = bench.domain("paging", DomainType.PAGING);
        domain.setIopfHandler(this);
        iommuGroup.attach(domain, new IommuAttachHandle());
        bench.queue.addDevice(dev);
    }

    @Override
    public int handle(final IopfGroup group) {
        held = group;
        inHandler.run();
        return refusal;
    }

    @Override
    public boolean withdraw(final IopfGroup group, final int generation) {
        return false;
    }

    @AfterEach
    void close() {
        bench.queue.free();
        bench.core.close();
        assertEquals(List.of(), bench.kernel.complaints);
    }

    @Test
    void shouldNotAnswerAGroupWhoseDeviceHasLeft() {
        bench.core.reportDeviceFault(dev, CoreBench.last(1));
        bench.queue.removeDevice(dev);
        final AssertionError e =
                assertThrows(AssertionError.class, () -> held.respond(PageResponseCode.SUCCESS));
        assertEquals("freed group answered: grpid=1", e.getMessage());
    }

    @Test
    void shouldNotFreeAGroupWhoseDeviceHasLeft() {
        bench.core.reportDeviceFault(dev, CoreBench.last(1));
        bench.queue.removeDevice(dev);
        final AssertionError e = assertThrows(AssertionError.class, () -> held.free());
        assertEquals("group freed twice: grpid=1", e.getMessage());
    }

    @Test
    void shouldForgetARefusalOfAGroupWhoseDeviceHasLeft() {
        refusal = -Errno.ENOSPC;
        inHandler = () -> bench.queue.removeDevice(dev);
        assertEquals(0, bench.core.reportDeviceFault(dev, CoreBench.last(1)));
        assertEquals(1, bench.answers.size());
        assertEquals(PageResponseCode.INVALID, bench.answers.get(0).code());
    }

    @Test
    void shouldForgetARefusalOfAGroupThatItsHandlerHasEnded() {
        refusal = -Errno.ENOSPC;
        inHandler =
                () -> {
                    held.respond(PageResponseCode.SUCCESS);
                    held.free();
                };
        assertEquals(0, bench.core.reportDeviceFault(dev, CoreBench.last(1)));
        assertEquals(1, bench.answers.size());
        assertEquals(PageResponseCode.SUCCESS, bench.answers.get(0).code());
    }

    /** C goes on after Java has called it once more from inside its own call. */
    @Test
    void shouldGoOnAfterAHandlerThatEndedAnotherGroup() {
        bench.core.reportDeviceFault(dev, CoreBench.last(1));
        final IopfGroup first = held;
        refusal = -Errno.ENOSPC;
        inHandler =
                () -> {
                    first.respond(PageResponseCode.SUCCESS);
                    first.free();
                };
        assertEquals(0, bench.core.reportDeviceFault(dev, CoreBench.last(2)));
        assertEquals(
                List.of(PageResponseCode.SUCCESS, PageResponseCode.FAILURE),
                bench.answers.stream().map(Answer::code).toList());
    }

    @Test
    void shouldDropWhatWaitsOfARefusedGroupAlone() {
        bench.core.reportDeviceFault(dev, CoreBench.partial(1));
        bench.core.reportDeviceFault(dev, CoreBench.partial(2));
        bench.core.refuse(dev, CoreBench.last(1), PageResponseCode.INVALID, ResponseOrigin.POLICY);
        bench.core.reportDeviceFault(dev, CoreBench.last(2));
        assertEquals(2, held.faultCount());
        bench.core.reportDeviceFault(dev, CoreBench.last(1));
        assertEquals(1, held.faultCount());
    }

    @Test
    void shouldCarryPrivateDataThroughC() {
        final IommuFault fault = CoreBench.last(1);
        final int flags = fault.flags() | IommuFault.FLAG_PRIV_DATA;
        fault.pageRequest(flags, 0, 1, fault.perm(), fault.addr()).privateData(3, 4);
        bench.core.reportDeviceFault(dev, fault);
        assertEquals(flags, held.lastFault().flags());
        assertEquals(3, held.lastFault().privateData0());
        assertEquals(4, held.lastFault().privateData1());
    }
}
