// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.TablesBench.DID;
import static io.iopf4j.emulation.vtd.TablesBench.EXEC;
import static io.iopf4j.emulation.vtd.TablesBench.EXTENDED_ROOT;
import static io.iopf4j.emulation.vtd.TablesBench.IOVA;
import static io.iopf4j.emulation.vtd.TablesBench.NO_PASID;
import static io.iopf4j.emulation.vtd.TablesBench.OFFSET;
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
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdFaultReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Revision 2's extended root, context and PASID tables. */
final class ExtendedTablesTest {
    private static final int UPPER = 0x0380;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTranslateByPasidAndWithout(final boolean isNested) {
        final TablesBench bench = TablesBench.extended(isNested);
        assertEquals(-1, bench.translator.mode());
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, WRITE);
        assertEquals(DID, bench.result.did);
        assertEquals(PASID, bench.result.pasid);
        bench.assertTranslates(PAGE + 0x1000 | OFFSET, NO_PASID, IOVA, WRITE);
        assertEquals(NO_PASID, bench.result.pasid);
    }

    @Test
    void shouldFindFunction80InTheUpperTablesFirstEntry() {
        final TablesBench bench = TablesBench.extended(false);
        bench.assertTranslates(PAGE | OFFSET, SID, PASID, IOVA, READ);
        assertFalse(
                bench.translator.translate(UPPER, PASID, IOVA, READ, FaultRecord.AT_UNTRANSLATED));
        assertEquals(VtdFaultReason.ROOT_NOT_PRESENT, bench.result.reason);

        bench.memory.writeLong(TablesBench.rootEntry(UPPER) + 8, TablesBench.UPPER_CONTEXTS | 1);
        for (int i = 0; i < 4; i++) {
            bench.memory.writeLong(
                    TablesBench.UPPER_CONTEXTS + 8L * i,
                    bench.memory.readLong(TablesBench.context(SID) + 8L * i));
        }
        bench.assertTranslates(PAGE | OFFSET, UPPER, PASID, IOVA, READ);
    }

    @ParameterizedTest
    @CsvSource({
        "0, true, false, false",
        "1, true, true, false",
        "2, false, false, true",
        "4, true, false, true",
        "5, true, true, true"
    })
    void shouldDoAsTheTranslationTypeSays(
            final int type,
            final boolean hasPasids,
            final boolean hasAts,
            final boolean isPassThrough) {
        final TablesBench bench = TablesBench.extended(false);
        bench.extendedContext(SID, type, ExtendedContextEntry.PASIDE);
        if (hasPasids) {
            bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        } else {
            bench.assertFaults(VtdFaultReason.PASIDE, PASID, IOVA, READ);
        }
        bench.assertTranslates(isPassThrough ? IOVA : PAGE + 0x1000 | OFFSET, NO_PASID, IOVA, READ);
        final int request = FaultRecord.AT_TRANSLATION_REQUEST;
        assertEquals(hasAts, bench.translator.translate(SID, NO_PASID, IOVA, READ, request));
        assertEquals(hasAts ? 0 : VtdFaultReason.TT_BLOCKS, bench.result.reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 7})
    void shouldRefuseReservedTypes(final int type) {
        final TablesBench bench = TablesBench.extended(false);
        bench.extendedContext(SID, type, ExtendedContextEntry.PASIDE);
        bench.assertFaults(VtdFaultReason.CONTEXT_INVALID, NO_PASID, IOVA, READ);
    }

    @Test
    void shouldFaultForWhatIsWrongWithAPasid() {
        final TablesBench bench = TablesBench.extended(false);
        bench.assertFaults(VtdFaultReason.PASID_BEYOND, 1 << 8, IOVA, READ);
        bench.assertFaults(VtdFaultReason.PASID_NOT_PRESENT, PASID + 1, IOVA, READ);
        bench.assertFaults(VtdFaultReason.SRE, PASID, IOVA, READ | PRIV);
        bench.assertFaults(VtdFaultReason.ERE, PASID, IOVA, EXEC);
        bench.memory.writeLong(TablesBench.flat(PASID + 1), 0x21);
        bench.assertFaults(VtdFaultReason.PASID_RESERVED, PASID + 1, IOVA, READ);
        bench.memory.writeLong(TablesBench.context(SID) + 16, OUTSIDE | 3);
        bench.translator.invalidateContexts(Invalidation.CC_DEVICE, DID, SID, 0);
        bench.assertFaults(VtdFaultReason.PASID_ACCESS, PASID + 2, IOVA, READ);
        bench.extendedContext(SID, 1, 0);
        bench.translator.invalidateContexts(Invalidation.CC_DEVICE, DID, SID, 0);
        bench.assertFaults(VtdFaultReason.PASIDE, PASID, IOVA, READ);
    }

    @Test
    void shouldFaultForWhatIsWrongWithAContext() {
        final TablesBench bench = TablesBench.extended(false);
        final long context = TablesBench.context(SID);
        bench.or(context, ExtendedContextEntry.DINVE);
        bench.assertFaults(VtdFaultReason.CONTEXT_RESERVED, NO_PASID, IOVA, READ);
        bench.memory.writeLong(context, ExtendedContextEntry.FPD);
        bench.assertFaults(VtdFaultReason.CONTEXT_NOT_PRESENT, NO_PASID, IOVA, READ);
        assertTrue(bench.result.isSuppressed);
        bench.memory.writeLong(TablesBench.rootEntry(SID), 1 << 1 | 1);
        bench.assertFaults(VtdFaultReason.ROOT_RESERVED, NO_PASID, IOVA, READ);
    }

    @Test
    void shouldAllowSupervisorsWithSre() {
        final TablesBench bench = TablesBench.extended(false);
        bench.or(TablesBench.flat(PASID), ExtendedContextEntry.PASID_SRE);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ | PRIV);
    }

    @Test
    void shouldTranslateFiveLevels() {
        final TablesBench bench = TablesBench.extended(false);
        final long root = bench.newTable();
        final long iova = 1L << 50;
        bench.memory.writeLong(
                TablesBench.flat(PASID), root | ExtendedContextEntry.PASID_FIVE_LEVELS | 1);
        bench.memory.writeLong(
                bench.slot(root, 5, 12, iova, TablesBench.LEAF), PAGE | TablesBench.LEAF);
        bench.assertTranslates(PAGE, PASID, iova, READ);
    }

    @Test
    void shouldReadLegacyTablesWithoutTheExtendedBit() {
        final TablesBench bench = TablesBench.extended(false);
        bench.translator.setRootTable(ROOT);
        assertEquals(0, bench.translator.mode());
        bench.context16(SID, TablesBench.SECOND | 1, ContextEntry.qw1(2, DID));
        bench.assertTranslates(PAGE + 0x1000 | OFFSET, NO_PASID, IOVA, READ);
        bench.translator.setRootTable(ROOT | EXTENDED_ROOT | 1 << 10);
        bench.assertFaults(VtdFaultReason.RTADDR_INVALID, NO_PASID, IOVA, READ);
    }

    @Test
    void shouldAdmitPageRequestsWithPrs() {
        final TablesBench bench = TablesBench.extended(false);
        assertTrue(bench.translator.admitsPageRequest(SID, PASID));
        assertEquals(DID, bench.result.did);
        bench.clear(TablesBench.context(SID), ExtendedContextEntry.PRS);
        bench.translator.invalidateContexts(Invalidation.CC_GLOBAL, 0, 0, 0);
        assertFalse(bench.translator.admitsPageRequest(SID, PASID));
        assertEquals(VtdFaultReason.PRE, bench.result.reason);
    }
}
