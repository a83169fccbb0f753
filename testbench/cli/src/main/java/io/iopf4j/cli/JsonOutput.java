// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** Writes JSON to standard output or to a file, the same bytes on every system. */
final class JsonOutput {
    private JsonOutput() {}

    static void write(
            final String target, final PrintWriter out, final Consumer<JsonGenerator> content)
            throws IOException {
        final String text = text(content);
        if (ReportOptions.STANDARD_OUTPUT.equals(target)) {
            out.print(text);
            out.flush();
        } else {
            OutputFile.write(Path.of(target), file -> file.append(text));
        }
    }

    static String text(final Consumer<JsonGenerator> content) {
        final StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(new Indented(), text)) {
            content.accept(json);
        }
        return text.append('\n').toString();
    }

    private static final class Indented extends ObjectWriteContext.Base {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter()
                    .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                    .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    }
}
