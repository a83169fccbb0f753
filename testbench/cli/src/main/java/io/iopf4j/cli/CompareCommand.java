// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.whatif.Rules;
import io.iopf4j.replay.whatif.SideBySide;
import io.iopf4j.replay.whatif.Variant;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the same faults under several rules, side by side. */
@Command(
        name = "compare",
        description = {
            "Runs the same faults under several policies or semantics, and says side by side what"
                    + " became of each VM's faults, who starved whom, and what happened to the"
                    + " first faults whose fate differs. The first run is what the others are held"
                    + " against."
        },
        footer = {
            "",
            "Exit status: 0 it ran; 1 an invariant was broken in a run; 2 bad usage, unreadable"
                    + " input, or with --isolate a crash.",
            "",
            "Examples:",
            "  iopf4j compare trace.dat --policy none --policy vm-quota=half",
            "  iopf4j compare trace.dat --semantics v3-2017 --semantics mainline-6.12",
            "  iopf4j compare trace.dat --policy none --policy native:./quota.so --isolate",
            "  iopf4j compare shared-stall-buffer --policy none --policy vm-quota=16",
            "  iopf4j compare trace.dat --policy none --policy timeout=1s --json=report.json"
        })
final class CompareCommand implements Callable<Integer> {
    private static final int STORIES = 3;
    private static final int MOST_STORIES = 1000;
    private static final long PARTS = 1000;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Dumps, as for replay; several are merged by time. Or a scenario, as for run.")
    private List<String> files;

    @Mixin private VariantOptions variantOptions;
    @Mixin private DumpOptions dumpOptions;
    @Mixin private ReportOptions report;
    @Mixin private ModelOptions model;
    @Mixin private SizeOptions sizes;
    @Mixin private RunFiles runFiles;
    @Mixin private VmOptions vms;
    @Mixin private WorkerOptions workerOptions;

    @Option(
            names = "--stories",
            paramLabel = "N",
            description =
                    "How many of the faults whose fate differs are told of, up to 1000"
                            + " (default: 3).")
    private int stories = STORIES;

    @Spec private CommandSpec spec;

    CompareCommand() {}

    @Override
    public Integer call() throws Exception {
        if (stories < 0 || stories > MOST_STORIES) {
            throw Words.usage(
                    spec, "--stories must be in [0, " + MOST_STORIES + "], not " + stories);
        }
        final List<Variant> variants = variantOptions.variants(common());
        final int workers = workerOptions.workers();
        final OptionalInt elsewhere = model.isolated();
        if (elsewhere.isPresent()) {
            return elsewhere.getAsInt();
        }
        final FaultsInput input;
        final SideBySide result;
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet())) {
            input = FaultsInput.read(files, dumpOptions, vms, progress);
            OutputFile.refuseClash(
                    vms.inputs(dumpOptions.inputs(input.files())), runFiles.with(report));
            result =
                    SideBySide.run(
                            input.faults(),
                            variants,
                            workers,
                            (done, all, share) ->
                                    progress.show(
                                            "comparing, " + done + " of " + all + " runs done",
                                            (long) (share * PARTS),
                                            PARTS));
        }
        runFiles.write(
                result, RunSource.of("Comparison", input, result.runs().get(0).waits().size()));
        final PrintWriter out = spec.commandLine().getOut();
        if (report.json() != null) {
            JsonOutput.write(
                    report.json(), out, json -> CompareJson.write(json, input, result, stories));
        }
        if (!report.isJsonOnly()) {
            new CompareText(out, result).write(input, stories);
        }
        return result.invariantsHold() ? Main.OK : Main.BROKEN;
    }

    private Rules common() {
        return new Rules(
                Optional.empty(),
                Optional.empty(),
                model.hardware(sizes.queueEntries(), sizes.stallEntries()),
                model.seed(),
                OptionalLong.empty());
    }
}
