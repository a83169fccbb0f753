// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.TablesBench.DID;
import static io.iopf4j.emulation.vtd.TablesBench.EXEC;
import static io.iopf4j.emulation.vtd.TablesBench.FIRST;
import static io.iopf4j.emulation.vtd.TablesBench.IOVA;
import static io.iopf4j.emulation.vtd.TablesBench.IPA;
import static io.iopf4j.emulation.vtd.TablesBench.LEAF;
import static io.iopf4j.emulation.vtd.TablesBench.LEAF_2;
import static io.iopf4j.emulation.vtd.TablesBench.NO_PASID;
import static io.iopf4j.emulation.vtd.TablesBench.OFFSET;
import static io.iopf4j.emulation.vtd.TablesBench.PAGE;
import static io.iopf4j.emulation.vtd.TablesBench.PASID;
import static io.iopf4j.emulation.vtd.TablesBench.PRIV;
import static io.iopf4j.emulation.vtd.TablesBench.READ;
import static io.iopf4j.emulation.vtd.TablesBench.SID;
import static io.iopf4j.emulation.vtd.TablesBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.PagingEntry;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the stages translate: sizes, levels, rights, accessed and dirty, both stages, neither. */
final class StageWalksTest {
    private static final long ENTRY = TablesBench.pasidEntry(PASID);

    @ParameterizedTest
    @CsvSource({"1, 12", "1, 21", "1, 30", "2, 12", "2, 21", "2, 30"})
    void shouldTranslatePagesOfEverySize(final int pgtt, final int shift) {
        final TablesBench bench = TablesBench.scalable(pgtt);
        final long iova = 0x7f_4567_8123L;
        final long large = shift > 12 ? PagingEntry.PAGE_SIZE : 0;
        final long page = 0x40_4000_0000L;
        if (pgtt == PasidEntry.PGTT_FIRST) {
            bench.memory.writeLong(bench.firstSlot(shift, iova), page | LEAF | large);
        } else {
            bench.memory.writeLong(bench.secondSlot(shift, iova), page | LEAF_2 | large);
        }
        for (int i = 0; i < 2; i++) {
            bench.assertTranslates(page | (iova & ((1L << shift) - 1)), PASID, iova, READ);
            assertEquals(shift, bench.result.log2);
            assertEquals(DID, bench.result.did);
            assertEquals(PASID, bench.result.pasid);
        }
    }

    @Test
    void shouldTranslateFiveLevelsOfTheFirstStage() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.or(ENTRY + 16, 1 << PasidEntry.FSPM_SHIFT);
        final long iova = -1L << 56 | 0x12_3456_7000L;
        final long root = bench.newTable();
        bench.memory.writeLong(ENTRY + 16, root | 1 << PasidEntry.FSPM_SHIFT);
        bench.memory.writeLong(bench.slot(root, 5, 12, iova, LEAF), PAGE | LEAF);
        bench.assertTranslates(PAGE, PASID, iova, READ);
        bench.assertFaults(VtdFaultReason.NOT_CANONICAL, PASID, 1L << 56, READ);
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 39", "2, 4, 48", "3, 5, 57"})
    void shouldTranslateTheSecondStagesWidths(final int aw, final int levels, final int bits) {
        final TablesBench bench =
                TablesBench.legacy(TablesBench.with((long) VtdCapabilities.SAGAW_39 << 8, 0));
        final long root = bench.newTable();
        final long iova = (1L << bits) - 1;
        bench.context16(SID, root | 1, ContextEntry.qw1(aw, DID));
        bench.memory.writeLong(bench.slot(root, levels, 12, iova, LEAF_2), PAGE | LEAF_2);
        bench.assertTranslates(PAGE | 0xfff, NO_PASID, iova, WRITE);
        bench.assertFaults(VtdFaultReason.ADDRESS_BEYOND, NO_PASID, iova + 1, WRITE);
    }

    @Test
    void shouldNotTranslateBeyondTheUnitsWidth() {
        final VtdConfig narrow =
                TablesBench.config(
                        VtdConfig.scalable(), 40L << 16, 0x3fL << 16 & ~(40L << 16), 0, 0);
        final TablesBench bench = TablesBench.legacy(narrow);
        bench.assertFaults(VtdFaultReason.READ, NO_PASID, 1L << 40, READ);
        bench.assertFaults(VtdFaultReason.ADDRESS_BEYOND, NO_PASID, 1L << 41, READ);
    }

    // ---- Rights ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {12, 21, 30, 39})
    void shouldNeedTheFirstStagesRightsAtEveryLevel(final int shift) {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.or(ENTRY + 16, PasidEntry.NXE);
        bench.clear(bench.firstSlot(shift, IOVA), PagingEntry.FS_WRITE);
        bench.or(bench.firstSlot(shift, IOVA), PagingEntry.FS_EXECUTE_DISABLE);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        bench.assertFaults(VtdFaultReason.NO_WRITE, PASID, IOVA, WRITE);
        bench.assertFaults(VtdFaultReason.EXECUTE, PASID, IOVA, EXEC);
        bench.clear(bench.firstSlot(shift, IOVA), PagingEntry.FS_USER);
        bench.assertFaults(VtdFaultReason.USER, PASID, IOVA, EXEC);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ | PRIV);
    }

    @Test
    void shouldIgnoreExecuteDisableWithoutNxe() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.or(bench.firstSlot(12, IOVA), PagingEntry.FS_EXECUTE_DISABLE);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, EXEC);
    }

    @Test
    void shouldProtectFromSupervisorsWithWpeAndSmepAlone() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.clear(bench.firstSlot(12, IOVA), PagingEntry.FS_WRITE);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE | PRIV);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, EXEC | PRIV);

        final TablesBench other = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        other.or(ENTRY + 16, PasidEntry.WPE | PasidEntry.SMEP);
        other.clear(other.firstSlot(12, IOVA), PagingEntry.FS_WRITE);
        other.assertFaults(VtdFaultReason.NO_WRITE, PASID, IOVA, WRITE | PRIV);
        other.assertFaults(VtdFaultReason.EXECUTE, PASID, IOVA, EXEC | PRIV);
        other.assertTranslates(PAGE | OFFSET, PASID, IOVA, EXEC);
    }

    @Test
    void shouldIgnoreExecuteAndPrivilegeWithoutPasid() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.clear(TablesBench.pasidEntry(0) + 16, PasidEntry.ERE | PasidEntry.SRE);
        bench.assertTranslates(PAGE | OFFSET, NO_PASID, IOVA, EXEC | PRIV);
        bench.clear(bench.firstSlot(12, IOVA + 0x1000), PagingEntry.FS_USER);
        bench.mapFirst(IOVA + 0x1000, PAGE | PagingEntry.FS_PRESENT);
        bench.assertFaults(VtdFaultReason.USER, NO_PASID, IOVA + 0x1000, READ | PRIV);
    }

    @Test
    void shouldTakeRidPasidAndRidPrivWhereTheUnitHasThem() {
        final TablesBench bench =
                TablesBench.scalable(
                        PasidEntry.PGTT_FIRST,
                        TablesBench.with(0, VtdCapabilities.RPS | VtdCapabilities.RPRIVS));
        bench.or(TablesBench.context(SID) + 8, PASID | ScalableContextEntry.RID_PRIV);
        bench.clear(TablesBench.pasidEntry(0), 1);
        bench.clear(bench.firstSlot(12, IOVA), PagingEntry.FS_USER);
        bench.assertTranslates(PAGE | OFFSET, NO_PASID, IOVA, READ);
        assertEquals(PASID, bench.result.pasid);

        final TablesBench without = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        without.or(TablesBench.context(SID) + 8, PASID);
        without.assertTranslates(PAGE | OFFSET, NO_PASID, IOVA, READ);
        assertEquals(0, without.result.pasid);
    }

    @Test
    void shouldNeedTheSecondStagesRightsAtEveryLevel() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_SECOND);
        bench.clear(bench.secondSlot(39, IOVA), PagingEntry.SS_WRITE);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, EXEC);
        bench.assertFaults(VtdFaultReason.NO_WRITE, PASID, IOVA, WRITE);
        bench.clear(bench.secondSlot(12, IOVA), PagingEntry.SS_READ);
        // What is kept does until it is dropped.
        bench.assertFaults(VtdFaultReason.NO_READ, PASID, IOVA, READ);
    }

    @Test
    void shouldExecuteByTheSecondStagesEntriesWithSlee() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_SECOND);
        bench.or(ENTRY, PasidEntry.SLEE);
        for (int shift = 12; shift <= 39; shift += 9) {
            bench.assertFaults(VtdFaultReason.EXECUTE, PASID, IOVA, EXEC);
            bench.or(bench.secondSlot(shift, IOVA), PagingEntry.SS_EXECUTE);
        }
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, EXEC);
    }

    // ---- Accessed and dirty ---------------------------------------------------------------------

    @Test
    void shouldSetAccessedAtEveryLevelAndDirtyOnAWriteAlone() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        for (int shift = 12; shift <= 39; shift += 9) {
            assertEquals(
                    PagingEntry.FS_ACCESSED,
                    bench.memory.readLong(bench.firstSlot(shift, IOVA))
                            & (PagingEntry.FS_ACCESSED
                                    | PagingEntry.FS_DIRTY
                                    | PagingEntry.FS_EXTENDED_ACCESSED),
                    "2^" + shift);
        }
        // The translation is kept, but a write must still mark the page.
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE);
        assertEquals(
                PAGE | LEAF | PagingEntry.FS_ACCESSED | PagingEntry.FS_DIRTY,
                bench.memory.readLong(bench.firstSlot(12, IOVA)));
        assertEquals(0, bench.memory.readLong(bench.firstSlot(21, IOVA)) & PagingEntry.FS_DIRTY);
    }

    @Test
    void shouldSetExtendedAccessedWithEafe() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.or(ENTRY + 16, PasidEntry.EAFE);
        bench.or(bench.firstSlot(12, IOVA), PagingEntry.FS_ACCESSED);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        for (int shift = 12; shift <= 39; shift += 9) {
            final long entry = bench.memory.readLong(bench.firstSlot(shift, IOVA));
            assertTrue((entry & PagingEntry.FS_EXTENDED_ACCESSED) != 0, "2^" + shift);
        }
    }

    @Test
    void shouldMarkNothingForAnAccessThatIsRefused() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.clear(bench.firstSlot(12, IOVA), PagingEntry.FS_WRITE);
        bench.assertFaults(VtdFaultReason.NO_WRITE, PASID, IOVA, WRITE);
        assertEquals(0, bench.memory.readLong(bench.firstSlot(39, IOVA)) & PagingEntry.FS_ACCESSED);
    }

    @Test
    void shouldMarkTheSecondStageWithSsadeAlone() {
        final VtdConfig config = TablesBench.with(0, VtdCapabilities.SLADS);
        final long marks = PagingEntry.SS_ACCESSED | PagingEntry.SS_DIRTY;
        final TablesBench without = TablesBench.scalable(PasidEntry.PGTT_SECOND, config);
        without.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE);
        assertEquals(0, without.memory.readLong(without.secondSlot(12, IOVA)) & marks);

        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_SECOND, config);
        bench.or(ENTRY, PasidEntry.SSADE);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        for (int shift = 12; shift <= 39; shift += 9) {
            assertEquals(
                    PagingEntry.SS_ACCESSED,
                    bench.memory.readLong(bench.secondSlot(shift, IOVA)) & marks);
        }
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE);
        assertEquals(marks, bench.memory.readLong(bench.secondSlot(12, IOVA)) & marks);
    }

    @Test
    void shouldDirtyTheSecondStageOfFirstStageTablesThatItMarks() {
        final TablesBench bench =
                TablesBench.scalable(
                        PasidEntry.PGTT_NESTED, TablesBench.with(0, VtdCapabilities.SLADS));
        bench.or(ENTRY, PasidEntry.SSADE);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        final long dirty = PagingEntry.SS_DIRTY;
        assertEquals(dirty, bench.memory.readLong(bench.secondSlot(12, IPA + FIRST)) & dirty);
        assertEquals(0, bench.memory.readLong(bench.secondSlot(12, IPA + PAGE)) & dirty);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE);
        assertEquals(dirty, bench.memory.readLong(bench.secondSlot(12, IPA + PAGE)) & dirty);
    }

    @Test
    void shouldNotNeedToWriteFirstStageTablesThatAreMarked() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_NESTED);
        bench.mapSecond(IPA + FIRST, FIRST | PagingEntry.SS_READ);
        bench.or(bench.nestedSlot(39, IOVA), PagingEntry.FS_ACCESSED);
        bench.mapSecond(IPA + FIRST, FIRST | PagingEntry.SS_READ);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
    }

    // ---- Both stages, and neither ---------------------------------------------------------------

    @Test
    void shouldTakeTheSmallerPageAndTheFewerRightsOfBothStages() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_NESTED);
        final long iova = 0x40_0000_0000L + 0x3000;
        bench.memory.writeLong(
                bench.nestedSlot(21, iova), IPA + PAGE | LEAF | PagingEntry.PAGE_SIZE);
        bench.mapSecond(IPA + PAGE + 0x3000, PAGE + 0x7000 | PagingEntry.SS_READ);
        for (int i = 0; i < 2; i++) {
            bench.assertTranslates(PAGE + 0x7010, PASID, iova + 0x10, READ);
            assertEquals(12, bench.result.log2);
        }
        bench.assertFaults(VtdFaultReason.NO_WRITE, PASID, iova, WRITE);
    }

    @Test
    void shouldKeepNoMoreThanAPageOfTheFirstStageOfALargeOneOfTheSecond() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_NESTED);
        final long ipa = 0x20_0000_0000L;
        bench.memory.writeLong(
                bench.secondSlot(21, ipa), PAGE | PagingEntry.SS_READ | PagingEntry.PAGE_SIZE);
        bench.mapNested(IOVA, ipa + 0x5000 | LEAF);
        bench.mapNested(IOVA + 0x1000, ipa + 0x2000 | LEAF);
        bench.assertTranslates(PAGE + 0x5000 | OFFSET, PASID, IOVA, READ);
        assertEquals(12, bench.result.log2);
        assertEquals(EXEC, bench.result.perm, "no right that either stage refuses");
        bench.assertTranslates(PAGE + 0x2000 | OFFSET, PASID, IOVA + 0x1000, READ);
    }

    @Test
    void shouldPassThrough() {
        final TablesBench scalable = TablesBench.scalable(PasidEntry.PGTT_PASS_THROUGH);
        scalable.assertTranslates(0x1234_5678_9abcL, PASID, 0x1234_5678_9abcL, WRITE);
        scalable.assertTranslates(0x1234_5678_9abcL, NO_PASID, 0x1234_5678_9abcL, WRITE);

        final TablesBench legacy = TablesBench.legacy();
        legacy.context16(
                SID,
                1 | ContextEntry.TT_PASS_THROUGH << ContextEntry.TT_SHIFT,
                ContextEntry.qw1(PasidEntry.AW_48, DID));
        legacy.assertTranslates(0x1234_5678_9abcL, NO_PASID, 0x1234_5678_9abcL, WRITE);
        legacy.assertFaults(VtdFaultReason.ADDRESS_BEYOND, NO_PASID, 1L << 48, WRITE);
        legacy.assertFaults(VtdFaultReason.INTERRUPT_RANGE, NO_PASID, 0xfee0_0010L, READ);
    }

    @Test
    void shouldTakeAWriteToInterruptsWithoutPasidForOne() {
        final TablesBench bench = new TablesBench(VtdConfig.scalable());
        bench.translator.setRootTable(3 << 10);
        bench.assertTranslates(0xfee0_1230L, NO_PASID, 0xfee0_1230L, WRITE);
        bench.assertFaults(VtdFaultReason.RTADDR_INVALID, NO_PASID, 0xfee0_1230L, READ);
        bench.assertFaults(VtdFaultReason.RTADDR_INVALID, NO_PASID, 0xfef0_0000L, WRITE);
        final TablesBench other = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        other.assertFaults(VtdFaultReason.FS_NOT_PRESENT, PASID, 0xfee0_1230L, WRITE);
    }

    @Test
    void shouldRefuseInterruptsAlsoFromAKeptLargePage() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.memory.writeLong(bench.firstSlot(30, 0), 0xc000_0000L | LEAF | PagingEntry.PAGE_SIZE);
        bench.assertTranslates(0xfed0_0000L, PASID, 0x3ed0_0000L, READ);
        bench.assertFaults(VtdFaultReason.SM_INTERRUPT_RANGE, PASID, 0x3ee0_0000L, READ);
        bench.assertTranslates(0xfef0_0000L, PASID, 0x3ef0_0000L, READ);
    }

    @Test
    void shouldSplitABusAtFunction80InScalableMode() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.memory.writeLong(TablesBench.rootEntry(0x0380) + 8, TablesBench.UPPER_CONTEXTS | 1);
        bench.context32(0x0380, TablesBench.DIRECTORY | TablesBench.CONTEXT, 0);
        assertEquals(TablesBench.UPPER_CONTEXTS, TablesBench.context(0x0380));
        bench.assertTranslates(PAGE | OFFSET, 0x0380, PASID, IOVA, READ);
        bench.memory.writeLong(TablesBench.rootEntry(SID), 2);
        bench.assertTranslates(PAGE | OFFSET, 0x0380, PASID, IOVA, READ);
    }
}
