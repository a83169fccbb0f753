// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.LedgerWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    @Option(names = "--html", paramLabel = "FILE", hidden = true)
    private Path html;

    @Option(names = "--perfetto", paramLabel = "FILE", hidden = true)
    private Path perfetto;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    RunFiles() {}

    /** Refuses what this version does not have yet. */
    void refuseLater() {
        if (html != null || perfetto != null) {
            throw Words.usage(spec, "--html and --perfetto come with a later version");
        }
    }

    /** All that are written. */
    List<Path> all() {
        return Stream.of(ledger, html, perfetto).filter(Objects::nonNull).toList();
    }

    /** Writes those that the user wants. */
    void write(final FaultTable faults) throws IOException {
        if (ledger != null) {
            LedgerOutput.write(ledger, new LedgerWriter(faults));
        }
    }

    /** Writes those that the user wants, of several runs, each under its label. */
    void write(final Map<String, FaultTable> runs) throws IOException {
        if (ledger != null) {
            LedgerOutput.write(ledger, new LedgerWriter(runs));
        }
    }
}
