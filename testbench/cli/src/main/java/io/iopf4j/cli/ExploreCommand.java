// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.replay.Drivers;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.Bounds;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.explore.Exploration;
import io.iopf4j.replay.explore.Finding;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.ScenarioWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** The simulation: draws scenarios until one breaks something, or the time is up. */
@Command(
        name = "explore",
        description = {
            "Looks for what nobody thought of: draws hardware, machines, guests, policies and what"
                    + " happens to them from one seed after the other, runs each through a storm"
                    + " and a calm, and checks every invariant at every step. What breaks one is"
                    + " shrunk to a scenario of a few events that 'iopf4j run' replays."
        },
        footer = {
            "",
            "Exit status: 0 nothing was found; 1 something was, and the shrunk scenario is in a"
                    + " file; 2 bad usage.",
            "",
            "Examples:",
            "  iopf4j explore --seconds 60",
            "  iopf4j explore --scenarios 1000 --seed 7 --iommu vtd",
            "  iopf4j explore --exhaustive --semantics mainline-6.12 --events 5",
            "  iopf4j explore --semantics mainline-6.12 --policy none --upstream",
            "  iopf4j explore --policy native:./quota.so --isolate"
        })
final class ExploreCommand implements Callable<Integer> {
    private static final long NS_PER_S = 1_000_000_000L;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long, by the clock (default: 60; no limit with --exhaustive).")
    private Long seconds;

    @Option(
            names = "--scenarios",
            paramLabel = "N",
            description = "How many scenarios at most; without --seconds however long it takes.")
    private Long scenarios;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "The first scenario's seed; the next has the next (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--iommu",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "smmuv3, vtd, or auto (the default): both.")
    private String iommu;

    @Option(
            names = "--semantics",
            paramLabel = "NAME",
            description = "The kernel's rules (default: all that 'iopf4j semantics' lists).")
    private String semantics;

    @Option(
            names = "--policy",
            paramLabel = "LIST",
            description = "Policies joined by commas (default: any that 'iopf4j policies' lists).")
    private String policy;

    @Option(
            names = "--driver",
            paramLabel = "CODE",
            description = "A fault path of your own in SMMUv3's driver, such as native:LIB.so.")
    private String driver;

    @Option(
            names = "--upstream",
            description =
                    "Also draw what leads into the holes that the kernels are known to have"
                            + " (default: not; FINDINGS.md lists them).")
    private boolean isUpstream;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where a shrunk scenario goes (default: explore-SEED.yaml).")
    private Path out;

    @Option(
            names = Isolation.OPTION,
            description = "Run in a Java process of its own, as 'iopf4j run' does.")
    private boolean isIsolated;

    @Mixin private ExhaustiveOptions exhaustive;
    @Mixin private ReportOptions report;
    @Spec private CommandSpec spec;

    ExploreCommand() {}

    @Override
    public Integer call() throws Exception {
        final DrawLimits limits = limits();
        final long mostNs = mostNs();
        final long most = most();
        if (isIsolated && !Isolation.isChild()) {
            final CommandLine whole = spec.root().commandLine();
            return Isolation.run(whole.getParseResult().originalArgs(), whole.getErr());
        }
        // Only now is code loaded, which may crash: in the child, if there is one.
        final UnaryOperator<ScenarioRun> setup = setup(limits);
        OutputFile.refuseClash(
                List.of(),
                Stream.concat(report.jsonFile().stream(), Stream.of(file(seed))).toList());
        checked("--semantics", semantics, Profiles::of);
        checked("--policy", policy, words -> Policies.parse(words).forEach(FaultPolicy::close));
        final Optional<Finding> found =
                exhaustive.isExhaustive()
                        ? exhaust(limits, setup, mostNs)
                        : explore(limits, setup, mostNs, most);
        return found.isEmpty() ? Main.OK : Main.BROKEN;
    }

    private Optional<Finding> explore(
            final DrawLimits limits,
            final UnaryOperator<ScenarioRun> setup,
            final long mostNs,
            final long most)
            throws IOException {
        final Exploration exploration = new Exploration(limits, setup);
        final long startNs = System.nanoTime();
        final Optional<Finding> found;
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet())) {
            found =
                    exploration.run(
                            seed,
                            seen -> {
                                final long tookNs = System.nanoTime() - startNs;
                                progress.rate(seen.runs(), seen.cycles(), tookNs);
                                return seen.runs() < most && tookNs < mostNs;
                            });
        }
        if (exploration.seen().runs() > 0
                && exploration.seen().skipped() == exploration.seen().runs()) {
            throw new IOException("nothing could be explored: " + exploration.seen().whySkipped());
        }
        final ExploreReport told =
                new ExploreReport(
                        limits,
                        seed,
                        exploration.seen(),
                        System.nanoTime() - startNs,
                        found,
                        found.map(this::file));
        tell(found, told::json, told::text);
        return found;
    }

    private Optional<Finding> exhaust(
            final DrawLimits limits, final UnaryOperator<ScenarioRun> setup, final long mostNs)
            throws IOException {
        final ExhaustiveSearches searches =
                new ExhaustiveSearches(bounds(), exhaustive.mostStates());
        final long startNs = System.nanoTime();
        final Optional<Finding> found;
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet())) {
            found =
                    searches.run(
                            limits,
                            setup,
                            () -> System.nanoTime() - startNs < mostNs,
                            (search, states) ->
                                    progress.states(search, states, System.nanoTime() - startNs));
        }
        final Optional<Path> file = found.map(this::file);
        tell(
                found,
                json -> searches.json(json, found, file),
                out -> searches.text(out, found, file));
        return found;
    }

    private Bounds bounds() {
        try {
            return exhaustive.bounds();
        } catch (final IllegalArgumentException e) {
            throw usage("--" + e.getMessage());
        }
    }

    private void tell(
            final Optional<Finding> found,
            final Consumer<JsonGenerator> json,
            final Consumer<PrintWriter> text)
            throws IOException {
        final PrintWriter to = spec.commandLine().getOut();
        if (!report.isJsonOnly()) {
            text.accept(to);
        }
        if (report.json() != null) {
            JsonOutput.write(report.json(), to, json);
        }
        if (found.isPresent()) {
            final String yaml = ScenarioWriter.write(found.get().shrunk());
            OutputFile.write(file(found.get()), file -> file.append(yaml));
        }
    }

    private Path file(final Finding finding) {
        return file(finding.seed());
    }

    private Path file(final long itsSeed) {
        return out == null ? Path.of("explore-" + itsSeed + ".yaml") : out;
    }

    private long mostNs() {
        if (seconds == null) {
            return scenarios == null && !exhaustive.isExhaustive() ? 60 * NS_PER_S : Long.MAX_VALUE;
        }
        if (seconds < 1 || seconds > Long.MAX_VALUE / NS_PER_S) {
            throw usage("--seconds must be at least 1, not " + seconds);
        }
        return seconds * NS_PER_S;
    }

    private long most() {
        if (scenarios != null && scenarios < 1) {
            throw usage("--scenarios must be at least 1, not " + scenarios);
        }
        return scenarios == null ? Long.MAX_VALUE : scenarios;
    }

    private DrawLimits limits() {
        final Hardware.Iommu model =
                Hardware.Iommu.of(iommu)
                        .orElseThrow(
                                () -> usage("--iommu " + iommu + ": expected smmuv3, vtd or auto"));
        checked("--semantics", semantics, Profiles::check);
        checked("--policy", policy, Policies::check);
        return new DrawLimits(
                driver == null ? model : Hardware.Iommu.SMMUV3,
                Optional.ofNullable(semantics),
                Optional.ofNullable(policy),
                isUpstream);
    }

    private UnaryOperator<ScenarioRun> setup(final DrawLimits limits) {
        if (driver == null) {
            return UnaryOperator.identity();
        }
        if (!"smmuv3".equals(iommu) && !"auto".equals(iommu)) {
            throw usage("--driver is for smmuv3 alone");
        }
        checked("--driver", driver, Drivers::parse);
        return run ->
                run.withHardware(
                        new Hardware(limits.iommu())
                                .withDriver(Optional.of(Drivers.parse(driver))));
    }

    private void checked(final String option, final String word, final Consumer<String> check) {
        try {
            if (word != null) {
                check.accept(word);
            }
        } catch (final IllegalArgumentException e) {
            throw usage(option + ": " + e.getMessage());
        }
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
