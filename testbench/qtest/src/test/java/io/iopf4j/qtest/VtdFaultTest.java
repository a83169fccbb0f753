// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.VtdFaultCase.IOVA;
import static io.iopf4j.qtest.VtdFaultCase.always;
import static io.iopf4j.qtest.VtdFaultCase.unlessFpd;
import static io.iopf4j.qtest.VtdScript.DTE;
import static io.iopf4j.qtest.VtdScript.FPD;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.LEAF_2;
import static io.iopf4j.qtest.VtdScript.OUTSIDE;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.PASIDE;
import static io.iopf4j.qtest.VtdScript.RID;
import static io.iopf4j.qtest.VtdScript.TABLE;
import static io.iopf4j.qtest.VtdScript.pasid0;

import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault reason of scalable mode that a program can cause, with its record and without. */
class VtdFaultTest {
    /** RID_PASID and RID_PRIV count, abort-DMA mode exists. */
    private static final VtdConfig RICH =
            new VtdConfig(
                    0x30,
                    VtdFeature.ABORT_DMA.with(
                            VtdFeature.RID_PRIV.with(
                                    VtdFeature.RID_PASID.with(
                                            VtdConfig.scalable().capabilities()))));

    /** In memory, where nothing else is. */
    private static final long SOMEWHERE = 0x0800_0000L;

    private VtdScript script = new VtdScript();

    @AfterEach
    void leave() {
        script.close();
    }

    // ---- Roots and contexts ---------------------------------------------------------------------

    static Stream<VtdFaultCase> rootsAndContexts() {
        return Stream.of(
                always(0x30, "reserved table mode", s -> root(s, VtdClient.ROOT | 2 << 10)),
                always(0x30, "no abort mode", s -> root(s, VtdClient.ROOT | 3 << 10)),
                always(0x31, "PASID in legacy mode", s -> root(s, VtdClient.ROOT)),
                always(0x38, "root table outside", s -> root(s, OUTSIDE | VtdClient.SCALABLE)),
                always(0x39, "no root entry", s -> {}),
                always(0x39, "the other half's root", s -> s.device(RID | 0x80)),
                always(0x3a, "root entry bit 1", s -> rootBits(s, 1 << 1)),
                always(0x3a, "root entry bit 11", s -> rootBits(s, 1 << 11)),
                always(0x40, "context table outside", s -> rootBits(s, OUTSIDE)),
                unlessFpd(0x41, "no context", s -> context(s, 0, 0, 0)),
                unlessFpd(0x42, "context bit 5", s -> context(s, 1 | PASIDE | 1 << 5, 0, 0)),
                unlessFpd(0x42, "context bit 8", s -> context(s, 1 | PASIDE | 1 << 8, 0, 0)),
                unlessFpd(0x42, "context bit 85", s -> context(s, 1 | PASIDE, 1L << 21, 0)),
                unlessFpd(0x42, "context bit 127", s -> context(s, 1 | PASIDE, 1L << 63, 0)),
                unlessFpd(0x42, "context bit 128", s -> context(s, 1 | PASIDE, 0, 1)),
                unlessFpd(0x43, "directory beyond", s -> context(s, 1 | PASIDE | 1L << 52, 0, 0)),
                unlessFpd(0x45, "PASIDE 0", s -> s.device(RID, DTE)),
                unlessFpd(0x46, "PASID beyond", s -> s.device(RID)).of(1 << 13),
                unlessFpd(0x46, "PASID far beyond", s -> s.device(RID)).of(0xf_ffff),
                always(0x50, "directory outside", s -> context(s, 1 | PASIDE | OUTSIDE, 0, 0)),
                unlessFpd(0x51, "no directory entry", s -> s.device(RID)),
                unlessFpd(0x52, "directory bit 2", s -> directory(s, 1 | 1 << 2)),
                unlessFpd(0x52, "directory bit 11", s -> directory(s, 1 | 1 << 11)),
                always(0x58, "PASID table outside", s -> directory(s, OUTSIDE | 1)));
    }

    private static void root(final VtdScript script, final long rtaddr) {
        script.vtd.setRoot(rtaddr);
    }

    private static void rootBits(final VtdScript script, final long bits) {
        script.device(RID);
        final long root = script.client.readq(VtdScript.rootAt(RID));
        script.client.writeq(VtdScript.rootAt(RID), bits == OUTSIDE ? OUTSIDE | 1 : root | bits);
    }

    private static void context(
            final VtdScript script, final long word0, final long word1, final long word2) {
        final long directory = (word0 & OUTSIDE) != 0 ? 0 : script.vtd.page();
        script.vtd.store(script.contextAt(RID), word0 | directory, word1, word2, 0);
    }

    private static void directory(final VtdScript script, final long entry) {
        final long table = (entry & OUTSIDE) != 0 ? 0 : script.vtd.page();
        script.client.writeq(script.device(RID) + 8 * (PASID >>> 6), entry | table);
    }

    @ParameterizedTest
    @MethodSource("rootsAndContexts")
    void shouldRecordWhatIsWrongAboveThePasid(final VtdFaultCase fault) {
        assertRecorded(fault);
    }

    /** Those for which there is a context. */
    static Stream<VtdFaultCase> contexts() {
        return rootsAndContexts().filter(fault -> fault.reason() > 0x40);
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void shouldHeedTheContextsFpdAboveThePasid(final VtdFaultCase fault) {
        fault.tables().accept(script);
        assertFpd(fault, script.contextAt(RID));
    }

    @Test
    void shouldHeedTheDirectorysFpd() {
        final long directory = script.device(RID);
        script.client.writeq(directory + 8, FPD);
        script.assertFaultsSilently(RID, PASID, IOVA, READ);
        script.client.writeq(directory + 8, script.vtd.page() | 1 | FPD | 1 << 5);
        script.assertFaultsSilently(RID, PASID, IOVA, READ);
        script.client.writeq(directory + 8, OUTSIDE | 1 | FPD);
        script.assertFaults(0x58, RID, PASID, IOVA, READ);
    }

    // ---- PASIDs and walks -----------------------------------------------------------------------

    static Stream<VtdFaultCase> pasids() {
        return Stream.of(
                unlessFpd(0x59, "no PASID entry", s -> pasid(s, 0, 0, 0)),
                unlessFpd(0x5a, "PASID entry bit 10", s -> pasid(s, pasid0(1, 1 << 10), 1, 0)),
                unlessFpd(0x5a, "PASID entry bit 11", s -> pasid(s, pasid0(1, 1 << 11), 1, 0)),
                unlessFpd(0x5a, "PASID entry bit 80", s -> pasid(s, pasid0(1, 0), 1L << 16, 0)),
                unlessFpd(0x5a, "PASID entry bit 86", s -> pasid(s, pasid0(1, 0), 1L << 22, 0)),
                unlessFpd(0x5a, "PASID entry bit 136", s -> pasid(s, pasid0(1, 0), 1, 1 << 8)),
                unlessFpd(0x5a, "PASID entry bit 139", s -> pasid(s, pasid0(1, 0), 1, 1 << 11)),
                unlessFpd(0x5a, "PASID entry bit 192", s -> lastWords(s, 3)),
                unlessFpd(0x5a, "PASID entry bit 448", s -> lastWords(s, 7)),
                unlessFpd(0x5b, "PGTT 0", s -> pasid(s, pasid0(0, 0), 1, 0)),
                unlessFpd(0x5b, "PGTT 5", s -> pasid(s, pasid0(5, 0), 1, 0)),
                unlessFpd(0x5b, "PGTT 7", s -> pasid(s, pasid0(7, 0), 1, 0)),
                unlessFpd(0x5b, "AW 0", s -> pasid(s, pasid0(2, 0) & ~0x1c, 1, 0)),
                unlessFpd(
                        0x5b, "AW 39 bits", s -> pasid(s, (pasid0(2, 0) & ~0x1c) | (1 << 2), 1, 0)),
                unlessFpd(0x5b, "AW 7", s -> pasid(s, pasid0(2, 0) | 7 << 2, 1, 0)),
                unlessFpd(0x5b, "FSPM 2", s -> pasid(s, pasid0(1, 0), 1, 2 << 2)),
                unlessFpd(0x5b, "FSPM 3", s -> pasid(s, pasid0(3, 0), 1, 3 << 2)),
                unlessFpd(0x5c, "ERE 0", s -> firstStage(s)).asking(READ | EXEC),
                unlessFpd(0x5d, "SRE 0", s -> firstStage(s)).asking(WRITE | PRIV));
    }

    static Stream<VtdFaultCase> walks() {
        return Stream.of(
                unlessFpd(0x70, "first-stage table outside", s -> fs(s, 3, OUTSIDE | TABLE)),
                unlessFpd(0x70, "last table outside", s -> fs(s, 1, OUTSIDE | TABLE)),
                unlessFpd(0x71, "nothing at level 4", s -> firstStage(s)),
                unlessFpd(0x71, "nothing at level 1", s -> fs(s, 0, LEAF & ~1)).asking(WRITE),
                unlessFpd(0x72, "page at level 4", s -> fs(s, 3, 1 << 7 | TABLE)),
                unlessFpd(0x72, "bits of 2 MiB's offset", s -> fs(s, 1, 1 << 13 | 1 << 7 | LEAF)),
                unlessFpd(0x72, "bits of 1 GiB's offset", s -> fs(s, 2, 1 << 29 | 1 << 7 | LEAF)),
                unlessFpd(
                        0x73, "first-stage root outside", s -> pasid(s, pasid0(1, 0), 1, OUTSIDE)),
                unlessFpd(0x78, "second-stage table outside", s -> ss(s, 2, OUTSIDE | LEAF_2)),
                unlessFpd(0x79, "no second-stage entry", s -> ss(s, 0, 0)),
                unlessFpd(0x79, "none for writing", s -> ss(s, 3, 0)).asking(WRITE),
                unlessFpd(0x7a, "page at second-stage level 4", s -> ss(s, 3, 1 << 7 | LEAF_2)),
                unlessFpd(0x7a, "bits of 2 MiB", s -> ss(s, 1, 1 << 12 | 1 << 7 | LEAF_2)),
                unlessFpd(
                        0x7b, "second-stage root outside", s -> pasid(s, pasid0(2, OUTSIDE), 1, 0)),
                unlessFpd(0x80, "bit 47", s -> firstStage(s)).at(1L << 47),
                unlessFpd(0x80, "bit 63", s -> firstStage(s)).at(1L << 63).asking(WRITE),
                unlessFpd(0x81, "supervisor page", s -> fs(s, 0, LEAF & ~4)),
                unlessFpd(0x81, "supervisor table", VtdFaultTest::supervisorTable).asking(WRITE),
                unlessFpd(0x82, "XD", s -> executeDisable(s)).asking(READ | EXEC),
                unlessFpd(0x83, "passed through", s -> pasid(s, pasid0(4, 0), 1, 0)).at(1L << 52),
                unlessFpd(0x84, "bit 48 in", s -> ss(s, 0, LEAF_2)).at(1L << 48),
                unlessFpd(0x85, "first stage not writable", s -> fs(s, 0, LEAF & ~2)).asking(WRITE),
                unlessFpd(0x85, "second stage not writable", s -> ss(s, 0, 1)).asking(WRITE),
                unlessFpd(0x86, "second stage not readable", s -> ss(s, 0, 2)),
                unlessFpd(0x87, "interrupts, first stage", s -> fs(s, 0, 0xfee0_0000L | LEAF)),
                unlessFpd(0x87, "interrupts, second", s -> ss(s, 0, 0xfee0_1000L | LEAF_2)));
    }

    private static void pasid(
            final VtdScript script, final long word0, final long word1, final long word2) {
        script.device(RID);
        final boolean needsSecond = (word0 >>> 12) == 0 && (word0 >>> 6 & 7) != 1;
        script.vtd.store(
                script.pasidAt(RID, PASID),
                word0 | (needsSecond ? script.vtd.page() : 0),
                word1,
                (word2 & OUTSIDE) != 0 ? word2 : word2 | script.vtd.page());
    }

    private static void lastWords(final VtdScript script, final int word) {
        pasid(script, pasid0(1, 0), 1, 0);
        script.client.writeq(script.pasidAt(RID, PASID) + 8L * word, 1);
    }

    private static long firstStage(final VtdScript script) {
        script.device(RID);
        return script.firstStage(RID, PASID, 1);
    }

    /** An entry of some level of the first stage. */
    private static void fs(final VtdScript script, final int level, final long entry) {
        final long address = entry >>> 12 == 0 ? SOMEWHERE : 0;
        script.put(firstStage(script), 4, level, IOVA, entry | address, TABLE);
    }

    private static void ss(final VtdScript script, final int level, final long entry) {
        script.device(RID);
        final long root = script.secondStage(RID, PASID, 1);
        script.put(root, 4, level, IOVA, entry, LEAF_2);
    }

    private static void supervisorTable(final VtdScript script) {
        final long root = firstStage(script);
        script.map(root, IOVA, SOMEWHERE | LEAF);
        final long above = script.entryAt(root, 4, 2, IOVA, TABLE);
        script.client.writeq(above, script.client.readq(above) & ~4);
    }

    private static void executeDisable(final VtdScript script) {
        final long root = firstStage(script);
        final long entry = script.pasidAt(RID, PASID) + 16;
        script.client.writeq(entry, root | 1 << 1 | 1 << 5);
        script.map(root, IOVA, script.vtd.page() | LEAF | 1L << 63);
    }

    @ParameterizedTest
    @MethodSource({"pasids", "walks"})
    void shouldRecordWhatIsWrongFromThePasidOn(final VtdFaultCase fault) {
        assertRecorded(fault);
    }

    @ParameterizedTest
    @MethodSource({"pasids", "walks"})
    void shouldHeedThePasidsFpd(final VtdFaultCase fault) {
        fault.tables().accept(script);
        assertFpd(fault, script.pasidAt(RID, PASID));
    }

    @ParameterizedTest
    @MethodSource({"pasids", "walks"})
    void shouldHeedTheContextsFpdFromThePasidOn(final VtdFaultCase fault) {
        fault.tables().accept(script);
        assertFpd(fault, script.contextAt(RID));
    }

    // ---- Nested ---------------------------------------------------------------------------------

    static Stream<VtdFaultCase> nested() {
        return Stream.of(
                unlessFpd(0x70, "table outside", s -> nestedEntry(s, 3, 0x3000_0000L | TABLE)),
                unlessFpd(0x71, "nothing in the first", s -> nestedEntry(s, 0, 0)),
                unlessFpd(0x74, "root beyond", s -> nestedRoot(s, 1L << 48)),
                unlessFpd(0x74, "table beyond", s -> nestedEntry(s, 3, 1L << 48 | TABLE)),
                unlessFpd(0x75, "root not readable", s -> nestedRoot(s, 1L << 40)),
                unlessFpd(0x76, "table not readable", s -> nestedEntry(s, 2, 1L << 40 | TABLE)),
                unlessFpd(0x77, "table not writable", VtdFaultTest::nestedReadOnly),
                unlessFpd(0x79, "nothing in the second", s -> nestedEntry(s, 0, 1L << 40 | LEAF)),
                unlessFpd(0x84, "output beyond", s -> nestedEntry(s, 0, 1L << 48 | LEAF)));
    }

    private static void nestedEntry(final VtdScript script, final int level, final long entry) {
        script.device(RID);
        final long[] roots = script.nested(RID, PASID, 1);
        script.put(roots[0], 4, level, IOVA, entry, TABLE);
    }

    private static void nestedRoot(final VtdScript script, final long root) {
        script.device(RID);
        script.nested(RID, PASID, 1);
        script.client.writeq(script.pasidAt(RID, PASID) + 16, root);
    }

    /** Tables of the first stage that the second lets be read and not be marked. */
    private static void nestedReadOnly(final VtdScript script) {
        script.device(RID);
        final long[] roots = script.nested(RID, PASID, 1);
        script.map(roots[0], IOVA, SOMEWHERE | (LEAF & ~0x60));
        script.put(roots[1], 4, 2, 0, (1 << 7) | 1, LEAF_2);
    }

    @ParameterizedTest
    @MethodSource("nested")
    void shouldRecordWhatIsWrongWithBothStages(final VtdFaultCase fault) {
        assertRecorded(fault);
    }

    @ParameterizedTest
    @MethodSource("nested")
    void shouldHeedFpdWithBothStages(final VtdFaultCase fault) {
        fault.tables().accept(script);
        assertFpd(fault, script.pasidAt(RID, PASID));
    }

    // ---- What an integrator adds ----------------------------------------------------------------

    static Stream<VtdFaultCase> ofRichUnits() {
        return Stream.of(
                always(0x33, "abort", s -> root(s, VtdClient.ROOT | VtdClient.ABORT)),
                always(0x33, "abort, no PASID", s -> root(s, VtdClient.ROOT | VtdClient.ABORT))
                        .of(NO_PASID),
                unlessFpd(0x48, "RID_PASID beyond", s -> context(s, 1, 1 << 13, 0)).of(NO_PASID),
                unlessFpd(0x51, "RID_PASID's directory", s -> context(s, 1, 0x41, 0)).of(NO_PASID),
                unlessFpd(0x5d, "RID_PRIV without SRE", VtdFaultTest::ridPriv).of(NO_PASID));
    }

    private static void ridPriv(final VtdScript script) {
        final long directory = script.device(RID);
        script.vtd.store(script.contextAt(RID), directory | 1, 0x41 | 1 << 20);
        script.firstStage(RID, 0x41, 1);
    }

    @ParameterizedTest
    @MethodSource("ofRichUnits")
    void shouldRecordWhatOnlySomeUnitsKnow(final VtdFaultCase fault) {
        leave();
        script = new VtdScript(RICH, VtdClient.SCALABLE);
        assertRecorded(fault);
    }

    static Stream<VtdFaultCase> ofIncoherentUnits() {
        return Stream.of(
                unlessFpd(0x7c, "second stage to be marked", VtdFaultTest::markedSecond),
                unlessFpd(0x90, "first stage to be marked", s -> fs(s, 0, LEAF & ~0x60)));
    }

    private static void markedSecond(final VtdScript script) {
        ss(script, 0, SOMEWHERE | LEAF_2);
        final long entry = script.pasidAt(RID, PASID);
        script.client.writeq(entry, script.client.readq(entry) | 1 << 9);
    }

    /** A unit whose walks cannot set accessed and dirty bits faults where it would have to. */
    @ParameterizedTest
    @MethodSource("ofIncoherentUnits")
    void shouldRecordMarksThatItCannotSet(final VtdFaultCase fault) {
        leave();
        script =
                new VtdScript(
                        VtdConfig.scalable()
                                .with(VtdFeature.SECOND_STAGE_ACCESSED_DIRTY)
                                .without(VtdFeature.COHERENT_WALKS),
                        VtdClient.SCALABLE);
        assertRecorded(fault);
        script.forgetAll();
        assertFpd(fault, script.pasidAt(RID, PASID));
    }

    // ---- Records --------------------------------------------------------------------------------

    private void assertRecorded(final VtdFaultCase fault) {
        fault.tables().accept(script);
        script.assertFaults(fault.reason(), RID, fault.pasid(), fault.iova(), fault.access());
        // What is wrong is not cached as something else: it faults alike again.
        script.assertFaults(fault.reason(), RID, fault.pasid(), fault.iova(), fault.access());
    }

    /** With FPD in an entry: not recorded if the reason is qualified, and refused all the same. */
    private void assertFpd(final VtdFaultCase fault, final long entry) {
        script.client.writeq(entry, script.client.readq(entry) | FPD);
        if (fault.isQualified()) {
            script.assertFaultsSilently(RID, fault.pasid(), fault.iova(), fault.access());
        } else {
            script.assertEnds(VtdScript.ABORTED, RID, fault.pasid(), fault.iova(), fault.access());
            script.assertFault(
                    fault.iova() & -0x1000L,
                    VtdWords.fault(
                            RID,
                            fault.pasid(),
                            fault.reason(),
                            VtdWords.bits(fault.access(), fault.pasid())));
        }
    }
}
