// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.emulation.AccessResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Domains that the host owns, at the RID and at PASIDs, one beside the other. */
final class DomainTest {
    private static final int PASID = 7;

    private final DriverBench bench = DriverBench.probed();
    private final DriverBench.Client client = bench.client(SID);
    private final ArmSmmuPagingDomain domain = bench.pagingDomain(client);

    @Test
    void shouldTranslateAtTheRid() {
        domain.map(IOVA, bench.page, READ);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertEquals(DomainType.PAGING, domain.type());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 31})
    void shouldTranslateAtAPasid(final int pasid) {
        domain.map(IOVA, bench.page, READ);
        client.attachPasid(domain, pasid);
        client.access(pasid, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldKeepRidAndPasidsApart() {
        final ArmSmmuPagingDomain other = bench.pagingDomain(client);
        domain.map(IOVA, bench.page, READ);
        client.attach(domain).attachPasid(other, PASID);
        client.access(NO_PASID, IOVA, READ);
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertTrue(bench.faults.getFirst().lastFault().hasPasid());
    }

    @Test
    void shouldFaultAgainAfterUnmap() {
        domain.map(IOVA, bench.page, READ);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertTrue(domain.unmap(IOVA));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(1, bench.faults.size());
        domain.map(IOVA, bench.page, READ);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE, AccessResult.DONE), client.results());
    }

    @Test
    void shouldFaultInEveryStreamOfADomainThatIsShared() {
        final DriverBench.Client other = bench.client(0x11);
        client.attach(domain);
        other.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        other.access(NO_PASID, IOVA, READ);
        domain.map(IOVA, bench.page, READ);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
        assertEquals(List.of(), other.results());
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), other.results());
    }

    @Test
    void shouldTranslateEveryStreamOfADevice() {
        final IommuDevice device = bench.device(0x20, 0x21);
        final IommuGroup group = new IommuGroup(2);
        assertEquals(0, group.addDevice(device));
        domain.map(IOVA, bench.page, READ);
        assertEquals(0, group.attach(domain, new IommuAttachHandle()));
        final AccessResult[] second = new AccessResult[1];
        bench.model.access((id, result) -> second[0] = result, 1, 0x21, NO_PASID, IOVA, READ);
        assertEquals(AccessResult.DONE, second[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 32, 1 << 19})
    void shouldRefuseAPasidThatTheDeviceDoesNotHave(final int pasid) {
        assertEquals(-Errno.EINVAL, domain.setDevPasid(client.device, pasid));
    }

    @Test
    void shouldRefuseEveryPasidOfADeviceWithout() {
        final IommuDevice device = bench.device(true, 0, 0x20);
        assertEquals(0, device.ops().probeDevice(device));
        assertEquals(-Errno.EINVAL, domain.setDevPasid(device, 1));
    }

    // ---- One attachment and the other -----------------------------------------------------------

    @Test
    void shouldKeepAPasidWhenTheRidIsDetached() {
        final ArmSmmuPagingDomain other = bench.pagingDomain(client);
        other.map(IOVA, bench.page, READ);
        client.attach(domain).attachPasid(other, PASID);
        client.group.detach();
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldDisableAccessesWithoutPasidWhileOnlyPasidsAreAttached() {
        FaultPaths.assume(Ability.LOG);
        client.attachPasid(domain, PASID);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertTrue(bench.logged("event 0x06 received"));
    }

    @Test
    void shouldAbortSilentlyWhenTheLastPasidIsDetached() {
        client.attachPasid(domain, PASID).attachPasid(domain, PASID + 1);
        client.group.detachPasid(PASID);
        client.group.detachPasid(PASID + 1);
        client.access(NO_PASID, IOVA, READ);
        client.access(PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.ABORTED), client.results());
        assertFalse(bench.logged("received"));
    }

    @Test
    void shouldKeepTheRidWhenTheLastPasidIsDetached() {
        domain.map(IOVA, bench.page, READ);
        client.attach(domain).attachPasid(bench.pagingDomain(client), PASID);
        client.group.detachPasid(PASID);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldAbortARetryAfterItsPasidWasDetached() {
        client.attachPasid(domain, PASID);
        client.access(PASID, IOVA, READ);
        client.group.detachPasid(PASID);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    @Test
    void shouldDoNothingWhenAPasidIsDetachedThatNeverWasAttached() {
        assertEquals(0, bench.smmu.ops().blockedDomain().setDevPasid(client.device, PASID));
        client.attach(domain);
        assertEquals(0, bench.smmu.ops().blockedDomain().setDevPasid(client.device, 1 << 19));
    }

    @Test
    void shouldAttachAgainAfterDetach() {
        domain.map(IOVA, bench.page, READ);
        client.attach(domain);
        client.group.detach();
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    // ---- Memory ---------------------------------------------------------------------------------

    @Test
    void shouldNotUseUpMemoryByDomainsThatComeAndGo() {
        for (int i = 0; i < 2_000; i++) { // 32 MiB of tables, in a memory of 16.
            final ArmSmmuPagingDomain passing = bench.pagingDomain(client);
            assertEquals(0, passing.map(IOVA, bench.page, READ), "domain " + i);
            passing.free();
        }
    }

    @Test
    void shouldNotUseUpMemoryByDevicesThatComeAndGo() {
        for (int i = 0; i < 8_000; i++) { // 32 MiB of contexts, in a memory of 16.
            final DriverBench.Client passing = bench.client(0x20);
            assertEquals(0, passing.group.attach(domain, new IommuAttachHandle()), "device " + i);
            passing.group.removeDevice(passing.device);
        }
    }

    @Test
    void shouldSayWhenThereIsNoMemoryForATableOfContexts() {
        useUpMemory();
        assertEquals(-Errno.ENOMEM, client.group.attach(domain, new IommuAttachHandle()));
        assertEquals(
                -Errno.ENOMEM, client.group.attachPasid(domain, PASID, new IommuAttachHandle()));
    }

    @Test
    void shouldMakeNoDomainWithoutMemory() {
        useUpMemory();
        assertNull(bench.smmu.ops().domainAllocPaging(client.device));
    }

    @Test
    void shouldGiveEachDomainAnAsidOfItsOwn() {
        final IommuDomain other = bench.pagingDomain(client);
        domain.free();
        assertEquals(0x0001_0000_0000_0011L, bench.lastSyncedCommand()[0]);
        other.free();
        assertEquals(0x0002_0000_0000_0011L, bench.lastSyncedCommand()[0]);
    }

    private void useUpMemory() {
        for (long size = 1 << 20; size >= 4096; size >>= 1) {
            while (bench.allocator.allocCoherent(size) != null) {
                // Until nothing of that size is left.
            }
        }
    }
}
