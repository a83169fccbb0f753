// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices behind VT-d, and what guests and hosts do with their PASIDs. */
class VtdDeviceTest {
    private static final int NONE = IommuModel.NO_SUBSTREAM;
    private static final int PASID = 1;
    private static final long IOVA = 0x1234_5000L;
    private static final long HIGH_IOVA = 0x9000_0000_0000L;
    private static final int PAGES = 3;

    private Bench bench;
    private Ledger ledger;
    private GuestVm vm;
    private GuestDevice device;
    private GuestDevice other;

    private void start(final Semantics semantics) {
        bench =
                Bench.recorded(
                        new BenchSettings(
                                VtdSettings.of(semantics).withInterruptLatencyNs(0),
                                semantics,
                                List.of(),
                                1));
        ledger = bench.ledger();
        vm = bench.addVm("vm");
        device = bench.addDevice("dev", vm, Set.of(PASID, 3));
        other = bench.addDevice("other", bench.addVm("neighbour"), Set.of(PASID));
        device.attach();
        other.attach();
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerAGroupOfSeveralPages(final Semantics semantics) {
        start(semantics);
        final long[] iovas = {IOVA, HIGH_IOVA, IOVA + 0x7000};
        final int[] perms = {IommuFault.PERM_READ, IommuFault.PERM_WRITE, IommuFault.PERM_READ};
        final int row = device.issue(PASID, iovas, perms, PAGES);
        bench.settle(device);
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(row));
        assertEquals(IOVA + 0x7000, ledger.iova(row), "of its last request");
        final GuestRecord record = read();
        assertEquals(PAGES - 1, record.pageCount());
        assertEquals(HIGH_IOVA << 16 >> 16, record.page(1), "canonical");
        assertEquals(0, vm.answer(record, PageResponseCode.SUCCESS));
        bench.settle(device);
        assertEquals(AccessResult.DONE, ledger.result(row));
        assertEquals(1, ledger.records(row));
        assertAllHold();
    }

    @ParameterizedTest
    @EnumSource
    void shouldFaultAgainWhereOnePageIsNotMapped(final Semantics semantics) {
        start(semantics);
        final long[] iovas = {IOVA, IOVA + 0x1000, IOVA + 0x2000};
        final int[] perms = {IommuFault.PERM_READ, IommuFault.PERM_READ, IommuFault.PERM_READ};
        final int row = device.issue(PASID, iovas, perms, PAGES);
        bench.settle(device);
        final GuestRecord record = read();
        final GuestRecord one =
                new GuestRecord()
                        .set(device, PASID, record.iova(), record.grpid(), record.cookie());
        vm.answer(one, PageResponseCode.SUCCESS);
        bench.scheduler().runUntil(10 * VtdSettings.RETRY_DELAY_NS);
        bench.settle(device);
        assertEquals(2, ledger.records(row), "the same access asks again");
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(row));
        assertAllHold();
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveAccessesWithoutPasidOneThatIsNotUsed(final Semantics semantics) {
        start(semantics);
        assertEquals(2, device.endpoint().pasid(NONE));
        final int without = access(device, NONE);
        final int with = access(device, 3);
        assertEquals(NONE, ledger.substream(without));
        assertEquals(3, ledger.substream(with));
        answer(without, NONE);
        answer(with, 3);
        assertEquals(AccessResult.DONE, ledger.result(without));
        assertEquals(AccessResult.DONE, ledger.result(with));
        assertAllHold();
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepMachinesAndPasidsApart(final Semantics semantics) {
        start(semantics);
        device.prepare(3);
        other.prepare(PASID);
        device.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(device, PASID)));
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(device, 3)));
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(other, PASID)));
        device.unmap(PASID, IOVA);
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(device, PASID)));
        assertAllHold();
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetWhatWasUnmappedWhileDetached(final Semantics semantics) {
        start(semantics);
        device.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(device, PASID)));
        device.detach();
        assertEquals(AccessResult.ABORTED, ledger.result(access(device, PASID)));
        device.unmap(PASID, IOVA);
        device.attach();
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(device, PASID)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingBehindWhenADeviceMoves(final Semantics semantics) {
        start(semantics);
        device.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(device, PASID)));
        device.moveTo(other.vm());
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(device, PASID)));
        assertAllHold();
    }

    @Test
    void shouldDrainEveryPasidWhenTheDomainsAreReplaced() {
        start(Semantics.MAINLINE_6_12);
        final int one = access(device, PASID);
        final int two = access(device, 3);
        device.replace();
        bench.settle(device);
        assertEquals(Outcome.DRAINED, ledger.outcome(one));
        assertEquals(Outcome.DRAINED, ledger.outcome(two));
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(device, 3)));
        assertAllHold();
    }

    @ParameterizedTest
    @EnumSource
    void shouldWorkAgainAfterItWasRemoved(final Semantics semantics) {
        start(semantics);
        device.remove();
        device.attach();
        final int row = access(device, PASID);
        answer(row, PASID);
        assertEquals(AccessResult.DONE, ledger.result(row));
        assertAllHold();
    }

    @Test
    void shouldKeepARowThroughAnOverflow() {
        bench =
                Bench.recorded(
                        new BenchSettings(
                                VtdSettings.of(Semantics.MAINLINE_6_12).withQueueEntries(128),
                                Semantics.MAINLINE_6_12,
                                List.of(),
                                1));
        ledger = bench.ledger();
        vm = bench.addVm("vm");
        device = bench.addDevice("dev", vm, Set.of(PASID));
        device.attach();
        for (int page = 0; page < 200; page++) {
            device.issue(PASID, IOVA + page * 0x1000L, IommuFault.PERM_READ);
        }
        bench.settle(device);
        assertEquals(1, bench.hardware().queueOverflows());
        assertEquals(127, bench.hardware().queueHighWater());
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(126));
        assertEquals(Outcome.UNREPORTED, ledger.outcome(127));
        assertEquals(73, bench.hardware().waiting());
        bench.scheduler().runUntil(10 * VtdSettings.RETRY_DELAY_NS);
        bench.settle(device);
        assertEquals(200, ledger.size());
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(127));
        assertNotEquals(0, ledger.queuedNs(127));
        assertEquals(0, bench.hardware().waiting());
        assertAllHold();
    }

    /** A monitor whose files are closed cannot attach what its guest begins to use. */
    @ParameterizedTest
    @EnumSource
    void shouldEndAccessesOfANewPasidOnceTheFaultQueueIsClosed(final Semantics semantics) {
        start(semantics);
        vm.closeFaultQueue();
        final int row = access(device, PASID);
        assertEquals(
                semantics == Semantics.MAINLINE_6_12 ? Outcome.OUTSTANDING : Outcome.TERMINATED,
                ledger.outcome(row));
        device.remove();
        bench.settle(device);
        assertEquals(0, ledger.openFaults());
        assertAllHold();
    }

    private int access(final GuestDevice from, final int ssid) {
        final int row = from.issue(ssid, IOVA, IommuFault.PERM_READ);
        bench.settle(from);
        return row;
    }

    private GuestRecord read() {
        final GuestRecord last = new GuestRecord();
        vm.setListener(
                record -> {
                    if (record.isOwedAnswer()) {
                        last.copyFrom(record);
                    }
                });
        vm.readAll();
        return last;
    }

    private void answer(final int row, final int ssid) {
        vm.readAll();
        vm.answer(
                device,
                device.endpoint().pasid(ssid),
                IOVA,
                ledger.tag(row),
                ledger.cookie(row),
                PageResponseCode.SUCCESS);
        bench.settle(device);
    }

    private void assertAllHold() {
        bench.checkAllBooks();
        bench.invariants()
                .all()
                .forEach(one -> assertTrue(one.holds(), one.name() + ": " + one.breach()));
        assertFalse(bench.invariants().all().isEmpty());
    }
}
