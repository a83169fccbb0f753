// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands and entries of each attachment, in their order, of devices with ATS and without. */
final class AttachTest {
    private static final int PASID = 7;

    private final FakeSmmu fake =
            new FakeSmmu(
                    FakeSmmu.IDR0 | SmmuRegisters.IDR0_ATS,
                    FakeSmmu.IDR1
                            | SmmuRegisters.IDR1_ATTR_TYPES_OVR
                            | 8 << SmmuRegisters.IDR1_SSIDSIZE_SHIFT);
    private ArmSmmuDevice smmu;
    private IommuDevice device;
    private ArmSmmuMaster master;
    private ArmSmmuPagingDomain domain;

    @BeforeEach
    void probe() {
        smmu = fake.probe();
        use(device(true, SID));
    }

    private IommuDevice device(final boolean ats, final Integer... sids) {
        return new IommuDevice("dev", smmu.ops(), new IommuFwspec(List.of(sids), true, 5, ats));
    }

    private void use(final IommuDevice made) {
        device = made;
        assertEquals(0, device.ops().probeDevice(device));
        master = ArmSmmuMaster.of(device);
        domain = (ArmSmmuPagingDomain) smmu.ops().domainAllocPaging(device);
        fake.commands.clear();
    }

    private List<String> commands() {
        final List<String> all = fake.commandsButSync();
        fake.commands.clear();
        return all;
    }

    private long word0() {
        return master.ste()[0] & ~StreamTableEntry.S1CONTEXTPTR_MASK;
    }

    private long word1() {
        return master.ste()[1];
    }

    // ---- The RID --------------------------------------------------------------------------------

    @Test
    void shouldWriteTheContextThenTheEntryThenForgetWhatTheDeviceHas() {
        assertEquals(0, domain.attachDev(device));
        assertEquals(
                List.of(
                        "1000000005:1",
                        "1000000005:1", // Both steps of CD 0.
                        "1000000003:1",
                        "1000000003:1", // Both steps of the entry.
                        "1000000001:0", // Prefetch
                        "1000000040:34"), // ATC_INV
                commands());
        assertEquals(0x2800_0000_0000_000bL, word0());
        assertEquals(0x1000_00d6L, word1(), "EATS");
    }

    @Test
    void shouldNotEnableAtsOfADeviceWithout() {
        use(device(false, 0x20));
        assertEquals(0, domain.attachDev(device));
        assertEquals("2000000001:0", commands().get(4));
        assertEquals(0xd6L, word1());
    }

    @Test
    void shouldForgetOnceMoreWhenAtsEnds() {
        domain.attachDev(device);
        commands();
        assertEquals(0, smmu.ops().blockedDomain().attachDev(device));
        assertEquals(
                List.of(
                        "1000000003:1",
                        "1000000003:1",
                        "1000000001:0",
                        "1000000040:34",
                        "1000000005:1",
                        "1000000005:1"),
                commands());
        assertFalse(master.isAtsEnabled());
        domain.map(0x1000, 0x4000_0000L, 1);
        domain.unmap(0x1000);
        assertEquals(List.of("1000000000012:1000"), commands(), "no cache is left");
    }

    @Test
    void shouldForgetInTheTlbBeforeTheDevice() {
        domain.attachDev(device);
        domain.map(0x7000, 0x4000_0000L, 1);
        commands();
        assertTrue(domain.unmap(0x7fff));
        assertEquals(List.of("1000000000012:7000", "1000000040:7000"), commands());
    }

    @Test
    void shouldForgetInTheTlbWhenAMappingChanges() {
        domain.map(0x7000, 0x4000_0000L, 1);
        assertEquals(List.of(), commands());
        domain.map(0x7000, 0x4000_0000L, 3);
        assertEquals(List.of("1000000000012:7000"), commands());
    }

    @Test
    void shouldForgetAtEveryStreamAndPasid() {
        use(device(true, 0x20, 0x21));
        assertEquals(0, domain.attachDev(device));
        assertEquals(0, domain.setDevPasid(device, PASID));
        domain.map(0x7000, 0x4000_0000L, 1);
        commands();
        domain.unmap(0x7000);
        assertEquals(
                List.of(
                        "2000000000012:7000",
                        "2000000040:7000",
                        "2100000040:7000",
                        "2000007840:7000",
                        "2100007840:7000"),
                commands());
    }

    // ---- Identity -------------------------------------------------------------------------------

    @Test
    void shouldBypass() {
        final IommuDomain identity = smmu.ops().identityDomain();
        assertEquals(DomainType.IDENTITY, identity.type());
        assertEquals(0, identity.attachDev(device));
        assertEquals(0x9, word0());
        assertEquals(0x1000_0000_0000L, word1());
        assertEquals(List.of("1000000003:1", "1000000003:1", "1000000001:0"), commands());
        assertEquals(-Errno.EOPNOTSUPP, identity.setDevPasid(device, PASID));
    }

    @Test
    void shouldBypassStageOneWhilePasidsAreAttached() {
        final IommuDomain identity = smmu.ops().identityDomain();
        identity.attachDev(device);
        assertEquals(0, domain.setDevPasid(device, PASID));
        assertEquals(0x1000_1000_00d5L, word1(), "S1DSS 1, EATS, SHCFG incoming");
        assertTrue(master.isAtsEnabled());
        commands();
        smmu.ops().blockedDomain().setDevPasid(device, PASID);
        assertEquals(0x9, word0(), "the last PASID has gone");
        final List<String> commands = commands();
        assertEquals("1000007005:1", commands.get(0));
        assertEquals("1000007840:34", commands.get(2), "the PASID's");
        assertFalse(master.isAtsEnabled());
    }

    @Test
    void shouldTurnToBypassAndBackWithPasidsAttached() {
        domain.attachDev(device);
        domain.setDevPasid(device, PASID);
        smmu.ops().identityDomain().attachDev(device);
        assertEquals(StreamTableEntry.S1DSS_BYPASS, StreamTableEntry.s1Dss(word1()));
        assertFalse(master.cdTable().isValid(0));
        smmu.ops().blockedDomain().attachDev(device);
        assertEquals(StreamTableEntry.S1DSS_TERMINATE, StreamTableEntry.s1Dss(word1()));
        domain.attachDev(device);
        assertEquals(StreamTableEntry.S1DSS_SSID0, StreamTableEntry.s1Dss(word1()));
        assertTrue(master.hasPasids());
    }

    // ---- PASIDs ---------------------------------------------------------------------------------

    @Test
    void shouldLeaveTheEntryAloneForFurtherPasids() {
        domain.setDevPasid(device, PASID);
        commands();
        assertEquals(0, domain.setDevPasid(device, PASID + 1));
        assertEquals(List.of("1000008005:1", "1000008005:1", "1000008840:34"), commands());
    }

    @Test
    void shouldRefuseADeviceOfAnotherSmmu() {
        final FakeSmmu other = new FakeSmmu(FakeSmmu.IDR0, FakeSmmu.IDR1);
        final ArmSmmuDevice elsewhere = other.probe();
        final IommuDevice foreign =
                new IommuDevice("x", elsewhere.ops(), new IommuFwspec(List.of(1), true, 5));
        assertEquals(0, foreign.ops().probeDevice(foreign));
        assertEquals(-Errno.EINVAL, domain.attachDev(foreign));
        assertEquals(-Errno.EINVAL, domain.setDevPasid(foreign, PASID));
    }

    // ---- ASIDs ----------------------------------------------------------------------------------

    @Test
    void shouldHaveAsManyDomainsAsAsidsAndReuseThem() {
        for (int asid = 2; asid < 256; asid++) {
            assertTrue(smmu.ops().domainAllocPaging(device) != null, "ASID " + asid);
        }
        assertNull(smmu.ops().domainAllocPaging(device), "8 bits");
        domain.free();
        final ArmSmmuPagingDomain next = (ArmSmmuPagingDomain) smmu.ops().domainAllocPaging(device);
        assertEquals(1, next.asid());
        assertNull(smmu.ops().domainAllocPaging(device));
    }

    @Test
    void shouldNotReuseWhatTheHardwareHasNotForgotten() {
        fake.consumes = false;
        domain.free();
        assertTrue(fake.logged("ASID 1 is not forgotten"));
        fake.consumes = true;
        final ArmSmmuPagingDomain next = (ArmSmmuPagingDomain) smmu.ops().domainAllocPaging(device);
        assertEquals(2, next.asid());
        assertNotEquals(domain.pgtable().ttb(), next.pgtable().ttb());
    }

    // ---- Release --------------------------------------------------------------------------------

    @Test
    void shouldBlockTheStreamBeforeAllElseWhenADeviceIsReleased() {
        domain.attachDev(device);
        domain.setDevPasid(device, PASID);
        commands();
        smmu.ops().releaseDevice(device);
        final List<String> commands = commands();
        assertEquals(List.of("1000000003:1", "1000000003:1"), commands.subList(0, 2));
        assertEquals(1, word0());
        domain.free();
        assertEquals(List.of("1000000000011:0"), commands(), "not attached anywhere");
    }
}
