// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;

/**
 * The event queue's CONS is given back as an index alone: from the second round on a queue that was
 * emptied is full to the hardware. It would sit in {@code queue_inc_cons()}.
 */
final class WrapBitIsForgotten implements PlantedBug {
    private static final int LOG2SIZE_MASK = 0x1f;

    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.SMMUV3);
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
        private int log2Size;

        Registers(final Mmio right) {
            super(right);
        }

        @Override
        public void writeq(final long value, final long offset) {
            if (offset == SmmuRegisters.EVENTQ_BASE) {
                log2Size = (int) value & LOG2SIZE_MASK;
            }
            super.writeq(value, offset);
        }

        @Override
        public void writel(final int value, final long offset) {
            super.writel(
                    offset == SmmuRegisters.EVENTQ_CONS
                            ? (value & QueueIndex.OVERFLOW) | QueueIndex.index(value, log2Size)
                            : value,
                    offset);
        }
    }
}
