// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.TablesBench.DID;
import static io.iopf4j.emulation.vtd.TablesBench.DIRECTORY;
import static io.iopf4j.emulation.vtd.TablesBench.EXEC;
import static io.iopf4j.emulation.vtd.TablesBench.FIRST;
import static io.iopf4j.emulation.vtd.TablesBench.IOVA;
import static io.iopf4j.emulation.vtd.TablesBench.IPA;
import static io.iopf4j.emulation.vtd.TablesBench.LEAF;
import static io.iopf4j.emulation.vtd.TablesBench.LEAF_2;
import static io.iopf4j.emulation.vtd.TablesBench.NO_PASID;
import static io.iopf4j.emulation.vtd.TablesBench.OUTSIDE;
import static io.iopf4j.emulation.vtd.TablesBench.PAGE;
import static io.iopf4j.emulation.vtd.TablesBench.PASID;
import static io.iopf4j.emulation.vtd.TablesBench.PRIV;
import static io.iopf4j.emulation.vtd.TablesBench.READ;
import static io.iopf4j.emulation.vtd.TablesBench.ROOT;
import static io.iopf4j.emulation.vtd.TablesBench.SID;
import static io.iopf4j.emulation.vtd.TablesBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.PagingEntry;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reason that tables can cause, alone in tables that are good otherwise, and its FPD. */
final class FaultReasonTest {
    private static final long INTERRUPTS = 0xfee0_0000L;
    private static final Supplier<TablesBench> LEGACY = TablesBench::legacy;
    private static final Supplier<TablesBench> FS = FaultReasonTest::first;
    private static final Supplier<TablesBench> SS = FaultReasonTest::second;
    private static final Supplier<TablesBench> NESTED = FaultReasonTest::nested;
    private static final Supplier<TablesBench> PASS = FaultReasonTest::passThrough;

    private static final long CONTEXT_16 = TablesBench.legacyContext(SID);
    private static final long CONTEXT_32 = TablesBench.context(SID);
    private static final long ENTRY = TablesBench.pasidEntry(PASID);

    /** One way to a fault: Q and Rec are as the table of reasons says. */
    private record Way(
            int reason,
            boolean isQualified,
            boolean isRecoverable,
            Supplier<TablesBench> bench,
            Consumer<TablesBench> damage,
            int pasid,
            long iova,
            int perm) {
        @Override
        public String toString() {
            return "0x" + Integer.toHexString(reason);
        }

        TablesBench damaged() {
            final TablesBench made = bench.get();
            damage.accept(made);
            return made;
        }
    }

    private static final List<Way> WAYS = new ArrayList<>();

    private static void way(
            final int reason,
            final String marks,
            final Supplier<TablesBench> bench,
            final int pasid,
            final long iova,
            final int perm,
            final Consumer<TablesBench> damage) {
        WAYS.add(
                new Way(
                        reason,
                        marks.contains("Q"),
                        marks.contains("R"),
                        bench,
                        damage,
                        pasid,
                        iova,
                        perm));
    }

    private static void legacy(
            final int reason, final String marks, final Consumer<TablesBench> damage) {
        way(reason, marks, LEGACY, NO_PASID, IOVA, READ, damage);
    }

    private static void scalable(
            final int reason,
            final String marks,
            final Supplier<TablesBench> bench,
            final Consumer<TablesBench> damage) {
        way(reason, marks, bench, PASID, IOVA, READ, damage);
    }

    private static TablesBench first() {
        return TablesBench.scalable(PasidEntry.PGTT_FIRST);
    }

    private static TablesBench second() {
        return TablesBench.scalable(PasidEntry.PGTT_SECOND);
    }

    private static TablesBench nested() {
        return TablesBench.scalable(PasidEntry.PGTT_NESTED);
    }

    private static TablesBench passThrough() {
        return TablesBench.scalable(PasidEntry.PGTT_PASS_THROUGH);
    }

    static {
        legacyWays();
        contextWays();
        pasidWays();
        firstStageWays();
        secondStageWays();
        nestedWays();
    }

    private static void legacyWays() {
        legacy(0x01, "", b -> b.memory.writeLong(TablesBench.rootEntry(SID), 0));
        legacy(0x02, "Q", b -> b.clear(CONTEXT_16, 1));
        legacy(0x03, "Q", b -> b.or(CONTEXT_16, 3 << ContextEntry.TT_SHIFT));
        legacy(0x03, "Q", b -> b.memory.writeLong(CONTEXT_16, OUTSIDE | 5));
        legacy(
                0x03,
                "Q",
                b -> b.memory.writeLong(CONTEXT_16 + 8, ContextEntry.qw1(PasidEntry.AW_39, DID)));
        way(0x04, "Q", LEGACY, NO_PASID, 1L << 48, READ, b -> {});
        way(0x05, "QR", LEGACY, NO_PASID, IOVA, WRITE, b -> b.mapSecond(IOVA, 0));
        legacy(0x06, "QR", b -> b.mapSecond(IOVA, 0));
        legacy(0x07, "Q", b -> b.memory.writeLong(b.secondSlot(21, IOVA), OUTSIDE | LEAF_2));
        legacy(0x08, "", b -> b.translator.setRootTable(OUTSIDE));
        legacy(0x09, "", b -> b.memory.writeLong(TablesBench.rootEntry(SID), OUTSIDE | 1));
        legacy(0x0a, "", b -> b.or(TablesBench.rootEntry(SID), 0x800));
        legacy(0x0a, "", b -> b.or(TablesBench.rootEntry(SID) + 8, 1));
        legacy(0x0b, "Q", b -> b.or(CONTEXT_16, 0x10));
        legacy(0x0b, "Q", b -> b.or(CONTEXT_16 + 8, 1L << 24));
        legacy(0x0c, "Q", b -> b.or(b.secondSlot(39, IOVA), PagingEntry.PAGE_SIZE));
        legacy(
                0x0c,
                "Q",
                b ->
                        b.memory.writeLong(
                                b.secondSlot(21, IOVA),
                                PAGE + 0x1000 | LEAF_2 | PagingEntry.PAGE_SIZE));
        legacy(0x0e, "Q", b -> b.mapSecond(IOVA, INTERRUPTS | LEAF_2));
        way(0x31, "", LEGACY, PASID, IOVA, READ, b -> {});
        legacy(0x30, "", b -> b.translator.setRootTable(ROOT | 2 << 10));
        legacy(0x30, "", b -> b.translator.setRootTable(ROOT | 3 << 10));
        way(
                0x33,
                "",
                () -> TablesBench.legacy(TablesBench.with(0, VtdCapabilities.ADMS)),
                NO_PASID,
                IOVA,
                READ,
                b -> b.translator.setRootTable(ROOT | 3 << 10));
    }

    private static void contextWays() {
        scalable(0x30, "", FS, b -> b.translator.setRootTable(ROOT | 2 << 10));
        scalable(0x38, "", FS, b -> b.translator.setRootTable(OUTSIDE | 1 << 10));
        scalable(0x39, "", FS, b -> b.memory.writeLong(TablesBench.rootEntry(SID), 0));
        scalable(0x3a, "", FS, b -> b.or(TablesBench.rootEntry(SID), 2));
        scalable(0x40, "", FS, b -> b.memory.writeLong(TablesBench.rootEntry(SID), OUTSIDE | 1));
        scalable(0x41, "Q", FS, b -> b.clear(CONTEXT_32, 1));
        scalable(0x42, "Q", FS, b -> b.or(CONTEXT_32, 0x20));
        scalable(0x42, "Q", FS, b -> b.or(CONTEXT_32 + 8, 1L << 21));
        scalable(0x42, "Q", FS, b -> b.or(CONTEXT_32 + 16, 1));
        scalable(0x42, "Q", FS, b -> b.or(CONTEXT_32 + 24, 1));
        scalable(0x43, "Q", FS, b -> b.or(CONTEXT_32, 1L << 52));
        scalable(0x45, "Q", FS, b -> b.clear(CONTEXT_32, ScalableContextEntry.PASIDE));
        way(0x46, "Q", FS, 1 << 13, IOVA, READ, b -> {});
        way(
                0x48,
                "Q",
                () ->
                        TablesBench.scalable(
                                PasidEntry.PGTT_FIRST, TablesBench.with(0, VtdCapabilities.RPS)),
                NO_PASID,
                IOVA,
                READ,
                b -> b.or(CONTEXT_32 + 8, 1 << 13));
        way(
                0x48,
                "Q",
                FS,
                NO_PASID,
                IOVA,
                READ,
                b -> b.or(CONTEXT_32 + 8, ScalableContextEntry.RID_PRIV));
    }

    private static void pasidWays() {
        scalable(0x50, "", FS, b -> b.memory.writeLong(CONTEXT_32, OUTSIDE | TablesBench.CONTEXT));
        scalable(0x51, "Q", FS, b -> b.clear(DIRECTORY + 8, 1));
        scalable(0x52, "Q", FS, b -> b.or(DIRECTORY + 8, 4));
        scalable(0x58, "", FS, b -> b.memory.writeLong(DIRECTORY + 8, OUTSIDE | 1));
        scalable(0x59, "Q", FS, b -> b.clear(ENTRY, 1));
        scalable(0x5a, "Q", FS, b -> b.or(ENTRY, 0x400));
        scalable(0x5a, "Q", FS, b -> b.or(ENTRY + 8, 1 << 16));
        scalable(0x5a, "Q", FS, b -> b.or(ENTRY + 16, 0x100));
        scalable(0x5a, "Q", FS, b -> b.or(ENTRY + 24, 1));
        scalable(0x5a, "Q", FS, b -> b.or(ENTRY + 56, 1L << 63));
        scalable(0x5b, "Q", FS, b -> b.pasid(PASID, 0, DID));
        scalable(0x5b, "Q", FS, b -> b.pasid(PASID, 5, DID));
        scalable(0x5b, "Q", FS, b -> b.or(ENTRY + 16, 2 << PasidEntry.FSPM_SHIFT));
        scalable(0x5b, "Q", SS, b -> b.or(ENTRY, 4 << PasidEntry.AW_SHIFT));
        scalable(0x5b, "Q", SS, b -> b.or(ENTRY, PasidEntry.SSADE));
        scalable(0x5b, "Q", without(PasidEntry.PGTT_FIRST, VtdCapabilities.FLTS), b -> {});
        scalable(0x5b, "Q", without(PasidEntry.PGTT_SECOND, VtdCapabilities.SLTS), b -> {});
        scalable(0x5b, "Q", without(PasidEntry.PGTT_NESTED, VtdCapabilities.NEST), b -> {});
        scalable(0x5b, "Q", without(PasidEntry.PGTT_PASS_THROUGH, VtdCapabilities.PT), b -> {});
        scalable(
                0x5b,
                "Q",
                without(PasidEntry.PGTT_FIRST, VtdCapabilities.EAFS),
                b -> b.or(ENTRY + 16, PasidEntry.EAFE));
        way(0x5c, "Q", FS, PASID, IOVA, EXEC, b -> b.clear(ENTRY + 16, PasidEntry.ERE));
        way(0x5d, "Q", FS, PASID, IOVA, READ | PRIV, b -> b.clear(ENTRY + 16, PasidEntry.SRE));
    }

    private static Supplier<TablesBench> without(final int pgtt, final long ecap) {
        return () -> TablesBench.scalable(pgtt, TablesBench.without(0, ecap));
    }

    private static void firstStageWays() {
        scalable(0x70, "Q", FS, b -> b.memory.writeLong(b.firstSlot(21, IOVA), OUTSIDE | LEAF));
        scalable(0x71, "QR", FS, b -> b.mapFirst(IOVA, 0));
        scalable(0x71, "QR", FS, b -> b.memory.writeLong(b.firstSlot(39, IOVA), 0));
        scalable(0x72, "Q", FS, b -> b.or(b.firstSlot(39, IOVA), PagingEntry.PAGE_SIZE));
        scalable(
                0x72,
                "Q",
                FS,
                b ->
                        b.memory.writeLong(
                                b.firstSlot(21, IOVA),
                                PAGE + 0x2000 | LEAF | PagingEntry.PAGE_SIZE));
        scalable(
                0x72,
                "Q",
                () ->
                        TablesBench.scalable(
                                PasidEntry.PGTT_FIRST,
                                TablesBench.without(VtdCapabilities.FS1GP, 0)),
                b -> b.memory.writeLong(b.firstSlot(30, IOVA), LEAF | PagingEntry.PAGE_SIZE));
        scalable(0x73, "Q", FS, b -> b.memory.writeLong(ENTRY + 16, OUTSIDE));
        way(0x80, "Q", FS, PASID, 1L << 47, READ, b -> {});
        way(0x80, "Q", FS, PASID, -1L << 48, READ, b -> {});
        scalable(0x81, "QR", FS, b -> b.clear(b.firstSlot(12, IOVA), PagingEntry.FS_USER));
        scalable(0x81, "QR", FS, b -> b.clear(b.firstSlot(30, IOVA), PagingEntry.FS_USER));
        scalable(0x87, "Q", FS, b -> b.mapFirst(IOVA, INTERRUPTS | LEAF));
        scalable(0x90, "Q", without(PasidEntry.PGTT_FIRST, VtdCapabilities.SMPWCS), b -> {});
        scalable(
                0x91,
                "Q",
                FaultReasonTest::withInterruptMemory,
                b -> b.memory.writeLong(ENTRY + 16, INTERRUPTS));
    }

    /** Memory that reaches up to where interrupts are sent, with a root table there. */
    private static TablesBench withInterruptMemory() {
        final TablesBench bench =
                TablesBench.scalable(
                        PasidEntry.PGTT_FIRST,
                        new TablesBench(
                                VtdConfig.scalable(),
                                new PhysicalMemory(TablesBench.MEMORY, 0xf000_0000L)));
        final long place = 8 * (IOVA >>> 39 & 0x1ff);
        bench.memory.writeLong(INTERRUPTS + place, bench.memory.readLong(FIRST + place));
        return bench;
    }

    private static void secondStageWays() {
        scalable(0x78, "Q", SS, b -> b.memory.writeLong(b.secondSlot(30, IOVA), OUTSIDE | LEAF_2));
        scalable(0x79, "QR", SS, b -> b.mapSecond(IOVA, PAGE));
        scalable(0x7a, "Q", SS, b -> b.or(b.secondSlot(48 - 9, IOVA), PagingEntry.PAGE_SIZE));
        scalable(0x7a, "Q", SS, b -> b.or(b.secondSlot(21, IOVA), PagingEntry.SS_SNOOP));
        scalable(
                0x7b,
                "Q",
                SS,
                b -> b.memory.writeLong(ENTRY, (b.memory.readLong(ENTRY) & 0xfff) | OUTSIDE));
        scalable(
                0x7c,
                "Q",
                () ->
                        TablesBench.scalable(
                                PasidEntry.PGTT_SECOND,
                                TablesBench.config(
                                        VtdConfig.scalable(),
                                        0,
                                        0,
                                        VtdCapabilities.SLADS,
                                        VtdCapabilities.SMPWCS)),
                b -> b.or(ENTRY, PasidEntry.SSADE));
        way(0x82, "Q", SS, PASID, IOVA, EXEC, b -> b.or(ENTRY, PasidEntry.SLEE));
        way(0x83, "Q", PASS, PASID, 1L << 52, READ, b -> {});
        way(0x84, "Q", SS, PASID, 1L << 48, READ, b -> {});
        way(0x85, "Q", SS, PASID, IOVA, WRITE, b -> b.mapSecond(IOVA, PAGE | PagingEntry.SS_READ));
        scalable(0x86, "Q", SS, b -> b.mapSecond(IOVA, PAGE | PagingEntry.SS_WRITE));
        scalable(0x87, "Q", SS, b -> b.mapSecond(IOVA, INTERRUPTS | LEAF_2));
        way(0x87, "Q", PASS, PASID, INTERRUPTS, READ, b -> {});
    }

    private static void nestedWays() {
        scalable(0x74, "Q", NESTED, b -> b.memory.writeLong(ENTRY + 16, 1L << 48));
        scalable(0x75, "QR", NESTED, b -> b.mapSecond(IPA + FIRST, 0));
        scalable(0x75, "QR", NESTED, b -> b.mapSecond(IPA + FIRST, FIRST | PagingEntry.SS_WRITE));
        scalable(0x76, "QR", NESTED, b -> b.mapSecond(IPA + (b.nestedSlot(30, IOVA) & -0x1000), 0));
        scalable(0x77, "QR", NESTED, b -> b.mapSecond(IPA + FIRST, FIRST | PagingEntry.SS_READ));
        scalable(0x78, "Q", NESTED, b -> b.or(b.secondSlot(30, IPA + PAGE), OUTSIDE));
        scalable(0x79, "QR", NESTED, b -> b.mapSecond(IPA + PAGE, 0));
        scalable(0x7a, "Q", NESTED, b -> b.or(b.secondSlot(39, IPA), PagingEntry.PAGE_SIZE));
        scalable(
                0x7b,
                "Q",
                NESTED,
                b -> b.memory.writeLong(ENTRY, (b.memory.readLong(ENTRY) & 0xfff) | OUTSIDE));
        scalable(0x84, "Q", NESTED, b -> b.mapNested(IOVA, 1L << 48 | LEAF));
        scalable(0x87, "Q", NESTED, b -> b.mapSecond(IPA + PAGE, INTERRUPTS | LEAF_2));
    }

    private static List<Way> ways() {
        return WAYS;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldEndWithItsReason(final Way way) {
        final TablesBench bench = way.damaged();
        bench.assertFaults(way.reason, way.pasid, way.iova, way.perm);
        assertFalse(bench.result.isSuppressed);
        assertFalse(bench.result.isRecoverable, "only translation requests recover");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldTranslateWithoutTheDamageUnlessTheRequestIsWrong(final Way way) {
        final TablesBench bench = way.bench.get();
        final int pasid = way.reason == 0x31 ? NO_PASID : way.pasid;
        if (way.iova == IOVA && way.reason != 0x46 && !isOfTheUnit(way)) {
            assertTrue(bench.translate(pasid, IOVA, way.perm), way::toString);
        }
    }

    /** What the unit lacks is the damage. */
    private static boolean isOfTheUnit(final Way way) {
        return way.reason == 0x5b || way.reason == 0x90 || way.reason == 0x7c;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldBeSilencedByFpdOfTheContextIfQualified(final Way way) {
        final TablesBench bench = way.damaged();
        bench.or(way.bench == LEGACY ? CONTEXT_16 : CONTEXT_32, ScalableContextEntry.FPD);
        bench.assertFaults(way.reason, way.pasid, way.iova, way.perm);
        assertEquals(way.isQualified, bench.result.isSuppressed);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldLetADeviceRecoverFromWhatAPageRequestMends(final Way way) {
        final TablesBench bench = way.damaged();
        // A translation request is refused only if nothing at all is allowed.
        final boolean isTranslated =
                bench.translator.translate(
                        SID, way.pasid, way.iova, way.perm, FaultRecord.AT_TRANSLATION_REQUEST);
        if (!isTranslated) {
            assertEquals(way.isRecoverable, bench.result.isRecoverable);
        } else {
            assertTrue(way.reason >= 0x82 && way.reason <= 0x86, "only rights may be less");
            assertFalse((bench.result.perm & way.perm) == (way.perm & ~PRIV));
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldFaultAgainWithWhatIsCached(final Way way) {
        final TablesBench bench = way.damaged();
        for (int i = 0; i < 3; i++) {
            bench.assertFaults(way.reason, way.pasid, way.iova, way.perm);
        }
    }

    @Test
    void shouldCoverEveryReasonOfTables() {
        final int[] reasons = {
            0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0e, 0x30,
            0x31, 0x33, 0x38, 0x39, 0x3a, 0x40, 0x41, 0x42, 0x43, 0x45, 0x46, 0x48, 0x50, 0x51,
            0x52, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76,
            0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
            0x90, 0x91
        };
        for (final int reason : reasons) {
            assertTrue(
                    WAYS.stream().anyMatch(way -> way.reason == reason),
                    () -> "0x" + Integer.toHexString(reason));
        }
    }

    @Test
    void shouldBeSilencedByFpdOfThePasidEntryAndOfItsDirectoryEntry() {
        for (final long at : new long[] {ENTRY, DIRECTORY + 8}) {
            final TablesBench bench = FS.get();
            bench.or(at, PasidEntry.FPD);
            bench.mapFirst(IOVA, 0);
            for (int i = 0; i < 2; i++) {
                bench.assertFaults(0x71, PASID, IOVA, READ);
                assertTrue(bench.result.isSuppressed, "also when it is cached");
            }
            // Another PASID of the device has its own.
            bench.assertFaults(0x71, NO_PASID, IOVA, READ);
            assertFalse(bench.result.isSuppressed);
        }
    }

    @Test
    void shouldBeSilencedByFpdOfAnEntryThatIsNotPresent() {
        final TablesBench bench = FS.get();
        bench.memory.writeLong(ENTRY, PasidEntry.FPD);
        bench.assertFaults(0x59, PASID, IOVA, READ);
        assertTrue(bench.result.isSuppressed);

        bench.memory.writeLong(DIRECTORY + 8, PasidEntry.FPD);
        bench.assertFaults(0x51, PASID, IOVA, READ);
        assertTrue(bench.result.isSuppressed);
    }
}
