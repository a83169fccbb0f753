// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.TablesBench.DID;
import static io.iopf4j.emulation.vtd.TablesBench.IOVA;
import static io.iopf4j.emulation.vtd.TablesBench.IPA;
import static io.iopf4j.emulation.vtd.TablesBench.LEAF;
import static io.iopf4j.emulation.vtd.TablesBench.LEAF_2;
import static io.iopf4j.emulation.vtd.TablesBench.NO_PASID;
import static io.iopf4j.emulation.vtd.TablesBench.OFFSET;
import static io.iopf4j.emulation.vtd.TablesBench.PAGE;
import static io.iopf4j.emulation.vtd.TablesBench.PASID;
import static io.iopf4j.emulation.vtd.TablesBench.READ;
import static io.iopf4j.emulation.vtd.TablesBench.ROOT;
import static io.iopf4j.emulation.vtd.TablesBench.SID;
import static io.iopf4j.emulation.vtd.TablesBench.TTM_SCALABLE;
import static io.iopf4j.emulation.vtd.TablesBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PagingEntry;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept is used until an invalidation names it, and only then no longer. */
final class TranslationCacheTest {
    private static final int OTHER_DID = 0x55;
    private static final int OTHER_PASID = 0x43;
    private static final long MOVED = 0x10_0000;

    /** Domain, PASID and page of four translations that are kept and then no longer true. */
    private static TablesBench kept(final int pgtt) {
        final TablesBench bench = TablesBench.scalable(pgtt);
        bench.pasid(OTHER_PASID, pgtt, DID);
        bench.pasid(0, pgtt, OTHER_DID);
        map(bench, pgtt, IOVA + 0x1000, PAGE + 0x1000);
        for (final int pasid : new int[] {PASID, OTHER_PASID, NO_PASID}) {
            bench.assertTranslates(PAGE | OFFSET, pasid, IOVA, READ);
            bench.assertTranslates(PAGE + 0x1000 | OFFSET, pasid, IOVA + 0x1000, READ);
        }
        map(bench, pgtt, IOVA, PAGE + MOVED);
        map(bench, pgtt, IOVA + 0x1000, PAGE + MOVED + 0x1000);
        return bench;
    }

    private static void map(
            final TablesBench bench, final int pgtt, final long iova, final long page) {
        if (pgtt == PasidEntry.PGTT_SECOND) {
            bench.mapSecond(iova, page | LEAF_2);
        } else if (pgtt == PasidEntry.PGTT_FIRST) {
            bench.mapFirst(iova, page | LEAF);
        } else {
            bench.mapNested(iova, IPA + page | LEAF);
            bench.mapSecond(IPA + page, page | LEAF_2);
        }
    }

    /** Which of the two pages of a PASID are read from the tables again: two letters. */
    private static String renewed(final TablesBench bench, final int pasid) {
        String pages = "";
        for (final long page : new long[] {0, 0x1000}) {
            bench.translate(pasid, IOVA + page, READ);
            pages += bench.result.output == (PAGE + MOVED + page | OFFSET) ? "n" : "o";
        }
        return pages;
    }

    private static void assertRenewed(
            final TablesBench bench,
            final String ofPasid,
            final String ofOtherPasid,
            final String ofOtherDomain) {
        assertEquals(ofPasid, renewed(bench, PASID), "PASID");
        assertEquals(ofOtherPasid, renewed(bench, OTHER_PASID), "other PASID");
        assertEquals(ofOtherDomain, renewed(bench, NO_PASID), "other domain");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldKeepUntilTold(final int pgtt) {
        assertRenewed(kept(pgtt), "oo", "oo", "oo");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldInvalidateAll(final int pgtt) {
        final TablesBench bench = kept(pgtt);
        bench.translator.invalidateIotlb(Invalidation.IOTLB_GLOBAL, 0, 0, 0, false);
        assertRenewed(bench, "nn", "nn", "nn");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldInvalidateADomain(final int pgtt) {
        final TablesBench bench = kept(pgtt);
        bench.translator.invalidateIotlb(Invalidation.IOTLB_DOMAIN, DID, 0, 0, false);
        assertRenewed(bench, "nn", "nn", "oo");
    }

    @ParameterizedTest
    @CsvSource({"1, nn", "2, no", "3, nn"})
    void shouldInvalidatePagesOfADomainAndAllOfItsFirstStage(final int pgtt, final String pages) {
        final TablesBench bench = kept(pgtt);
        bench.translator.invalidateIotlb(Invalidation.IOTLB_PAGES, DID, IOVA, 0, true);
        assertRenewed(bench, pages, pages, "oo");
    }

    @Test
    void shouldInvalidateAlignedPagesAroundAnAddress() {
        final TablesBench bench = kept(PasidEntry.PGTT_SECOND);
        final long third = IOVA + 0x2000;
        bench.translator.invalidateIotlb(Invalidation.IOTLB_PAGES, DID, third, 0, false);
        assertRenewed(bench, "oo", "oo", "oo");
        bench.translator.invalidateIotlb(Invalidation.IOTLB_PAGES, DID, third, 1, false);
        assertRenewed(bench, "on", "on", "oo");
        bench.translator.invalidateIotlb(Invalidation.IOTLB_PAGES, DID, third, 2, false);
        assertRenewed(bench, "on", "on", "oo");
        bench.translator.invalidateIotlb(Invalidation.IOTLB_PAGES, DID, third, 4, false);
        assertRenewed(bench, "nn", "nn", "oo");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 18, 30, 52, 63})
    void shouldInvalidateManyPages(final int mask) {
        final TablesBench bench = kept(PasidEntry.PGTT_SECOND);
        bench.translator.invalidateIotlb(
                Invalidation.IOTLB_PAGES, DID, 0x5a12_3450_0000L, mask, false);
        assertRenewed(bench, "nn", "nn", "oo");
    }

    @ParameterizedTest
    @CsvSource({"1, nn", "2, oo", "3, nn"})
    void shouldInvalidateAPasidOfTheFirstStageAlone(final int pgtt, final String pages) {
        final TablesBench bench = kept(pgtt);
        bench.translator.invalidatePasidIotlb(
                Invalidation.PASID_IOTLB_ALL, DID, PASID, 0, 0, false);
        assertRenewed(bench, pages, "oo", "oo");
    }

    @ParameterizedTest
    @CsvSource({"1, no", "2, oo", "3, no"})
    void shouldInvalidatePagesOfAPasid(final int pgtt, final String pages) {
        final TablesBench bench = kept(pgtt);
        bench.translator.invalidatePasidIotlb(
                Invalidation.PASID_IOTLB_PAGES, DID, PASID, IOVA, 0, true);
        assertRenewed(bench, pages, "oo", "oo");
    }

    @ParameterizedTest
    @CsvSource({"1, no, oo", "2, no, no", "3, no, oo"})
    void shouldForgetTheOnePageThatIsRequested(
            final int pgtt, final String pages, final String ofOtherPasid) {
        final TablesBench bench = kept(pgtt);
        assertTrue(bench.translator.admitsPageRequest(SID, PASID));
        bench.translator.forgetRequestedPage(IOVA);
        assertRenewed(bench, pages, ofOtherPasid, "oo");
    }

    @Test
    void shouldInvalidateALargePageByAnyOfItsPages() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        final long iova = 0x40_0000_0000L;
        final long slot = bench.firstSlot(21, iova);
        bench.memory.writeLong(slot, PAGE | LEAF | PagingEntry.PAGE_SIZE);
        bench.assertTranslates(PAGE, PASID, iova, READ);
        bench.memory.writeLong(slot, 0);
        bench.translator.invalidatePasidIotlb(
                Invalidation.PASID_IOTLB_PAGES, DID, PASID, iova + 0x20_0000, 0, false);
        bench.assertTranslates(PAGE, PASID, iova, READ);
        bench.translator.invalidatePasidIotlb(
                Invalidation.PASID_IOTLB_PAGES, DID, PASID, iova + 0x1f_f000, 0, false);
        bench.assertFaults(VtdFaultReason.FS_NOT_PRESENT, PASID, iova, READ);
    }

    @Test
    void shouldInvalidateAllPiecesOfALargePage() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_NESTED);
        final long iova = 0x40_0000_0000L;
        final long slot = bench.nestedSlot(21, iova);
        bench.memory.writeLong(slot, IPA + PAGE | LEAF | PagingEntry.PAGE_SIZE);
        bench.mapSecond(IPA + PAGE + 0x1000, PAGE + 0x5000 | LEAF_2);
        bench.assertTranslates(PAGE, PASID, iova, READ);
        bench.assertTranslates(PAGE + 0x5000, PASID, iova + 0x1000, READ);
        bench.memory.writeLong(slot, 0);
        bench.translator.invalidatePasidIotlb(
                Invalidation.PASID_IOTLB_PAGES, DID, PASID, iova + 0x10_0000, 0, false);
        bench.assertFaults(VtdFaultReason.FS_NOT_PRESENT, PASID, iova, READ);
        bench.assertFaults(VtdFaultReason.FS_NOT_PRESENT, PASID, iova + 0x1000, READ);
    }

    @Test
    void shouldShareADomainBetweenDevices() {
        final TablesBench bench = TablesBench.legacy();
        bench.context16(SID + 1, TablesBench.SECOND | 1, ContextEntry.qw1(PasidEntry.AW_48, DID));
        bench.assertTranslates(PAGE | OFFSET, NO_PASID, IOVA, READ);
        bench.mapSecond(IOVA, 0);
        bench.assertTranslates(PAGE | OFFSET, SID + 1, NO_PASID, IOVA, READ);
    }

    @Test
    void shouldKeepNoFaultEvenWithCachingMode() {
        for (final long cm : new long[] {0, VtdCapabilities.CM}) {
            final TablesBench bench =
                    TablesBench.scalable(PasidEntry.PGTT_FIRST, TablesBench.with(cm, 0));
            bench.mapFirst(IOVA, 0);
            bench.assertFaults(VtdFaultReason.FS_NOT_PRESENT, PASID, IOVA, READ);
            bench.mapFirst(IOVA, PAGE | LEAF);
            bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        }
    }

    @Test
    void shouldWalkAnewForWhatAKeptTranslationDoesNotAllow() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_SECOND);
        bench.mapSecond(IOVA, PAGE | PagingEntry.SS_READ);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        bench.assertFaults(VtdFaultReason.NO_WRITE, PASID, IOVA, WRITE);
        bench.mapSecond(IOVA, PAGE | LEAF_2);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE);
        bench.mapSecond(IOVA, PAGE | PagingEntry.SS_READ);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE);
    }

    @Test
    void shouldDropBothOfTwoThatMatch() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        final long iova = 0x40_0000_0000L;
        bench.mapFirst(iova, PAGE | LEAF);
        bench.assertTranslates(PAGE, PASID, iova, READ);
        bench.memory.writeLong(
                bench.firstSlot(21, iova), PAGE + MOVED * 2 | LEAF | PagingEntry.PAGE_SIZE);
        bench.assertTranslates(PAGE, PASID, iova, READ);
        bench.assertTranslates(PAGE + MOVED * 2 + 0x1000, PASID, iova + 0x1000, READ);
        bench.assertTranslates(PAGE + MOVED * 2, PASID, iova, READ);
    }

    @Test
    void shouldStayBounded() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        for (int i = 0; i < 20_000; i++) {
            bench.mapFirst(i * 0x1000L, PAGE + i * 0x1000L | LEAF);
            bench.assertTranslates(PAGE + i * 0x1000L, PASID, i * 0x1000L, READ);
        }
        bench.mapFirst(0, 0);
        bench.mapFirst(19_999 * 0x1000L, 0);
        bench.assertFaults(VtdFaultReason.FS_NOT_PRESENT, PASID, 0, READ);
        bench.assertTranslates(PAGE + 19_999 * 0x1000L, PASID, 19_999 * 0x1000L, READ);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldForgetWithSrtpByCapabilityAlone(final boolean hasEsrtps) {
        final VtdConfig config = TablesBench.with(hasEsrtps ? VtdCapabilities.ESRTPS : 0, 0);
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST, config);
        final Consumer<TablesBench> expectation =
                b -> {
                    if (hasEsrtps) {
                        b.assertFaults(VtdFaultReason.SM_ROOT_NOT_PRESENT, PASID, IOVA, READ);
                    } else {
                        b.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
                    }
                };
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        bench.translator.setRootTable(ROOT + 0x1000 | TTM_SCALABLE);
        expectation.accept(bench);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldForgetTranslationsWithSrtpByCapabilityAlone(final boolean hasEsrtps) {
        final VtdConfig config = TablesBench.with(hasEsrtps ? VtdCapabilities.ESRTPS : 0, 0);
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST, config);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        bench.mapFirst(IOVA, PAGE + MOVED | LEAF);
        bench.translator.setRootTable(ROOT | TTM_SCALABLE);
        bench.assertTranslates(PAGE + (hasEsrtps ? MOVED : 0) | OFFSET, PASID, IOVA, READ);
    }
}
