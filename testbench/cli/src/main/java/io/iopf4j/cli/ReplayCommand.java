// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.Replay;
import io.iopf4j.replay.ReplayResult;
import io.iopf4j.replay.ReplaySettings;
import io.iopf4j.replay.UnsupportedRecordingException;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.scenario.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a dump's faults through hardware, driver, core and guests. */
@Command(
        name = "replay",
        description = {
            "Runs the faults of a dump through emulated hardware, the driver, the fault core and"
                    + " the guests, and reports the fate of each."
        },
        footer = {
            "",
            "Exit status: 0 it ran; 1 an invariant was broken, or with --strict a fate differs;"
                    + " 2 bad usage, unreadable input, or with --isolate a crash.",
            "",
            "Examples:",
            "  iopf4j replay trace.dat",
            "  iopf4j replay trace.dat --stall-entries 64 --ledger faults.csv",
            "  iopf4j replay trace.dat --iommu vtd --queue-entries 256",
            "  iopf4j replay trace.dat --semantics native:./core.so --isolate",
            "  iopf4j replay trace.dat --html report.html",
            "  iopf4j replay trace.dat --strict --json=report.json"
        })
final class ReplayCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Dumps, as for info; several are merged by time.")
    private List<String> files;

    @Mixin private DumpOptions dumpOptions;

    @Mixin private ReportOptions report;

    @Mixin private RuleOptions rules;

    @Mixin private ModelOptions model;

    @Mixin private SizeOptions sizes;

    @Mixin private RunFiles runFiles;

    @Mixin private WatchOptions watchOptions;

    @Mixin private VmOptions vms;

    @Option(names = "--strict", description = "Exit 1 if a fate differs from the dump's.")
    private boolean strict;

    @Spec private CommandSpec spec;

    ReplayCommand() {}

    @Override
    public Integer call() throws Exception {
        watchOptions.refuseWithoutTerminal();
        final OptionalInt elsewhere = model.isolated();
        if (elsewhere.isPresent()) {
            return elsewhere.getAsInt();
        }
        final ReplaySettings settings = settings();
        try {
            return replay(settings);
        } finally {
            // The replay has closed them, if it came to that.
            settings.policies().forEach(FaultPolicy::close);
        }
    }

    private int replay(final ReplaySettings settings) throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        OutputFile.refuseClash(vms.inputs(dumpOptions.inputs(files)), runFiles.with(report));
        final Dumps dumps = new Dumps(dumpOptions);
        final Recording recording = new Recording();
        final ReplayResult result;
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet());
                Watch watch = watchOptions.open()) {
            dumps.read(files, List.of(recording), progress);
            if (files.size() > 1) {
                recording.mergeByTime();
            }
            vms.requireKnown(settings.vms(), recording);
            result = run(dumps, recording, settings, progress, watch);
        }
        runFiles.write(new FaultTable(result), RunSource.of(files, dumps, result.vms().size()));
        if (report.json() != null) {
            JsonOutput.write(report.json(), out, json -> JsonReport.replay(json, dumps, result));
        }
        if (!report.isJsonOnly()) {
            new TextReport(out).replay(dumps, result);
        }
        final boolean isBroken =
                !result.run().bench().invariants().hold()
                        || (strict && result.comparison().diverged() > 0);
        return isBroken ? Main.BROKEN : Main.OK;
    }

    private ReplayResult run(
            final Dumps dumps,
            final Recording recording,
            final ReplaySettings settings,
            final Progress progress,
            final Watch watch)
            throws IOException {
        final int all = recording.steps().size();
        try {
            return Replay.run(
                    recording,
                    dumps.summary(),
                    settings,
                    watch::of,
                    watch.isShown()
                            ? done -> watch.at(done, all)
                            : done -> progress.show("replaying", done, all));
        } catch (final UnsupportedRecordingException e) {
            throw new IOException(String.join(", ", files) + ": " + e.getMessage(), e);
        }
    }

    private ReplaySettings settings() throws IOException {
        final ReplaySettings defaults = ReplaySettings.defaults();
        return new ReplaySettings(
                vms.read(),
                model.hardware(sizes.queueEntries(), sizes.stallEntries()),
                rules.semantics().orElse(defaults.semantics()),
                rules.policies().orElse(defaults.policies()),
                model.seed().orElse(Scenario.SEED));
    }
}
