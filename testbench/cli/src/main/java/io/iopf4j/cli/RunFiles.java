// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.whatif.SideBySide;
import io.iopf4j.report.ComparePage;
import io.iopf4j.report.PageHead;
import io.iopf4j.report.RunPage;
import io.iopf4j.report.SharedRoomSvg;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The files that a run's faults go to. */
final class RunFiles {

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Every fault's life, as CSV or as JSON Lines if FILE ends in .jsonl.")
    private Path ledger;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "A page with charts and every fault's life, in one file for a browser.")
    private Path html;

    @Option(
            names = "--perfetto",
            paramLabel = "FILE",
            description = "A trace for the Perfetto viewer: each fault a slice, with arrows.")
    private Path perfetto;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "A picture of who held what all share, over time.")
    private Path svg;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    RunFiles() {}

    /** Whether any of them shows a run, and not only what several came to. */
    boolean wantsRun() {
        return ledger != null || perfetto != null || svg != null;
    }

    /** All that are written, the report among them if it goes to a file. */
    List<Path> with(final ReportOptions report) {
        return Stream.of(report.jsonFile().orElse(null), ledger, html, perfetto, svg)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Writes those that the user wants. */
    void write(final FaultTable faults, final RunSource source) throws IOException {
        writeRun(faults);
        writePage(source, head -> new RunPage(head, faults)::writeTo);
    }

    /** Writes those but the page, if the user wants them. */
    void writeRun(final FaultTable faults) throws IOException {
        if (ledger != null) {
            LedgerOutput.write(ledger, new LedgerWriter(faults));
        }
        if (perfetto != null) {
            PerfettoOutput.write(perfetto, trace -> trace.add(faults));
        }
        writePicture(Map.of(policies(faults), faults.result()));
    }

    /** Writes the page, if the user wants it. */
    void writePage(final RunSource source, final Function<PageHead, OutputFile.Content> page)
            throws IOException {
        if (html != null) {
            OutputFile.write(
                    html,
                    page.apply(
                            new PageHead(
                                    source.title(),
                                    source.lead(),
                                    Words.commandLine(spec),
                                    Version.number(),
                                    source.facts(),
                                    source.warnings())));
        }
    }

    /** Writes those that the user wants, of several runs. */
    void write(final SideBySide result, final RunSource source) throws IOException {
        final Map<String, FaultTable> runs = new LinkedHashMap<>();
        final Map<String, RunResult> results = new LinkedHashMap<>();
        for (final SideBySide.Run run : result.runs()) {
            runs.put(run.variant().label(), run.faults());
            results.put(run.variant().label(), run.faults().result());
        }
        if (ledger != null) {
            LedgerOutput.write(ledger, new LedgerWriter(runs));
        }
        if (perfetto != null) {
            PerfettoOutput.write(
                    perfetto,
                    trace -> {
                        for (final Map.Entry<String, FaultTable> run : runs.entrySet()) {
                            trace.add(run.getKey(), run.getValue());
                        }
                    });
        }
        writePage(source, head -> new ComparePage(head, result)::writeTo);
        writePicture(results);
    }

    private void writePicture(final Map<String, RunResult> runs) throws IOException {
        if (svg != null) {
            OutputFile.write(svg, new SharedRoomSvg(runs)::writeTo);
        }
    }

    private static String policies(final FaultTable faults) {
        return String.join(",", faults.result().bench().settings().policyNames());
    }
}
