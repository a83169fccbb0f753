// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.TablesBench.DID;
import static io.iopf4j.emulation.vtd.TablesBench.EXEC;
import static io.iopf4j.emulation.vtd.TablesBench.IOVA;
import static io.iopf4j.emulation.vtd.TablesBench.LEAF;
import static io.iopf4j.emulation.vtd.TablesBench.NO_PASID;
import static io.iopf4j.emulation.vtd.TablesBench.OUTSIDE;
import static io.iopf4j.emulation.vtd.TablesBench.PAGE;
import static io.iopf4j.emulation.vtd.TablesBench.PASID;
import static io.iopf4j.emulation.vtd.TablesBench.READ;
import static io.iopf4j.emulation.vtd.TablesBench.SID;
import static io.iopf4j.emulation.vtd.TablesBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PagingEntry;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.parts.MemoryPort;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Translation requests, translated accesses, and which page requests are let in. */
final class AtsServiceTest {
    private static final long CONTEXT = TablesBench.context(SID);

    private final List<String> faults = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();

    private AtsService service(final TablesBench bench, final VtdConfig config) {
        return new AtsService(
                config,
                bench.translator,
                (sid, pasid, address, perm, addressType, reason) ->
                        faults.add(Integer.toHexString(reason) + " at " + addressType),
                new MemoryPort(bench.memory));
    }

    private AtsService service(final TablesBench bench) {
        return service(bench, VtdConfig.scalable());
    }

    private static AtsCompletion success(final long address, final int log2, final int perm) {
        return new AtsCompletion(AtsCompletion.Status.SUCCESS, address, log2, perm);
    }

    @Test
    void shouldTellSpanAndRights() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        final long iova = 0x40_0000_0000L;
        bench.memory.writeLong(bench.firstSlot(21, iova), PAGE | LEAF | PagingEntry.PAGE_SIZE);
        final AtsService service = service(bench);
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    success(PAGE, 21, READ | WRITE),
                    service.request(SID, PASID, iova + 0x1234, READ | WRITE));
        }
        assertEquals(
                success(PAGE, 21, EXEC | WRITE), service.request(SID, PASID, iova, EXEC | WRITE));
        assertEquals(List.of(), faults);
    }

    @Test
    void shouldTellOfReadAloneWhereNoWriteIsAllowed() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.clear(bench.firstSlot(12, IOVA), PagingEntry.FS_WRITE);
        assertEquals(success(PAGE, 12, READ), service(bench).request(SID, PASID, IOVA, WRITE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHoldADeviceToItsPromiseNotToWriteWithNwfsAlone(final boolean hasNwfs) {
        final VtdConfig config = TablesBench.with(0, hasNwfs ? VtdCapabilities.NWFS : 0);
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST, config);
        assertEquals(
                success(PAGE, 12, hasNwfs ? READ : READ | WRITE),
                service(bench, config).request(SID, PASID, IOVA, READ));
        final long leaf = bench.memory.readLong(bench.firstSlot(12, IOVA));
        assertEquals(!hasNwfs, (leaf & PagingEntry.FS_DIRTY) != 0);
    }

    @Test
    void shouldTellOfNoTranslationWithoutARecord() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.mapFirst(IOVA, 0);
        assertEquals(AtsCompletion.NO_TRANSLATION, service(bench).request(SID, PASID, IOVA, READ));
        final TablesBench legacy = TablesBench.legacy();
        assertEquals(
                AtsCompletion.NO_TRANSLATION,
                service(legacy).request(SID, NO_PASID, IOVA + 0x1000, READ | WRITE));
        assertEquals(List.of(), faults);
    }

    @Test
    void shouldAbortAndRecordWhatIsBroken() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.memory.writeLong(bench.firstSlot(21, IOVA), OUTSIDE | LEAF);
        assertEquals(AtsCompletion.ABORT, service(bench).request(SID, PASID, IOVA, READ));
        bench.memory.writeLong(TablesBench.pasidEntry(PASID), PasidEntry.FPD);
        bench.translator.invalidatePasids(Invalidation.PC_GLOBAL, 0, 0);
        assertEquals(AtsCompletion.ABORT, service(bench).request(SID, PASID, IOVA, READ));
        assertEquals(List.of("70 at 1"), faults, "FPD silences the second");
    }

    @Test
    void shouldRefuseDevicesThatAreNotLetIn() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.clear(CONTEXT, ScalableContextEntry.DTE);
        assertEquals(AtsCompletion.UNSUPPORTED, service(bench).request(SID, PASID, IOVA, READ));
        final TablesBench legacy = TablesBench.legacy();
        legacy.context16(SID, TablesBench.SECOND | 1, ContextEntry.qw1(2, DID));
        assertEquals(AtsCompletion.UNSUPPORTED, service(legacy).request(SID, NO_PASID, IOVA, READ));
        legacy.translator.invalidateContexts(Invalidation.CC_GLOBAL, 0, 0, 0);
        legacy.context16(SID, 1 | 2 << 2, ContextEntry.qw1(2, DID));
        assertEquals(AtsCompletion.UNSUPPORTED, service(legacy).request(SID, NO_PASID, IOVA, READ));
        assertEquals(List.of("44 at 1", "d at 1", "d at 1"), faults);
    }

    @Test
    void shouldSilenceRefusalsWithFpd() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.clear(CONTEXT, ScalableContextEntry.DTE);
        bench.or(CONTEXT, ScalableContextEntry.FPD);
        assertEquals(AtsCompletion.UNSUPPORTED, service(bench).request(SID, PASID, IOVA, READ));
        final TablesBench legacy = TablesBench.legacy();
        legacy.context16(SID, TablesBench.SECOND | 3, ContextEntry.qw1(2, DID));
        assertEquals(AtsCompletion.UNSUPPORTED, service(legacy).request(SID, NO_PASID, IOVA, READ));
        assertEquals(List.of(), faults);
    }

    @Test
    void shouldNotAnswerWithoutDeviceTlbs() {
        final VtdConfig config = TablesBench.without(0, VtdCapabilities.DT);
        final TablesBench bench = new TablesBench(config);
        assertEquals(
                AtsCompletion.UNSUPPORTED,
                service(bench, config).request(SID, NO_PASID, IOVA, READ));
        service(bench, config).access(requester(), 1, SID, NO_PASID, PAGE, READ);
        assertEquals(List.of("1 ABORTED"), ends);
        assertEquals(List.of(), faults);
    }

    // ---- Translated accesses --------------------------------------------------------------------

    private Requester requester() {
        return new Requester() {
            @Override
            public void reached(final int id, final long address) {
                ends.add(id + " at " + Long.toHexString(address));
            }

            @Override
            public void ended(final int id, final AccessResult result) {
                ends.add(id + " " + result);
            }
        };
    }

    @Test
    void shouldPassTranslatedAddressesOfDevicesThatAreLetIn() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        final AtsService service = service(bench);
        service.access(requester(), 7, SID, NO_PASID, PAGE + 0x123, WRITE);
        service.access(requester(), 8, SID, PASID, OUTSIDE, READ);
        assertEquals(List.of("7 at 18000123", "7 DONE", "8 ABORTED"), ends);
        assertEquals(List.of(), faults);
    }

    @Test
    void shouldBlockTranslatedAddressesOfOthers() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        final AtsService service = service(bench);
        service.access(requester(), 1, SID, NO_PASID, 0xfee0_0000L, WRITE);
        bench.translator.invalidateContexts(Invalidation.CC_GLOBAL, 0, 0, 0);
        bench.clear(CONTEXT, ScalableContextEntry.DTE);
        service.access(requester(), 2, SID, NO_PASID, PAGE, WRITE);
        assertEquals(List.of("1 ABORTED", "2 ABORTED"), ends);
        assertEquals(List.of("87 at 2", "44 at 2"), faults);
    }

    // ---- Page requests --------------------------------------------------------------------------

    private static void assertAdmission(
            final int reason,
            final boolean isSuppressed,
            final TablesBench bench,
            final int pasid) {
        assertFalse(bench.translator.admitsPageRequest(SID, pasid));
        assertEquals(Integer.toHexString(reason), Integer.toHexString(bench.result.reason));
        assertEquals(isSuppressed, bench.result.isSuppressed);
    }

    @Test
    void shouldAdmitPageRequestsAndTellTheirDomain() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.pasid(0, PasidEntry.PGTT_FIRST, 0x77);
        assertTrue(bench.translator.admitsPageRequest(SID, PASID));
        assertEquals(DID, bench.result.did);
        assertEquals(PASID, bench.result.pasid);
        assertTrue(bench.translator.admitsPageRequest(SID, NO_PASID));
        assertEquals(0x77, bench.result.did);
        assertEquals(0, bench.result.pasid);
        // The entry itself is not asked for: a PASID without one may have requests.
        assertTrue(bench.translator.admitsPageRequest(SID, PASID + 1));
        assertEquals(-1, bench.result.did);
        assertEquals(0, bench.result.reason);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefusePageRequestsByTheContext(final boolean isSilent) {
        final long fpd = isSilent ? ScalableContextEntry.FPD : 0;
        final TablesBench noPre = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        noPre.clear(CONTEXT, ScalableContextEntry.PRE);
        noPre.or(CONTEXT, fpd);
        assertAdmission(VtdFaultReason.PRE, isSilent, noPre, PASID);
        assertAdmission(VtdFaultReason.PRE, isSilent, noPre, NO_PASID);

        final TablesBench noPaside = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        noPaside.clear(CONTEXT, ScalableContextEntry.PASIDE);
        noPaside.or(CONTEXT, fpd);
        assertAdmission(VtdFaultReason.PASIDE, isSilent, noPaside, PASID);
        assertTrue(noPaside.translator.admitsPageRequest(SID, NO_PASID));

        final TablesBench narrow = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        narrow.or(CONTEXT, fpd);
        assertAdmission(VtdFaultReason.PASID_BEYOND, isSilent, narrow, 1 << 13);
        assertTrue(narrow.translator.admitsPageRequest(SID, (1 << 13) - 1));

        final TablesBench absent = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        absent.memory.writeLong(CONTEXT, fpd);
        assertAdmission(VtdFaultReason.SM_CONTEXT_NOT_PRESENT, isSilent, absent, PASID);
    }

    @Test
    void shouldRefusePageRequestsByTheMode() {
        assertAdmission(VtdFaultReason.LEGACY_PAGE_REQUEST, false, TablesBench.legacy(), NO_PASID);
        assertAdmission(VtdFaultReason.LEGACY_PAGE_REQUEST, false, TablesBench.legacy(), PASID);
        final TablesBench aborting =
                TablesBench.scalable(
                        PasidEntry.PGTT_FIRST, TablesBench.with(0, VtdCapabilities.ADMS));
        aborting.translator.setRootTable(TablesBench.ROOT | 3 << 10);
        assertAdmission(VtdFaultReason.ABORT_DMA, false, aborting, PASID);
    }

    @Test
    void shouldGateUntranslatedAccessesByNeither() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        bench.clear(CONTEXT, ScalableContextEntry.DTE | ScalableContextEntry.PRE);
        assertTrue(
                bench.translator.translate(
                        SID, PASID, IOVA, IommuFault.PERM_READ, FaultRecord.AT_UNTRANSLATED));
    }
}
