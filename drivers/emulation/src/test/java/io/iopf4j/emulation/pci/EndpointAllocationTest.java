// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.MEMORY;
import static io.iopf4j.emulation.pci.PciBench.PAGE;
import static io.iopf4j.emulation.pci.PciBench.PASID;
import static io.iopf4j.emulation.pci.PciBench.READ;
import static io.iopf4j.emulation.pci.PciBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.PcieBus;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.junit.jupiter.api.Test;

/** A device's part in a page request, once warm, makes no garbage. */
final class EndpointAllocationTest {
    private static final int WARM_UP = 100_000;
    private static final int CYCLES = 50_000;

    /** One object in a hundred cycles would be more; the JVM's own bookkeeping is less. */
    private static final long JVM_BYTES = 8 << 10;

    private static final int PAGES = 4;
    private static final AtsCompletion THERE =
            new AtsCompletion(AtsCompletion.Status.SUCCESS, MEMORY, PAGE, READ);

    private final PciBench bench =
            PciBench.enabled(PciFunctionConfig.roomy().withCachedTranslations(16), 8);
    private final MethodHandle allocatedBytes = meter();
    private final long[] iovas = new long[PAGES];
    private final int[] perms = new int[PAGES];

    EndpointAllocationTest() {
        bench.isQuiet = true;
        bench.iommu.isQuiet = true;
        for (int i = 0; i < PAGES; i++) {
            iovas[i] = IOVA + ((long) i << PAGE);
            perms[i] = READ;
        }
    }

    /** Looked up by name: tests are part of a module that needs no management module. */
    private static MethodHandle meter() {
        try {
            final Object bean =
                    Class.forName("java.lang.management.ManagementFactory")
                            .getMethod("getThreadMXBean")
                            .invoke(null);
            return MethodHandles.publicLookup()
                    .findVirtual(
                            Class.forName("com.sun.management.ThreadMXBean"),
                            "getCurrentThreadAllocatedBytes",
                            MethodType.methodType(long.class))
                    .bindTo(bean);
        } catch (final ReflectiveOperationException missing) {
            throw new LinkageError("no count of allocated bytes", missing);
        }
    }

    /** Miss, request, an answer that brings nothing, another request, an answer, done. */
    private void cycle() {
        bench.iommu.refusal = AtsCompletion.NO_TRANSLATION;
        bench.bus.invalidateTranslations(RID, PASID, false, 0, 64);
        bench.endpoint.holdRequests(true);
        bench.endpoint.access(PASID, iovas, perms, PAGES);
        bench.endpoint.access(PASID, IOVA, READ);
        bench.bus.invalidateTranslations(RID, PASID, false, 0, 64);
        bench.endpoint.holdRequests(false);
        final int last = bench.iommu.lastGroup;
        bench.succeed((last - 1) & (PageRequestGroups.COUNT - 1));
        bench.succeed(last);
        bench.rest();
        bench.iommu.refusal = THERE;
        bench.succeed((last + 1) & (PageRequestGroups.COUNT - 1));
        bench.succeed((last + 2) & (PageRequestGroups.COUNT - 1));
        assertEquals(0, bench.endpoint.inFlight());
    }

    private long allocatedBy(final Runnable cycle) throws Throwable {
        for (int i = 0; i < WARM_UP; i++) {
            cycle.run();
        }
        final long before = (long) allocatedBytes.invokeExact();
        for (int i = 0; i < CYCLES; i++) {
            cycle.run();
        }
        return (long) allocatedBytes.invokeExact() - before;
    }

    @Test
    void shouldAllocateNothingWhenWarm() throws Throwable {
        final long bytes = allocatedBy(this::cycle);
        assertTrue(bytes < JVM_BYTES, bytes + " bytes in " + CYCLES + " cycles");
        assertEquals(2 * (WARM_UP + CYCLES), bench.ends);
        assertEquals(0, bench.endpoint.unexpectedResponses());
        assertEquals(PcieBus.SUCCESS, bench.priStatus());
    }

    /** What the assertion above rests on. */
    @Test
    void shouldSeeWhatIsAllocated() throws Throwable {
        final byte[][] last = new byte[1][];
        assertTrue(allocatedBy(() -> last[0] = new byte[1]) > CYCLES && last[0] != null);
    }
}
