// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.Set;

/**
 * A guest's invalidation by address is lost on its way to the command queue: a SYNC without a
 * signal stands where it should. What the guest has unmapped can be reached until something else
 * pushes it out. It would sit in {@code arm_vsmmu_cache_invalidate()}.
 */
final class TlbIsStaleAfterUnmap implements PlantedBug {
    private static final int OPCODE_MASK = 0xff;
    private static final Set<Integer> LOST =
            Set.of(CmdqOp.TLBI_NH_VA, CmdqOp.TLBI_NH_VAA, CmdqOp.TLBI_NH_ASID);

    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.SMMUV3);
    }

    @Override
    public String invariant() {
        return "NothingUnmappedIsReached";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        return run.withSeams(new WrongPlatform(right -> right, Allocator::new));
    }

    private record Allocator(DmaAllocator right) implements DmaAllocator {
        @Override
        public DmaMemory allocCoherent(final long sizeBytes) {
            final DmaMemory memory = right.allocCoherent(sizeBytes);
            return memory == null
                    ? null
                    : new WrongMemory(memory) {
                        @Override
                        public void putLong(final long offset, final long value) {
                            // A command's first word stands at a multiple of its 16 bytes.
                            final boolean isLost =
                                    (offset & 15) == 0 && LOST.contains((int) value & OPCODE_MASK);
                            super.putLong(offset, isLost ? CmdqOp.SYNC : value);
                        }
                    };
        }

        @Override
        public void freeCoherent(final DmaMemory memory) {
            right.freeCoherent(((WrongMemory) memory).right());
        }
    }
}
