// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.bench.Seams;
import io.iopf4j.replay.scenario.Hazard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** All that goes wrong in a run, each with chance of its own. One use. */
final class Hazards {
    private final List<HazardSeams> all = new ArrayList<>();

    /**
     * Those of a scenario.
     *
     * @param hazards what goes wrong
     * @param isVtd whether the bench has VT-d, else SMMUv3
     * @param endNs when all of it ends at the latest, in virtual nanoseconds
     * @param seed what chance comes from
     */
    Hazards(final List<Hazard> hazards, final boolean isVtd, final long endNs, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (final Hazard hazard : hazards) {
            all.add(new HazardSeams(hazard, isVtd, endNs, random.split()));
        }
    }

    /**
     * What stands between the parts of the bench: the first of the list nearest to the hardware.
     */
    Seams seams() {
        Seams seams = Seams.NONE;
        for (final Seams each : all) {
            seams = seams.then(each);
        }
        return seams;
    }

    /** Lets them happen from now on; a preemption runs what the hardware then does. */
    void start(final Runnable hardware) {
        all.forEach(each -> each.start(hardware));
    }

    /** In the order of the scenario. */
    List<HazardSeams> all() {
        return Collections.unmodifiableList(all);
    }
}
