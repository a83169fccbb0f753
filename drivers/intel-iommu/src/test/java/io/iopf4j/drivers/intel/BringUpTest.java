// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.MessageWire;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code init_dmars()}: which registers are written, in which order. */
final class BringUpTest {
    private final FakeUnit unit = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12);

    private static List<String> writes(final FakeUnit unit) {
        return unit.accesses.stream().filter(a -> a.startsWith("w")).toList();
    }

    private static long base(final FakeUnit unit, final int register) {
        return unit.get(register) & -0x1000L;
    }

    @Test
    void shouldBringTheUnitUpInOrder() {
        final IntelIommu iommu = unit.probe();
        assertEquals(0, iommu.error());
        final long iqa = base(unit, VtdRegisters.IQA);
        final long root = base(unit, VtdRegisters.RTADDR);
        final long pqa = base(unit, VtdRegisters.PQA);
        assertEquals(
                List.of(
                        "w 88=0",
                        "wq 90=" + Long.toHexString(iqa | 0x801),
                        "w 18=4000000",
                        "wq 20=" + Long.toHexString(root | 0x400),
                        "w 18=44000000",
                        "w 88=40",
                        "w 88=80",
                        "w 88=c0",
                        "w e4=31",
                        "w e8=fee01000",
                        "w ec=1",
                        "w e0=0",
                        "wq c0=0",
                        "wq c8=0",
                        "wq d0=" + Long.toHexString(pqa | 4),
                        "w 3c=30",
                        "w 40=fee00000",
                        "w 44=1",
                        "w 38=0",
                        "w 34=0",
                        "w 18=84000000"),
                writes(unit));
        assertEquals(List.of("11:0", "37:0", "d2:0"), unit.descriptorsButWaits());
    }

    @Test
    void shouldReadAnEventControlBackOnceItIsUnmasked() {
        unit.probe();
        final int at = unit.accesses.indexOf("w e0=0");
        assertEquals("r e0", unit.accesses.get(at + 1));
        assertEquals("r 38", unit.accesses.get(unit.accesses.indexOf("w 38=0") + 1));
    }

    @Test
    void shouldUseWideDescriptorsWhereverTheHardwareHasScalableMode() {
        final IntelIommu iommu = unit.probe(new IntelOptions(false, 4, 2048));
        assertEquals(0, iommu.error());
        assertEquals(0x801, unit.get(VtdRegisters.IQA) & 0xfff);
        assertEquals("40", unit.stores(VtdRegisters.IQT).get(1));
        assertEquals(0, unit.get(VtdRegisters.RTADDR) & 0xfff);
        assertEquals(List.of("11:0", "d2:0"), unit.descriptorsButWaits());
        assertEquals(0, iommu.pageRequestQueueEntries());
        assertEquals(List.of(), unit.stores(VtdRegisters.PQA));
    }

    @Test
    void shouldUseNarrowDescriptorsWithoutScalableMode() {
        final FakeUnit legacy =
                new FakeUnit(
                        new VtdCapabilities(
                                FakeUnit.SCALABLE.cap(),
                                FakeUnit.SCALABLE.ecap() & ~VtdCapabilities.SMTS),
                        FaultGeneration.LINUX_6_12);
        assertEquals(0, legacy.probe().error());
        assertEquals(0, legacy.get(VtdRegisters.IQA) & 0xfff);
        assertEquals(List.of("0", "20", "40"), legacy.stores(VtdRegisters.IQT));
    }

    @Test
    void shouldNotInvalidateWhatTheHardwareInvalidatesItself() {
        final FakeUnit modern =
                new FakeUnit(
                        new VtdCapabilities(
                                FakeUnit.SCALABLE.cap() | VtdCapabilities.ESRTPS,
                                FakeUnit.SCALABLE.ecap()),
                        FaultGeneration.LINUX_6_12);
        assertEquals(0, modern.probe().error());
        assertEquals(List.of(), modern.descriptorsButWaits());
    }

    @Test
    void shouldFlushWriteBuffersBeforeTheRootTableIsSet() {
        final FakeUnit buffered =
                new FakeUnit(
                        new VtdCapabilities(
                                FakeUnit.SCALABLE.cap() | VtdCapabilities.RWBF,
                                FakeUnit.SCALABLE.ecap()),
                        FaultGeneration.LINUX_6_12);
        assertEquals(0, buffered.probe().error());
        final List<String> commands = buffered.stores(VtdRegisters.GCMD);
        assertEquals(List.of("4000000", "c000000", "44000000", "84000000"), commands);
    }

    @Test
    void shouldDisableProtectedMemoryLast() {
        final FakeUnit guarded =
                new FakeUnit(
                        new VtdCapabilities(
                                FakeUnit.SCALABLE.cap() | VtdCapabilities.PLMR,
                                FakeUnit.SCALABLE.ecap()),
                        FaultGeneration.LINUX_6_12);
        guarded.put(VtdRegisters.PMEN, 0x8000_0000L);
        assertEquals(0, guarded.probe().error());
        final List<String> writes = writes(guarded);
        assertEquals("w 64=0", writes.get(writes.size() - 1));
    }

    @Test
    void shouldStopAFormerOwnerFirst() {
        unit.registers.put(
                (long) VtdRegisters.GSTS, VtdRegisters.TE | VtdRegisters.QIE | VtdRegisters.IRE);
        assertEquals(0, unit.probe().error());
        assertEquals(
                List.of("82000000", "86000000", "6000000", "46000000", "86000000"),
                unit.stores(VtdRegisters.GCMD));
        assertTrue(unit.logged("translation is on already"));
    }

    @Test
    void shouldUseExtendedTablesIn2017OnHardwareOfThatTime() {
        final FakeUnit old = new FakeUnit(FakeUnit.REVISION_2, FaultGeneration.SERIES_2017);
        final IntelIommu iommu = old.probe(new IntelOptions(true, 0, 2048));
        assertEquals(0, iommu.error());
        assertEquals(0x800, old.get(VtdRegisters.RTADDR) & 0xfff);
        assertEquals(0, old.get(VtdRegisters.PQA) & 0xfff);
        assertEquals(256, iommu.pageRequestQueueEntries());
        assertEquals(List.of("11:0", "d2:0"), old.descriptorsButWaits());
    }

    @Test
    void shouldNotKnowExtendedTablesLater() {
        final FakeUnit old = new FakeUnit(FakeUnit.REVISION_2, FaultGeneration.LINUX_6_12);
        final IntelIommu iommu = old.probe();
        assertEquals(0, iommu.error());
        assertEquals(0, old.get(VtdRegisters.RTADDR) & 0xfff);
        assertEquals(0, iommu.pageRequestQueueEntries());
        assertEquals(0, iommu.maxPasids());
    }

    @Test
    void shouldTakeScalableHardwareAs61DoesIn2017() {
        final FakeUnit modern = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.SERIES_2017);
        final IntelIommu iommu = modern.probe();
        assertEquals(0x400, modern.get(VtdRegisters.RTADDR) & 0xfff);
        assertEquals(2048, iommu.pageRequestQueueEntries());
    }

    @Test
    void shouldSayWhatTheUnitCan() {
        final IntelIommu iommu = unit.probe();
        assertEquals(2048, iommu.pageRequestQueueEntries());
        assertEquals(1 << 20, iommu.maxPasids());
        assertTrue(iommu.supportsSva());
        assertEquals(2, iommu.domainIds().alloc());
        assertEquals(3, iommu.domainIds().alloc());
        iommu.domainIds().free(2);
        assertEquals(2, iommu.domainIds().alloc());
    }

    private void record() {
        unit.record(
                0,
                0x5000,
                FaultRecord.F | FaultRecord.qw1(0x310, -1, 1, FaultRecord.TYPE_READ, 0, 0));
    }

    @Test
    void shouldTakeFaultsOfAFormerOwnerBeforeAnythingElse() {
        record();
        assertEquals(0, unit.probe().error());
        assertEquals(List.of("w 22c=80000000", "w 34=83", "w 88=0"), writes(unit).subList(0, 3));
        assertTrue(unit.logged("fault addr 0x5000"));
    }

    @Test
    void shouldTakeFaultsThatCameBeforeTheInterruptCould() {
        unit.beforeStore.put((long) VtdRegisters.FEDATA, this::record);
        assertEquals(0, unit.probe().error());
        assertTrue(unit.logged("fault addr 0x5000"));
        assertEquals(List.of("83", "0"), unit.stores(VtdRegisters.FSTS));
    }

    @Test
    void shouldLetAFormerOwnersQueueRunDry() {
        unit.consumes = false;
        unit.registers.put((long) VtdRegisters.GSTS, VtdRegisters.QIE);
        unit.put(VtdRegisters.IQT, 0x40);
        unit.beforeLoad.put(
                (long) VtdRegisters.IQH,
                () ->
                        unit.beforeLoad.put(
                                (long) VtdRegisters.IQH,
                                () -> {
                                    unit.put(VtdRegisters.IQH, 0x40);
                                    unit.consumes = true;
                                }));
        unit.beforeStore.put(
                (long) VtdRegisters.GCMD, () -> assertEquals(0x40, unit.get(VtdRegisters.IQH)));
        unit.probe();
        assertTrue(unit.kernel.nowNs() > 0);
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        unit.put(VtdRegisters.CAP, -1);
        unit.put(VtdRegisters.ECAP, -1);
        final IntelIommu iommu = unit.probe();
        assertEquals(-Errno.ENXIO, iommu.error());
        assertNull(iommu.ops());
        assertEquals(List.of(), writes(unit));
    }

    @Test
    void shouldGiveEverythingBackIfAnInterruptIsMissing() {
        unit.lines.remove("prq");
        final IntelIommu iommu = unit.probe();
        assertEquals(-Errno.EINVAL, iommu.error());
        assertEquals(0, (int) unit.get(VtdRegisters.GSTS) & ~VtdRegisters.SRTP);
        assertIsGivenBack(unit);
    }

    @Test
    void shouldRefuseAUnitThatDoesNotAcknowledge() {
        unit.stuck = VtdRegisters.QIE;
        final IntelIommu iommu = unit.probe();
        assertEquals(-Errno.ETIMEDOUT, iommu.error());
        assertTrue(unit.logged("malfunctioning"));
    }

    @ParameterizedTest
    @ValueSource(ints = {VtdRegisters.TE, VtdRegisters.QIE})
    void shouldKeepMemoryThatTheHardwareMayStillUse(final int stuck) {
        final IntelIommu iommu = unit.probe();
        unit.stuck = stuck;
        iommu.remove();
        assertFalse(handedOutAgain(unit).contains(base(unit, VtdRegisters.RTADDR)));
    }

    @Test
    void shouldLetTheHardwareGoBeforeItsMemory() {
        final IntelIommu iommu = unit.probe();
        unit.accesses.clear();
        iommu.remove();
        assertEquals(
                List.of(
                        "w 18=4000000",
                        "wq c0=0",
                        "wq c8=0",
                        "wq d0=0",
                        "w e0=80000000",
                        "w 38=80000000",
                        "w 18=0"),
                writes(unit));
        assertTrue(unit.core.queue.contains("free"));
        assertFalse(((MessageWire) unit.lines.get("prq")).isConnected());
        assertFalse(((MessageWire) unit.lines.get("fault")).isConnected());
        assertEquals(-Errno.ENODEV, iommu.qi().submitOne(0x31, 0, 0, 0));
        assertIsGivenBack(unit);
    }

    /** What was taken is handed out again before anything new. */
    private static void assertIsGivenBack(final FakeUnit unit) {
        assertTrue(handedOutAgain(unit).contains(base(unit, VtdRegisters.RTADDR)));
    }

    private static List<Long> handedOutAgain(final FakeUnit unit) {
        return Stream.generate(() -> unit.allocator.allocCoherent(4096).dmaAddress())
                .limit(2)
                .toList();
    }

    @Test
    void shouldNameTheFaultQueueAfterTheUnit() {
        unit.probe();
        assertEquals(List.of("alloc dmar0-iopfq"), unit.core.queue);
    }

    @Test
    void shouldMakeTheQueueAsSmallAsBefore519() {
        final IntelIommu iommu = unit.probe(new IntelOptions(true, 0, 32));
        assertEquals(128, iommu.pageRequestQueueEntries());
        assertEquals(0, unit.get(VtdRegisters.PQA) & 0xfff);
        assertThrows(IllegalArgumentException.class, () -> new IntelOptions(true, 8, 1));
        assertThrows(IllegalArgumentException.class, () -> new IntelOptions(true, 0, 0));
    }
}
