// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.Replay;
import io.iopf4j.replay.ReplayResult;
import io.iopf4j.replay.ReplaySettings;
import io.iopf4j.replay.UnsupportedRecordingException;
import io.iopf4j.replay.VmFile;
import io.iopf4j.replay.dump.Recording;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
            "2 bad usage or unreadable input.",
            "",
            "Examples:",
            "  iopf4j replay trace.dat",
            "  iopf4j replay trace.dat --stall-entries 64 --ledger faults.csv",
            "  iopf4j replay trace.dat --strict --json=report.json"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final String AUTO = "auto";
    private static final String SMMUV3 = "smmuv3";
    private static final String NONE = "none";
    private static final int MOST_STALLS = 65_535;
    private static final int MOST_QUEUE_ENTRIES = 1 << 17;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Dumps, as for info; several are merged by time.")
    private List<String> files;

    @Mixin private ReportOptions report;

    @Option(
            names = "--semantics",
            paramLabel = "NAME",
            defaultValue = Mainline612.NAME,
            description = "The kernel's rules (default: ${DEFAULT-VALUE}).")
    private String semantics;

    @Option(
            names = "--iommu",
            paramLabel = "NAME",
            defaultValue = AUTO,
            description = "The hardware: smmuv3 or auto (default: ${DEFAULT-VALUE}).")
    private String iommu;

    @Option(
            names = "--policy",
            paramLabel = "LIST",
            defaultValue = NONE,
            description = "Limits on faults (default: ${DEFAULT-VALUE}).")
    private String policy;

    @Option(
            names = "--vms",
            paramLabel = "FILE",
            description =
                    "YAML that says which device belongs to which VM, as 'vm-a: [dev0, dev1]'"
                            + " (default: one VM for each fault queue in the dump, else for each"
                            + " device).")
    private Path vms;

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

    @Option(names = "--strict", description = "Exit 1 if a fate differs from the dump's.")
    private boolean strict;

    @Option(
            names = {"--html", "--perfetto"},
            paramLabel = "FILE",
            hidden = true)
    private Path later;

    @Spec private CommandSpec spec;

    ReplayCommand() {}

    @Override
    public Integer call() throws Exception {
        final ReplaySettings settings = settings();
        final PrintWriter out = spec.commandLine().getOut();
        OutputFile.refuseClash(
                files,
                Stream.concat(report.jsonFile().stream(), Stream.ofNullable(ledger)).toList());
        final Dumps dumps = new Dumps();
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
        if (ledger != null) {
            final LedgerWriter writer = new LedgerWriter(result);
            final String name = ledger.toString();
            OutputFile.write(
                    ledger,
                    name.endsWith(".jsonl") || name.endsWith(".json")
                            ? writer::writeJsonLines
                            : writer::writeCsv);
        }
        if (report.json() != null) {
            JsonOutput.write(
                    report.json(), out, json -> JsonReport.replay(json, dumps, result, settings));
        }
        if (!report.isJsonOnly()) {
            new TextReport(out).replay(dumps, result);
        }
        final boolean isBroken =
                !result.bench().invariants().hold()
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
        only("--semantics", semantics, Mainline612.NAME);
        only("--policy", policy, NONE);
        if (!AUTO.equals(iommu)) {
            only("--iommu", iommu, SMMUV3);
        }
        if (later != null) {
            throw usage("--html and --perfetto come with a later version");
        }
        final ReplaySettings defaults = ReplaySettings.defaults();
        return new ReplaySettings(
                vms == null ? Map.of() : VmFile.read(vms),
                queueEntries == null ? defaults.queueLog2() : log2(queueEntries),
                stallEntries == null ? defaults.stallEntries() : stalls(stallEntries),
                seed);
    }

    private void only(final String option, final String value, final String known) {
        if (!known.equals(value)) {
            throw usage(
                    option
                            + " "
                            + value
                            + ": this version has "
                            + known
                            + " only; others come with later ones");
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
