// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.core.semantics.Profile;
import io.iopf4j.drivers.intel.IntelOptions;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.bench.VtdSettings;

/** Which hardware a whole cycle goes through, as a benchmark's parameter: as roomy as there is. */
public enum Model {
    /** Stalls, as many as all devices together can have. */
    SMMUV3 {
        @Override
        HardwareSettings settings(final Profile semantics) {
            return new SmmuSettings(
                    SmmuV3Config.roomy()
                            .withCommandQueueLog2Max(QUEUE_LOG2)
                            .withEventQueueLog2Max(QUEUE_LOG2));
        }

        @Override
        int mostOfDevice() {
            return SmmuV3Config.STALL_MAX_LIMIT;
        }

        @Override
        int mostOfAll() {
            return SmmuV3Config.STALL_MAX_LIMIT;
        }
    },
    /** Page requests, as many of each device as there are group indexes. */
    VTD {
        @Override
        HardwareSettings settings(final Profile semantics) {
            final VtdSettings kernels = VtdSettings.of(semantics);
            return new VtdSettings(
                    kernels.config(),
                    new IntelOptions(
                            kernels.options().scalable(),
                            kernels.options().pageRequestQueueOrder(),
                            GROUP_INDEXES),
                    GROUP_INDEXES,
                    0);
        }

        @Override
        int mostOfDevice() {
            return GROUP_INDEXES;
        }

        @Override
        int mostOfAll() {
            return Integer.MAX_VALUE;
        }
    };

    /** Short rings: emulated memory comes into being when a ring's first lap touches it. */
    private static final int QUEUE_LOG2 = 10;

    /** A page request names its group by 9 bits. */
    private static final int GROUP_INDEXES = 512;

    /** The hardware of a kernel's time, whose interrupts are taken at once. */
    abstract HardwareSettings settings(Profile semantics);

    /** Most faults of one device. */
    abstract int mostOfDevice();

    /** Most faults of all devices together. */
    abstract int mostOfAll();
}
