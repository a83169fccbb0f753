// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioFile;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a scenario: faults that nobody recorded. */
@Command(
        name = "run",
        description = {
            "Runs a scenario: virtual machines, their devices, what these ask for, how the guests"
                    + " answer, and what happens meanwhile. A name stands for one that ships"
                    + " ('iopf4j scenarios' lists them); anything with a slash or .yaml is a file."
        },
        footer = {
            "",
            "The options win over what the scenario says.",
            "",
            "Exit status: 0 it ran; 1 an invariant was broken; 2 bad usage, a scenario that",
            "cannot be read, or with --isolate a crash.",
            "",
            "Examples:",
            "  iopf4j run shared-stall-buffer",
            "  iopf4j run shared-stall-buffer --policy vm-quota=half --json",
            "  iopf4j run domain-change --semantics mainline-5.x",
            "  iopf4j run domain-change --iommu vtd",
            "  iopf4j run domain-change --policy native:./quota.so --isolate",
            "  iopf4j run ./mine.yaml --seed 7 --ledger faults.csv"
        })
final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SCENARIO", description = "A scenario's name, or its YAML file.")
    private String name;

    @Mixin private ReportOptions report;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    RunCommand() {}

    @Override
    public Integer call() throws Exception {
        options.refuseLater();
        final OptionalInt elsewhere = options.isolated();
        if (elsewhere.isPresent()) {
            return elsewhere.getAsInt();
        }
        final Scenario scenario = scenario();
        final PrintWriter out = spec.commandLine().getOut();
        OutputFile.refuseClash(
                input(),
                Stream.concat(report.jsonFile().stream(), options.ledger().stream()).toList());
        final RunResult result;
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet())) {
            result =
                    new ScenarioRun(scenario)
                            .withHardware(options.hardware())
                            .withSeed(options.seed(scenario.seed()))
                            .withSemantics(options.semantics())
                            .withPolicies(options.policies())
                            .run(done -> progress.show("running", done, scenario.durationNs()));
        }
        if (options.ledger().isPresent()) {
            LedgerOutput.write(options.ledger().get(), new LedgerWriter(result));
        }
        if (report.json() != null) {
            JsonOutput.write(report.json(), out, json -> JsonReport.scenario(json, name, result));
        }
        if (!report.isJsonOnly()) {
            new TextReport(out).scenario(name, scenario.title(), result);
        }
        return result.bench().invariants().hold() ? Main.OK : Main.BROKEN;
    }

    private boolean isFile() {
        return name.contains("/") || name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /** What must not be written over; a name may stand for a file too. */
    private List<String> input() {
        return isFile()
                ? List.of(name)
                : Scenarios.file(name).map(Path::toString).stream().toList();
    }

    private Scenario scenario() throws IOException {
        return isFile() ? ScenarioFile.read(Path.of(name)) : Scenarios.named(name);
    }
}
