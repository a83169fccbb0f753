// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What replay and run share: the kernel's rules, the policies, the hardware, the seed. */
final class BenchOptions {
    private static final String AUTO = "auto";
    private static final String SMMUV3 = "smmuv3";
    private static final String VTD = "vtd";
    private static final int MOST_STALLS = 65_535;
    private static final int MOST_QUEUE_ENTRIES = 1 << 17;

    @Option(
            names = "--semantics",
            paramLabel = "NAME",
            description =
                    "The kernel's rules, one of those that 'iopf4j semantics' lists"
                            + " (default: mainline-6.12).")
    private String semantics;

    @Option(
            names = "--iommu",
            paramLabel = "NAME",
            description = "The hardware: smmuv3 or auto (default: auto).")
    private String iommu;

    @Option(
            names = "--policy",
            paramLabel = "LIST",
            description =
                    "Limits on faults, joined by commas, of those that 'iopf4j policies' lists"
                            + " (default: none).")
    private String policy;

    @Option(
            names = "--queue-entries",
            paramLabel = "N",
            description = "Size of the event queue, a power of two up to 131072 (the default).")
    private Integer queueEntries;

    @Option(
            names = "--stall-entries",
            paramLabel = "N",
            description = "Size of the shared stall buffer, up to 65535 (the default).")
    private Integer stallEntries;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The simulation's seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Every fault's life, as CSV or as JSON Lines if FILE ends in .jsonl.")
    private Path ledger;

    @Option(
            names = {"--html", "--perfetto"},
            paramLabel = "FILE",
            hidden = true)
    private Path later;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    BenchOptions() {}

    /** Refuses what this version does not have yet. */
    void refuseLater() {
        if (later != null) {
            throw usage("--html and --perfetto come with a later version");
        }
        if (VTD.equals(iommu)) {
            throw usage("--iommu vtd: the VT-d model comes with a later version; there is smmuv3");
        }
        if (iommu != null && !AUTO.equals(iommu) && !SMMUV3.equals(iommu)) {
            throw usage("--iommu " + iommu + ": expected smmuv3 or auto");
        }
    }

    /** Whether the user named a model, whatever a scenario says. */
    boolean isSmmuWanted() {
        return SMMUV3.equals(iommu);
    }

    Optional<Semantics> semantics() {
        return Optional.ofNullable(semantics)
                .map(name -> parsed("--semantics", name, Semantics::of));
    }

    Optional<List<FaultPolicy>> policies() {
        return Optional.ofNullable(policy).map(list -> parsed("--policy", list, Policies::parse));
    }

    Optional<Integer> queueLog2() {
        return Optional.ofNullable(queueEntries).map(this::log2);
    }

    Optional<Integer> stallEntries() {
        return Optional.ofNullable(stallEntries).map(this::stalls);
    }

    long seed() {
        return seed;
    }

    Optional<Path> ledger() {
        return Optional.ofNullable(ledger);
    }

    private <T> T parsed(final String option, final String text, final Function<String, T> parser) {
        if (text.startsWith("native:")) {
            throw usage(option + " " + text + ": native code comes with a later version");
        }
        try {
            return parser.apply(text);
        } catch (final IllegalArgumentException e) {
            throw usage(option + ": " + e.getMessage());
        }
    }

    private int log2(final int entries) {
        if (entries < 1 || entries > MOST_QUEUE_ENTRIES || Integer.bitCount(entries) != 1) {
            throw usage(
                    "--queue-entries must be a power of two in [1, "
                            + MOST_QUEUE_ENTRIES
                            + "], not "
                            + entries);
        }
        return Integer.numberOfTrailingZeros(entries);
    }

    private int stalls(final int entries) {
        if (entries < 1 || entries > MOST_STALLS) {
            throw usage("--stall-entries must be in [1, " + MOST_STALLS + "], not " + entries);
        }
        return entries;
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
