// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.Replay;
import io.iopf4j.replay.ReplayResult;
import io.iopf4j.replay.ReplaySettings;
import io.iopf4j.replay.UnsupportedRecordingException;
import io.iopf4j.replay.VmFile;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.scenario.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
            "Exit status: 0 it ran; 1 an invariant was broken, or with --strict a fate differs;",
            "2 bad usage, unreadable input, or with --isolate a crash.",
            "",
            "Examples:",
            "  iopf4j replay trace.dat",
            "  iopf4j replay trace.dat --stall-entries 64 --ledger faults.csv",
            "  iopf4j replay trace.dat --iommu vtd --queue-entries 256",
            "  iopf4j replay trace.dat --semantics native:./core.so --isolate",
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

    @Mixin private BenchOptions options;

    @Option(
            names = "--vms",
            paramLabel = "FILE",
            description =
                    "YAML that says which device belongs to which VM, as 'vm-a: [dev0, dev1]'"
                            + " (default: one VM for each fault queue in the dump, else for each"
                            + " device).")
    private Path vms;

    @Option(names = "--strict", description = "Exit 1 if a fate differs from the dump's.")
    private boolean strict;

    @Spec private CommandSpec spec;

    ReplayCommand() {}

    @Override
    public Integer call() throws Exception {
        options.refuseLater();
        final OptionalInt elsewhere = options.isolated();
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
        OutputFile.refuseClash(
                files,
                Stream.concat(report.jsonFile().stream(), options.ledger().stream()).toList());
        final Dumps dumps = new Dumps(dumpOptions);
        final Recording recording = new Recording();
        final ReplayResult result;
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet())) {
            dumps.read(files, List.of(recording), progress);
            if (files.size() > 1) {
                recording.mergeByTime();
            }
            requireKnown(settings.vms(), recording.devices());
            result = run(dumps, recording, settings, progress);
        }
        if (options.ledger().isPresent()) {
            LedgerOutput.write(options.ledger().get(), new LedgerWriter(result));
        }
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
            final Progress progress)
            throws IOException {
        try {
            return Replay.run(
                    recording,
                    dumps.summary(),
                    settings,
                    done -> progress.show("replaying", done, recording.steps().size()));
        } catch (final UnsupportedRecordingException e) {
            throw new IOException(String.join(", ", files) + ": " + e.getMessage(), e);
        }
    }

    private void requireKnown(final Map<String, List<String>> said, final List<String> devices)
            throws IOException {
        for (final Map.Entry<String, List<String>> vm : said.entrySet()) {
            for (final String device : vm.getValue()) {
                if (!devices.contains(device)) {
                    throw new IOException(
                            vms
                                    + ": '"
                                    + vm.getKey()
                                    + "': no device '"
                                    + device
                                    + "' faults in the dump; there are "
                                    + devices);
                }
            }
        }
    }

    private ReplaySettings settings() throws IOException {
        final ReplaySettings defaults = ReplaySettings.defaults();
        return new ReplaySettings(
                vms == null ? Map.of() : VmFile.read(vms),
                options.hardware(),
                options.semantics().orElse(defaults.semantics()),
                options.policies().orElse(defaults.policies()),
                options.seed(Scenario.SEED));
    }
}
