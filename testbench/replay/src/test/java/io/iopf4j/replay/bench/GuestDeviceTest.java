// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GuestDeviceTest {
    private static final int PASID = 5;
    private static final long IOVA = 0x1234_5000L;

    private final Bench bench =
            Bench.recorded(BenchSettings.mainline(new SmmuSettings(SmmuV3Config.roomy()), 1));
    private final Ledger ledger = bench.ledger();
    private final GuestVm vm = bench.addVm("vm");
    private final GuestDevice device = bench.addDevice("dev", vm, Set.of(7));

    @Test
    void shouldTakeFaultsOnceAttached() {
        assertFalse(device.isAttached());
        device.attach();
        assertTrue(device.isAttached());
        final int row = access(PASID);
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(row));
        assertEquals(1, device.corePending());
    }

    @Test
    void shouldTerminateAccessesBeforeItIsAttached() {
        final int row = access(IommuModel.NO_SUBSTREAM);
        assertEquals(Outcome.TERMINATED, ledger.outcome(row));
        assertEquals(0, device.corePending());
    }

    @Test
    void shouldFinishAnAccessWhoseFaultIsAnswered() {
        device.attach();
        final int row = access(PASID);
        answer(row, PASID, PageResponseCode.SUCCESS);
        assertEquals(Outcome.ANSWERED, ledger.outcome(row));
        assertEquals(AccessResult.DONE, ledger.result(row));
        assertEquals(0, device.corePending());
    }

    @Test
    void shouldAbortAnAccessWhoseFaultIsRefused() {
        device.attach();
        final int row = access(IommuModel.NO_SUBSTREAM);
        answer(row, IommuModel.NO_SUBSTREAM, PageResponseCode.INVALID);
        assertEquals(Outcome.ANSWERED, ledger.outcome(row));
        assertEquals(AccessResult.ABORTED, ledger.result(row));
    }

    @Test
    void shouldFaultAgainAtAnAddressThatWasAnsweredBefore() {
        device.attach();
        answer(access(PASID), PASID, PageResponseCode.SUCCESS);
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(PASID)));
    }

    @Test
    void shouldDrainFaultsWhenItsDomainIsReplaced() {
        device.attach();
        final int before = access(PASID);
        device.replace();
        bench.scheduler().runReady();
        assertEquals(Outcome.DRAINED, ledger.outcome(before));
        assertEquals(PageResponseCode.INVALID, ledger.code(before));
        assertTrue(device.isAttached());
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(PASID)));
    }

    @Test
    void shouldDrainFaultsWhenItIsDetached() {
        device.attach();
        final int before = access(PASID);
        device.detach();
        bench.scheduler().runReady();
        assertEquals(Outcome.DRAINED, ledger.outcome(before));
        assertFalse(device.isAttached());
        assertEquals(Outcome.TERMINATED, ledger.outcome(access(PASID)));
    }

    @Test
    void shouldWorkAgainAfterItWasRemoved() {
        device.attach();
        final int before = access(PASID);
        device.remove();
        bench.scheduler().runReady();
        assertEquals(Outcome.DRAINED, ledger.outcome(before));
        device.attach();
        final int after = access(PASID);
        answer(after, PASID, PageResponseCode.SUCCESS);
        assertEquals(AccessResult.DONE, ledger.result(after));
        assertTrue(bench.invariants().hold());
    }

    @Test
    void shouldDoNothingTwice() {
        device.replace();
        device.detach();
        assertFalse(device.isAttached());
        device.attach();
        device.attach();
        device.remove();
        device.remove();
        assertFalse(device.isAttached());
    }

    @Test
    void shouldBelongToItsVm() {
        assertEquals(vm, device.vm());
        assertEquals(1, vm.devices().size());
        assertEquals("dev", device.endpoint().name());
    }

    @Test
    void shouldRefuseMoreDevicesThanStreamIds() {
        final Bench tiny =
                Bench.recorded(
                        BenchSettings.mainline(
                                new SmmuSettings(SmmuV3Config.roomy().withSidBits(1)), 1));
        final GuestVm owner = tiny.addVm("vm");
        tiny.addDevice("dev0", owner, Set.of());
        tiny.addDevice("dev1", owner, Set.of());
        assertThrows(IllegalStateException.class, () -> tiny.addDevice("dev2", owner, Set.of()));
    }

    @Test
    void shouldRefuseAnAnswerThatNobodyWaitsFor() {
        device.attach();
        final int row = access(PASID);
        vm.readAll();
        vm.answer(
                device,
                PASID,
                IOVA,
                ledger.tag(row),
                ledger.cookie(row) + 1,
                PageResponseCode.SUCCESS);
        bench.scheduler().runReady();
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(row));
        assertEquals(1, ledger.refused());
    }

    private int access(final int ssid) {
        final int row = device.issue(ssid, IOVA, IommuFault.PERM_READ);
        bench.scheduler().runReady();
        return row;
    }

    private void answer(final int row, final int ssid, final int code) {
        vm.readAll();
        vm.answer(device, ssid, IOVA, ledger.tag(row), ledger.cookie(row), code);
        bench.scheduler().runReady();
    }
}
