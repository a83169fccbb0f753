// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
            "  zcat trace.txt.gz | iopf4j info -"
        })
final class InfoCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Dumps, recognised by content: trace.dat 6 or 7, ftrace text, trace-cmd report;"
                            + " gzip around any. - is standard input.")
    private List<String> files;

    @Mixin private DumpOptions dumpOptions;

    @Mixin private ReportOptions report;

    @Spec private CommandSpec spec;

    InfoCommand() {}

    @Override
    public Integer call() throws Exception {
        final PrintWriter out = spec.commandLine().getOut();
        OutputFile.refuseClash(files, report.jsonFile().stream().toList());
        final Dumps dumps = new Dumps(dumpOptions);
        try (Progress progress = new Progress(spec.commandLine().getErr(), report.isQuiet())) {
            dumps.read(files, List.of(), progress);
        }
        if (report.json() != null) {
            JsonOutput.write(report.json(), out, json -> JsonReport.info(json, dumps));
        }
        if (!report.isJsonOnly()) {
            new TextReport(out).info(dumps);
        }
        return Main.OK;
    }
}
