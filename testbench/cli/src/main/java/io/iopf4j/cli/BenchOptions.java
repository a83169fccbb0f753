// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.replay.Drivers;
import io.iopf4j.replay.scenario.Hardware;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What replay and run share: the kernel's rules, the policies, the hardware, the seed. */
final class BenchOptions {

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
            defaultValue = "auto",
            description = {
                "The hardware: smmuv3, vtd, or auto (the default): what the dump shows or the"
                        + " scenario says, else smmuv3."
            })
    private String iommu;

    @Option(
            names = "--policy",
            paramLabel = "LIST",
            description =
                    "Limits on faults, joined by commas, of those that 'iopf4j policies' lists, or"
                            + " in C as native:LIB.so (default: none).")
    private String policy;

    @Option(
            names = "--queue-entries",
            paramLabel = "N",
            description = {
                "Size of the queue of faults, a power of two: SMMUv3's event queue, up to 131072"
                        + " (the default); VT-d's page request queue, 128 to 16384 (default: 2048),"
                        + " with v3-2017 256 to 32768 (default: 256)."
            })
    private Integer queueEntries;

    @Option(
            names = "--stall-entries",
            paramLabel = "N",
            description =
                    "Size of SMMUv3's shared stall buffer, up to 65535 (the default); VT-d has"
                            + " none.")
    private Integer stallEntries;

    @Option(
            names = "--driver",
            paramLabel = "CODE",
            description =
                    "A fault path of your own in SMMUv3's driver, such as native:LIB.so"
                            + " (default: the one that ships).")
    private String driver;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The simulation's seed (default: the scenario's, else 1).")
    private Long seed;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Every fault's life, as CSV or as JSON Lines if FILE ends in .jsonl.")
    private Path ledger;

    @Option(
            names = Isolation.OPTION,
            description =
                    "Run in a Java process of its own, so that code that is loaded and crashes"
                            + " ends in one line that says where, and status 2.")
    private boolean isIsolated;

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
    }

    /**
     * Runs the command elsewhere, if the user wants that.
     *
     * @return its status; empty to run it here, or if this is elsewhere
     */
    OptionalInt isolated() throws IOException {
        if (!isIsolated || Isolation.isChild()) {
            return OptionalInt.empty();
        }
        final CommandLine whole = spec.root().commandLine();
        return OptionalInt.of(Isolation.run(whole.getParseResult().originalArgs(), whole.getErr()));
    }

    /** What the user says of the hardware. */
    Hardware hardware() {
        final Hardware.Iommu model =
                Hardware.Iommu.of(iommu)
                        .orElseThrow(
                                () -> usage("--iommu " + iommu + ": expected smmuv3, vtd or auto"));
        return new Hardware(model, stallEntries(), queueEntries(), OptionalLong.empty())
                .withDriver(
                        Optional.ofNullable(driver)
                                .map(word -> parsed("--driver", word, Drivers::parse)));
    }

    Optional<Profile> semantics() {
        return Optional.ofNullable(semantics)
                .map(name -> parsed("--semantics", name, Profiles::of));
    }

    Optional<List<FaultPolicy>> policies() {
        return Optional.ofNullable(policy).map(list -> parsed("--policy", list, Policies::parse));
    }

    /** What the user says, else what a file says. */
    long seed(final long otherwise) {
        return seed == null ? otherwise : seed;
    }

    Optional<Path> ledger() {
        return Optional.ofNullable(ledger);
    }

    private <T> T parsed(final String option, final String text, final Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (final IllegalArgumentException e) {
            throw usage(option + ": " + e.getMessage());
        }
    }

    private OptionalInt queueEntries() {
        if (queueEntries == null) {
            return OptionalInt.empty();
        }
        if (queueEntries < 1
                || queueEntries > Hardware.MOST_QUEUE_ENTRIES
                || Integer.bitCount(queueEntries) != 1) {
            throw usage(
                    "--queue-entries must be a power of two in [1, "
                            + Hardware.MOST_QUEUE_ENTRIES
                            + "], not "
                            + queueEntries);
        }
        return OptionalInt.of(queueEntries);
    }

    private OptionalInt stallEntries() {
        if (stallEntries == null) {
            return OptionalInt.empty();
        }
        if (stallEntries < 1 || stallEntries > Hardware.MOST_STALLS) {
            throw usage(
                    "--stall-entries must be in [1, "
                            + Hardware.MOST_STALLS
                            + "], not "
                            + stallEntries);
        }
        return OptionalInt.of(stallEntries);
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
