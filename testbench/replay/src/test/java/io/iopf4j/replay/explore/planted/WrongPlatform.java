// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.inject.ChangedPlatform;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.bench.Seams;
import java.util.function.UnaryOperator;

/** Stands between a driver and its hardware. */
record WrongPlatform(UnaryOperator<Mmio> mmio, UnaryOperator<DmaAllocator> dma) implements Seams {
    /** Puts other registers into a run. */
    static ScenarioRun in(final ScenarioRun run, final UnaryOperator<Mmio> mmio) {
        return run.withSeams(new WrongPlatform(mmio, UnaryOperator.identity()));
    }

    @Override
    public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
        return ChangedPlatform.withDma(ChangedPlatform.withMmio(given, mmio), dma);
    }
}
