// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The semantics profiles that ship, by their names, oldest first. */
public enum Semantics implements Profile {
    /** {@link Series2017}. */
    V3_2017(Series2017.NAME, "Nov 2017: tracks nothing, forwards every answer"),
    /** {@link Series2018}. */
    V5_2018(Series2018.NAME, "May 2018: pending list, a timer that only logs"),
    /** {@link Mainline5x}. */
    MAINLINE_5_X(Mainline5x.NAME, "5.9 to 6.1: pending list, the driver answers failures"),
    /** {@link Mainline612}. */
    MAINLINE_6_12(Mainline612.NAME, "6.12: groups, iommufd, the core answers failures");

    private final String profileName;
    private final String description;

    Semantics(final String profileName, final String description) {
        this.profileName = profileName;
        this.description = description;
    }

    /**
     * The profile of a name.
     *
     * @param name such as {@code mainline-6.12}
     * @return the profile
     * @throws IllegalArgumentException if there is none; its message lists those that there are
     */
    public static Semantics of(final String name) {
        for (final Semantics semantics : values()) {
            if (semantics.profileName.equals(name)) {
                return semantics;
            }
        }
        throw new IllegalArgumentException(
                Arrays.stream(values())
                        .map(Semantics::profileName)
                        .collect(
                                Collectors.joining(
                                        ", ", "semantics must be one of ", ": " + name)));
    }

    @Override
    public String profileName() {
        return profileName;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public FaultGeneration generation() {
        return switch (this) {
            case V3_2017 -> FaultGeneration.SERIES_2017;
            case V5_2018 -> FaultGeneration.SERIES_2018;
            case MAINLINE_5_X -> FaultGeneration.LINUX_5_X;
            case MAINLINE_6_12 -> FaultGeneration.LINUX_6_12;
        };
    }

    @Override
    public FaultCore create(
            final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
        return switch (this) {
            case V3_2017 -> new Series2017(kernel, observer, failSlab);
            case V5_2018 -> new Series2018(kernel, observer, failSlab);
            case MAINLINE_5_X -> new Mainline5x(kernel, observer, failSlab);
            case MAINLINE_6_12 -> new Mainline612(kernel, observer, failSlab);
        };
    }

    @Override
    public String toString() {
        return profileName;
    }
}
