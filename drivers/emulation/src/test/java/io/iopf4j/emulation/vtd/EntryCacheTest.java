// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.TablesBench.DID;
import static io.iopf4j.emulation.vtd.TablesBench.IOVA;
import static io.iopf4j.emulation.vtd.TablesBench.NO_PASID;
import static io.iopf4j.emulation.vtd.TablesBench.OFFSET;
import static io.iopf4j.emulation.vtd.TablesBench.PAGE;
import static io.iopf4j.emulation.vtd.TablesBench.PASID;
import static io.iopf4j.emulation.vtd.TablesBench.READ;
import static io.iopf4j.emulation.vtd.TablesBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Context and PASID entries are kept until an invalidation names them. */
final class EntryCacheTest {
    private static final int OTHER_DID = 0x55;
    private static final int OTHER_PASID = 0x43;

    /** Contexts of eight functions and of another device, of two domains in turn, then all gone. */
    private static TablesBench keptContexts() {
        final TablesBench bench = TablesBench.legacy();
        for (int i = 0; i < 16; i++) {
            bench.context16(
                    SID + i,
                    TablesBench.SECOND | 1,
                    ContextEntry.qw1(PasidEntry.AW_48, i % 2 == 0 ? DID : OTHER_DID));
            bench.assertTranslates(PAGE | OFFSET, SID + i, NO_PASID, IOVA, READ);
        }
        for (int i = 0; i < 16; i++) {
            bench.context16(SID + i, 0, 0);
        }
        return bench;
    }

    /** Bit n: function n's context is no longer kept. */
    private static int forgotten(final TablesBench bench) {
        int bits = 0;
        for (int i = 0; i < 16; i++) {
            if (!bench.translator.translate(
                    SID + i, NO_PASID, IOVA, READ, FaultRecord.AT_UNTRANSLATED)) {
                assertEquals(VtdFaultReason.CONTEXT_NOT_PRESENT, bench.result.reason);
                bits |= 1 << i;
            }
        }
        return bits;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0, 0, 0xffff",
        "2, 0x21, 0, 0, 0x5555",
        "2, 0x55, 0, 0, 0xaaaa",
        "2, 0x99, 0, 0, 0",
        "3, 0x21, 0x310, 0, 0x0001",
        "3, 0, 0x310, 0, 0x0001",
        "3, 0, 0x311, 1, 0x0022",
        "3, 0, 0x311, 2, 0x00aa",
        "3, 0, 0x311, 3, 0x00ff",
        "3, 0, 0x31f, 3, 0xff00",
        "3, 0, 0x410, 3, 0"
    })
    void shouldForgetContextsAsTold(
            final int granularity,
            final int did,
            final int sid,
            final int functionMask,
            final int expected) {
        final TablesBench bench = keptContexts();
        assertEquals(0, forgotten(bench));
        bench.translator.invalidateContexts(granularity, did, sid, functionMask);
        assertEquals(expected, forgotten(bench));
    }

    @Test
    void shouldForgetEveryScalableContextForADomain() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        bench.context32(SID, 0, 0);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        bench.translator.invalidateContexts(Invalidation.CC_DOMAIN, 0x77, 0, 0);
        bench.assertFaults(VtdFaultReason.SM_CONTEXT_NOT_PRESENT, PASID, IOVA, READ);
    }

    private static TablesBench keptPasids() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.pasid(OTHER_PASID, PasidEntry.PGTT_FIRST, DID);
        bench.pasid(0, PasidEntry.PGTT_FIRST, OTHER_DID);
        for (final int pasid : new int[] {PASID, OTHER_PASID, NO_PASID}) {
            bench.assertTranslates(PAGE | OFFSET, pasid, IOVA, READ);
        }
        for (final int pasid : new int[] {PASID, OTHER_PASID, 0}) {
            bench.memory.writeLong(TablesBench.pasidEntry(pasid), 0);
        }
        return bench;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0x21, 0, nno",
        "0, 0x55, 0, oon",
        "1, 0x21, 0x42, noo",
        "1, 0x21, 0x43, ono",
        "1, 0x55, 0x42, ooo",
        "1, 0x55, 0, oon",
        "3, 0, 0, nnn"
    })
    void shouldForgetPasidsAsTold(
            final int granularity, final int did, final int pasid, final String expected) {
        final TablesBench bench = keptPasids();
        bench.translator.invalidateContexts(Invalidation.CC_GLOBAL, 0, 0, 0);
        bench.translator.invalidatePasids(granularity, did, pasid);
        String found = "";
        for (final int each : new int[] {PASID, OTHER_PASID, NO_PASID}) {
            found += bench.translate(each, IOVA, READ) ? "o" : "n";
        }
        assertEquals(expected, found);
    }

    @Test
    void shouldKeepPasidsByDevice() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
        final long directory = TablesBench.DIRECTORY + 0x1000;
        bench.context32(SID + 1, directory | TablesBench.CONTEXT, 0);
        bench.translator.translate(SID + 1, PASID, IOVA, READ, FaultRecord.AT_UNTRANSLATED);
        assertEquals(VtdFaultReason.DIRECTORY_NOT_PRESENT, bench.result.reason);
    }

    @Test
    void shouldKeepNothingThatIsNotPresentOrNotValid() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        final long context = TablesBench.context(SID);
        final long entry = TablesBench.pasidEntry(PASID);
        bench.clear(context, 1);
        bench.assertFaults(VtdFaultReason.SM_CONTEXT_NOT_PRESENT, PASID, IOVA, READ);
        bench.or(context, 0x21);
        bench.assertFaults(VtdFaultReason.SM_CONTEXT_RESERVED, PASID, IOVA, READ);
        bench.clear(context, 0x20);
        bench.clear(entry, 1);
        bench.assertFaults(VtdFaultReason.PASID_NOT_PRESENT, PASID, IOVA, READ);
        bench.or(entry, 0x401);
        bench.assertFaults(VtdFaultReason.PASID_RESERVED, PASID, IOVA, READ);
        bench.clear(entry, 0x400);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
    }

    @Test
    void shouldKeepWhatIsNotPresentWithCachingMode() {
        final TablesBench bench =
                TablesBench.scalable(
                        PasidEntry.PGTT_FIRST, TablesBench.with(VtdCapabilities.CM, 0));
        final long entry = TablesBench.pasidEntry(PASID);
        bench.clear(TablesBench.context(SID), 1);
        bench.assertFaults(VtdFaultReason.SM_CONTEXT_NOT_PRESENT, PASID, IOVA, READ);
        bench.or(TablesBench.context(SID), 1);
        bench.assertFaults(VtdFaultReason.SM_CONTEXT_NOT_PRESENT, PASID, IOVA, READ);
        bench.translator.invalidateContexts(Invalidation.CC_DEVICE, 0, SID, 0);
        bench.clear(entry, 1);
        bench.assertFaults(VtdFaultReason.PASID_NOT_PRESENT, PASID, IOVA, READ);
        bench.or(entry, 1);
        bench.assertFaults(VtdFaultReason.PASID_NOT_PRESENT, PASID, IOVA, READ);
        bench.translator.invalidatePasids(Invalidation.PC_PASID, DID, PASID);
        bench.assertTranslates(PAGE | OFFSET, PASID, IOVA, READ);
    }

    @Test
    void shouldKeepAbsentLegacyContextsAsOfDomainZero() {
        final TablesBench bench = TablesBench.legacy(TablesBench.with(VtdCapabilities.CM, 0));
        bench.clear(TablesBench.legacyContext(SID), 1);
        bench.assertFaults(VtdFaultReason.CONTEXT_NOT_PRESENT, NO_PASID, IOVA, READ);
        bench.or(TablesBench.legacyContext(SID), 1);
        bench.translator.invalidateContexts(Invalidation.CC_DOMAIN, DID, 0, 0);
        bench.assertFaults(VtdFaultReason.CONTEXT_NOT_PRESENT, NO_PASID, IOVA, READ);
        bench.translator.invalidateContexts(Invalidation.CC_DOMAIN, 0, 0, 0);
        bench.assertTranslates(PAGE | OFFSET, NO_PASID, IOVA, READ);
    }
}
