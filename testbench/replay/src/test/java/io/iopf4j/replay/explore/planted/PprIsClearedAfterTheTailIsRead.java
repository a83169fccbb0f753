// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;

/**
 * The pending bit is cleared once the tail has been read: of a request that comes in between nobody
 * hears until the next one comes. It would sit in {@code prq_event_thread()}, which clears the bit
 * first.
 */
final class PprIsClearedAfterTheTailIsRead implements PlantedBug {
    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.VTD);
    }

    @Override
    public String invariant() {
        return "EveryTransactionEndsOnceFaultsStop";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return WrongPlatform.in(run, Registers::new);
    }

    private static final class Registers extends WrongRegisters {
        private boolean isTailToBeRead;

        Registers(final Mmio right) {
            super(right);
        }

        @Override
        public void writel(final int value, final long offset) {
            if (offset == VtdRegisters.PRS && value == VtdRegisters.PRS_PPR) {
                isTailToBeRead = true;
            } else {
                super.writel(value, offset);
            }
        }

        /** The head is what the thread reads next after the tail. */
        @Override
        public long readq(final long offset) {
            if (offset == VtdRegisters.PQH && isTailToBeRead) {
                isTailToBeRead = false;
                super.writel(VtdRegisters.PRS_PPR, VtdRegisters.PRS);
            }
            return super.readq(offset);
        }
    }
}
