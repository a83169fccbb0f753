// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
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
            final Profile semantics,
            final List<FaultPolicy> policies)
            throws IOException {
        final boolean isVtd =
                said.iommu() == Hardware.Iommu.AUTO ? needsVtd : said.iommu() == Hardware.Iommu.VTD;
        return isVtd ? vtd(said, semantics, policies) : smmu(said, semantics);
    }

    private static HardwareSettings smmu(final Hardware said, final Profile semantics)
            throws IOException {
        final ArmSmmuFaultPath.Factory faultPaths =
                said.driver().orElseGet(ArmSmmuFaultPath::inJava);
        if (semantics.generation() != FaultGeneration.LINUX_6_12
                && !faultPaths.abilities().contains(ArmSmmuFaultPath.Ability.EARLIER_GENERATIONS)) {
            throw new IOException(
                    "this driver knows the rules of Linux 6.12 alone, not those of "
                            + semantics.profileName());
        }
        final SmmuV3Config roomy = SmmuV3Config.roomy();
        final int queueLog2 =
                said.queueEntries().isPresent()
                        ? Integer.numberOfTrailingZeros(said.queueEntries().getAsInt())
                        : roomy.eventQueueLog2Max();
        return new SmmuSettings(
                roomy.withEventQueueLog2Max(queueLog2)
                        .withStallMax(said.stallEntries().orElse(roomy.stallMax())),
                said.interruptLatencyNs().orElse(0),
                faultPaths);
    }

    private static HardwareSettings vtd(
            final Hardware said, final Profile semantics, final List<FaultPolicy> policies)
            throws IOException {
        if (said.stallEntries().isPresent()) {
            throw new IOException("VT-d has no stall buffer: there are no stall entries to choose");
        }
        if (said.driver().isPresent()) {
            throw new IOException("VT-d has the driver that ships: only SMMUv3 takes another");
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
