// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * The threaded half of the PRI interrupt: takes page requests off the PRI queue and refuses them,
 * since Linux 6.12 never lets a device send any: {@code arm_smmu_handle_ppr()}.
 */
final class ArmSmmuPriThread extends ArmSmmuOutputQueue {
    private final ArmSmmuCommandQueue commands;

    ArmSmmuPriThread(
            final Mmio mmio,
            final Kernel kernel,
            final String name,
            final DmaMemory memory,
            final int log2Size,
            final ArmSmmuCommandQueue commands) {
        super(
                mmio,
                kernel,
                name,
                memory,
                log2Size,
                SmmuRegisters.PRIQ_BASE,
                SmmuRegisters.PRIQ_PROD,
                SmmuRegisters.PRIQ_CONS,
                PriEntry.BYTES);
        this.commands = commands;
    }

    /**
     * Answers the last request of a group for the whole of it. A stop marker is answered as well,
     * as in Linux, though the architecture wants none.
     */
    @Override
    void handle(final long[] words) {
        final long word0 = words[0];
        final int group = PriEntry.group(words[1]);
        final boolean isLast = (word0 & PriEntry.LAST) != 0;
        kernel().log()
                .info(
                        name(),
                        String.format(
                                "unexpected page request: stream 0x%08x.0x%05x group %d%s, %s%s%s%s"
                                        + " at 0x%016x",
                                PriEntry.streamId(word0),
                                Math.max(0, PriEntry.substreamId(word0)),
                                group,
                                isLast ? " last" : "",
                                flag(word0, PriEntry.PRIV, "privileged "),
                                flag(word0, PriEntry.READ, "R"),
                                flag(word0, PriEntry.WRITE, "W"),
                                flag(word0, PriEntry.EXEC, "X"),
                                PriEntry.address(words[1])));
        if (isLast) {
            commands.issuePriResponse(
                    PriEntry.streamId(word0),
                    PriEntry.substreamId(word0),
                    group,
                    Commands.PRI_RESP_FAILURE);
        }
    }

    private static String flag(final long word0, final long bit, final String text) {
        return (word0 & bit) != 0 ? text : "";
    }

    @Override
    String overflowMessage() {
        return "PRIQ overflow detected -- requests lost";
    }
}
