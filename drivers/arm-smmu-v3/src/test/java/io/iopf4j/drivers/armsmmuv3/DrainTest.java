// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Faults of a device end, by STALL_TERM or because the device goes. */
final class DrainTest {
    private static final int PASID = 7;

    private DriverBench bench = DriverBench.probed(DriverBench.PLAIN);
    private DriverBench.Client client = bench.client(SID);

    private void attach(final SmmuV3Config config) {
        bench = DriverBench.probed(config);
        client = bench.client(SID);
        attach();
    }

    private void attach() {
        client.attach(bench.pagingDomain(client));
    }

    /** Stalled and recorded, but the driver has not looked yet. */
    private void accessUnseen(final int count) {
        for (int i = 0; i < count; i++) {
            client.endpoint.access(NO_PASID, (long) i << 12, READ);
        }
    }

    private void assertAllAborted(final int count) {
        assertEquals(Collections.nCopies(count, AccessResult.ABORTED), client.results());
        assertEquals(0, bench.model.recordedStalls());
    }

    private List<String> commandsSince(final int from) {
        return bench.commands().stream()
                .skip(from)
                .filter(c -> Commands.opcode(c[0]) != CmdqOp.SYNC)
                .map(c -> Long.toHexString(c[0]) + ":" + Long.toHexString(c[1]))
                .toList();
    }

    // ---- STALL_TERM -----------------------------------------------------------------------------

    @Test
    void shouldEndStallsAndDropTheirRecords() {
        FaultPaths.assume(Ability.DRAIN);
        attach();
        accessUnseen(3);
        client.group.detach();
        assertEquals(0, bench.smmu.ops().drainFaults(client.device));
        assertAllAborted(3);
        bench.scheduler.runReady();
        assertEquals(0, bench.faults.size());
        assertFalse(bench.logged("received"));
    }

    @Test
    void shouldBlockTheStreamMeanwhile() {
        FaultPaths.assume(Ability.DRAIN);
        attach();
        accessUnseen(1);
        final int before = bench.commands().size();
        assertEquals(0, bench.smmu.ops().drainFaults(client.device));
        assertEquals(
                List.of(
                        "1000000003:1",
                        "1000000003:1",
                        "1000000001:0", // Abort
                        "1000000045:0", // STALL_TERM
                        "1000000003:1",
                        "1000000003:1",
                        "1000000001:0"), // As it was.
                commandsSince(before));
        assertAllAborted(1);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(1, bench.faults.size(), "the domain is in force again");
    }

    @Test
    void shouldKeepWhatIsReportedForTheCore() {
        FaultPaths.assume(Ability.DRAIN);
        attach();
        client.access(NO_PASID, IOVA, READ);
        assertEquals(0, bench.smmu.ops().drainFaults(client.device));
        assertEquals(1, bench.faults.size(), "the core's to end");
        assertAllAborted(1);
    }

    @Test
    void shouldDropNoRecordWhereTheCommandFails() {
        FaultPaths.assume(Ability.DRAIN);
        attach();
        accessUnseen(2);
        bench.smmu.commandQueue().shutDown();
        assertEquals(-Errno.ENODEV, bench.smmu.ops().drainFaults(client.device));
        bench.scheduler.runReady();
        assertEquals(2, bench.faults.size());
    }

    @Test
    void shouldHaveNothingToEndOfADeviceThatDoesNotStall() {
        final IommuDevice device = bench.device(false, 5, 0x20);
        assertEquals(0, device.ops().probeDevice(device));
        final int before = bench.commands().size();
        assertEquals(0, bench.smmu.ops().drainFaults(device));
        assertEquals(before, bench.commands().size());
    }

    @Test
    void shouldReportTheNextOwnersStallsOfTheSameTag() {
        FaultPaths.assume(Ability.DRAIN);
        attach();
        accessUnseen(1);
        client.group.detach();
        assertEquals(0, bench.smmu.ops().drainFaults(client.device));
        attach();
        client.access(NO_PASID, IOVA, READ);
        assertEquals(1, bench.faults.size());
        assertEquals(0, bench.faults.getFirst().lastFault().grpid());
    }

    // ---- Release --------------------------------------------------------------------------------

    @Test
    void shouldEndWhatTheDriverHasNotSeenWhenTheDeviceGoes() {
        attach();
        accessUnseen(3);
        client.group.removeDevice(client.device);
        assertAllAborted(3);
        assertEquals(
                bench.mmio.readl(SmmuRegisters.EVENTQ_PROD),
                bench.mmio.readl(SmmuRegisters.EVENTQ_CONS),
                "no record is left over");
        assertNull(bench.smmu.streams().find(SID));
    }

    @Test
    void shouldEndWhatHadNoRoomInTheEventQueueWhenTheDeviceGoes() {
        attach(DriverBench.PLAIN.withEventQueueLog2Max(0));
        accessUnseen(20);
        client.group.removeDevice(client.device);
        assertAllAborted(20);
    }

    @Test
    void shouldEndWhatStalledAtAPasidWhenTheDeviceGoes() {
        client.attachPasid(bench.pagingDomain(client), PASID);
        client.endpoint.access(PASID, IOVA, READ);
        client.group.removeDevice(client.device);
        assertAllAborted(1);
    }

    @Test
    void shouldStallNothingOnceTheDeviceIsGoing() {
        // Whoever hears of an end may try again at once: that must not stall behind the queue.
        attach();
        client.access(NO_PASID, IOVA, READ);
        bench.smmu.ops().releaseDevice(client.device);
        client.access(NO_PASID, IOVA, READ);
        assertAllAborted(2);
    }

    @Test
    void shouldLeaveMemoryAloneThatItHasGivenBack() {
        attach();
        client.access(NO_PASID, IOVA, READ);
        bench.smmu.remove();
        client.group.removeDevice(client.device);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertEquals(0, bench.probe(), "the next driver finds what it needs");
    }
}
