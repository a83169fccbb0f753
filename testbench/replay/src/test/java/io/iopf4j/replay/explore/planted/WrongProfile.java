// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.replay.ScenarioRun;
import java.util.Optional;

/** A copy of Linux 6.12's core with something wrong in it, as a profile. */
record WrongProfile(Maker maker) implements Profile {
    /** Puts a copy of the core into a run. */
    static ScenarioRun in(final ScenarioRun run, final Maker maker) {
        return run.withSemantics(Optional.of(new WrongProfile(maker)));
    }

    @Override
    public String profileName() {
        return Mainline612.NAME;
    }

    @Override
    public String description() {
        return "Linux 6.12 with a mistake";
    }

    @Override
    public FaultCore create(
            final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
        return maker.make(kernel, observer, failSlab);
    }

    /** Makes the core. */
    @FunctionalInterface
    interface Maker {
        /** As {@link Profile#create}. */
        Mainline612 make(Kernel kernel, FaultObserver observer, FailSlab failSlab);
    }
}
