// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;

/** A semantics profile that can be chosen by a name: one that ships, or code from outside. */
public interface Profile {
    /**
     * The profile's name on the command line.
     *
     * @return what {@link FaultCore#name()} gives
     */
    String profileName();

    /**
     * What sets it apart.
     *
     * @return one line of at most 60 characters
     */
    String description();

    /**
     * Which kernel's interfaces its cores have: what hardware and consumers are chosen by.
     *
     * @return what {@link FaultCore#generation()} gives; Linux 6.12 unless a profile says otherwise
     */
    default FaultGeneration generation() {
        return FaultGeneration.LINUX_6_12;
    }

    /**
     * Makes a core in which every allocation succeeds.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     * @return a new core
     */
    default FaultCore create(final Kernel kernel, final FaultObserver observer) {
        return create(kernel, observer, FailSlab.NEVER);
    }

    /**
     * Makes a core. One of Linux 6.12's generation is a {@link io.iopf4j.core.iopf.GroupResponder},
     * and delivers groups that are {@link io.iopf4j.core.iopf.PendingGroup}s.
     *
     * @param kernel the kernel's services
     * @param observer sees each step
     * @param failSlab which allocations fail
     * @return a new core, the caller's to close
     */
    FaultCore create(Kernel kernel, FaultObserver observer, FailSlab failSlab);
}
