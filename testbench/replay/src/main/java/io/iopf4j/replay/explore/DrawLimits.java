// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.replay.scenario.Hardware;
import java.util.Optional;

/**
 * What is not left to chance.
 *
 * @param iommu the model; AUTO for any
 * @param semantics the profile; empty for any that ships
 * @param policy the policies; empty for any that ship
 * @param isUpstream whether the holes that upstream is known to have are in reach; else what leads
 *     into one is not drawn
 */
public record DrawLimits(
        Hardware.Iommu iommu,
        Optional<String> semantics,
        Optional<String> policy,
        boolean isUpstream) {
    /** Everything that ships and holds. */
    public static final DrawLimits NONE = new DrawLimits(false);

    /**
     * Everything that ships.
     *
     * @param isUpstream whether the holes that upstream is known to have are in reach
     */
    public DrawLimits(final boolean isUpstream) {
        this(Hardware.Iommu.AUTO, Optional.empty(), Optional.empty(), isUpstream);
    }
}
