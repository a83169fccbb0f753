// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.jsonl.JsonlWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a dump in the form that every tool can read. */
@Command(
        name = "convert",
        description =
                "Writes any dump as JSON Lines, one event a line, which info and replay read as"
                        + " well.",
        footer = {
            "",
            "Examples:",
            "  iopf4j convert trace.dat -o trace.jsonl",
            "  iopf4j convert --as prq prq.bin -o - | jq .fields.addr",
            "  zstd trace.jsonl && iopf4j replay trace.jsonl.zst"
        })
final class ConvertCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE",
            description = "A dump, recognised by its content. - is standard input.")
    private String file;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = "Where to write; there whole or not at all. - is standard output.")
    private String output;

    @Mixin private InputOptions input;

    @Option(names = "--quiet", description = "No progress.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    ConvertCommand() {}

    @Override
    public Integer call() throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        final boolean isToFile = !ReportOptions.STANDARD_OUTPUT.equals(output);
        if (isToFile) {
            OutputFile.refuseClash(List.of(file), List.of(Path.of(output)));
        }
        try (TraceReader reader = input.open(file)) {
            if (!isToFile) {
                write(reader, out);
                out.flush();
                return Main.OK;
            }
            OutputFile.write(Path.of(output), lines -> write(reader, lines));
            out.printf("%s: %d events of %s%n", output, reader.events(), reader.info().format());
            reader.warnings().forEach(warning -> out.println("warning: " + warning));
        }
        return Main.OK;
    }

    boolean isHelp() {
        return help;
    }

    private void write(final TraceReader reader, final Writer lines) throws IOException {
        try (Progress progress = new Progress(spec.commandLine().getErr(), quiet)) {
            JsonlWriter.write(
                    reader, lines, at -> progress.show("reading " + file, at, reader.size()));
        }
        if (reader.events() == 0 && !reader.warnings().isEmpty()) {
            throw new IOException(
                    file + ": " + reader.warnings().get(0) + "; no event could be read");
        }
    }
}
