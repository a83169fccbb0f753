// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.Optional;

/** A known mistake that is put into a run, to see whether exploring finds it. */
interface PlantedBug {
    /** What is wrong, as a sentence without blanks. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** What is drawn for it: where the code is that has the mistake. */
    DrawLimits limits();

    /** Which invariant tells it, or the class of the exception that ends the run. */
    String invariant();

    /** Puts it into a run; nothing is shared with another run. */
    ScenarioRun plant(ScenarioRun run);

    /** All that ships for one model under the rules of 6.12. */
    static DrawLimits of612(final Hardware.Iommu iommu) {
        return new DrawLimits(iommu, Optional.of("mainline-6.12"), Optional.empty(), false);
    }
}
