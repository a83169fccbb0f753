// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is cached stays until a descriptor names it, and every descriptor names what it says. */
class VtdInvalidationTest {
    private static final int OTHER = 0x0498;
    private static final long IOVA = 0x1234_4000L;
    private static final long OLD = 5;
    private static final long NEW = 6;

    private VtdScript script = new VtdScript();

    @AfterEach
    void leave() {
        script.close();
    }

    private static long number(final String text) {
        return Long.parseUnsignedLong(text.substring(2), 16);
    }

    // ---- Translations ---------------------------------------------------------------------------

    /** RID, PASID, page: 0 to 3 by the first stage of domains 1, 1, 1, 2; 4 to 6 by the second. */
    private static final int[][] PLACES = {
        {RID, PASID, 0},
        {RID, PASID, 1},
        {RID, 0x43, 0},
        {OTHER, PASID, 0},
        {RID, 0x50, 0},
        {RID, 0x50, 1},
        {RID, 0x51, 0}
    };

    private void mapAllOld() {
        script.device(RID);
        script.device(OTHER);
        final long[] roots = {
            script.firstStage(RID, PASID, 1),
            script.firstStage(RID, 0x43, 1),
            script.firstStage(OTHER, PASID, 2),
            script.secondStage(RID, 0x50, 5),
            script.secondStage(RID, 0x51, 6)
        };
        mapAll(roots, OLD);
        assertEquals("", fresh());
        mapAll(roots, NEW);
        assertEquals("", fresh());
    }

    private void mapAll(final long[] roots, final long number) {
        script.map(roots[0], IOVA, script.pageOf(number) | LEAF);
        script.map(roots[0], IOVA + 0x1000, script.pageOf(number) | LEAF);
        script.map(roots[1], IOVA, script.pageOf(number) | LEAF);
        script.map(roots[2], IOVA, script.pageOf(number) | LEAF);
        script.map2(roots[3], IOVA, script.pageOf(number) | LEAF_2);
        script.map2(roots[3], IOVA + 0x1000, script.pageOf(number) | LEAF_2);
        script.map2(roots[4], IOVA, script.pageOf(number) | LEAF_2);
    }

    /** The places that read new data, as digits. */
    private String fresh() {
        final StringBuilder digits = new StringBuilder();
        for (int i = 0; i < PLACES.length; i++) {
            final long iova = IOVA + 0x1000L * PLACES[i][2];
            script.assertEnds(VtdScript.DONE, PLACES[i][0], PLACES[i][1], iova, READ);
            if (script.endpoint.data() == NEW) {
                digits.append(i);
            }
        }
        return digits.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "IOTLB global, 0x12, 0x0, 0123456",
        "IOTLB domain 5, 0x00050022, 0x0, 45",
        "IOTLB domain 6 drained, 0x000600e2, 0x0, 6",
        "IOTLB domain 7, 0x00070022, 0x0, ''",
        "IOTLB page, 0x00050032, 0x12344000, 4",
        "IOTLB next page, 0x00050032, 0x12345000, 5",
        "IOTLB two pages, 0x00050032, 0x12344001, 45",
        "IOTLB leaves alone, 0x00050032, 0x12344041, 45",
        "IOTLB page of another domain, 0x00060032, 0x12345000, ''",
        "IOTLB a wide range elsewhere, 0x00060032, 0x40000012, ''",
        "IOTLB a wide range, 0x00060032, 0x10000012, 6",
        "PASID all, 0x0000004200010026, 0x0, 01",
        "PASID all of another, 0x0000004300010026, 0x0, 2",
        "PASID all of another domain, 0x0000004200020026, 0x0, 3",
        "PASID all of no domain, 0x0000004200030026, 0x0, ''",
        "PASID page, 0x0000004200010036, 0x12344000, 0",
        "PASID two pages, 0x0000004200010036, 0x12345001, 01",
        "PASID leaves alone, 0x0000004200010036, 0x12345040, 1",
        "PASID another page, 0x0000004200010036, 0x12346000, ''",
        "context cache global, 0x11, 0x0, ''",
        "PASID cache global, 0x37, 0x0, ''",
        "device TLB, 0x0000031000000003, 0x7ffffffffffff001, ''",
        "PASID device TLB, 0x0000004203100008, 0x7ffffffffffff800, ''",
        "interrupt entries, 0x4, 0x0, ''",
        "wait, 0x45, 0x0, ''"
    })
    void shouldForgetTranslationsThatADescriptorNames(
            final String name, final String word0, final String word1, final String expected) {
        mapAllOld();
        script.vtd.submit(number(word0), number(word1));
        assertEquals(expected, fresh());
    }

    /** One invalidation of any page of a large one takes it all. */
    @Test
    void shouldForgetALargePageByAnyOfItsPages() {
        script.device(RID);
        final long root = script.secondStage(RID, 0x50, 5);
        script.put(root, 4, 1, 0, 0x0800_0000L | 1 << 7 | LEAF_2, LEAF_2);
        script.put(root, 4, 1, 1 << 21, 0x0800_0000L | 1 << 7 | LEAF_2, LEAF_2);
        script.vtd.store(0x0800_0000L, OLD);
        script.vtd.store(0x0820_0000L, NEW);
        script.assertReads(OLD, RID, 0x50, 0);
        script.put(root, 4, 1, 0, 0x0820_0000L | 1 << 7 | LEAF_2, LEAF_2);
        script.assertReads(OLD, RID, 0x50, 0);
        script.vtd.submit(VtdWords.iotlb(3, 5), 1 << 21);
        script.assertReads(OLD, RID, 0x50, 0);
        script.vtd.submit(VtdWords.iotlb(3, 5), 0x1f_f000);
        script.assertReads(NEW, RID, 0x50, 0);
    }

    @Test
    void shouldNotKeepWhatIsNotThere() {
        script.device(RID);
        script.assertFaults(0x51, RID, PASID, IOVA, READ);
        final long root = script.firstStage(RID, PASID, 1);
        script.assertFaults(0x71, RID, PASID, IOVA, READ);
        script.map(root, IOVA, script.pageOf(NEW) | LEAF);
        script.assertReads(NEW, RID, PASID, IOVA);
    }

    @Test
    void shouldLookAgainForARightThatACachedTranslationDoesNotGive() {
        script.device(RID);
        final long root = script.firstStage(RID, PASID, 1);
        final long page = script.pageOf(OLD);
        script.map(root, IOVA, page | (LEAF & ~2));
        script.assertReads(OLD, RID, PASID, IOVA);
        script.map(root, IOVA, page | LEAF);
        script.vtd.submit(VtdWords.pasidIotlb(3, 1, PASID), IOVA);
        script.assertWrites(NEW, RID, PASID, IOVA);
    }

    // ---- Contexts -------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "global, 0x11, true",
        "device, 0x0000031000000031, true",
        "another device, 0x0000031100000031, false",
        "with function mask, 0x0003031700000031, true",
        "with another mask, 0x0001031200000031, false",
        "IOTLB, 0x12, false",
        "PASID cache, 0x37, false"
    })
    void shouldForgetContextsThatADescriptorNames(
            final String name, final String word0, final boolean isGone) {
        script.device(RID);
        script.map(script.firstStage(RID, PASID, 1), IOVA, script.pageOf(OLD) | LEAF);
        script.assertReads(OLD, RID, PASID, IOVA);
        final long at = script.contextAt(RID);
        script.client.writeq(at, script.client.readq(at) & ~1);
        script.assertReads(OLD, RID, PASID, IOVA);
        script.vtd.submit(number(word0));
        script.vtd.submit(VtdWords.iotlb(1, 0));
        if (isGone) {
            script.assertFaults(0x41, RID, PASID, IOVA, READ);
        } else {
            script.assertReads(OLD, RID, PASID, IOVA);
        }
    }

    // ---- PASIDs ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "global, 0x37, true",
        "domain, 0x00010007, true",
        "another domain, 0x00020007, false",
        "one, 0x0000004200010017, true",
        "another, 0x0000004300010017, false",
        "one of another domain, 0x0000004200020017, false",
        "IOTLB, 0x12, false"
    })
    void shouldForgetPasidsThatADescriptorNames(
            final String name, final String word0, final boolean isGone) {
        script.device(RID);
        script.map(script.firstStage(RID, PASID, 1), IOVA, script.pageOf(OLD) | LEAF);
        script.assertReads(OLD, RID, PASID, IOVA);
        final long at = script.pasidAt(RID, PASID);
        script.client.writeq(at, script.client.readq(at) & ~1);
        script.assertReads(OLD, RID, PASID, IOVA);
        script.vtd.submit(number(word0));
        script.vtd.submit(VtdWords.iotlb(1, 0));
        if (isGone) {
            script.assertFaults(0x59, RID, PASID, IOVA, READ);
        } else {
            script.assertReads(OLD, RID, PASID, IOVA);
        }
    }

    // ---- The root table -------------------------------------------------------------------------

    @Test
    void shouldForgetAllWithTheRootTableIfBuiltSo() {
        leave();
        script =
                new VtdScript(
                        new VtdConfig(
                                0x30,
                                VtdFeature.SET_ROOT_INVALIDATES.with(
                                        VtdConfig.scalable().capabilities())),
                        VtdClient.SCALABLE);
        script.device(RID);
        script.map2(script.secondStage(RID, 0, 1), IOVA, script.pageOf(OLD) | LEAF_2);
        script.assertReads(OLD, RID, NO_PASID, IOVA);
        script.vtd.setRoot(script.vtd.page() | VtdClient.SCALABLE);
        script.assertFaults(0x39, RID, NO_PASID, IOVA, READ);
    }
}
