// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.bench.VtdSettings;
import io.iopf4j.replay.scenario.Hardware;
import java.io.IOException;
import java.util.List;

/** Makes a bench's hardware of what a user, a scenario and a dump say. */
final class HardwareChoice {
    private HardwareChoice() {}

    /** What is said, where AUTO stands for what is needed. */
    static HardwareSettings settings(
            final Hardware said,
            final boolean needsVtd,
            final Semantics semantics,
            final List<FaultPolicy> policies)
            throws IOException {
        final boolean isVtd =
                said.iommu() == Hardware.Iommu.AUTO ? needsVtd : said.iommu() == Hardware.Iommu.VTD;
        return isVtd ? vtd(said, semantics, policies) : smmu(said);
    }

    private static HardwareSettings smmu(final Hardware said) {
        final SmmuV3Config roomy = SmmuV3Config.roomy();
        final int queueLog2 =
                said.queueEntries().isPresent()
                        ? Integer.numberOfTrailingZeros(said.queueEntries().getAsInt())
                        : roomy.eventQueueLog2Max();
        return new SmmuSettings(
                roomy.withEventQueueLog2Max(queueLog2)
                        .withStallMax(said.stallEntries().orElse(roomy.stallMax())),
                said.interruptLatencyNs().orElse(0));
    }

    private static HardwareSettings vtd(
            final Hardware said, final Semantics semantics, final List<FaultPolicy> policies)
            throws IOException {
        if (said.stallEntries().isPresent()) {
            throw new IOException("VT-d has no stall buffer: there are no stall entries to choose");
        }
        VtdSettings settings = VtdSettings.of(semantics);
        if (said.queueEntries().isPresent()) {
            final int entries = said.queueEntries().getAsInt();
            if (!settings.canHaveQueueOf(entries)) {
                throw new IOException(
                        "the page request queue of "
                                + semantics.profileName()
                                + " has a power of two in "
                                + settings.queueRange()
                                + " entries, not "
                                + entries);
            }
            settings = settings.withQueueEntries(entries);
        }
        if (said.interruptLatencyNs().isPresent()) {
            settings = settings.withInterruptLatencyNs(said.interruptLatencyNs().getAsLong());
        }
        for (final FaultPolicy policy : policies) {
            settings = settings.withPageRequestsAtMost(policy.pageRequestAllocation());
        }
        return settings;
    }
}
