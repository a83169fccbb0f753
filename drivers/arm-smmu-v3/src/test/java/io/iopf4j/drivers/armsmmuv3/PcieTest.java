// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.PcieBus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A PCIe device with a cache of its own, and kernels at both levels, over the whole model. */
final class PcieTest {
    private static final int SID = 0x20;

    private final DriverBench bench = DriverBench.probed();
    private final List<String> heard = new ArrayList<>();

    PcieTest() {
        bench.model.connect(
                new PcieBus() {
                    @Override
                    public void pageRequestResponse(
                            final int streamId,
                            final int substreamId,
                            final int code,
                            final int group) {
                        heard.add("answer " + substreamId + " " + code + " " + group);
                    }

                    @Override
                    public boolean invalidateTranslations(
                            final int streamId,
                            final int substreamId,
                            final boolean isGlobal,
                            final long address,
                            final int log2Bytes) {
                        heard.add("forget " + Long.toHexString(address) + " " + log2Bytes);
                        return true;
                    }
                });
    }

    private DriverBench.Client client(final DriverBench on, final boolean ats) {
        final IommuDevice device =
                new IommuDevice(
                        "pcie", on.smmu.ops(), new IommuFwspec(List.of(SID), false, 5, ats));
        final IommuGroup group = new IommuGroup(1);
        assertEquals(0, group.addDevice(device));
        return on.new Client(device, group);
    }

    @Test
    void shouldLetADeviceTranslateAndMakeItForget() {
        final DriverBench.Client client = client(bench, true);
        final ArmSmmuPagingDomain domain = bench.pagingDomain(client);
        domain.map(IOVA, bench.page, READ);
        client.attach(domain);
        heard.clear();
        final AtsCompletion found = bench.model.translationRequest(SID, NO_PASID, IOVA, READ);
        assertEquals(AtsCompletion.Status.SUCCESS, found.status());
        assertEquals(bench.page, found.address());
        assertTrue(domain.unmap(IOVA));
        assertEquals(List.of("forget 12345000 12"), heard);
        assertEquals(0, bench.model.translationRequest(SID, NO_PASID, IOVA, READ).perm(), "gone");
    }

    @Test
    void shouldLetNoOtherDeviceTranslate() {
        final DriverBench.Client client = client(bench, false);
        client.attach(bench.pagingDomain(client));
        assertEquals(
                AtsCompletion.Status.UNSUPPORTED_REQUEST,
                bench.model.translationRequest(SID, NO_PASID, IOVA, READ).status());
    }

    @Test
    void shouldRefusePageRequests() {
        bench.model.pageRequest(SID, 7, IOVA, IommuFault.PERM_READ, 3, true);
        bench.scheduler.runReady();
        assertEquals(List.of("answer 7 15 3"), heard);
        assertTrue(bench.logged("unexpected page request"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTranslateAndForgetAtEitherLevel(final boolean isKernelInHypMode) {
        final DriverBench el = new DriverBench();
        el.smmu =
                ArmSmmuDevice.probe(
                        el,
                        el.kernel,
                        el.core,
                        FaultPaths.current(),
                        new ArmSmmuOptions(isKernelInHypMode));
        assertEquals(0, el.smmu.error());
        final DriverBench.Client client = client(el, false);
        final ArmSmmuPagingDomain domain = el.pagingDomain(client);
        domain.map(IOVA, el.page, READ);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        assertTrue(domain.unmap(IOVA));
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), client.results());
    }

    @Test
    void shouldPassUntranslatedWithTheIdentityDomain() {
        final DriverBench.Client client = client(bench, false);
        assertEquals(0, bench.smmu.ops().identityDomain().attachDev(client.device));
        client.access(NO_PASID, bench.page, READ);
        assertEquals(0, bench.smmu.ops().blockedDomain().attachDev(client.device));
        client.access(NO_PASID, bench.page, READ);
        assertEquals(List.of(AccessResult.DONE, AccessResult.ABORTED), client.results());
    }
}
