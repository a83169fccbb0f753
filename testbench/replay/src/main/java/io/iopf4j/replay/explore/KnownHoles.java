// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Lie;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What upstream is known to break, so that it is not found over and over. The numbers are those of
 * {@code FINDINGS.md}. That answers of guests meet the next fault of their number (7, 8) is kept
 * away by careful guests.
 */
record KnownHoles(String semantics, Hardware.Iommu iommu) {
    static final List<Integer> ALL_CODES =
            List.of(
                    PageResponseCode.SUCCESS,
                    PageResponseCode.INVALID,
                    PageResponseCode.FAILURE,
                    Lie.UNKNOWN_CODE);

    /** The policy that mends most of them. */
    static final String CLOSING = "drain";

    static final List<Lie> ALL_LIES = List.of(Lie.values());

    private static final Set<Lie> MEETS_ANOTHER =
            Set.of(Lie.TWICE, Lie.WRONG_GROUP, Lie.WRONG_PASID);

    /** More than the requests that are drawn for one run. */
    private static final int NEVER_FULL = 16_384;

    /** A change of domain ends everything that waits (4, 5, 9, 12, 49). */
    String closed(final String policy) {
        if (("," + policy + ",").contains("," + CLOSING + ",")) {
            return policy;
        }
        return "none".equals(policy) ? CLOSING : policy + "," + CLOSING;
    }

    /**
     * What guests may answer. To a PCIe device a code that it does not know is a failure, after
     * which it wants no answer any more; kernels before 6.12 pass every code on (25).
     */
    List<Integer> codes() {
        return iommu == Hardware.Iommu.VTD && isBefore612() ? ALL_CODES.subList(0, 2) : ALL_CODES;
    }

    /**
     * What guests may lie about. Before 6.12 an answer is matched by ids alone: a second one, or
     * one with another's ids, is taken for another fault (7).
     */
    List<Lie> lies() {
        final List<Lie> lies = new ArrayList<>();
        for (final Lie lie : ALL_LIES) {
            if ((lie != Lie.WRONG_CODE || codes().contains(Lie.UNKNOWN_CODE))
                    && (!isBefore612() || !MEETS_ANOTHER.contains(lie))) {
                lies.add(lie);
            }
        }
        return lies;
    }

    /**
     * Whether guests may say anything at all: before 6.12 that is taken for answers (7, 10, 16).
     */
    boolean mayBeHostile() {
        return !isBefore612();
    }

    /**
     * Whether devices may ask for several pages at once. With few credits a group's requests come
     * apart, and its last one may find the handler gone that answered the others (52).
     */
    boolean maySplit(final String policy) {
        return !policy.contains("credit");
    }

    /**
     * VT-d's queue of page requests, drawn or not: with the driver of 2017 so large that it never
     * overflows, since no device gets a request through afterwards (33).
     */
    OptionalInt queueEntries(final OptionalInt drawn) {
        return iommu == Hardware.Iommu.VTD && semantics.equals(Semantics.V3_2017.profileName())
                ? OptionalInt.of(NEVER_FULL)
                : drawn;
    }

    private boolean isBefore612() {
        return !semantics.equals(Semantics.MAINLINE_6_12.profileName());
    }
}
