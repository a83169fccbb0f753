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

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Domains at requesters: what devices reach through the model. */
final class AttachTest {
    private static final List<AccessResult> DONE = List.of(AccessResult.DONE);
    private static final List<AccessResult> ABORTED = List.of(AccessResult.ABORTED);
    private static final long PAGE = 4096;

    private static VtdConfig legacy() {
        return VtdConfig.scalable()
                .without(VtdFeature.NESTED)
                .without(VtdFeature.PAGE_REQUEST_DRAIN)
                .without(VtdFeature.PAGE_REQUESTS)
                .without(VtdFeature.PASID)
                .without(VtdFeature.SCALABLE);
    }

    private static VtdConfig withoutFirstStage() {
        return VtdConfig.scalable().without(VtdFeature.NESTED).without(VtdFeature.FIRST_STAGE);
    }

    /** Every kind of table, each of which has a paging domain of its own. */
    static Stream<VtdConfig> units() {
        return Stream.of(
                VtdConfig.scalable(),
                withoutFirstStage(),
                VtdConfig.scalable().with(VtdFeature.CACHING_MODE),
                VtdConfig.scalable()
                        .without(VtdFeature.FIVE_LEVEL)
                        .without(VtdFeature.PAGE_SELECTIVE),
                VtdConfig.scalable().without(VtdFeature.FIRST_STAGE_1G),
                withoutFirstStage()
                        .without(VtdFeature.SECOND_STAGE_1G)
                        .without(VtdFeature.SECOND_STAGE_2M),
                legacy(),
                legacy().with(VtdFeature.CACHING_MODE));
    }

    @ParameterizedTest
    @MethodSource("units")
    void shouldReachWhatIsMapped(final VtdConfig config) {
        final IntelBench bench = IntelBench.of(config);
        final IntelBench.Client client = bench.client(RID);
        final IntelPagingDomain domain = bench.paging(0);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(ABORTED, client.takeResults(), "nothing is attached");
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(ABORTED, client.takeResults(), "nothing is mapped");
        expectSuccess(domain.map(IOVA, bench.page, PAGE, READ));
        client.access(NO_PASID, IOVA + 8, READ);
        client.access(NO_PASID, IOVA + 8, WRITE);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), client.takeResults());
        assertEquals(PAGE, domain.unmap(IOVA, PAGE));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(ABORTED, client.takeResults(), "nothing is cached");
    }

    @ParameterizedTest
    @MethodSource("units")
    void shouldForgetLargeRanges(final VtdConfig config) {
        final IntelBench bench = IntelBench.of(config);
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID).attach(domain);
        final long bytes = bench.memory.sizeBytes();
        final long at = 3L << 30;
        expectSuccess(domain.map(at, bench.memory.base(), bytes, READ | WRITE));
        for (long offset = 0; offset < bytes; offset += 1L << 20) {
            client.access(NO_PASID, at + offset, WRITE);
        }
        assertEquals(16, client.takeResults().stream().filter(AccessResult.DONE::equals).count());
        assertEquals(bytes, domain.unmap(at, bytes));
        for (long offset = 0; offset < bytes; offset += 1L << 20) {
            client.access(NO_PASID, at + offset, WRITE);
        }
        assertEquals(
                16, client.takeResults().stream().filter(AccessResult.ABORTED::equals).count());
    }

    @ParameterizedTest
    @MethodSource("units")
    void shouldReplaceAndDetach(final VtdConfig config) {
        final IntelBench bench = IntelBench.of(config);
        final IntelPagingDomain one = bench.paging(0);
        final IntelPagingDomain other = bench.paging(0);
        expectSuccess(one.map(IOVA, bench.page, PAGE, READ));
        expectSuccess(other.map(IOVA + PAGE, bench.page, PAGE, READ));
        final IntelBench.Client client = bench.client(RID).attach(one);
        client.access(NO_PASID, IOVA, READ);
        expectSuccess(client.group.replace(other, new IommuAttachHandle()));
        client.access(NO_PASID, IOVA, READ);
        client.access(NO_PASID, IOVA + PAGE, READ);
        client.group.detach();
        client.access(NO_PASID, IOVA + PAGE, READ);
        assertEquals(
                List.of(
                        AccessResult.DONE,
                        AccessResult.ABORTED,
                        AccessResult.DONE,
                        AccessResult.ABORTED),
                client.takeResults());
        one.free();
        other.free();
        assertEquals(2, bench.paging(0).did(), "ids are used again");
    }

    @ParameterizedTest
    @MethodSource("units")
    void shouldLetAddressesPass(final VtdConfig config) {
        final IntelBench bench = IntelBench.of(config);
        final IntelBench.Client client =
                bench.client(RID).attach(bench.iommu.ops().identityDomain());
        client.access(NO_PASID, bench.page, WRITE);
        assertEquals(DONE, client.takeResults());
        client.group.detach();
        client.access(NO_PASID, bench.page, WRITE);
        assertEquals(ABORTED, client.takeResults());
    }

    @ParameterizedTest
    @MethodSource("units")
    void shouldReachDevicesInBothHalvesOfABus(final VtdConfig config) {
        final IntelBench bench = IntelBench.of(config);
        final IntelPagingDomain domain = bench.paging(0);
        expectSuccess(domain.map(IOVA, bench.page, PAGE, READ));
        for (final int rid : new int[] {0x0, 0x300, 0x37f, 0x380, 0x3ff, 0xffff}) {
            final IntelBench.Client client = bench.client(rid);
            client.access(NO_PASID, IOVA, READ);
            client.attach(domain);
            client.access(NO_PASID, IOVA, READ);
            assertEquals(List.of(AccessResult.ABORTED, AccessResult.DONE), client.takeResults());
        }
        assertEquals(PAGE, domain.unmap(IOVA, PAGE));
        final PciState state = new PciState(bench);
        assertEquals(ABORTED, state.accessOf(0x380));
    }

    /** A look at an endpoint that another test object holds. */
    private record PciState(IntelBench bench) {
        List<AccessResult> accessOf(final int rid) {
            final java.util.ArrayList<AccessResult> results = new java.util.ArrayList<>();
            bench.model.access((id, result) -> results.add(result), 1, rid, NO_PASID, IOVA, READ);
            return results;
        }
    }

    @Test
    void shouldMapNothingOfWhatFails() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID).attach(domain);
        expectSuccess(domain.map(IOVA + PAGE, bench.page, PAGE, READ));
        client.access(NO_PASID, IOVA + PAGE, READ);
        bench.takeDescriptors();
        assertEquals(-Errno.EEXIST, domain.map(IOVA, bench.page, 2 * PAGE, READ));
        assertEquals(2, bench.takeDescriptors().size(), "IOTLB and device TLB");
        client.access(NO_PASID, IOVA, READ);
        client.access(NO_PASID, IOVA + PAGE, READ);
        assertEquals(
                List.of(AccessResult.DONE, AccessResult.ABORTED, AccessResult.DONE),
                client.takeResults());
    }

    @Test
    void shouldKnowHowWideAddressesAre() {
        final IntelPagingDomain first = IntelBench.scalable().paging(0);
        assertEquals(0, first.map((1L << 56) - PAGE, IntelBench.MEMORY, PAGE, READ));
        assertEquals(-Errno.ERANGE, first.map(1L << 56, IntelBench.MEMORY, PAGE, READ));
        assertEquals(-Errno.ERANGE, first.map(-PAGE, IntelBench.MEMORY, PAGE, READ));
        final IntelPagingDomain second =
                IntelBench.of(VtdConfig.scalable().withAddressBits(40))
                        .paging(HwptAlloc.FLAG_NEST_PARENT);
        assertEquals(0, second.map((1L << 40) - PAGE, IntelBench.MEMORY, PAGE, READ));
        assertEquals(-Errno.ERANGE, second.map(1L << 40, IntelBench.MEMORY, PAGE, READ));
        assertEquals(
                -Errno.ERANGE, second.map((1L << 40) - PAGE, IntelBench.MEMORY, 2 * PAGE, READ));
    }

    @Test
    void shouldMakeTheDomainsThatTheUnitCanHave() {
        final IntelBench bench = IntelBench.scalable();
        assertNotNull(bench.paging(HwptAlloc.FLAG_NEST_PARENT));
        assertNull(bench.paging(HwptAlloc.FLAG_DIRTY_TRACKING));
        assertNull(
                IntelBench.of(VtdConfig.scalable().without(VtdFeature.NESTED))
                        .paging(HwptAlloc.FLAG_NEST_PARENT));
        assertNull(IntelBench.of(legacy()).paging(HwptAlloc.FLAG_NEST_PARENT));
        assertNull(
                IntelBench.of(VtdConfig.scalable().without(VtdFeature.PASS_THROUGH))
                        .iommu
                        .ops()
                        .identityDomain());
    }

    /** A device would ask for translations, which a plain pass-through context knows none of. */
    @Test
    void shouldSwitchAtsOffWhereAddressesPassInLegacyMode() {
        final IntelBench bench = IntelBench.of(legacy());
        final IntelBench.Client client =
                bench.client(RID).attach(bench.iommu.ops().identityDomain());
        assertEquals(0, ReleaseTest.control(client, PciCapability.ATS, PciCapability.ATS_CTRL));
        client.group.detach();
        client.attach(bench.paging(0));
        assertEquals(
                PciCapability.ATS_CTRL_ENABLE,
                ReleaseTest.control(client, PciCapability.ATS, PciCapability.ATS_CTRL));
    }

    @Test
    void shouldHaveNoPasidsInLegacyMode() {
        final IntelBench bench = IntelBench.of(legacy());
        final IntelBench.Client client = bench.client(RID);
        assertEquals(0, client.device.ops().maxPasids(client.device));
        assertEquals(
                -Errno.EOPNOTSUPP,
                client.group.attachPasid(bench.paging(0), PASID, new IommuAttachHandle()));
    }

    @Test
    void shouldRefuseDomainsOfOtherUnits() {
        final IntelBench bench = IntelBench.scalable();
        final IntelBench.Client client = bench.client(RID);
        final IommuDomain other = IntelBench.scalable().paging(0);
        assertEquals(-Errno.EINVAL, client.group.attach(other, new IommuAttachHandle()));
        assertEquals(
                -Errno.EINVAL,
                IntelBench.scalable().iommu.ops().blockedDomain().attachDev(client.device));
    }

    @Test
    void shouldKeepWhatIsAttachedIfAnotherCannotBe() {
        final IntelBench bench = IntelBench.of(withoutFirstStage());
        final IntelPagingDomain domain = bench.paging(0);
        expectSuccess(domain.map(IOVA, bench.page, PAGE, READ));
        final IntelBench.Client client = bench.client(RID).attach(domain);
        final io.iopf4j.core.sva.MmStruct mm =
                new io.iopf4j.core.sva.MmStruct("mm", bench.allocator);
        final IommuDomain sva = bench.iommu.ops().domainAllocSva(client.device, mm);
        assertEquals(-Errno.EINVAL, client.group.attachPasid(sva, PASID, new IommuAttachHandle()));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(DONE, client.takeResults());
        assertNull(client.info.domain(PASID));
    }

    @Test
    void shouldFlushDevicesAfterTheUnitInOneSubmission() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        bench.client(RID).attach(domain).attachPasid(domain, PASID);
        bench.client(OTHER_RID).attach(domain);
        expectSuccess(domain.map(0x10000, bench.page, PAGE, READ));
        bench.takeDescriptors();
        domain.unmap(0x10000, PAGE);
        assertEquals(1, bench.submissions);
        assertEquals(
                List.of(
                        "20036:10000",
                        "500020036:10000",
                        "31000000003:10000",
                        "48800000003:10000",
                        "503100008:10000"),
                bench.takeDescriptors());
    }

    @Test
    void shouldFlushTheSmallestSpanAroundARange() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        bench.client(RID).attach(domain);
        expectSuccess(domain.map(0x1f000, bench.page, 2 * PAGE, READ));
        bench.takeDescriptors();
        domain.unmap(0x1f000, 2 * PAGE);
        // 64 pages from 0 on: 0x1f and 0x20 differ in six bits.
        assertEquals(List.of("20036:6", "31000000003:1f001"), bench.takeDescriptors());
    }

    @Test
    void shouldFlushEverythingIfThereAreTooManyPagesForOneDescriptor() {
        final IntelBench bench = IntelBench.of(VtdConfig.scalable().withMaxAddressMask(3));
        final IntelPagingDomain domain = bench.paging(0);
        bench.client(RID).attach(domain);
        expectSuccess(domain.map(0x10000, bench.memory.base(), 16 * PAGE, READ));
        bench.takeDescriptors();
        domain.unmap(0x10000, 8 * PAGE);
        assertEquals("20036:10003", bench.takeDescriptors().get(0));
        domain.unmap(0x18000, 8 * PAGE);
        assertEquals("20036:18003", bench.takeDescriptors().get(0));
        expectSuccess(domain.map(0x10000, bench.memory.base(), 16 * PAGE, READ));
        domain.unmap(0x10000, 16 * PAGE);
        assertEquals("20026:0", bench.takeDescriptors().get(0));
    }

    @Test
    void shouldSendUpTo16DescriptorsTogether() {
        final IntelBench bench = IntelBench.scalable();
        final IntelPagingDomain domain = bench.paging(0);
        final IntelBench.Client client = bench.client(RID);
        for (int pasid = 1; pasid <= 9; pasid++) {
            client.attachPasid(domain, pasid);
        }
        expectSuccess(domain.map(IOVA, bench.page, PAGE, READ));
        bench.takeDescriptors();
        domain.unmap(IOVA, PAGE);
        assertEquals(2, bench.submissions);
        assertEquals(18, bench.takeDescriptors().size());
    }

    @Test
    void shouldTellCachesOfNewPagesInCachingMode() {
        final IntelBench bench = IntelBench.of(withoutFirstStage().with(VtdFeature.CACHING_MODE));
        final IntelPagingDomain domain = bench.paging(0);
        bench.client(RID).attach(domain);
        bench.takeDescriptors();
        expectSuccess(domain.map(IOVA, bench.page, PAGE, READ));
        assertEquals(List.of("200f2:" + Long.toHexString(IOVA)), bench.takeDescriptors());
    }
}
