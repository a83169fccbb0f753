// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdScript.DTE;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.PASIDE;
import static io.iopf4j.qtest.VtdScript.RID;
import static io.iopf4j.qtest.VtdScript.pasid0;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an integrator leaves out of VT-d: entries that ask for it are in error. */
class VtdLeftOutTest {
    private static final long IOVA = 0x1234_5000L;

    private VtdScript script;

    private void without(final VtdFeature... features) {
        VtdCapabilities capabilities = VtdConfig.scalable().capabilities();
        for (final VtdFeature feature : features) {
            capabilities = feature.without(capabilities);
        }
        script = new VtdScript(new VtdConfig(0x30, capabilities), VtdClient.SCALABLE);
    }

    @AfterEach
    void leave() {
        script.close();
    }

    private void assertPasidEntryInvalid(final long word0, final long word2) {
        script.device(RID);
        script.vtd.store(script.pasidAt(RID, PASID), word0, 1, word2);
        script.assertFaults(0x5b, RID, PASID, IOVA, READ);
    }

    @Test
    void shouldHaveNoFirstStage() {
        without(VtdFeature.FIRST_STAGE, VtdFeature.NESTED);
        assertPasidEntryInvalid(pasid0(1, 0), script.vtd.page());
        assertPasidEntryInvalid(pasid0(3, script.vtd.page()), script.vtd.page());
    }

    @Test
    void shouldHaveNoSecondStage() {
        without(VtdFeature.SECOND_STAGE, VtdFeature.NESTED);
        assertPasidEntryInvalid(pasid0(2, script.vtd.page()), 0);
        script.map(script.firstStage(RID, PASID, 1), IOVA, script.pageOf(5) | LEAF);
        script.assertReads(5, RID, PASID, IOVA);
    }

    @Test
    void shouldHaveNoNesting() {
        without(VtdFeature.NESTED);
        assertPasidEntryInvalid(pasid0(3, script.vtd.page()), script.vtd.page());
    }

    @Test
    void shouldHaveNoPassThrough() {
        without(VtdFeature.PASS_THROUGH);
        assertPasidEntryInvalid(pasid0(4, 0), 0);
    }

    @Test
    void shouldHaveFourLevelsAlone() {
        without(VtdFeature.FIVE_LEVEL);
        assertPasidEntryInvalid(pasid0(1, 0), script.vtd.page() | 1 << 2);
        assertPasidEntryInvalid(1 | 3 << 2 | 2 << 6 | script.vtd.page(), 0);
    }

    @ParameterizedTest
    @CsvSource({
        "SECOND_STAGE_2M, 1, 2, 0x7a",
        "SECOND_STAGE_1G, 2, 2, 0x7a",
        "FIRST_STAGE_1G, 2, 1, 0x72"
    })
    void shouldHaveNoSuchLargePages(
            final VtdFeature feature, final int level, final int stage, final String reason) {
        without(feature);
        script.device(RID);
        if (stage == 1) {
            final long root = script.firstStage(RID, PASID, 1);
            script.put(root, 4, level, IOVA, 1 << 7 | LEAF, VtdScript.TABLE);
        } else {
            final long root = script.secondStage(RID, PASID, 1);
            script.put(root, 4, level, IOVA, 1 << 7 | LEAF_2, LEAF_2);
        }
        script.assertFaults(Integer.decode(reason), RID, PASID, IOVA, READ);
    }

    @Test
    void shouldHaveNoExecuteNorSupervisorRequests() {
        without(VtdFeature.EXECUTE_REQUESTS);
        assertPasidEntryInvalid(pasid0(1, 0), script.vtd.page() | 1 << 1);
        leave();
        without(VtdFeature.SUPERVISOR_REQUESTS);
        assertPasidEntryInvalid(pasid0(1, 0), script.vtd.page() | 1);
        script.firstStage(RID, PASID, 1);
        script.assertFaults(0x5d, RID, PASID, IOVA, READ | PRIV);
        script.assertFaults(0x5c, RID, PASID, IOVA, READ | EXEC);
    }

    /** Fields of what is not there are reserved. */
    @ParameterizedTest
    @CsvSource({"PAGE_REQUESTS, 0x10", "DEVICE_TLB, 0x4", "PASID, 0x8"})
    void shouldRefuseContextsThatAskForMore(final VtdFeature feature, final String bits) {
        without(feature, VtdFeature.PAGE_REQUESTS, VtdFeature.PAGE_REQUEST_DRAIN);
        script.device(RID, Integer.decode(bits));
        script.assertFaults(0x42, RID, NO_PASID, IOVA, READ);
    }

    @Test
    void shouldHaveNoPageRequests() {
        without(VtdFeature.PAGE_REQUESTS, VtdFeature.PAGE_REQUEST_DRAIN);
        script.device(RID, DTE | PASIDE);
        script.endpoint.pageRequest(RID, PASID, IOVA, READ, 1, false);
        script.assertNoRequest();
        // Nor are there registers of a queue.
        script.vtd.set64(VtdClient.PQA, -1);
        script.vtd.assertRegister64(0, VtdClient.PQA);
    }

    @Test
    void shouldHaveNoDeviceTlbs() {
        without(VtdFeature.DEVICE_TLB, VtdFeature.PAGE_REQUESTS, VtdFeature.PAGE_REQUEST_DRAIN);
        script.device(RID, PASIDE);
        script.endpoint.request(RID, NO_PASID, IOVA, READ).go(4);
        assertEquals(1, script.endpoint.atsStatus(), "unsupported request");
    }

    @Test
    void shouldHaveFewDomains() {
        final VtdCapabilities all = VtdConfig.scalable().capabilities();
        script =
                new VtdScript(
                        new VtdConfig(0x30, new VtdCapabilities((all.cap() & ~7) | 2, all.ecap())),
                        VtdClient.SCALABLE);
        script.device(RID);
        script.vtd.store(script.pasidAt(RID, PASID), pasid0(1, 0), 0x100, script.vtd.page());
        script.assertFaults(0x5b, RID, PASID, IOVA, READ);
        script.vtd.store(script.pasidAt(RID, PASID), pasid0(1, 0), 0xff, script.vtd.page());
        script.assertFaults(0x71, RID, PASID, IOVA, READ);
    }

    @Test
    void shouldHaveSmallAddresses() {
        script = new VtdScript(VtdConfig.scalable().withAddressBits(41), VtdClient.SCALABLE);
        script.device(RID);
        script.map2(
                script.secondStage(RID, PASID, 1), (1L << 41) - 0x1000, script.pageOf(5) | LEAF_2);
        script.assertReads(5, RID, PASID, (1L << 41) - 0x1000);
        script.assertFaults(0x84, RID, PASID, 1L << 41, READ);
    }
}
