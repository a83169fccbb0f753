// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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

    @Option(
            names = "--with",
            paramLabel = "FEATURE",
            description = {
                "Builds a feature in; may be given again. All are, but terminate-aborts:",
                "stage-1, stage-2, two-level-stream-table, two-level-cd-table, terminate-aborts,"
                        + " ats-records-errors, vmid16, asid16, pri, ats, msi, sev, hyp, coherent,"
                        + " attribute-types-override, attribute-permissions-override,"
                        + " hierarchical-attribute-disable, pri-overflow-pasid, range-invalidation,"
                        + " granule-4k, granule-16k, granule-64k."
            })
    private List<String> with = new ArrayList<>();

    @Option(
            names = "--without",
            paramLabel = "FEATURE",
            description = "Leaves a feature out; may be given again.")
    private List<String> without = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    SmmuOptions() {}

    SmmuV3Config config() {
        final SmmuV3Config base = SmmuV3Config.roomy();
        try {
            // All at once: some values contradict each other on the way.
            return new SmmuV3Config(
                    number("--sid-bits", sidBits, 0, 32, base.sidBits()),
                    number("--ssid-bits", ssidBits, 0, 20, base.ssidBits()),
                    queue("--command-entries-log2", commandLog2, base.commandQueueLog2Max()),
                    queue("--event-entries-log2", eventLog2, base.eventQueueLog2Max()),
                    queue("--pri-entries-log2", priLog2, base.priQueueLog2Max()),
                    number(
                            "--stall-entries",
                            stallEntries,
                            1,
                            SmmuV3Config.STALL_MAX_LIMIT,
                            base.stallMax()),
                    number("--stall-model", stallModel, 0, 2, base.stallModel()),
                    oas == null ? base.oas() : oas(),
                    features(base));
        } catch (final IllegalArgumentException e) {
            throw usage("no such SMMUv3: " + e.getMessage());
        }
    }

    private Set<SmmuFeature> features(final SmmuV3Config base) {
        final Set<SmmuFeature> features = new HashSet<>(base.features());
        with.forEach(name -> features.add(feature("--with", name)));
        without.forEach(name -> features.remove(feature("--without", name)));
        return features;
    }

    private SmmuFeature feature(final String option, final String name) {
        return Arrays.stream(SmmuFeature.values())
                .filter(feature -> optionName(feature).equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                usage(
                                        option
                                                + " "
                                                + name
                                                + ": expected one of "
                                                + Arrays.stream(SmmuFeature.values())
                                                        .map(SmmuOptions::optionName)
                                                        .collect(Collectors.joining(", "))));
    }

    private static String optionName(final SmmuFeature feature) {
        return feature.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private int oas() {
        final int field = ADDRESS_BITS.stream().map(String::valueOf).toList().indexOf(oas);
        if (field < 0) {
            throw usage("--oas must be one of " + ADDRESS_BITS + ", not " + oas);
        }
        return field;
    }

    private int queue(final String option, final String text, final int otherwise) {
        return number(option, text, 0, MOST_QUEUE_LOG2, otherwise);
    }

    private int number(
            final String option,
            final String text,
            final int least,
            final int most,
            final int otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            final int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (final NumberFormatException e) {
            // The same line for both.
        }
        throw usage(option + " must be in [" + least + ", " + most + "], not " + text);
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
