// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the driver asks of its fault path, and when. */
final class FaultPathSeamTest {
    private final List<String> calls = new ArrayList<>();
    private final DriverBench bench = new DriverBench(DriverBench.PLAIN);
    private ArmSmmuFaultServices services;
    private int probeError;

    /** Says what it is asked, and else does nothing. */
    private final class Recording implements ArmSmmuFaultPath {
        @Override
        public int probe() {
            calls.add("probe");
            return probeError;
        }

        @Override
        public void programRegisters() {
            calls.add("program");
            assertEquals(SmmuRegisters.CR0_CMDQEN, bench.mmio.readl(SmmuRegisters.CR0));
            // Without a queue there is no interrupt.
            ArmSmmuFaultPath.inJava().create(services).programRegisters();
        }

        @Override
        public void handleEvents() {
            calls.add("events");
        }

        @Override
        public int pageResponse(
                final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
            calls.add("response " + msg.code());
            return -Errno.EBUSY;
        }

        @Override
        public long lostNotices() {
            return 42;
        }

        @Override
        public void remove() {
            calls.add("remove");
        }
    }

    private ArmSmmuFaultPath.Factory recording(final Set<Ability> abilities) {
        return new ArmSmmuFaultPath.Factory() {
            @Override
            public Set<Ability> abilities() {
                return abilities;
            }

            @Override
            public ArmSmmuFaultPath create(final ArmSmmuFaultServices its) {
                services = its;
                return new Recording();
            }
        };
    }

    private void probe(final Set<Ability> abilities) {
        bench.smmu = ArmSmmuDevice.probe(bench, bench.kernel, bench.core, recording(abilities));
    }

    @Test
    void shouldAskForEverythingInItsOrder() {
        probe(EnumSet.allOf(Ability.class));
        assertEquals(0, bench.smmu.error());
        assertEquals(List.of("probe", "program"), calls);
        final DriverBench.Client client = bench.client(SID);
        client.attach(bench.pagingDomain(client));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(
                -Errno.EBUSY,
                bench.smmu
                        .ops()
                        .pageResponse(
                                client.device,
                                new IommuFault(),
                                new IommuPageResponse().set(0, 0, PageResponseCode.INVALID)));
        bench.smmu.remove();
        assertEquals(List.of("probe", "program", "events", "response 1", "remove"), calls);
        assertEquals(42, bench.smmu.eventsLostNotices());
    }

    @Test
    void shouldLeaveTheHardwareAsItIsWhenThrownAway() {
        probe(EnumSet.allOf(Ability.class));
        final int cr0 = bench.mmio.readl(SmmuRegisters.CR0);
        bench.smmu.close();
        assertEquals(List.of("probe", "program", "remove"), calls);
        assertEquals(cr0, bench.mmio.readl(SmmuRegisters.CR0));
    }

    @Test
    void shouldOfferWhatAFaultPathNeeds() {
        probe(EnumSet.allOf(Ability.class));
        assertSame(bench.mmio, services.mmio());
        assertSame(bench.kernel, services.kernel());
        assertSame(bench.core, services.core());
        assertEquals("arm-smmu-v3.0", services.name());
        assertEquals(7, services.eventQueueLog2());
        assertEquals(32 << 7, services.eventQueue().map().capacity());
        final IommuDevice device = bench.client(SID).device;
        final ArmSmmuFaultServices.Master master = services.masters().find(SID);
        assertSame(master, services.masters().of(device));
        assertSame(device, master.device());
        assertTrue(master.isStallEnabled());
        assertEquals(SID, master.faultStreamId());
        assertNull(services.masters().find(SID + 1));
        assertNull(services.masters().of(bench.device(SID + 1)));
        final int before = bench.commands().size();
        assertEquals(0, services.commands().issue(0x1000_0000_0004L, 0x1f));
        assertEquals(before + 1, bench.commands().size());
        bench.smmu.remove();
        assertEquals(-Errno.ENODEV, services.commands().issue(4, 0x1f));
    }

    @Test
    void shouldGiveEverythingBackWhereTheFaultPathRefuses() {
        probeError = -Errno.EINVAL;
        probe(EnumSet.allOf(Ability.class));
        assertEquals(-Errno.EINVAL, bench.smmu.error());
        assertNull(bench.smmu.ops());
        assertEquals(List.of("probe", "remove"), calls);
        assertTrue(bench.logged("probe failed: -EINVAL"));
        bench.smmu = ArmSmmuDevice.probe(bench, bench.kernel, bench.core);
        assertEquals(0, bench.smmu.error(), "another finds what it needs");
    }

    // ---- Abilities ------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(names = "MAINLINE_6_12", mode = EnumSource.Mode.EXCLUDE)
    void shouldRefuseACoreWhoseRulesItDoesNotKnow(final Semantics semantics) {
        final ArmSmmuDevice smmu =
                ArmSmmuDevice.probe(
                        bench,
                        bench.kernel,
                        semantics.create(bench.kernel, FaultObserver.NONE),
                        recording(EnumSet.of(Ability.DRAIN, Ability.LOG)));
        assertEquals(-Errno.EOPNOTSUPP, smmu.error());
        assertEquals(List.of(), calls);
        assertTrue(bench.logged("the fault path knows the rules of 6.12 alone"));
    }

    @Test
    void shouldEndNoStallsWhereTheFaultPathDoesNotSayWhatItReports() {
        probe(EnumSet.of(Ability.LOG));
        assertEquals(0, bench.smmu.error());
        final DriverBench.Client client = bench.client(SID);
        client.attach(bench.pagingDomain(client));
        client.access(NO_PASID, IOVA, READ);
        final int before = bench.commands().size();
        assertEquals(-Errno.EOPNOTSUPP, bench.smmu.ops().drainFaults(client.device));
        assertEquals(before, bench.commands().size());
        assertEquals(1, bench.model.recordedStalls());
    }

    @Test
    void shouldHaveEveryAbilityInJava() {
        assertEquals(EnumSet.allOf(Ability.class), ArmSmmuFaultPath.inJava().abilities());
    }
}
