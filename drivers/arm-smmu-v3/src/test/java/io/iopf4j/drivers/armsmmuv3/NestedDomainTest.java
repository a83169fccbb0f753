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
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.AccessResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A domain whose contexts and tables a guest owns. */
final class NestedDomainTest {
    private static final int PASID = 3;
    private static final long S1DSS = StreamTableEntry.S1DSS_SSID0;

    private final DriverBench bench = DriverBench.probed();
    private final DriverBench.Client client = bench.client(SID);
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
        guestContexts.clear(PASID, ssid -> {});
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    // ---- The guest's stream table entry ---------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x0100000000000000, 0", // Reserved bits of word 0.
        "0x0010000000000000, 0",
        "0, 0x0000000000000100", // Fields of stage 2 and others.
        "0, 0x0000000010000000", // EATS
        "0, 0x0000100000000000" // SHCFG
    })
    void shouldRefuseBitsThatAreNotTheGuests(final String extra0, final String extra1) {
        assertNull(alloc(vste | Long.decode(extra0), S1DSS | Long.decode(extra1)));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                1,
                2,
                3,
                StreamTableEntry.CONFIG_BYPASS,
                StreamTableEntry.CONFIG_S2,
                StreamTableEntry.CONFIG_NESTED
            })
    void shouldRefuseAConfigurationThatIsNotTheGuests(final int config) {
        assertNull(alloc(StreamTableEntry.word0(config), 0));
    }

    @Test
    void shouldRefuseDataOfAnotherKind() {
        assertNull(
                bench.smmu
                        .ops()
                        .domainAllocNested(client.device, new IommuUserData(1, vste, S1DSS)));
    }

    @Test
    void shouldRefuseADeviceThatWasNotProbed() {
        final IommuDevice stranger = bench.device(0x30);
        assertNull(
                bench.smmu
                        .ops()
                        .domainAllocNested(
                                stranger,
                                new IommuUserData(IommuUserData.ARM_SMMUV3, vste, S1DSS)));
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

    // ---- Invalidation ---------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            longs = {
                CmdqOp.CFGI_STE,
                CmdqOp.CFGI_STE_RANGE,
                CmdqOp.TLBI_EL2_ALL,
                CmdqOp.TLBI_S12_VMALL,
                CmdqOp.RESUME,
                CmdqOp.STALL_TERM,
                CmdqOp.SYNC,
                CmdqOp.PREFETCH_CONFIG,
                0,
                0xff,
                CmdqOp.CFGI_CD | Commands.SSEC,
                CmdqOp.TLBI_NH_ASID | Commands.SSEC
            })
    void shouldRefuseACommandThatIsNotTheGuests(final long word0) {
        final int before = bench.commands().size();
        assertEquals(-Errno.EIO, alloc(vste, S1DSS).cacheInvalidateUser(word0, 0));
        assertEquals(before, bench.commands().size());
    }

    @Test
    void shouldPutTheHostsStreamIntoAContextInvalidation() {
        assertEquals(0, alloc(vste, S1DSS).cacheInvalidateUser(Commands.cfgiCd(0x99, PASID), 1));
        assertEquals(Commands.cfgiCd(SID, PASID), bench.lastSyncedCommand()[0]);
        assertEquals(1, bench.lastSyncedCommand()[1]);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {CmdqOp.TLBI_NH_ALL, CmdqOp.TLBI_NH_ASID, CmdqOp.TLBI_NH_VA, CmdqOp.TLBI_NH_VAA})
    void shouldPutTheHostsVmidIntoATlbInvalidation(final int opcode) {
        final long guest = opcode | 0x0021_0077_0000_0000L;
        assertEquals(0, alloc(vste, S1DSS).cacheInvalidateUser(guest, 0x1234_5000));
        assertEquals(opcode | 0x0021_0000_0000_0000L, bench.lastSyncedCommand()[0]);
        assertEquals(0x1234_5000, bench.lastSyncedCommand()[1]);
    }

    @Test
    void shouldTakeNoInvalidationForADomainOfTheHost() {
        assertEquals(
                -Errno.EOPNOTSUPP,
                bench.pagingDomain(client).cacheInvalidateUser(CmdqOp.TLBI_NH_ALL, 0));
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
        final IommuDomain domain =
                bench.smmu
                        .ops()
                        .domainAllocNested(
                                client.device,
                                new IommuUserData(IommuUserData.ARM_SMMUV3, word0, word1));
        if (domain != null) {
            domain.setIopfHandler(bench::keepFaults);
        }
        return domain;
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
