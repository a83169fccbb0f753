// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest's commands become, and which never reach the queue that all share. */
final class VsmmuTest {
    private static final int VSID = 3;
    private static final int SSID = 5;
    private static final int VMID = 2;
    private static final int TYPE = IommuUserData.VIOMMU_ARM_SMMUV3;

    private final DriverBench bench =
            DriverBench.probed(
                    DriverBench.CONFIG.with(SmmuFeature.ATS).with(SmmuFeature.RANGE_INVALIDATION));
    private final GuestMachine other = new GuestMachine(bench);
    private final GuestMachine machine = new GuestMachine(bench);
    private final DriverBench.Client client = bench.client(SID);

    VsmmuTest() {
        assertEquals(0, machine.viommu.vdeviceAlloc(VSID, client.device));
    }

    // ---- Translation ----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x0000007700000010, 0", // TLBI_NH_ALL
        "0x0021007700000011, 0", // TLBI_NH_ASID
        "0x0021007700000012, 0x12345001", // TLBI_NH_VA
        "0x0000007700000013, 0x12345000", // TLBI_NH_VAA
        "0x0021007700400012, 0x40000400" // TLBI_NH_VA of a range
    })
    void shouldPutTheHostsVmidIntoATlbInvalidation(final String word0, final String word1) {
        final long guest = Long.decode(word0);
        assertEquals(0, machine.viommu.cacheInvalidate(guest, Long.decode(word1)));
        assertEquals(Commands.withVmid(guest, VMID), GuestMachine.lastCommand(bench)[0]);
        assertEquals(Long.decode(word1), GuestMachine.lastCommand(bench)[1]);
    }

    @Test
    void shouldMakeEverythingTheGuestsEverything() {
        assertEquals(0, machine.viommu.cacheInvalidate(CmdqOp.TLBI_NSNH_ALL, 0));
        assertEquals(Commands.tlbiNhAll(VMID), GuestMachine.lastCommand(bench)[0]);
    }

    @Test
    void shouldPutTheHostsStreamIntoAContextInvalidation() {
        assertEquals(0, machine.viommu.cacheInvalidate(Commands.cfgiCd(VSID, SSID), 1));
        assertEquals(Commands.cfgiCd(SID, SSID), GuestMachine.lastCommand(bench)[0]);
        assertEquals(1, GuestMachine.lastCommand(bench)[1]);
        assertEquals(0, machine.viommu.cacheInvalidate(Commands.cfgiCdAll(VSID), 0));
        assertEquals(Commands.cfgiCdAll(SID), GuestMachine.lastCommand(bench)[0]);
    }

    @Test
    void shouldPutTheHostsStreamIntoAnInvalidationOfADevicesCache() {
        final long span = Commands.atcInvSpan(0, Commands.ATC_SIZE_ALL);
        assertEquals(0, machine.viommu.cacheInvalidate(Commands.atcInv(VSID, SSID), span));
        assertEquals(Commands.atcInv(SID, SSID), GuestMachine.lastCommand(bench)[0]);
        assertEquals(span, GuestMachine.lastCommand(bench)[1]);
    }

    // ---- What is not the guest's ----------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            longs = {
                CmdqOp.CFGI_STE,
                CmdqOp.CFGI_STE_RANGE,
                CmdqOp.TLBI_EL2_ALL,
                CmdqOp.TLBI_S12_VMALL,
                CmdqOp.TLBI_S2_IPA,
                CmdqOp.RESUME,
                CmdqOp.STALL_TERM,
                CmdqOp.PRI_RESP,
                CmdqOp.SYNC,
                CmdqOp.PREFETCH_CONFIG,
                0,
                0xff,
                CmdqOp.TLBI_NH_ASID | Commands.SSEC,
                CmdqOp.TLBI_NH_ALL | 1L << 48, // An ASID.
                CmdqOp.TLBI_NH_VAA | 1L << 48,
                CmdqOp.TLBI_NH_VA | 1L << 12, // A range without a granule.
                CmdqOp.TLBI_NSNH_ALL | 1L << 32
            })
    void shouldRefuseACommandThatIsNotTheGuests(final long word0) {
        assertRefused(word0, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "0x12, 0x2", // Between Leaf and TTL.
        "0x12, 0x100", // TTL without TG.
        "0x12, 0x400", // A range of one page without TTL.
        "0x1012, 0x900", // TTL 1 of 16 KiB.
        "0x11, 0x1",
        "0x10, 0x1",
        "0x30, 0x1",
        "0x0000000300000005, 0x2",
        "0x0000000300000805, 0x1", // SSV is not CFGI_CD's.
        "0x0000000300000405, 0x1", // Secure.
        "0x0000000300001006, 0x0", // CFGI_CD_ALL has no SubstreamID.
        "0x0000000300000040, 0x35", // Larger than all.
        "0x0000000300000040, 0x40"
    })
    void shouldRefuseFieldsThatAreReserved(final String word0, final String word1) {
        assertRefused(Long.decode(word0), Long.decode(word1));
    }

    @ParameterizedTest
    @ValueSource(ints = {SID, 0, -1, VSID + 1})
    void shouldRefuseAStreamThatIsNotTheMachines(final int vsid) {
        assertRefused(Commands.cfgiCd(vsid, SSID), 1);
        assertRefused(Commands.cfgiCdAll(vsid), 0);
        assertRefused(Commands.atcInv(vsid, SSID), Commands.ATC_SIZE_ALL);
    }

    @Test
    void shouldRefuseTheStreamOfAnotherMachine() {
        final int before = bench.commands().size();
        assertEquals(-Errno.EIO, other.viommu.cacheInvalidate(Commands.cfgiCd(VSID, SSID), 1));
        assertEquals(before, bench.commands().size());
    }

    @Test
    void shouldRefuseADeviceThatIsGone() {
        client.group.removeDevice(client.device);
        assertRefused(Commands.cfgiCdAll(VSID), 0);
        machine.viommu.vdeviceDestroy(VSID);
        assertRefused(Commands.cfgiCdAll(VSID), 0);
    }

    @Test
    void shouldRefuseWhatTheSmmuDoesNotHave() {
        final DriverBench plain =
                DriverBench.probed(
                        DriverBench.CONFIG
                                .without(SmmuFeature.PRI)
                                .without(SmmuFeature.ATS)
                                .without(SmmuFeature.ASID16)
                                .without(SmmuFeature.RANGE_INVALIDATION)
                                .withSsidBits(0));
        final GuestMachine guest = new GuestMachine(plain);
        assertEquals(0, guest.viommu.vdeviceAlloc(VSID, plain.client(SID).device));
        assertEquals(-Errno.EIO, guest.viommu.cacheInvalidate(Commands.atcInv(VSID, -1), 0), "ATS");
        assertEquals(
                -Errno.EIO, guest.viommu.cacheInvalidate(Commands.tlbiNhAsid(0, 0x100), 0), "ASID");
        assertEquals(
                -Errno.EIO,
                guest.viommu.cacheInvalidate(0x0021_0000_0040_0012L, 0x4000_0400L),
                "RIL");
        assertEquals(-Errno.EIO, guest.viommu.cacheInvalidate(Commands.cfgiCd(VSID, 1), 1), "SSID");
        assertEquals(0, guest.viommu.cacheInvalidate(Commands.cfgiCd(VSID, 0), 1));
        assertEquals(0, guest.viommu.cacheInvalidate(Commands.tlbiNhAsid(0, 0xff), 0));
    }

    private void assertRefused(final long word0, final long word1) {
        final int before = bench.commands().size();
        assertEquals(-Errno.EIO, machine.viommu.cacheInvalidate(word0, word1));
        assertEquals(before, bench.commands().size());
    }

    // ---- Where it stands ------------------------------------------------------------------------

    @Test
    void shouldStandOnANestParentOfItsOwnSmmu() {
        final DriverBench elsewhere = DriverBench.probed();
        final IommuDomain stranger = new GuestMachine(elsewhere).parent;
        assertNull(bench.smmu.ops().viommuAlloc(client.device, stranger, TYPE));
        final IommuDomain paging = bench.smmu.ops().domainAllocPaging(client.device);
        assertNull(bench.smmu.ops().viommuAlloc(client.device, paging, TYPE));
        final IommuDomain plain = ArmSmmuStage2Domain.alloc(bench.smmu, false);
        assertNull(bench.smmu.ops().viommuAlloc(client.device, plain, TYPE));
        assertNull(bench.smmu.ops().viommuAlloc(client.device, machine.parent, 0));
        assertNotNull(bench.smmu.ops().viommuAlloc(client.device, machine.parent, TYPE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STAGE_1", "STAGE_2"})
    void shouldNeedBothStages(final SmmuFeature missing) {
        final DriverBench plain =
                DriverBench.probed(DriverBench.CONFIG.without(SmmuFeature.HYP).without(missing));
        assertNull(
                plain.smmu.ops().domainAllocPagingFlags(client.device, HwptAlloc.FLAG_NEST_PARENT));
    }
}
