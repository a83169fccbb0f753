// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A stall belongs to the machine whose device raised it, whatever the core says. */
class OwnershipTest {
    private final Bench bench =
            Bench.recorded(BenchSettings.mainline(new SmmuSettings(SmmuV3Config.roomy()), 1));
    private final GuestVm mine = bench.addVm("mine");
    private final GuestVm other = bench.addVm("other");
    private final GuestDevice device = bench.addDevice("dev", mine, Set.of());

    @Test
    void shouldBelongToTheMachineOfItsDevice() {
        device.attach();
        final int row = device.issue(IommuModel.NO_SUBSTREAM, 0x1000, IommuFault.PERM_READ);
        bench.scheduler().runReady();
        final int stag = bench.ledger().tag(row);
        assertFalse(bench.isForeign(mine.index(), record(stag)));
        assertTrue(bench.isForeign(other.index(), record(stag)));
        mine.readAll();
        assertTrue(bench.invariants().hold());
    }

    @Test
    void shouldBelongToNobodyOnceEnded() {
        assertFalse(bench.isForeign(mine.index(), record(0)));
    }

    private static GuestRecord record(final int stag) {
        return new GuestRecord().set(null, -1, 0, stag, 1);
    }
}
