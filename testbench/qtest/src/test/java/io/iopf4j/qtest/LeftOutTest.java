// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EventWords.CLASS_IN;
import static io.iopf4j.qtest.EventWords.C_BAD_CD;
import static io.iopf4j.qtest.EventWords.C_BAD_STE;
import static io.iopf4j.qtest.EventWords.F_ADDR_SIZE;
import static io.iopf4j.qtest.EventWords.F_TRANSLATION;
import static io.iopf4j.qtest.EventWords.PNU;
import static io.iopf4j.qtest.EventWords.RNW;
import static io.iopf4j.qtest.EventWords.word0;
import static io.iopf4j.qtest.SmmuScript.A;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.CR2;
import static io.iopf4j.qtest.SmmuScript.LEAF;
import static io.iopf4j.qtest.SmmuScript.R;
import static io.iopf4j.qtest.SmmuScript.S2R;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What an integrator leaves out: the entries that ask for it are in error, or its fields ignored.
 */
class LeftOutTest {
    private static final int SID = 0x10;
    private static final int SSID = 3;
    private static final long IOVA = 0x1234_5000L;

    private SmmuScript script;

    private void without(final SmmuFeature feature) {
        script = new SmmuScript(SmmuV3Config.roomy().without(feature));
    }

    @AfterEach
    void leave() {
        script.close();
    }

    private void assertBad(final int number, final int pasid) {
        script.assertEnds(ABORTED, SID, pasid, IOVA, READ);
        script.assertEvent(word0(number, SID, pasid), 0, 0, 0);
        script.forgetConfiguration();
    }

    private void assertWalks(final int pasid, final long word1) {
        script.assertEnds(ABORTED, SID, pasid, IOVA, READ | PRIV);
        script.assertEvent(word0(F_TRANSLATION, SID, pasid), RNW | word1 | CLASS_IN, IOVA, 0);
        script.forgetConfiguration();
    }

    @Test
    void shouldHaveNoStageOne() {
        without(SmmuFeature.STAGE_1);
        script.oneContext(SID, 1, A | R);
        assertBad(C_BAD_STE, SSID);
        script.nested(SID, 1, S2R);
        assertBad(C_BAD_STE, SSID);
        final long root = script.stageTwo(SID, 1, S2R);
        script.map(root, IOVA, script.pageOf(5) | SmmuScript.LEAF_2);
        script.assertReads(5, SID, NO_PASID, IOVA);
    }

    @Test
    void shouldHaveNoStageTwo() {
        without(SmmuFeature.STAGE_2);
        script.stageTwo(SID, 1, S2R);
        assertBad(C_BAD_STE, NO_PASID);
        script.nested(SID, 1, S2R);
        assertBad(C_BAD_STE, SSID);
        // There are no VMIDs, so that none is too large.
        script.context(script.stageOne(SID, 0xffff, 0), SSID, 1, A | R);
        assertWalks(SSID, PNU);
    }

    @Test
    void shouldHaveNoContextTablesOfTwoLevels() {
        without(SmmuFeature.TWO_LEVEL_CD_TABLE);
        final long contexts = script.smmu.page();
        for (final int s1Fmt : new int[] {1, 2}) {
            script.ste(SID, SmmuScript.ste0(5, contexts, s1Fmt, 8), 2, 0, 0);
            assertBad(C_BAD_STE, SSID);
        }
        // A single context has no format.
        script.context(contexts, 0, 1, A | R);
        script.ste(SID, SmmuScript.ste0(5, contexts, 1, 0), 2, 0, 0);
        assertWalks(NO_PASID, 0);
        script.ste(SID, SmmuScript.ste0(5, contexts, 3, 8), 2, 0, 0);
        assertWalks(NO_PASID, 0);
    }

    @Test
    void shouldHaveNoStreamTablesOfTwoLevels() {
        script =
                new SmmuScript(
                        SmmuV3Config.roomy()
                                .withSidBits(6)
                                .without(SmmuFeature.TWO_LEVEL_STREAM_TABLE));
        script.reconfigure(SmmuScript.STRTAB_BASE_CFG, 1 << 16 | 6 << 6 | 6);
        assertEquals(6, script.get(SmmuScript.STRTAB_BASE_CFG));
        script.ste(SID, 0x9, 0, 0, 0);
        script.assertReads(0, SID, NO_PASID, SmmuClient.MEMORY + 0x80_0000);
    }

    @Test
    void shouldHaveSmallIdentifiers() {
        without(SmmuFeature.ASID16);
        script.oneContext(SID, 0x100, A | R);
        assertBad(C_BAD_CD, SSID);
        script.oneContext(SID, 0xff, A | R);
        assertWalks(SSID, PNU);
        leave();
        without(SmmuFeature.VMID16);
        script.stageTwo(SID, 0x100, S2R);
        assertBad(C_BAD_STE, NO_PASID);
        script.stageOne(SID, 0x100, 0);
        assertBad(C_BAD_STE, SSID);
    }

    @Test
    void shouldHaveFewerGranules() {
        without(SmmuFeature.GRANULE_16K);
        final long contexts = script.stageOne(SID, 0, 0);
        script.store(
                contexts + 64 * SSID,
                SmmuScript.cd0(1, A | R) | 2 << 6,
                script.smmu.page(),
                0,
                0xff);
        assertBad(C_BAD_CD, SSID);
        script.ste(
                SID,
                1 | 6 << 1,
                0,
                (SmmuScript.ste2(1, S2R) & ~(63L << 32)) | 24L << 32 | 2L << 46,
                script.alignedPages(14));
        assertBad(C_BAD_STE, NO_PASID);
    }

    @Test
    void shouldIgnoreWhatConcernsEl2() {
        without(SmmuFeature.HYP);
        script.reconfigure(CR2, 3);
        assertEquals(2, script.get(CR2));
        for (long strw = 0; strw < 4; strw++) {
            script.context(script.stageOne(SID, 0, strw << 30), SSID, 1, A | R);
            assertWalks(SSID, PNU);
        }
    }

    @Test
    void shouldIgnoreOverridesOfPermissions() {
        without(SmmuFeature.ATTRIBUTE_PERMISSIONS_OVERRIDE);
        script.context(script.stageOne(SID, 0, 2L << 48 | 3L << 50), SSID, 1, A | R);
        assertWalks(SSID, PNU);
        script.set(SmmuScript.GBPA, 1 << 31 | 0xf_0000);
        assertEquals(0, script.get(SmmuScript.GBPA));
    }

    @Test
    void shouldRecordNoErrorsOfAts() {
        without(SmmuFeature.ATS_RECORDS_ERRORS);
        script.reconfigure(CR2, 0xa);
        assertEquals(2, script.get(CR2));
        script.endpoint.request(SID, NO_PASID, IOVA, READ).go(4);
        assertEquals(2, script.endpoint.atsStatus());
        script.assertNoEvent();
    }

    @Test
    void shouldHaveNoAts() {
        script =
                new SmmuScript(
                        SmmuV3Config.roomy().without(SmmuFeature.PRI).without(SmmuFeature.ATS));
        script.set(CR0, 0x1d);
        assertEquals(0xd, script.get(0x24), "neither ATSCHK");
        // EATS is not looked at.
        script.context(script.stageOne(SID, 0, 2L << 28), SSID, 1, A | R);
        assertWalks(SSID, PNU);
    }

    @Test
    void shouldHaveSmallAddresses() {
        script = new SmmuScript(SmmuV3Config.roomy().withOas(2));
        // 40 bits, whatever IPS says.
        final long root = script.oneContext(SID, 1, A | R);
        script.map(root, IOVA, 1L << 40 | LEAF);
        script.assertEnds(ABORTED, SID, SSID, IOVA, READ);
        script.assertEvent(word0(F_ADDR_SIZE, SID, SSID), RNW | CLASS_IN, IOVA, 0);
        script.map(root, IOVA, 0xff_ffff_f000L | LEAF);
        script.assertEnds(ABORTED, SID, SSID, IOVA, READ);
        script.assertNoEvent();
        script.ste(SID, SmmuScript.ste0(5, 1L << 40, 0, 3), 2, 0, 0);
        script.forgetConfiguration();
        assertBad(C_BAD_STE, SSID);
        // 48 bits in are too many for stage 2.
        script.stageTwo(SID, 1, S2R);
        assertBad(C_BAD_STE, NO_PASID);
        script.ste(SID, 0x9, 0, 0, 0);
        script.assertEnds(ABORTED, SID, NO_PASID, 1L << 40, READ);
        script.assertEvent(word0(F_ADDR_SIZE, SID, -1), RNW | CLASS_IN, 1L << 40, 0);
    }
}
