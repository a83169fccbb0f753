// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** What an SMMUv3's integrator chooses, as options; what is left out is as roomy as it gets. */
final class SmmuOptions {
    private static final List<Integer> ADDRESS_BITS = List.of(32, 36, 40, 42, 44, 48);
    private static final int MOST_QUEUE_LOG2 = 19;

    @Option(
            names = "--stall-entries",
            paramLabel = "N",
            description = "Stalls at once, IDR5.STALL_MAX: 1 to 65535 (the default).")
    private String stallEntries;

    @Option(
            names = "--stall-model",
            paramLabel = "N",
            description = "IDR0.STALL_MODEL: 0 (the default) a context chooses, 1 never, 2 always.")
    private String stallModel;

    @Option(
            names = "--sid-bits",
            paramLabel = "N",
            description = "StreamID bits, IDR1.SIDSIZE: 0 to 32 (default: 12).")
    private String sidBits;

    @Option(
            names = "--ssid-bits",
            paramLabel = "N",
            description = "SubstreamID bits, IDR1.SSIDSIZE: 0 to 20 (the default).")
    private String ssidBits;

    @Option(
            names = "--oas",
            paramLabel = "BITS",
            description = "Output address bits, IDR5.OAS: 32, 36, 40, 42, 44 or 48 (the default).")
    private String oas;

    @Option(
            names = "--command-entries-log2",
            paramLabel = "N",
            description = "log2 of the command queue's most entries, 0 to 19 (default: 18).")
    private String commandLog2;

    @Option(
            names = "--event-entries-log2",
            paramLabel = "N",
            description = "The same of the event queue (default: 17).")
    private String eventLog2;

    @Option(
            names = "--pri-entries-log2",
            paramLabel = "N",
            description = "The same of the PRI queue (default: 18).")
    private String priLog2;

    SmmuOptions() {}

    /**
     * The model that was asked for.
     *
     * @param chosen features by name
     * @return its configuration
     * @throws IllegalArgumentException with one line for whoever asked
     */
    SmmuV3Config config(final FeatureOptions chosen) {
        final SmmuV3Config base = SmmuV3Config.roomy();
        // All at once: some values contradict each other on the way.
        final int sids = OptionNumber.in("--sid-bits", sidBits, 0, 32, base.sidBits());
        final int ssids = OptionNumber.in("--ssid-bits", ssidBits, 0, 20, base.ssidBits());
        final int commands =
                queue("--command-entries-log2", commandLog2, base.commandQueueLog2Max());
        final int events = queue("--event-entries-log2", eventLog2, base.eventQueueLog2Max());
        final int requests = queue("--pri-entries-log2", priLog2, base.priQueueLog2Max());
        final int stalls =
                OptionNumber.in(
                        "--stall-entries",
                        stallEntries,
                        1,
                        SmmuV3Config.STALL_MAX_LIMIT,
                        base.stallMax());
        final int model = OptionNumber.in("--stall-model", stallModel, 0, 2, base.stallModel());
        final int output = oas == null ? base.oas() : oas();
        final Set<SmmuFeature> features = new HashSet<>(base.features());
        features.addAll(chosen.with(SmmuFeature.class));
        chosen.without(SmmuFeature.class).forEach(features::remove);
        try {
            return new SmmuV3Config(
                    sids, ssids, commands, events, requests, stalls, model, output, features);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("no such SMMUv3: " + e.getMessage(), e);
        }
    }

    private int oas() {
        final int field = ADDRESS_BITS.stream().map(String::valueOf).toList().indexOf(oas);
        if (field < 0) {
            throw new IllegalArgumentException(
                    "--oas must be one of " + ADDRESS_BITS + ", not " + oas);
        }
        return field;
    }

    private static int queue(final String option, final String text, final int otherwise) {
        return OptionNumber.in(option, text, 0, MOST_QUEUE_LOG2, otherwise);
    }
}
