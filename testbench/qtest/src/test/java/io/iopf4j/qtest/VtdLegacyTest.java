// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.VtdClient.LEGACY;
import static io.iopf4j.qtest.VtdFaultCase.IOVA;
import static io.iopf4j.qtest.VtdScript.FPD;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.OUTSIDE;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Legacy tables: what they translate, and every fault reason of theirs. */
class VtdLegacyTest {
    /** With three levels too, and 48 bits of address at most. */
    private static final VtdConfig SMALL =
            new VtdConfig(0x30, VtdFeature.THREE_LEVEL.with(VtdConfig.scalable().capabilities()));

    private VtdScript script = new VtdScript(SMALL, LEGACY);

    @AfterEach
    void leave() {
        script.close();
    }

    /** A context of translation type 0 and four levels; gives its root. */
    private static long device(final VtdScript script, final long bits) {
        final long root = script.vtd.page();
        context(script, 1 | bits | root, 2 | 5 << 8);
        return root;
    }

    private static void context(final VtdScript script, final long word0, final long word1) {
        script.vtd.store(script.legacyContextAt(RID), word0, word1);
    }

    // ---- Translation ----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 3, 0x7fffffffff", "2, 4, 0xffffffffffff", "3, 5, 0x1ffffffffffffff"})
    void shouldTranslateByTablesOfSomeLevels(final int aw, final int levels, final String last) {
        final long root = script.vtd.page();
        context(script, 1 | root, aw | 5 << 8);
        final long top = Long.decode(last) & -0x1000L;
        script.put(root, levels, 0, top, script.pageOf(8) | LEAF_2, LEAF_2);
        script.put(root, levels, 0, IOVA, script.pageOf(9) | LEAF_2, LEAF_2);
        script.assertReads(8, RID, NO_PASID, top);
        script.assertReads(9, RID, NO_PASID, IOVA & -0x1000L);
        script.assertWrites(7, RID, NO_PASID, top + 8);
        script.assertReads(7, RID, NO_PASID, top + 8);
        if (levels < 5) {
            script.assertFaults(0x04, RID, NO_PASID, top + 0x1000, READ);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldTranslateByLargePages(final int level) {
        final long root = device(script, 0);
        final long page = 0x0020_0000L * (level == 1 ? 3 : 0);
        script.put(root, 4, level, 1L << 30, page | 1 << 7 | LEAF_2, LEAF_2);
        final long inside = 0x0070_0010L & ((1L << (12 + 9 * level)) - 1);
        script.vtd.store(page + inside, 0x1234);
        script.assertReads(0x1234, RID, NO_PASID, (1L << 30) + inside);
    }

    @Test
    void shouldPassThrough() {
        context(script, 1 | 2 << 2, 2 | 5 << 8);
        script.assertReads(6, RID, NO_PASID, script.pageOf(6));
        script.assertEnds(VtdScript.ABORTED, RID, NO_PASID, OUTSIDE, READ);
        script.assertNoFault();
    }

    @Test
    void shouldHaveContextsOfTheirOwnForEveryFunction() {
        for (final int rid : new int[] {0x0000, 0x00ff, 0x0380, 0xffff}) {
            final long root = script.vtd.page();
            script.vtd.store(script.legacyContextAt(rid), 1 | root, 2 | (long) rid << 8);
            script.map2(root, IOVA, script.pageOf(rid + 1) | LEAF_2);
            script.assertReads(rid + 1, rid, NO_PASID, IOVA & -0x1000L);
        }
    }

    // ---- Faults ---------------------------------------------------------------------------------

    private static VtdFaultCase fault(
            final int reason,
            final boolean isQualified,
            final String name,
            final Consumer<VtdScript> tables) {
        return new VtdFaultCase(reason, isQualified, name, tables, NO_PASID, IOVA, READ);
    }

    static Stream<VtdFaultCase> withoutContext() {
        return Stream.of(
                fault(0x01, false, "no root entry", s -> {}),
                fault(0x08, false, "root table outside", s -> s.vtd.setRoot(OUTSIDE)),
                fault(0x09, false, "context table outside", s -> root(s, OUTSIDE | 1, 0)),
                fault(0x0a, false, "root entry bit 1", s -> root(s, s.vtd.page() | 3, 0)),
                fault(0x0a, false, "root entry bit 64", s -> root(s, s.vtd.page() | 1, 1)),
                fault(0x31, false, "PASID", s -> device(s, 0)).of(5));
    }

    static Stream<VtdFaultCase> withContext() {
        return Stream.of(
                fault(0x02, true, "no context entry", s -> context(s, 0, 0)),
                fault(0x03, true, "AW 0", s -> context(s, 1, 5 << 8)),
                fault(0x03, true, "AW 7", s -> context(s, 1, 7 | 5 << 8)),
                fault(0x03, true, "TT 3", s -> device(s, 3 << 2)),
                fault(0x03, true, "root outside", s -> context(s, OUTSIDE | 1, 2 | 5 << 8)),
                fault(0x04, true, "bit 48", s -> device(s, 0)).at(1L << 48),
                fault(0x05, true, "nothing for a write", s -> device(s, 0)).asking(WRITE),
                fault(0x05, true, "not writable", s -> leaf(s, 0, 1)).asking(WRITE),
                fault(0x06, true, "nothing for a read", s -> device(s, 0)),
                fault(0x06, true, "not readable", s -> leaf(s, 0, 2)),
                fault(0x07, true, "table outside", s -> leaf(s, 2, OUTSIDE | LEAF_2)),
                fault(0x0b, true, "context bit 4", s -> device(s, 1 << 4)),
                fault(0x0b, true, "context bit 11", s -> device(s, 1 << 11)),
                fault(0x0b, true, "context bit 71", s -> context(s, 1, 2 | 1 << 7)),
                fault(0x0b, true, "context bit 88", s -> context(s, 1, 2 | 1 << 24)),
                fault(0x0c, true, "page at level 4", s -> leaf(s, 3, 1 << 7 | LEAF_2)),
                fault(0x0c, true, "2 MiB's offset", s -> leaf(s, 1, 1 << 20 | 1 << 7 | LEAF_2)),
                fault(0x0e, true, "interrupts", s -> leaf(s, 0, 0xfee0_f000L | LEAF_2)));
    }

    private static void root(final VtdScript script, final long word0, final long word1) {
        script.vtd.store(VtdScript.rootAt(RID), word0, word1);
    }

    private static void leaf(final VtdScript script, final int level, final long entry) {
        script.put(device(script, 0), 4, level, IOVA, entry, LEAF_2);
    }

    @ParameterizedTest
    @MethodSource({"withoutContext", "withContext"})
    void shouldRecordEveryFault(final VtdFaultCase fault) {
        fault.tables().accept(script);
        script.assertFaults(fault.reason(), RID, fault.pasid(), fault.iova(), fault.access());
        script.assertFaults(fault.reason(), RID, fault.pasid(), fault.iova(), fault.access());
    }

    @ParameterizedTest
    @MethodSource("withContext")
    void shouldHeedFpd(final VtdFaultCase fault) {
        fault.tables().accept(script);
        final long at = script.legacyContextAt(RID);
        script.client.writeq(at, script.client.readq(at) | FPD);
        script.assertFaultsSilently(RID, fault.pasid(), fault.iova(), fault.access());
    }

    @Test
    void shouldRefuseThreeLevelsThatItDoesNotHave() {
        leave();
        script = new VtdScript(VtdConfig.scalable(), LEGACY);
        context(script, 1 | script.vtd.page(), 1 | 5 << 8);
        script.assertFaults(0x03, RID, NO_PASID, IOVA, READ);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void shouldRefuseTranslatedAndTranslationRequestsByType(final int go) {
        script.map2(device(script, 0), IOVA, script.pageOf(5) | LEAF_2);
        script.endpoint.request(RID, NO_PASID, IOVA, READ).go(go);
        final long type = go == 4 ? VtdWords.TRANSLATION_REQUEST : VtdWords.TRANSLATED;
        script.assertFault(
                IOVA & -0x1000L, VtdWords.fault(RID, NO_PASID, 0x0d, VtdWords.READ | type));
        if (go == 4) {
            assertEquals(1, script.endpoint.atsStatus(), "unsupported request");
        } else {
            script.endpoint.assertEnded(1, VtdScript.ABORTED);
        }
        script.assertNoFault();
    }

    @Test
    void shouldTranslateForADeviceWithDeviceTlb() {
        final long page = script.pageOf(5);
        script.map2(device(script, 1 << 2), IOVA, page | 1);
        script.endpoint.request(RID, NO_PASID, IOVA, READ | WRITE).go(4);
        assertEquals(0, script.endpoint.atsStatus());
        assertEquals(READ, script.endpoint.atsPerm());
        assertEquals(page, script.endpoint.atsAddress() & -0x1000L);
        script.endpoint.request(RID, NO_PASID, page, READ).go(5);
        script.endpoint.assertEnded(2, VtdScript.DONE);
        assertEquals(5, script.endpoint.data());
        // Nothing there: no access, and no fault.
        script.endpoint.request(RID, NO_PASID, IOVA + 0x1000, READ).go(4);
        assertEquals(0, script.endpoint.atsStatus());
        assertEquals(0, script.endpoint.atsPerm());
        script.assertNoFault();
    }

    @Test
    void shouldRefusePageRequests() {
        device(script, 1 << 2);
        script.endpoint.pageRequest(RID, NO_PASID, IOVA, READ, 7, true);
        script.assertFault(
                IOVA & -0x1000L, VtdWords.fault(RID, NO_PASID, 0x32, VtdWords.PAGE_REQUEST));
        script.assertNoRequest();
    }
}
