// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.LedgerWriter;
import java.io.IOException;
import java.nio.file.Path;

/** Writes a ledger in the form that the file's name ends in. */
final class LedgerOutput {
    private LedgerOutput() {}

    static void write(final Path file, final LedgerWriter writer) throws IOException {
        final String name = file.toString();
        OutputFile.write(
                file,
                name.endsWith(".jsonl") || name.endsWith(".json")
                        ? writer::writeJsonLines
                        : writer::writeCsv);
    }
}
