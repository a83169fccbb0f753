// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdClient.CCMD;
import static io.iopf4j.qtest.VtdClient.GCMD;
import static io.iopf4j.qtest.VtdClient.GSTS;
import static io.iopf4j.qtest.VtdClient.IOTLB;
import static io.iopf4j.qtest.VtdClient.IQA;
import static io.iopf4j.qtest.VtdClient.IQH;
import static io.iopf4j.qtest.VtdClient.IQT;
import static io.iopf4j.qtest.VtdClient.IVA;
import static io.iopf4j.qtest.VtdClient.LEGACY;
import static io.iopf4j.qtest.VtdClient.QIE;
import static io.iopf4j.qtest.VtdClient.ROOT;
import static io.iopf4j.qtest.VtdClient.RTADDR;
import static io.iopf4j.qtest.VtdClient.SCALABLE;
import static io.iopf4j.qtest.VtdClient.SRTP;
import static io.iopf4j.qtest.VtdClient.TE;
import static io.iopf4j.qtest.VtdScript.ABORTED;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GCMD and GSTS, the root table pointer, and invalidation by registers. */
class VtdCommandTest {
    private static final long IOVA = 0x1234_5000L;

    private static VtdClient outOfReset() {
        return new VtdClient(VtdConfig.scalable());
    }

    // ---- Global commands ------------------------------------------------------------------------

    @Test
    void shouldFollowWhatIsALevel() {
        try (VtdClient vtd = outOfReset()) {
            vtd.set64(IQA, VtdClient.QUEUE);
            vtd.set(GCMD, QIE);
            vtd.assertRegister(QIE, GSTS);
            vtd.set(GCMD, QIE | TE);
            vtd.assertRegister(QIE | TE, GSTS);
            vtd.set(GCMD, TE);
            vtd.assertRegister(TE, GSTS);
            vtd.set(GCMD, 0);
            vtd.assertRegister(0, GSTS);
            vtd.assertRegister(0, GCMD);
        }
    }

    @Test
    void shouldDoOnceWhatIsNone() {
        try (VtdClient vtd = outOfReset()) {
            vtd.set64(RTADDR, ROOT | SCALABLE);
            vtd.set(GCMD, SRTP);
            vtd.assertRegister(SRTP, GSTS);
            vtd.set(GCMD, 0);
            vtd.assertRegister(SRTP, GSTS);
            // Write buffers are flushed at once.
            vtd.set(GCMD, 1 << 27);
            vtd.assertRegister(SRTP, GSTS);
        }
    }

    /** Interrupt remapping, and the advanced fault log, and compatibility interrupts. */
    @ParameterizedTest
    @ValueSource(ints = {25, 28, 23})
    void shouldNotTurnOnWhatThereIsNot(final int bit) {
        try (VtdClient vtd = outOfReset()) {
            vtd.set(GCMD, 1 << bit);
            vtd.assertRegister(0, GSTS);
        }
    }

    @Test
    void shouldStartTheQueueAnewWhenItIsEnabledAnew() {
        try (VtdClient vtd = outOfReset()) {
            vtd.enableQueue(true);
            vtd.submit(VtdWords.waitFor(1, 0), VtdClient.STATUS);
            vtd.submit(VtdWords.waitFor(2, 0), VtdClient.STATUS);
            vtd.assertRegister64(64, IQH);
            vtd.commandOff(QIE);
            assertEquals(0, vtd.get(GSTS) & QIE);
            vtd.assertRegister64(0, IQH);
            vtd.enableQueue(false);
            vtd.submit(VtdWords.waitFor(3, 0), VtdClient.STATUS);
            vtd.assertRegister64(16, IQH);
            assertEquals(3, vtd.client.readl(VtdClient.STATUS));
        }
    }

    @Test
    void shouldTakeWhatLiesInTheQueueWhenItIsEnabled() {
        try (VtdClient vtd = outOfReset()) {
            vtd.store(VtdClient.QUEUE, VtdWords.waitFor(7, 0), VtdClient.STATUS, 0, 0);
            vtd.set64(IQA, VtdClient.QUEUE | 1 << 11);
            vtd.set(IQT, 32);
            assertEquals(0, vtd.client.readl(VtdClient.STATUS));
            vtd.set(GCMD, QIE);
            vtd.assertRegister64(32, IQH);
            assertEquals(7, vtd.client.readl(VtdClient.STATUS));
        }
    }

    @Test
    void shouldUseAddressesAsTheyAreWithTranslationOff() {
        try (VtdScript script = new VtdScript()) {
            script.vtd.commandOff(TE);
            final long page = script.pageOf(5);
            script.assertReads(5, RID, NO_PASID, page);
            script.assertReads(5, RID, 7, page);
            script.assertEnds(ABORTED, RID, NO_PASID, VtdScript.OUTSIDE, READ);
            script.assertNoFault();
            script.vtd.command(TE);
            script.assertFaults(0x39, RID, NO_PASID, page, READ);
        }
    }

    // ---- The root table pointer -----------------------------------------------------------------

    @Test
    void shouldTakeTheRootTableAddressAtSrtpAlone() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.map2(script.secondStage(RID, 0, 1), IOVA, script.pageOf(5) | LEAF_2);
            script.vtd.set64(RTADDR, script.vtd.page() | SCALABLE);
            script.forgetAll();
            script.assertReads(5, RID, NO_PASID, IOVA);
            script.vtd.command(SRTP);
            script.forgetAll();
            script.assertFaults(0x39, RID, NO_PASID, IOVA, READ);
            // Nor is the mode.
            script.vtd.set64(RTADDR, ROOT);
            script.forgetAll();
            script.assertFaults(0x39, RID, NO_PASID, IOVA, READ);
        }
    }

    @Test
    void shouldKeepWhatIsCachedWhenTheRootTableIsSet() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.map2(script.secondStage(RID, 0, 1), IOVA, script.pageOf(5) | LEAF_2);
            script.assertReads(5, RID, NO_PASID, IOVA);
            script.vtd.setRoot(script.vtd.page() | SCALABLE);
            script.assertReads(5, RID, NO_PASID, IOVA);
            script.forgetAll();
            script.assertFaults(0x39, RID, NO_PASID, IOVA, READ);
        }
    }

    // ---- Invalidation by registers --------------------------------------------------------------

    /** Legacy tables, no queue, and a page that is cached and no longer what it was. */
    private static VtdScript stale() {
        final VtdScript script = new VtdScript(VtdConfig.scalable(), LEGACY);
        script.vtd.commandOff(QIE);
        final long root = script.vtd.page();
        script.vtd.store(script.legacyContextAt(RID), 1 | root, 2 | 5 << 8);
        script.map2(root, IOVA, script.pageOf(5) | LEAF_2);
        script.assertReads(5, RID, NO_PASID, IOVA);
        script.map2(root, IOVA, script.pageOf(6) | LEAF_2);
        script.assertReads(5, RID, NO_PASID, IOVA);
        return script;
    }

    @ParameterizedTest
    @CsvSource({
        // IIRG, DID, IAIG, what is then read.
        "1, 0, 1, 6",
        "1, 9, 1, 6",
        "2, 5, 2, 6",
        "2, 9, 2, 5",
        "0, 5, 0, 5"
    })
    void shouldInvalidateTheIotlbByItsRegister(
            final int asked, final int did, final int done, final int then) {
        try (VtdScript script = stale()) {
            script.vtd.set64(IOTLB, 1L << 63 | (long) asked << 60 | (long) did << 32);
            final long after = script.vtd.get64(IOTLB);
            assertEquals(0, after >>> 63, "IVT");
            assertEquals(done, after >>> 57 & 3, "IAIG");
            script.assertReads(then, RID, NO_PASID, IOVA);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // IVA, DID, IAIG, what is then read; MAMV is 18.
        "0x12345000, 5, 3, 6",
        "0x12345040, 5, 3, 6",
        "0x12344000, 5, 3, 5",
        "0x12344001, 5, 3, 6",
        "0x12345000, 6, 3, 5",
        "0x12, 5, 3, 6",
        "0x13, 5, 0, 5"
    })
    void shouldInvalidatePagesByRegisters(
            final String iva, final int did, final int done, final int then) {
        try (VtdScript script = stale()) {
            script.vtd.set64(IVA, Long.decode(iva));
            script.vtd.set64(IOTLB, 1L << 63 | 3L << 60 | (long) did << 32);
            assertEquals(0, script.vtd.get64(IOTLB) >>> 63, "IVT");
            assertEquals(done, script.vtd.get64(IOTLB) >>> 57 & 3, "IAIG");
            script.assertReads(then, RID, NO_PASID, IOVA);
        }
    }

    @Test
    void shouldActOnTheHighHalfOfARegisterCommand() {
        try (VtdScript script = stale()) {
            script.vtd.set(IOTLB, 0);
            script.assertReads(5, RID, NO_PASID, IOVA);
            script.vtd.set(IOTLB + 4, 1 << 31 | 1 << 28);
            assertEquals(1, script.vtd.get64(IOTLB) >>> 57 & 3);
            script.assertReads(6, RID, NO_PASID, IOVA);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // CIRG, DID, SID, function mask, whether the context is read anew.
        "1, 0, 0, 0, true",
        "2, 5, 0, 0, true",
        "3, 5, 0x0310, 0, true",
        "3, 5, 0x0311, 0, false",
        "3, 5, 0x0314, 1, true",
        "3, 5, 0x0316, 2, true",
        "3, 5, 0x0317, 3, true",
        "3, 5, 0x0311, 2, false",
        "3, 5, 0x0318, 3, false"
    })
    void shouldInvalidateContextsByTheirRegister(
            final int asked,
            final int did,
            final String sid,
            final int mask,
            final boolean isGone) {
        try (VtdScript script = stale()) {
            script.client.writeq(script.legacyContextAt(RID), 0);
            script.vtd.set64(
                    CCMD,
                    1L << 63
                            | (long) asked << 61
                            | (long) mask << 32
                            | (long) Integer.decode(sid) << 16
                            | did);
            final long after = script.vtd.get64(CCMD);
            assertEquals(0, after >>> 63, "ICC");
            assertEquals(asked, after >>> 59 & 3, "CAIG");
            script.vtd.set64(IOTLB, 1L << 63 | 1L << 60);
            if (isGone) {
                script.assertFaults(0x02, RID, NO_PASID, IOVA, READ);
            } else {
                script.assertReads(6, RID, NO_PASID, IOVA);
            }
        }
    }

    @Test
    void shouldNotInvalidateByRegistersWhileThereIsAQueue() {
        try (VtdScript script = stale()) {
            script.vtd.enableQueue(false);
            script.vtd.set64(IOTLB, 1L << 63 | 1L << 60);
            script.vtd.set64(CCMD, 1L << 63 | 1L << 61);
            assertEquals(1, script.vtd.get64(IOTLB) >>> 63, "it is never done");
            assertEquals(1, script.vtd.get64(CCMD) >>> 63, "nor is this");
            script.assertReads(5, RID, NO_PASID, IOVA);
        }
    }
}
