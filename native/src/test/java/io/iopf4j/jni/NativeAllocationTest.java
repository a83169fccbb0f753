// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.policy.Account;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.AllocationMeter;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.TestDomain;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A warm fault through a policy and a core in C allocates nothing in Java. */
final class NativeAllocationTest {
    private static final int CYCLES = 50_000;

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    private final Path core = Compiler.example("core");
    private final Path quota = Compiler.example("quota");
    private final IommuFault fault = new IommuFault();
    private IopfGroup delivered;

    @ParameterizedTest
    @CsvSource({"false, true", "true, false", "true, true"})
    void shouldAllocateNothing(final boolean hasCore, final boolean hasPolicy) throws Throwable {
        final AllocationMeter meter = new AllocationMeter();
        final List<FaultPolicy> policies =
                hasPolicy ? List.of(new NativePolicy(quota + " limit=2")) : List.of();
        final CoreBench bench =
                new CoreBench(
                        (kernel, observer, failSlab) ->
                                hasCore
                                        ? new NativeCore(
                                                core.toString(), kernel, observer, failSlab)
                                        : Semantics.MAINLINE_6_12.create(
                                                kernel, observer, failSlab),
                        FaultObserver.NONE,
                        policies);
        final IommuDevice dev = bench.faultingDevice("dev");
        final TestDomain domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(this::keep);
        assertEquals(0, IommuGroup.of(dev).attach(domain, new IommuAttachHandle()));
        final Account vm = bench.gate.addVm("vm");
        bench.gate.assign(dev, vm);
        bench.driver.setQuiet();
        final long allocated = meter.leastBytes(() -> run(bench, dev));
        assertEquals(AllocationMeter.ROUNDS * CYCLES, bench.driver.quietAnswers());
        assertEquals(hasPolicy ? 1 : 0, vm.highWater());
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + CYCLES + " cycles");
        bench.queue.removeDevice(dev);
        bench.gate.close();
    }

    private int keep(final IopfGroup group) {
        delivered = group;
        return 0;
    }

    private void run(final CoreBench bench, final IommuDevice dev) {
        for (int i = 0; i < CYCLES; i++) {
            bench.gate.reportDeviceFault(dev, fault.pageRequest(0, 0, 1, 1, 0x1000));
            bench.gate.reportDeviceFault(dev, fault.pageRequest(FLAG_LAST_PAGE, 0, 1, 1, 0x2000));
            delivered.respond(PageResponseCode.SUCCESS);
            delivered.free();
        }
    }
}
