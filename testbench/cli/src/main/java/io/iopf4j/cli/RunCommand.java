// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Scenario;
import java.io.PrintWriter;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
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
            "Exit status: 0 it ran; 1 an invariant was broken; 2 bad usage, a scenario that"
                    + " cannot be read, or with --isolate a crash.",
            "",
            "Examples:",
            "  iopf4j run shared-stall-buffer",
            "  iopf4j run shared-stall-buffer --policy vm-quota=half --json",
            "  iopf4j run shared-stall-buffer --html report.html",
            "  iopf4j run domain-change --semantics mainline-5.x",
            "  iopf4j run domain-change --iommu vtd",
            "  iopf4j run domain-change --policy native:./quota.so --isolate",
            "  iopf4j run ./mine.yaml --seed 7 --ledger faults.csv"
        })
final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SCENARIO", description = "A scenario's name, or its YAML file.")
    private String name;

    @Mixin private ReportOptions report;
    @Mixin private RuleOptions rules;
    @Mixin private ModelOptions model;
    @Mixin private SizeOptions sizes;
    @Mixin private RunFiles runFiles;
    @Mixin private WatchOptions watchOptions;
    @Spec private CommandSpec spec;

    RunCommand() {}

    @Override
    public Integer call() throws Exception {
        watchOptions.refuseWithoutTerminal();
        final OptionalInt elsewhere = model.isolated();
        if (elsewhere.isPresent()) {
            return elsewhere.getAsInt();
        }
        final ScenarioName named = new ScenarioName(name);
        final Scenario scenario = named.read();
        final PrintWriter out = spec.commandLine().getOut();
        OutputFile.refuseClash(named.inputs(), runFiles.with(report));
        final RunResult result;
        final long allNs = scenario.durationNs();
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet());
                Watch watch = watchOptions.open()) {
            result =
                    new ScenarioRun(scenario)
                            .withHardware(
                                    model.hardware(sizes.queueEntries(), sizes.stallEntries()))
                            .withSeed(model.seed().orElse(scenario.seed()))
                            .withSemantics(rules.semantics())
                            .withPolicies(rules.policies())
                            .withWatcher(watch::of)
                            .run(
                                    watch.isShown()
                                            ? done -> watch.at(done, allNs)
                                            : done -> progress.show("running", done, allNs));
        }
        runFiles.write(new FaultTable(result), RunSource.of(name, scenario.title()));
        if (report.json() != null) {
            JsonOutput.write(report.json(), out, json -> JsonReport.scenario(json, name, result));
        }
        if (!report.isJsonOnly()) {
            new TextReport(out).scenario(name, scenario.title(), result);
        }
        return result.bench().invariants().hold() ? Main.OK : Main.BROKEN;
    }
}
