// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two guests that know nothing of each other: the same ASID, the same StreamID, the same address.
 */
class GuestTablesTest {
    private static final int PASID = 5;
    private static final long IOVA = 0x1234_5000L;

    private Bench bench;
    private Ledger ledger;
    private GuestDevice one;
    private GuestDevice two;

    private void start(final Semantics semantics) {
        bench =
                Bench.recorded(
                        new BenchSettings(
                                new SmmuSettings(SmmuV3Config.roomy()), semantics, List.of(), 1));
        ledger = bench.ledger();
        one = bench.addDevice("one", bench.addVm("first"), Set.of(7));
        two = bench.addDevice("two", bench.addVm("second"), Set.of(7));
        one.attach();
        two.attach();
        one.prepare(PASID);
        two.prepare(PASID);
    }

    @ParameterizedTest
    @EnumSource
    void shouldLetGuestsNameThingsAlike(final Semantics semantics) {
        start(semantics);
        assertEquals(one.virtualStreamId(), two.virtualStreamId());
        assertEquals(2, one.vm().nextAsid());
        assertEquals(2, two.vm().nextAsid());
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepTheirTranslationsApart(final Semantics semantics) {
        start(semantics);
        one.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(one)));
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(two)));
        two.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(two)));
        one.unmap(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(two)));
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(one)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetWhatWasUnmappedWhileDetached(final Semantics semantics) {
        start(semantics);
        one.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(one)));
        one.detach();
        one.unmap(PASID, IOVA);
        one.attach();
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(one)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetWhatWasUnmappedWhileTaken(final Semantics semantics) {
        start(semantics);
        one.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(one)));
        one.remove();
        one.unmap(PASID, IOVA);
        one.prepare(PASID + 1);
        one.attach();
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(one)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingBehindWhenADeviceMoves(final Semantics semantics) {
        start(semantics);
        one.map(PASID, IOVA);
        assertEquals(AccessResult.DONE, ledger.result(access(one)));
        one.moveTo(two.vm());
        one.prepare(PASID);
        assertEquals(Outcome.OUTSTANDING, ledger.outcome(access(one)));
        assertEquals(1, one.virtualStreamId(), "the second device of its new machine");
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseCommandsForDevicesOfOthers(final Semantics semantics) {
        start(semantics);
        final VmMonitor monitor = one.vm().monitor();
        assertEquals(0, monitor.invalidate(Commands.cfgiCdAll(0), 0));
        assertEquals(-Errno.EIO, monitor.invalidate(Commands.cfgiCdAll(1), 0));
        two.moveTo(one.vm());
        assertEquals(0, monitor.invalidate(Commands.cfgiCdAll(1), 0));
        two.remove();
        assertEquals(-Errno.EIO, monitor.invalidate(Commands.cfgiCdAll(1), 0));
        assertEquals(-Errno.EIO, monitor.invalidate(CmdqOp.TLBI_S12_VMALL, 0));
    }

    @Test
    void shouldNeedBothStages() {
        final Bench plain =
                Bench.recorded(
                        BenchSettings.mainline(
                                new SmmuSettings(SmmuV3Config.roomy().without(SmmuFeature.STAGE_2)),
                                1));
        final GuestVm vm = plain.addVm("vm");
        final IllegalStateException refused =
                assertThrows(
                        IllegalStateException.class, () -> plain.addDevice("dev", vm, Set.of()));
        assertTrue(refused.getMessage().contains("EOPNOTSUPP"), refused.getMessage());
    }

    private int access(final GuestDevice device) {
        final int row = device.issue(PASID, IOVA, IommuFault.PERM_READ);
        bench.scheduler().runReady();
        return row;
    }
}
