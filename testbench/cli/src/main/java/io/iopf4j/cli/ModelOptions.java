// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.Drivers;
import io.iopf4j.replay.scenario.Hardware;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands that run faults share: the model, its driver, the seed, and where to run. */
final class ModelOptions {

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
            names = Isolation.OPTION,
            description =
                    "Run in a Java process of its own, so that code that is loaded and crashes"
                            + " ends in one line that says where, and status 2.")
    private boolean isIsolated;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    ModelOptions() {}

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

    /**
     * What the user says of the hardware.
     *
     * @param queueEntries as the user says, empty for the driver's choice
     * @param stallEntries as the user says, empty for the driver's choice
     */
    Hardware hardware(final OptionalInt queueEntries, final OptionalInt stallEntries) {
        final Hardware.Iommu model =
                Hardware.Iommu.of(iommu)
                        .orElseThrow(
                                () ->
                                        Words.usage(
                                                spec,
                                                "--iommu "
                                                        + iommu
                                                        + ": expected smmuv3, vtd or auto"));
        return new Hardware(model, stallEntries, queueEntries, OptionalLong.empty())
                .withDriver(
                        Optional.ofNullable(driver)
                                .map(word -> Words.parsed(spec, "--driver", word, Drivers::parse)));
    }

    /** As the user says. */
    OptionalLong seed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }
}
