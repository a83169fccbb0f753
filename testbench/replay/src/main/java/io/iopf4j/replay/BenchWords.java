// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.scenario.Hardware;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A bench's settings in the words of the command line, for who builds a bench by hand. */
public final class BenchWords {
    private BenchWords() {}

    /**
     * Settings of a bench.
     *
     * @param iommu {@code smmuv3} or {@code vtd}; {@code auto} is the first
     * @param semantics a profile's name
     * @param policy policies joined by commas, or {@code none}
     * @param queueEntries size of the queue of faults; empty for the driver's choice
     * @param stallEntries size of SMMUv3's stall buffer; empty for the driver's choice
     * @param seed the simulation's seed
     * @return the settings, with policies of its own
     * @throws IllegalArgumentException in one line, if a word is unknown or a number out of range
     * @throws IOException in one line, if the hardware cannot be built so
     */
    public static BenchSettings settings(
            final String iommu,
            final String semantics,
            final String policy,
            final OptionalInt queueEntries,
            final OptionalInt stallEntries,
            final long seed)
            throws IOException {
        final Hardware.Iommu model =
                Hardware.Iommu.of(iommu)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "unknown iommu '"
                                                        + iommu
                                                        + "'; expected smmuv3 or vtd"));
        if (queueEntries.isPresent()) {
            final int entries = queueEntries.getAsInt();
            require(
                    entries >= 1
                            && entries <= Hardware.MOST_QUEUE_ENTRIES
                            && Integer.bitCount(entries) == 1,
                    "queue entries must be a power of two in [1, " + Hardware.MOST_QUEUE_ENTRIES,
                    entries);
        }
        if (stallEntries.isPresent()) {
            final int entries = stallEntries.getAsInt();
            require(
                    entries >= 1 && entries <= Hardware.MOST_STALLS,
                    "stall entries must be in [1, " + Hardware.MOST_STALLS,
                    entries);
        }
        final Profile rules = Profiles.of(semantics);
        final List<FaultPolicy> limits = Policies.parse(policy);
        return new BenchSettings(
                HardwareChoice.settings(
                        new Hardware(model, stallEntries, queueEntries, OptionalLong.empty()),
                        false,
                        rules,
                        limits),
                rules,
                limits,
                seed);
    }

    private static void require(final boolean isSo, final String rule, final int value) {
        if (!isSo) {
            throw new IllegalArgumentException(rule + "], not " + value);
        }
    }
}
