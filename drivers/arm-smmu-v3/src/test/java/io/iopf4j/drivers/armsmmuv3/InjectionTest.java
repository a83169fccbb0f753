// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.inject.AllocationFailure;
import io.iopf4j.emulation.inject.Chance;
import io.iopf4j.emulation.inject.ChangedPlatform;
import io.iopf4j.emulation.inject.CommandErrors;
import io.iopf4j.emulation.inject.Preemption;
import io.iopf4j.emulation.inject.QueueFull;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands between the SMMU and its driver does its work there. */
final class InjectionTest {
    private static final long HOLD_NS = 100_000;

    private final DriverBench bench = new DriverBench();
    private DriverBench.Client client;
    private boolean isStorm;

    private int probe(final PlatformDevice platform) {
        bench.smmu = ArmSmmuDevice.probe(platform, bench.kernel, bench.core, FaultPaths.current());
        return bench.smmu.error();
    }

    private void attach(final PlatformDevice platform) {
        assertEquals(0, probe(platform));
        client = bench.client(SID);
        client.attach(bench.pagingDomain(client));
        isStorm = true;
    }

    @Test
    void shouldStopAtASpoiledAnswer() {
        final CommandErrors errors = CommandErrors.ofSmmu(bench, () -> isStorm);
        attach(errors);
        client.access(NO_PASID, IOVA, READ);
        bench.answer(PageResponseCode.INVALID);
        assertEquals(1, errors.spoiled());
        assertEquals(1, bench.model.counters().commandErrors());
        assertEquals(1, bench.model.recordedStalls(), "its RESUME was never done");
        assertTrue(bench.logged("CMDQ error"), () -> bench.log.recent().toString());
        isStorm = false;
        client.access(NO_PASID, IOVA, READ);
        bench.answer(PageResponseCode.INVALID);
        assertEquals(1, client.results().size(), "the queue goes on");
    }

    @Test
    void shouldKeepTheQueueFullForAWhile() {
        final QueueFull full = QueueFull.ofEvents(bench, bench.scheduler, HOLD_NS, () -> isStorm);
        attach(ChangedPlatform.withMmio(bench, mmio -> full));
        client.access(NO_PASID, IOVA, READ);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(1, full.holds());
        assertEquals(0, bench.mmio.readl(SmmuRegisters.EVENTQ_CONS));
        assertEquals(1, bench.faults.size(), "the second was not announced");
        bench.scheduler.runUntil(HOLD_NS);
        assertEquals(2, bench.faults.size());
        isStorm = false;
        bench.scheduler.runUntil(2 * HOLD_NS);
        assertEquals(2, bench.mmio.readl(SmmuRegisters.EVENTQ_CONS));
    }

    @Test
    void shouldLetADeviceBeQuickerThanTheDriver() {
        final Preemption preemption =
                new Preemption(
                        bench.mmio,
                        () -> isStorm,
                        () -> {
                            isStorm = false;
                            client.endpoint.access(NO_PASID, IOVA, READ);
                        });
        attach(ChangedPlatform.withMmio(bench, mmio -> preemption));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(1, preemption.preempted());
        assertEquals(2, bench.faults.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldRefuseToProbeWithoutMemory(final int nth) {
        final AllocationFailure failure = new AllocationFailure(bench.dma(), Chance.only(nth));
        assertEquals(-Errno.ENOMEM, probe(ChangedPlatform.withDma(bench, dma -> failure)));
        assertEquals(1, failure.failed());
    }
}
