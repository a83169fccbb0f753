// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the event thread makes of a record, and a drain that comes while it does. */
final class DrainDuringReportTest {
    private static final int PASID = 7;
    private static final String STALL_TERM = "1000000045:0";

    private final FakeSmmu fake =
            new FakeSmmu(FakeSmmu.IDR0, FakeSmmu.IDR1 | 8 << SmmuRegisters.IDR1_SSIDSIZE_SHIFT);
    private final ArmSmmuDevice smmu = fake.probe();
    private final IommuDevice device =
            new IommuDevice("dev", smmu.ops(), new IommuFwspec(List.of(SID), true, 5));
    private final IommuGroup group = new IommuGroup(1);
    private final List<String> seen = new ArrayList<>();

    private void attach(final IopfHandler handler) {
        assertEquals(0, group.addDevice(device));
        assertEquals(0, device.ops().devEnableFeature(device, DevFeature.IOPF));
        final IommuDomain domain = smmu.ops().domainAllocPaging(device);
        domain.setIopfHandler(handler);
        assertEquals(0, group.attachPasid(domain, PASID, new IommuAttachHandle()));
        fake.commands.clear();
    }

    /** F_TRANSLATION, stalled, of an unprivileged read of data at PASID 7, with tag 5. */
    private void record() {
        record(0x0000_0010_0000_7810L, 0x0000_0208_8000_0005L);
    }

    private void record(final long word0, final long word1) {
        fake.produce(
                SmmuRegisters.EVENTQ_BASE,
                SmmuRegisters.EVENTQ_PROD,
                word0,
                word1,
                0x1234_5678L,
                0);
        fake.lines.get("eventq").pulse();
        fake.scheduler.runReady();
    }

    @Test
    void shouldReportARecordBitForBit() {
        attach(
                faults -> {
                    final IommuFault fault = faults.lastFault();
                    seen.add(
                            String.format(
                                    "%d %d %d %d %x",
                                    fault.perm(),
                                    fault.flags(),
                                    fault.pasid(),
                                    fault.grpid(),
                                    fault.addr()));
                    return 0;
                });
        record();
        assertEquals(List.of("1 3 7 5 12345678"), seen);
    }

    @Test
    void shouldReportNoRecordThatIsNoStalledFault() {
        attach(
                faults -> {
                    seen.add(faults.lastFault().toString());
                    return 0;
                });
        record(0x0000_0010_0000_7810L, 0x0000_0208_0000_0005L);
        record(0x0000_0010_0000_7814L, 0x0000_0208_8000_0005L);
        assertEquals(List.of(), seen);
        assertEquals(List.of(), fake.commandsButSync());
    }

    @Test
    void shouldEndNoStallThatIsBeingReported() throws InterruptedException {
        FaultPaths.assume(Ability.DRAIN);
        final Thread drainer = new Thread(() -> smmu.ops().drainFaults(device));
        attach(
                faults -> {
                    drainer.start();
                    awaitRest(drainer);
                    seen.addAll(fake.commandsButSync());
                    faults.respond(0);
                    faults.free();
                    return 0;
                });
        record();
        drainer.join();
        assertFalse(seen.isEmpty(), "the stream aborts");
        assertFalse(seen.contains(STALL_TERM), seen::toString);
        final List<String> all = fake.commandsButSync();
        final String answer = Long.toHexString(Commands.resume(SID, Commands.RESUME_RETRY)) + ":5";
        assertTrue(all.indexOf(answer) >= 0, all::toString);
        assertTrue(all.indexOf(answer) < all.indexOf(STALL_TERM), all::toString);
    }

    @Test
    void shouldNotWaitForItself() {
        FaultPaths.assume(Ability.DRAIN);
        final List<IopfGroup> kept = new ArrayList<>();
        attach(
                faults -> {
                    assertEquals(0, smmu.ops().drainFaults(device));
                    kept.add(faults);
                    return 0;
                });
        record();
        assertEquals(1, kept.size());
        assertTrue(fake.commandsButSync().contains(STALL_TERM));
    }

    private static void awaitRest(final Thread thread) {
        while (thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
    }
}
