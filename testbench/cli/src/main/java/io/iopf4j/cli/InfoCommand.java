// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.dump.FaultKinds;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what is in a dump. */
@Command(
        name = "info",
        description = "Says what is in a dump: events, faults, answers, devices, what is missing.",
        footer = {
            "",
            "Examples:",
            "  iopf4j info trace.dat",
            "  iopf4j info --json trace.dat | jq .dump",
            "  dmesg | iopf4j info --explain -",
            "  zcat trace.txt.gz | iopf4j info -"
        })
final class InfoCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Dumps, recognised by content; gzip, xz or zstd around any. - is standard input.")
    private List<String> files;

    @Option(
            names = "--explain",
            description =
                    "Says of each kind of fault what the hardware's reason means, what usually"
                            + " causes it and what to look at next.")
    private boolean explain;

    @Mixin private DumpOptions dumpOptions;

    @Mixin private ReportOptions report;

    @Spec private CommandSpec spec;

    InfoCommand() {}

    @Override
    public Integer call() throws Exception {
        final PrintWriter out = spec.commandLine().getOut();
        OutputFile.refuseClash(dumpOptions.inputs(files), report.jsonFile().stream().toList());
        final Dumps dumps = new Dumps(dumpOptions);
        final FaultKinds faults = new FaultKinds();
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet())) {
            dumps.read(files, List.of(faults), progress);
        }
        if (report.json() != null) {
            JsonOutput.write(
                    report.json(),
                    out,
                    json -> JsonReport.info(json, dumps, explain ? faults : null));
        }
        if (!report.isJsonOnly()) {
            new TextReport(out).info(dumps);
            if (explain) {
                new TextReport(out).explain(faults);
            }
        }
        return Main.OK;
    }
}
