// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import io.iopf4j.api.Errno;
import io.iopf4j.replay.LedgerWriter;
import io.iopf4j.replay.RunReport;
import io.iopf4j.replay.RunResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;

/** What a bench can be written as: {@code enum iopf4j_form}, in its order. */
enum OutputForm {
    LEDGER_JSONL {
        @Override
        void write(final RunResult result, final Appendable out) throws IOException {
            new LedgerWriter(result).writeJsonLines(out);
        }
    },
    LEDGER_CSV {
        @Override
        void write(final RunResult result, final Appendable out) throws IOException {
            new LedgerWriter(result).writeCsv(out);
        }
    },
    REPORT_TEXT {
        @Override
        void write(final RunResult result, final Appendable out) throws IOException {
            report().text(NAME, "driven by a C program", result, out);
        }
    },
    REPORT_JSON {
        @Override
        void write(final RunResult result, final Appendable out) throws IOException {
            report().json(NAME, result, out);
        }
    };

    private static final String NAME = "embedded";

    abstract void write(RunResult result, Appendable out) throws IOException;

    byte[] write(final RunResult result) throws IOException {
        final StringBuilder text = new StringBuilder();
        write(result, text);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static OutputForm of(final int form) {
        if (form < 0 || form >= values().length) {
            throw new EmbeddingException(
                    Errno.EINVAL, "no form of output: " + Integer.toUnsignedString(form));
        }
        return values()[form];
    }

    private static RunReport report() {
        return ServiceLoader.load(RunReport.class, OutputForm.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () ->
                                new EmbeddingException(
                                        Errno.ENOSYS,
                                        "no report on this class path: iopf4j.jar has it"));
    }
}
