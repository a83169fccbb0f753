// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * One file that a browser opens without a network: everything that it needs is in it, and its
 * policy forbids the rest, so that no text of a dump can become a script or a request. The same
 * data give the same bytes. Immutable.
 */
public final class HtmlPage {
    private static final List<String> SCRIPTS =
            List.of("page.js", "chart.js", "bars.js", "table.js");

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .characterEscapes(new ScriptEscapes())
                    .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                    .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
                    .build();

    private final PageHead head;
    private final List<String> scripts;

    /**
     * A page.
     *
     * @param head what every page says of itself
     * @param scripts its own, as {@code run.js}: resources in this package, in the order in which
     *     they run, after those that every page has
     */
    public HtmlPage(final PageHead head, final List<String> scripts) {
        this.head = head;
        this.scripts = List.copyOf(scripts);
    }

    /**
     * Writes the page.
     *
     * @param out where to; UTF-8; is not closed
     * @param data writes the members of the JSON object that the scripts find as {@code
     *     iopf4j.data}; {@code head}, {@code source} and {@code warnings} are taken
     * @throws IOException if it cannot be written
     */
    public void writeTo(final Writer out, final Consumer<JsonGenerator> data) throws IOException {
        final String style = PageLibrary.style() + Resources.text("page.css");
        final List<String> code = new ArrayList<>();
        code.add(PageLibrary.script());
        for (final String script : SCRIPTS) {
            code.add(Resources.text(script));
        }
        for (final String script : scripts) {
            code.add(Resources.text(script));
        }
        out.write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.write("<meta http-equiv=\"Content-Security-Policy\" content=\"");
        out.write(policy(style, code));
        out.write("\">\n");
        out.write("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
        out.write("<meta name=\"color-scheme\" content=\"light dark\">\n");
        out.write(
                "<meta name=\"generator\" content=\"iopf4j "
                        + HtmlText.escaped(head.version())
                        + "\">\n");
        out.write("<link rel=\"icon\" href=\"data:,\">\n");
        out.write("<title>" + HtmlText.escaped(head.title()) + "</title>\n");
        out.write("<style>" + style + "</style>\n</head>\n<body>\n");
        out.write("<header id=\"top\"></header>\n<main id=\"main\"></main>\n");
        out.write("<noscript>This page shows its data with scripts, which are off.</noscript>\n");
        out.write("<script type=\"application/json\" id=\"data\">");
        writeData(out, data);
        out.write("</script>\n");
        for (final String script : code) {
            out.write("<script>" + script + "</script>\n");
        }
        out.write("</body>\n</html>\n");
    }

    private void writeData(final Writer out, final Consumer<JsonGenerator> data)
            throws IOException {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeName("head");
            json.writeStartObject();
            json.writeStringProperty("title", head.title());
            json.writeStringProperty("lead", head.lead());
            json.writeStringProperty("command", head.command());
            json.writeStringProperty("version", head.version());
            json.writeEndObject();
            PageParts.facts(json, "source", head.source());
            PageParts.strings(json, "warnings", head.warnings());
            data.accept(json);
            json.writeEndObject();
        } catch (final JacksonIOException e) {
            throw e.getCause();
        }
    }

    /** Nothing is fetched, and nothing runs but the very scripts that are written here. */
    private static String policy(final String style, final List<String> code) {
        final StringBuilder policy = new StringBuilder("default-src 'none'; img-src data:");
        policy.append("; style-src ").append(hash(style)).append("; script-src");
        code.forEach(script -> policy.append(' ').append(hash(script)));
        return policy.append("; base-uri 'none'; form-action 'none'").toString();
    }

    private static String hash(final String text) {
        try {
            final byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
