// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.IOVA;
import static io.iopf4j.drivers.intel.IntelBench.OTHER_RID;
import static io.iopf4j.drivers.intel.IntelBench.PASID;
import static io.iopf4j.drivers.intel.IntelBench.READ;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static io.iopf4j.drivers.intel.IntelBench.expectSuccess;
import static io.iopf4j.drivers.intel.ReleaseTest.mayAsk;
import static io.iopf4j.drivers.intel.ReleaseTest.nested;
import static io.iopf4j.drivers.intel.ReleaseTest.probe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.vtd.VtdConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link DeviceDrain}: what ends when all requests of a device do. */
final class DeviceDrainTest {
    @ParameterizedTest
    @EnumSource(Semantics.class)
    void shouldEndWhateverADeviceHasAsked(final Semantics semantics) {
        final IntelBench bench = IntelBench.of(semantics);
        final IntelBench.Client client = nested(bench, RID);
        final IntelBench.Client other = nested(bench, OTHER_RID);
        client.endpoint.access(PASID, IOVA, READ);
        client.endpoint.holdRequests(true);
        client.endpoint.access(PASID, IOVA + 0x1000, READ);
        client.endpoint.access(PASID + 1, IOVA, READ);
        client.group.detachPasid(PASID);
        client.group.detach();
        final int delivered = bench.faults.size();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(delivered, bench.faults.size(), "it has forgotten them");
        final long tail = bench.model.registers().readq(VtdRegisters.PQT);
        assertEquals(tail, bench.model.registers().readq(VtdRegisters.PQH));
        bench.run();
        assertEquals(3, client.takeResults().size());
        assertEquals(0, client.endpoint.outstandingRequests());
        assertEquals(0, client.endpoint.heldRequests());
        assertTrue(mayAsk(client), "it may ask again");
        bench.core.forget(client.device);
        other.access(PASID, IOVA, READ);
        assertTrue(bench.model.registers().readq(VtdRegisters.PQT) > tail);
    }

    /** What overflows while it is pushed out is answered by the unit, and pushed out again. */
    @Test
    void shouldDrainThroughAnOverflow() {
        final IntelBench bench =
                new IntelBench(
                        Semantics.MAINLINE_6_12,
                        VtdConfig.scalable(),
                        new IntelOptions(true, 0, 2048));
        final IntelBench.Client client = nested(bench, RID);
        client.endpoint.holdRequests(true);
        for (int i = 0; i < 300; i++) {
            client.endpoint.access(PASID, IOVA + i * 0x1000L, READ);
        }
        bench.takeDescriptors();
        client.group.detachPasid(PASID);
        client.group.detach();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertTrue(bench.model.counters().overflows() > 0);
        assertEquals(0, bench.model.registers().readl(VtdRegisters.PRS) & VtdRegisters.PRS_PRO);
        bench.run();
        assertEquals(300, client.takeResults().size());
        assertEquals(0, client.endpoint.outstandingRequests());
    }

    /** A device that has not stopped cannot be let ask again; it is on the fault queue still. */
    @Test
    void shouldTakeADeviceThatDidNotComeBackOffTheFaultQueue() {
        final IntelBench bench = IntelBench.scalable();
        final FakeConfig config = FakeConfig.full();
        final IommuDevice dev = probe(bench, config);
        expectSuccess(dev.ops().devEnableFeature(dev, DevFeature.IOPF));
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8000, 2);
        assertEquals(-Errno.EBUSY, dev.ops().drainFaults(dev));
        assertEquals("144=2", config.stores.get(config.stores.size() - 1));
        assertEquals(0, dev.ops().drainFaults(dev), "it asks for nothing any more");
        assertEquals(-Errno.EBUSY, dev.ops().devEnableFeature(dev, DevFeature.IOPF));
        expectSuccess(dev.ops().devDisableFeature(dev, DevFeature.IOPF));
        assertNull(dev.faultParam());
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8100, 2);
        expectSuccess(dev.ops().devEnableFeature(dev, DevFeature.IOPF));
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8000, 2);
        assertEquals(-Errno.EBUSY, dev.ops().drainFaults(dev));
        dev.ops().releaseDevice(dev);
        assertNull(dev.faultParam());
    }

    @Test
    void shouldPushOutWhatEveryPasidHasAsked() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = nested(bench, RID);
        bench.takeDescriptors();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(
                List.of(
                        "200000045:0",
                        "200e2:0",
                        "31000000003:7ffffffffffff001",
                        "500030026:0",
                        "503100008:7ffffffffffff800",
                        "200000045:0",
                        "drained"),
                bench.takeDescriptors());
    }

    @Test
    void shouldThrowAwayWhatItTakesOut() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = nested(bench, RID);
        client.endpoint.access(PASID, IOVA, READ);
        assertEquals(0, client.device.ops().drainFaults(client.device));
        bench.run();
        assertEquals(0, bench.faults.size());
        assertEquals(
                bench.model.registers().readq(VtdRegisters.PQT),
                bench.model.registers().readq(VtdRegisters.PQH));
    }

    /** Nobody but the driver knows in 2017 what a device waits for. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEndWhatADeviceOf2017WaitsFor(final boolean isReleased) {
        final IntelBench bench = IntelBench.revision2();
        final IntelBench.Client client = nested(bench, RID);
        final List<IommuFault> reported = new ArrayList<>();
        expectSuccess(
                bench.core.registerDeviceFaultHandler(
                        client.device,
                        (fault, data) -> {
                            final IommuFault copy = new IommuFault();
                            copy.copyFrom(fault);
                            reported.add(copy);
                            return 0;
                        },
                        null));
        client.access(PASID, IOVA, READ);
        client.endpoint.access(PASID, IOVA + 0x1000, READ);
        assertEquals(1, reported.size());
        bench.takeDescriptors();
        if (isReleased) {
            client.group.removeDevice(client.device);
        } else {
            assertEquals(0, client.device.ops().drainFaults(client.device));
            assertEquals(1, reported.size(), "what was in the queue is thrown away");
        }
        assertEquals(
                1,
                bench.takeDescriptors().stream()
                        .filter(d -> d.matches("[0-9a-f]*9:[0-9a-f]*1"))
                        .count(),
                "answered INVALID");
        for (final IommuFault fault : reported) {
            assertTrue(
                    client.device
                                    .ops()
                                    .pageResponse(
                                            client.device,
                                            null,
                                            new IommuPageResponse()
                                                    .set(fault.pasid(), fault.grpid(), 0).stream(
                                                            fault.responseType(), fault.addr()))
                            < 0);
        }
        assertEquals(List.of(), bench.takeDescriptors());
    }

    @Test
    void shouldHaveNothingToDrainWithoutPageRequests() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID, IntelBench.FUNCTION.withPri(null));
        bench.takeDescriptors();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(List.of(), bench.takeDescriptors());
    }

    /** Answers make room for more when a domain goes, after the drain of its PASID. */
    @Test
    void shouldDrainADeviceThatMayAskNoMore() {
        final IntelBench bench =
                new IntelBench(
                        Semantics.MAINLINE_6_12,
                        VtdConfig.scalable(),
                        new IntelOptions(true, 0, 1));
        final IntelBench.Client client = nested(bench, RID);
        client.endpoint.access(PASID, IOVA, READ);
        client.endpoint.access(PASID, IOVA + 0x1000, READ);
        client.group.detachPasid(PASID);
        bench.faults.removeFirst().respond(PageResponseCode.INVALID);
        expectSuccess(client.device.ops().devDisableFeature(client.device, DevFeature.IOPF));
        final long tail = bench.model.registers().readq(VtdRegisters.PQT);
        assertTrue(tail != bench.model.registers().readq(VtdRegisters.PQH), "it has asked");
        bench.takeDescriptors();
        assertEquals(0, client.device.ops().drainFaults(client.device));
        assertEquals(tail, bench.model.registers().readq(VtdRegisters.PQH));
        assertEquals(0, client.endpoint.outstandingRequests());
        assertEquals(
                List.of(),
                bench.takeDescriptors().stream().filter(its -> its.contains("9:")).toList(),
                "nobody answers what the device has forgotten");
        expectSuccess(client.device.ops().devEnableFeature(client.device, DevFeature.IOPF));
        assertTrue(mayAsk(client));
    }
}
