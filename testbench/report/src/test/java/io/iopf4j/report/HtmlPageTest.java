// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class HtmlPageTest {
    private static final String HOSTILE = "</script><script>alert(1)</script><!--\u2028\"&'\\";
    private static final Pattern DATA =
            Pattern.compile(
                    "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);
    private static final Pattern SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);

    private static String page(final String text) throws IOException {
        final StringWriter out = new StringWriter();
        new HtmlPage(
                        new PageHead(
                                text,
                                text,
                                text,
                                "0.1.0",
                                List.of(Map.entry(text, text)),
                                List.of(text)),
                        List.of())
                .writeTo(out, json -> json.writeStringProperty("name", text));
        return out.toString();
    }

    @Test
    void shouldKeepHostileTextAsText() throws IOException {
        final String page = page(HOSTILE);
        final Matcher data = DATA.matcher(page);
        assertTrue(data.find());
        assertEquals(HOSTILE, JsonMapper.shared().readTree(data.group(1)).get("name").asString());
        assertFalse(page.contains("alert(1)</script>"));
        assertEquals(page("plain").split("<script").length, page.split("<script").length);
    }

    @Test
    void shouldAllowNoScriptButItsOwn() throws IOException {
        final String page = page("plain");
        final List<String> scripts =
                SCRIPT.matcher(page).results().map(found -> found.group(1)).toList();
        assertEquals(5, scripts.size());
        for (final String script : scripts) {
            assertTrue(page.contains(hash(script)));
        }
        assertTrue(page.contains("content=\"default-src 'none'; img-src data:;"));
        assertFalse(page.contains("unsafe"));
    }

    private static String hash(final String script) {
        try {
            final byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (final NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldNameNoPlaceOutsideItself() throws IOException {
        final String page = page("plain");
        assertEquals(
                List.of(),
                Stream.of("src=", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket")
                        .filter(page::contains)
                        .toList());
    }

    @Test
    void shouldCarryTheLicenceOfItsLibrary() throws IOException {
        final String page = page("plain");
        assertTrue(page.contains("The MIT License (MIT)"));
        assertTrue(page.contains("Leon Sorokin"));
    }

    @Test
    void shouldPassOnThatItCannotBeWritten() {
        final IOException full = new IOException("No space left on device");
        final Writer out =
                new Writer() {
                    private int written;

                    @Override
                    public void write(final char[] text, final int at, final int length)
                            throws IOException {
                        written += length;
                        if (written > 400_000) {
                            throw full;
                        }
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        final HtmlPage page =
                new HtmlPage(new PageHead("a", "", "", "0.1.0", List.of(), List.of()), List.of());
        assertSame(
                full,
                assertThrows(
                        IOException.class,
                        () ->
                                page.writeTo(
                                        out,
                                        json -> {
                                            json.writeName("long");
                                            json.writeBinary(new byte[1_000_000]);
                                        })));
    }
}
