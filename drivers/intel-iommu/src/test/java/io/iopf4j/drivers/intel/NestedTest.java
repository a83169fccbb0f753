// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.IOVA;
import static io.iopf4j.drivers.intel.IntelBench.NO_PASID;
import static io.iopf4j.drivers.intel.IntelBench.OTHER_RID;
import static io.iopf4j.drivers.intel.IntelBench.PASID;
import static io.iopf4j.drivers.intel.IntelBench.READ;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static io.iopf4j.drivers.intel.IntelBench.WRITE;
import static io.iopf4j.drivers.intel.IntelBench.expectSuccess;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.core.sva.MmStruct;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guests' first stages on second stages of the host. */
final class NestedTest {
    private static final List<AccessResult> DONE = List.of(AccessResult.DONE);
    private static final List<AccessResult> ABORTED = List.of(AccessResult.ABORTED);
    private static final long PAGE = 4096;

    /** Hardware that can nest. */
    enum Unit implements Supplier<IntelBench> {
        SCALABLE {
            @Override
            public IntelBench get() {
                return IntelBench.scalable();
            }
        },
        REVISION_2 {
            @Override
            public IntelBench get() {
                return IntelBench.revision2();
            }
        }
    }

    private static IommuUserData invalidate(
            final long address, final long pages, final long flags) {
        return new IommuUserData(IommuUserData.INVALIDATE_VTD_S1, address, pages, flags);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTranslateByTheGuestAtPasids(final Unit unit) {
        final IntelBench bench = unit.get();
        final IntelPagingDomain parent = bench.parent();
        final IoPgtable one = bench.guestTable();
        final IoPgtable other = bench.guestTable();
        final IntelBench.Client client = bench.client(RID).attach(parent);
        client.attachPasid(bench.nested(parent, one), PASID);
        client.attachPasid(bench.nested(parent, other), PASID + 1);
        assertTrue(one.map(IOVA, bench.page, READ | WRITE));
        client.access(PASID, IOVA, WRITE);
        assertEquals(DONE, client.takeResults());
        client.access(NO_PASID, bench.page, WRITE);
        assertEquals(DONE, client.takeResults());
        assertTrue(other.map(IOVA, bench.page, READ));
        client.access(PASID + 1, IOVA, READ);
        assertEquals(DONE, client.takeResults());
        client.group.detachPasid(PASID);
        client.access(PASID + 1, IOVA, READ);
        assertEquals(DONE, client.takeResults());
        client.group.detachPasid(PASID + 1);
        client.group.detach();
        bench.model.access(
                (id, result) -> assertEquals(AccessResult.ABORTED, result),
                1,
                RID,
                NO_PASID,
                bench.page,
                READ);
    }

    /** Devices of one machine, whose guest has different tables for them at the same PASID. */
    @ParameterizedTest
    @EnumSource
    void shouldKeepTheTablesOfDevicesApart(final Unit unit) {
        final IntelBench bench = unit.get();
        final IntelPagingDomain parent = bench.parent();
        final IoPgtable one = bench.guestTable();
        final IoPgtable other = bench.guestTable();
        final long otherPage = bench.allocator.allocCoherent(PAGE).dmaAddress();
        assertTrue(one.map(IOVA, bench.page, READ | WRITE));
        assertTrue(other.map(IOVA, otherPage, READ | WRITE));
        final IntelBench.Client first =
                bench.client(RID).attach(parent).attachPasid(bench.nested(parent, one), PASID);
        final IntelBench.Client second =
                bench.client(OTHER_RID)
                        .attach(parent)
                        .attachPasid(bench.nested(parent, other), PASID);
        for (int round = 0; round < 2; round++) {
            first.access(PASID, IOVA, READ);
            second.access(PASID, IOVA, READ);
        }
        assertEquals(List.of(bench.page, bench.page), first.takeReached());
        assertEquals(List.of(otherPage, otherPage), second.takeReached());
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetWhatTheGuestInvalidates(final Unit unit) {
        final IntelBench bench = unit.get();
        final IntelPagingDomain parent = bench.parent();
        final IoPgtable table = bench.guestTable();
        final IommuDomain nested = bench.nested(parent, table);
        final IntelBench.Client client =
                bench.client(RID).attach(parent).attachPasid(nested, PASID);
        for (final long pages : new long[] {1, -1}) {
            assertTrue(table.map(IOVA, bench.page, READ));
            client.access(PASID, IOVA, READ);
            assertTrue(table.unmap(IOVA));
            client.access(PASID, IOVA, READ);
            assertEquals(List.of(AccessResult.DONE, AccessResult.DONE), client.takeResults());
            expectSuccess(
                    nested.cacheInvalidateUser(
                            invalidate(
                                    pages == 1 ? IOVA : 0,
                                    pages,
                                    IommuUserData.VTD_INVALIDATE_LEAF)));
            client.access(PASID, IOVA, READ);
            assertEquals(ABORTED, client.takeResults());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetGuestsWhenTheirMemoryGoes(final Unit unit) {
        final IntelBench bench = unit.get();
        final IntelPagingDomain parent = bench.parent();
        final IoPgtable table = bench.guestTable();
        final long gone = 1L << 32;
        expectSuccess(parent.map(gone, bench.page, PAGE, READ));
        assertTrue(table.map(IOVA, gone, READ));
        final IntelBench.Client client =
                bench.client(RID).attach(parent).attachPasid(bench.nested(parent, table), PASID);
        client.access(PASID, IOVA, READ);
        assertEquals(DONE, client.takeResults());
        assertEquals(PAGE, parent.unmap(gone, PAGE));
        client.access(PASID, IOVA, READ);
        assertEquals(ABORTED, client.takeResults());
    }

    @Test
    void shouldTranslateByTheGuestAtTheRequester() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain parent = bench.parent();
        final IoPgtable table = bench.guestTable();
        assertTrue(table.map(IOVA, bench.page, READ));
        final IntelBench.Client client = bench.client(RID).attach(bench.nested(parent, table));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(DONE, client.takeResults());
        bench.takeDescriptors();
        parent.unmap(IntelBench.MEMORY, bench.memory.sizeBytes());
        // By domain 3, the guest's; the device forgets all.
        assertEquals(
                List.of("300f2:4000000c", "31000000003:7ffffffffffff001"), bench.takeDescriptors());
        client.access(NO_PASID, IOVA, READ);
        assertEquals(ABORTED, client.takeResults());
    }

    @Test
    void shouldFlushEveryAttachmentOfTheGuestsRange() {
        final IntelBench bench = IntelBench.scalable();
        final IommuDomain nested = bench.nested(bench.parent(), bench.guestTable());
        bench.client(RID).attachPasid(nested, PASID);
        bench.client(OTHER_RID).attachPasid(nested, PASID).attachPasid(nested, PASID + 1);
        bench.takeDescriptors();
        expectSuccess(nested.cacheInvalidateUser(invalidate(0x10000, 2, 1)));
        assertEquals(
                List.of(
                        "500030036:10041",
                        "600030036:10041",
                        "503100008:10800",
                        "504880008:10800",
                        "604880008:10800"),
                bench.takeDescriptors());
        assertEquals(0, bench.submissions);
    }

    /** Linux would make one descriptor of 2^52 pages of it. */
    @Test
    void shouldMakeAllOfAllPages() {
        final IntelBench bench = IntelBench.scalable();
        final IommuDomain nested = bench.nested(bench.parent(), bench.guestTable());
        bench.client(RID).attachPasid(nested, PASID);
        final List<String> all = List.of("500030026:0", "503100008:7ffffffffffff800");
        bench.takeDescriptors();
        expectSuccess(nested.cacheInvalidateUser(invalidate(0, -1, 0)));
        assertEquals(all, bench.takeDescriptors());
        expectSuccess(nested.cacheInvalidateUser(invalidate(0x1000, -2, 0)));
        assertEquals(all, bench.takeDescriptors());
        expectSuccess(nested.cacheInvalidateUser(invalidate(-0x1000, 0xf_ffff_ffffL, 0)));
        assertEquals(all, bench.takeDescriptors());
        expectSuccess(nested.cacheInvalidateUser(invalidate(0x2000, 0, 0)));
        assertEquals(List.of("500030036:2000", "503100008:2000"), bench.takeDescriptors());
        expectSuccess(nested.cacheInvalidateUser(invalidate(0, 1L << 18, 0)));
        assertEquals("500030036:12", bench.takeDescriptors().get(0));
        expectSuccess(nested.cacheInvalidateUser(invalidate(0, 1L << 19, 0)));
        assertEquals("500030026:0", bench.takeDescriptors().get(0));
    }

    /** Upstream: what a guest says by all pages becomes a descriptor that no unit accepts. */
    @Test
    void shouldKnowThatNoDescriptorNamesAsManyPagesAsLinuxAsksFor() {
        final IntelBench bench = IntelBench.scalable();
        assertEquals(
                -Errno.EINVAL, bench.iommu.flush().flushPasidIotlb(3, PASID, 0, 1L << 52, false));
        assertTrue(bench.logged("Invalidation Queue Error"));
    }

    @Test
    void shouldRefuseBadInvalidations() {
        final IntelBench bench = IntelBench.scalable();
        final IommuDomain nested = bench.nested(bench.parent(), bench.guestTable());
        bench.client(RID).attachPasid(nested, PASID);
        bench.takeDescriptors();
        assertEquals(-Errno.EINVAL, nested.cacheInvalidateUser(invalidate(1, 1, 0)));
        assertEquals(-Errno.EINVAL, nested.cacheInvalidateUser(invalidate(0x1000, -1, 0)));
        assertEquals(-Errno.EOPNOTSUPP, nested.cacheInvalidateUser(invalidate(0, 1, 2)));
        assertEquals(-Errno.EOPNOTSUPP, nested.cacheInvalidateUser(invalidate(0, 1, 1L << 32)));
        assertEquals(
                -Errno.EINVAL,
                nested.cacheInvalidateUser(new IommuUserData(IommuUserData.VTD_S1, 0, 1)));
        assertEquals(List.of(), bench.takeDescriptors());
    }

    @Test
    void shouldRefuseTablesThatTheUnitCannotHave() {
        final IntelBench bench = IntelBench.of(VtdConfig.scalable().without(VtdFeature.FIVE_LEVEL));
        final IommuDomain parent = bench.parent();
        final IntelBench all = IntelBench.scalable();
        final IommuDomain allParent = all.parent();
        final int every =
                IommuUserData.VTD_S1_SRE | IommuUserData.VTD_S1_EAFE | IommuUserData.VTD_S1_WPE;
        assertNotNull(make(all, allParent, every, 0x1000, 57));
        assertNull(make(all, allParent, 8, 0x1000, 48), "unknown flag");
        assertNull(make(all, allParent, 0, 0x1001, 48), "root");
        assertNull(make(all, allParent, 0, 0x1000, 39), "width");
        assertNull(make(all, allParent, 0, 0x1000, 48 | 1L << 32), "reserved");
        assertNull(make(bench, parent, 0, 0x1000, 57), "five levels");
        assertNull(make(bench, allParent, 0, 0x1000, 48), "another unit's");
        assertNull(make(all, all.paging(0), 0, 0x1000, 48), "no parent");
        assertNull(make(all, all.iommu.ops().blockedDomain(), 0, 0x1000, 48));
        final IntelBench plain =
                IntelBench.of(
                        VtdConfig.scalable()
                                .without(VtdFeature.SUPERVISOR_REQUESTS)
                                .without(VtdFeature.EXTENDED_ACCESSED));
        final IommuDomain plainParent = plain.parent();
        assertNull(make(plain, plainParent, IommuUserData.VTD_S1_SRE, 0x1000, 48));
        assertNull(make(plain, plainParent, IommuUserData.VTD_S1_EAFE, 0x1000, 48));
        assertNull(
                all.iommu
                        .ops()
                        .domainAllocNested(
                                null,
                                allParent,
                                new IommuUserData(IommuUserData.ARM_SMMUV3, 0, 0x1000, 48)));
    }

    private static IommuDomain make(
            final IntelBench bench,
            final IommuDomain parent,
            final long flags,
            final long root,
            final long width) {
        return bench.iommu
                .ops()
                .domainAllocNested(
                        null, parent, new IommuUserData(IommuUserData.VTD_S1, flags, root, width));
    }

    /** The other device's id is not known to what did not forget. */
    @Test
    void shouldUseAnIdAgainThoughAnotherDeviceKeepsItsOwn() {
        final IntelBench bench = IntelBench.revision2();
        final IntelPagingDomain parent = bench.parent();
        final IntelBench.Client silent = bench.client(RID).attach(parent);
        final int lost = silent.info.ridDid();
        silent.endpoint.withholdInvalidations(1000);
        silent.group.detach();
        final IntelBench.Client other = bench.client(OTHER_RID).attach(parent);
        final int did = other.info.ridDid();
        assertEquals(lost + 1, did, "nobody else's");
        other.group.detach();
        other.attach(parent);
        assertEquals(did, other.info.ridDid());
    }

    @Test
    void shouldUseAnIdAgainOnceItIsFree() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain parent = bench.parent();
        final IommuDomain nested = bench.nested(parent, bench.guestTable());
        bench.takeDescriptors();
        nested.free();
        assertEquals(List.of("300e2:0"), bench.takeDescriptors());
        assertEquals(3, ((IntelDomain) bench.nested(parent, bench.guestTable())).did());
    }

    // ---- Faults ---------------------------------------------------------------------------------

    @Test
    void shouldReportFaultsOfAPasidAndDoTheAccessWhenAnswered() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain parent = bench.parent();
        final IoPgtable table = bench.guestTable();
        final IntelBench.Client client =
                bench.faulting(RID).attach(parent).attachPasid(bench.nested(parent, table), PASID);
        client.access(PASID, IOVA, READ);
        assertEquals(1, bench.faults.size());
        assertEquals(IOVA, bench.faults.getFirst().fault(0).addr());
        assertTrue(table.map(IOVA, bench.page, READ));
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(DONE, client.takeResults());
        client.access(PASID, IOVA + PAGE, READ);
        bench.answer(PageResponseCode.INVALID);
        assertEquals(ABORTED, client.takeResults());
    }

    // ---- Revision 2 -----------------------------------------------------------------------------

    @Test
    void shouldEnablePasidsOfExtendedContexts() {
        final IntelBench bench = IntelBench.revision2();
        final IntelPagingDomain parent = bench.parent();
        final IntelBench.Client client = bench.client(RID).attach(parent);
        assertEquals(
                parent.root()
                        | ExtendedContextEntry.PRESENT
                        | ExtendedContextEntry.T_DEVICE_TLB << ExtendedContextEntry.T_SHIFT,
                client.context(0));
        final IoPgtable table = bench.guestTable();
        bench.takeDescriptors();
        client.attachPasid(bench.nested(parent, table), PASID);
        assertEquals(
                List.of("310" + String.format("%04x0031:0", client.info.ridDid())),
                bench.takeDescriptors());
        assertEquals(parent.root() | 0xe05L, client.context(0), "PRS, NESTE, PASIDE, T 1 and P");
        // 2^8 PASIDs.
        assertEquals(3, client.context(2) & 0xfff);
        assertEquals(
                table.ttb() | ExtendedContextEntry.PASID_PRESENT,
                bench.memory.readLong((client.context(2) & -0x1000L) + PASID * 8L));
        client.group.detachPasid(PASID);
        assertEquals(0, bench.memory.readLong((client.context(2) & -0x1000L) + PASID * 8L));
    }

    /** One table of PASIDs is all that a context of that time leads to. */
    @Test
    void shouldNotMixGuestsAndProcessesOfTheHostOnRevision2() {
        final IntelBench bench = IntelBench.revision2();
        final IntelPagingDomain parent = bench.parent();
        final IntelBench.Client client = bench.client(RID).attach(parent);
        final IommuDomain guest = bench.nested(parent, bench.guestTable());
        final IommuDomain process =
                bench.iommu
                        .ops()
                        .domainAllocSva(client.device, new MmStruct("mm", bench.allocator));
        client.attachPasid(guest, PASID);
        assertEquals(-Errno.EBUSY, process.setDevPasid(client.device, PASID + 1));
        client.group.detachPasid(PASID);
        client.attachPasid(process, PASID + 1);
        assertEquals(-Errno.EBUSY, guest.setDevPasid(client.device, PASID));
        client.group.detachPasid(PASID + 1);
        assertEquals(-Errno.EINVAL, guest.setDevPasid(client.device, 256), "of 8 bits");
        client.attachPasid(guest, PASID);
        client.group.detachPasid(PASID);
        expectSuccess(client.group.replace(bench.paging(0), new IommuAttachHandle()));
    }

    @Test
    void shouldFlushNothingForAGuestThatLeft() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain parent = bench.parent();
        final IntelBench.Client client =
                bench.client(RID)
                        .attach(parent)
                        .attachPasid(bench.nested(parent, bench.guestTable()), PASID);
        expectSuccess(parent.map(IOVA, bench.page, PAGE, READ));
        client.group.detachPasid(PASID);
        bench.takeDescriptors();
        assertEquals(PAGE, parent.unmap(IOVA, PAGE));
        final String page = Long.toHexString(IOVA);
        assertEquals(List.of("200f2:" + page, "31000000003:" + page), bench.takeDescriptors());
    }

    @Test
    void shouldRefuseWhatIsNotOnTheSameMemory() {
        final IntelBench bench = IntelBench.revision2();
        final IntelPagingDomain parent = bench.parent();
        final IommuDomain other = bench.nested(bench.parent(), bench.guestTable());
        final IntelBench.Client client = bench.client(RID);
        assertEquals(-Errno.EINVAL, other.setDevPasid(client.device, PASID), "nothing attached");
        client.attach(parent);
        assertEquals(-Errno.EINVAL, other.setDevPasid(client.device, PASID));
        assertEquals(-Errno.EINVAL, other.attachDev(client.device), "not at the requester");
        client.attachPasid(bench.nested(parent, bench.guestTable()), PASID);
        assertEquals(-Errno.EBUSY, bench.parent().attachDev(client.device), "PASIDs go first");
    }
}
