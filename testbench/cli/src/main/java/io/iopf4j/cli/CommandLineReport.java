// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.RunReport;
import io.iopf4j.replay.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;

/** The reports of {@code iopf4j run}, for others that drive a bench. */
public final class CommandLineReport implements RunReport {
    /** A report; made by {@link java.util.ServiceLoader}. */
    public CommandLineReport() {}

    @Override
    public void text(
            final String name, final String title, final RunResult result, final Appendable out)
            throws IOException {
        final StringWriter text = new StringWriter();
        final PrintWriter printer = new PrintWriter(text);
        new TextReport(printer).scenario(name, title, result);
        printer.flush();
        out.append(text.getBuffer());
    }

    @Override
    public void json(final String name, final RunResult result, final Appendable out)
            throws IOException {
        out.append(JsonOutput.text(json -> JsonReport.scenario(json, name, result)));
    }
}
