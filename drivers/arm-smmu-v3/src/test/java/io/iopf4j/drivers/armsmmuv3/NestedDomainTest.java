// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A domain whose contexts and tables a guest owns. */
final class NestedDomainTest {
    private static final int PASID = 3;
    private static final int VSID = 1;
    private static final long S1DSS = StreamTableEntry.S1DSS_SSID0;

    private final DriverBench bench = DriverBench.probed();
    private final DriverBench.Client client = bench.client(SID);
    private final GuestMachine machine = new GuestMachine(bench);
    private final CdTable guestContexts = CdTable.alloc(bench.allocator, DriverBench.PASID_BITS);
    private final IoPgtable guestTables = IoPgtable.alloc(bench.allocator);
    private final long vste =
            StreamTableEntry.word0(
                    StreamTableEntry.CONFIG_S1, guestContexts.dmaAddress(), DriverBench.PASID_BITS);

    // ---- Faults ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {NO_PASID, PASID, 31})
    void shouldReportFaultsOfEveryPasidToTheGuest(final int pasid) {
        attachGuest();
        guestContext(Math.max(0, pasid));
        client.access(pasid, IOVA, READ);
        assertEquals(1, bench.faults.size());
        assertEquals(Math.max(0, pasid), bench.faults.getFirst().lastFault().pasid());
        assertTrue(guestTables.map(IOVA, bench.page, READ));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldAbortWhereTheGuestHasNoContext() {
        FaultPaths.assume(Ability.LOG);
        attachGuest();
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertTrue(bench.logged("event 0x0a received"));
    }

    @Test
    void shouldAbortARetryWhenTheGuestTookItsContextAway() {
        attachGuest();
        guestContext(PASID);
        client.access(PASID, IOVA, READ);
        assertEquals(0, machine.viommu.vdeviceAlloc(VSID, client.device));
        guestContexts.clear(
                PASID,
                ssid ->
                        assertEquals(
                                0, machine.viommu.cacheInvalidate(Commands.cfgiCd(VSID, ssid), 1)));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    // ---- The guest's stream table entry ---------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x0100000000000000, 0", // Reserved bits of word 0.
        "0x0010000000000000, 0",
        "0, 0x0000000000000100", // Fields of stage 2 and others.
        "0, 0x0000000020000000", // EATS, split
        "0, 0x0000000030000000",
        "0, 0x0000100000000000" // SHCFG
    })
    void shouldRefuseBitsThatAreNotTheGuests(final String extra0, final String extra1) {
        assertNull(alloc(vste | Long.decode(extra0), S1DSS | Long.decode(extra1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, StreamTableEntry.CONFIG_S2, StreamTableEntry.CONFIG_NESTED})
    void shouldRefuseAConfigurationThatIsNotTheGuests(final int config) {
        assertNull(alloc(StreamTableEntry.word0(config), 0));
    }

    @Test
    void shouldRefuseDataOfAnotherKind() {
        assertNull(machine.viommu.allocDomainNested(new IommuUserData(1, vste, S1DSS)));
    }

    @Test
    void shouldTakeAllFieldsOfStageOne() {
        final long word1 = S1DSS | StreamTableEntry.S1C_WRITE_BACK_ISH | StreamTableEntry.S1STALLD;
        assertEquals(DomainType.NESTED, alloc(vste, word1).type());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 0, 0xffff_ffff_ffff_fff0L, -2})
    void shouldAbortSilentlyForAnEntryThatAbortsOrIsInvalid(final long word0) {
        final IommuDomain domain = alloc(word0, word0 == 1 ? 0 : -1);
        assertNotNull(domain);
        client.attach(domain);
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertEquals(0, bench.faults.size());
    }

    @Test
    void shouldNotStallWhereTheGuestForbidsIt() {
        client.attach(alloc(vste, S1DSS | StreamTableEntry.S1STALLD));
        guestContext(PASID);
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    @Test
    void shouldMergeTheGuestsWordsWithTheHosts() {
        client.attach(alloc(vste, S1DSS | StreamTableEntry.S1C_WRITE_BACK_ISH));
        final long[] ste = ArmSmmuMaster.of(client.device).ste();
        assertEquals(vste | 7 << 1, ste[0]);
        assertEquals(S1DSS | StreamTableEntry.S1C_WRITE_BACK_ISH | 1L << 44, ste[1]);
        final long[] parent = new long[ArmSmmuEntryWriter.WORDS];
        machine.parent.makeSte(parent, ArmSmmuMaster.of(client.device), false);
        assertEquals(parent[2], ste[2]);
        assertEquals(parent[3], ste[3]);
    }

    @ParameterizedTest
    @CsvSource({"false, 0, 0", "false, 1, 0", "true, 0, 0", "true, 1, 1"})
    void shouldHaveAtsIfDeviceAndGuestBothHave(
            final boolean device, final int eats, final int expected) {
        final DriverBench cached = DriverBench.probed(DriverBench.CONFIG.with(SmmuFeature.ATS));
        final IommuDevice dev =
                new IommuDevice(
                        "ats",
                        cached.smmu.ops(),
                        new IommuFwspec(List.of(0x30), false, DriverBench.PASID_BITS, device));
        assertEquals(0, new IommuGroup(0x30).addDevice(dev));
        final IommuDomain domain = new GuestMachine(cached).nested(vste, S1DSS | (long) eats << 28);
        assertEquals(0, domain.attachDev(dev));
        assertEquals(expected, StreamTableEntry.eats(ArmSmmuMaster.of(dev).ste()[1]));
    }

    @Test
    void shouldKeepADeviceFromStallingThatMustNot() {
        final IommuDevice dev = bench.device(false, DriverBench.PASID_BITS, 0x30);
        assertEquals(0, new IommuGroup(0x30).addDevice(dev));
        assertEquals(0, alloc(vste, S1DSS).attachDev(dev));
        final long[] ste = ArmSmmuMaster.of(dev).ste();
        assertEquals(StreamTableEntry.S1STALLD, ste[1] & StreamTableEntry.S1STALLD);
        assertEquals(0, ste[2] & StreamTableEntry.S2S);
    }

    @Test
    void shouldPassThroughStageTwoAloneWhereTheGuestBypasses() {
        client.attach(alloc(StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS), 0));
        client.access(NO_PASID, bench.page, READ);
        client.access(NO_PASID, DriverBench.MEMORY - 8, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertEquals(1, bench.faults.size(), "below the machine's memory");
    }

    @Test
    void shouldRefuseADeviceOfAnotherSmmu() {
        final DriverBench other = DriverBench.probed();
        assertEquals(-Errno.EINVAL, alloc(vste, S1DSS).attachDev(other.client(SID).device));
    }

    // ---- Beside other domains -------------------------------------------------------------------

    @Test
    void shouldAttachAfterAPagingDomain() {
        client.attach(bench.pagingDomain(client));
        client.group.detach();
        attachGuest();
        guestContext(PASID);
        client.access(PASID, IOVA, READ);
        assertEquals(1, bench.faults.size());
    }

    @Test
    void shouldReplaceAPagingDomainWithAFaultOutstanding() {
        client.attach(bench.pagingDomain(client));
        client.access(NO_PASID, IOVA, READ);
        guestContext(0);
        guestTables.map(IOVA, bench.page, READ);
        assertEquals(0, client.group.replace(alloc(vste, S1DSS), new IommuAttachHandle()));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldBeReplacedByAPagingDomain() {
        attachGuest();
        final ArmSmmuPagingDomain paging = bench.pagingDomain(client);
        paging.map(IOVA, bench.page, READ);
        assertEquals(0, client.group.replace(paging, new IommuAttachHandle()));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldBeRefusedWhilePasidsAreAttached() {
        client.attachPasid(bench.pagingDomain(client), PASID);
        assertEquals(
                -Errno.EBUSY, client.group.attach(alloc(vste, S1DSS), new IommuAttachHandle()));
    }

    @Test
    void shouldKeepTheHostFromAttachingAPasid() {
        attachGuest();
        final ArmSmmuPagingDomain paging = bench.pagingDomain(client);
        assertEquals(
                -Errno.EINVAL, client.group.attachPasid(paging, PASID, new IommuAttachHandle()));
        guestContext(PASID);
        client.access(PASID, IOVA, READ);
        assertEquals(1, bench.faults.size(), "the guest's entry is in force still");
    }

    @Test
    void shouldRefuseAPasidItself() {
        assertEquals(-Errno.EOPNOTSUPP, alloc(vste, S1DSS).setDevPasid(client.device, PASID));
    }

    // ---- The guest's contexts -------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {-1, 32})
    void shouldRefuseAContextOutsideItsTable(final int ssid) {
        final IllegalArgumentException refused =
                org.junit.jupiter.api.Assertions.assertThrows(
                        IllegalArgumentException.class, () -> guestContexts.isValid(ssid));
        assertEquals("ssid must be in [0, 32): ssid=" + ssid, refused.getMessage());
    }

    @Test
    void shouldCountContexts() {
        guestContext(0);
        guestContext(PASID);
        guestContext(PASID);
        assertEquals(2, guestContexts.used());
        assertEquals(1, guestContexts.usedSubstreams());
        guestContexts.clear(PASID, ssid -> {});
        guestContexts.clear(PASID, ssid -> {});
        assertEquals(1, guestContexts.used());
    }

    private IommuDomain alloc(final long word0, final long word1) {
        return machine.nested(word0, word1);
    }

    private void attachGuest() {
        client.attach(alloc(vste, S1DSS));
    }

    private void guestContext(final int ssid) {
        guestContexts.write(
                ssid,
                ContextDescriptor.word0(IoPgtable.ADDRESS_BITS, 5, 1, true),
                guestTables.ttb(),
                0xff,
                changed -> {});
    }
}
