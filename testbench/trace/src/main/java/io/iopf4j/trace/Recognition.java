// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import io.iopf4j.trace.dat.DatFormat;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.util.OneLine;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tells inputs by their first bytes, never by their names. */
final class Recognition {
    /** How something that cannot be read begins, and what it is. */
    private record Signature(String start, String what) {}

    private static final List<Signature> SIGNATURES =
            List.of(
                    new Signature("PERFFILE", "a perf.data file of version 1"),
                    new Signature("BZh", "bzip2 data: unpack it first"),
                    new Signature("\u0004\"M\u0018", "lz4 data: unpack it first"),
                    new Signature("PK\u0003\u0004", "a zip archive"),
                    new Signature("\177ELF", "an ELF file"),
                    new Signature("\u00ff\u00d8\u00ff", "a JPEG picture"),
                    new Signature("\u0089PNG", "a PNG picture"),
                    new Signature("%PDF", "a PDF document"),
                    new Signature("\u00c1\u001f\u00fc\u00c1", "a CTF packet"),
                    new Signature("\u00c1\u00fc\u001f\u00c1", "a CTF packet"),
                    new Signature(
                            "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "blank flash"));

    /** What a line of text in something that cannot be read looks like. */
    private record Line(Pattern pattern, String what) {}

    private static final List<Line> TEXTS =
            List.of(
                    new Line(
                            Pattern.compile("^(?:<\\d+>|\\w+ *:\\w+ *: *)?\\[ *[-\\w+.: ]+\\] "),
                            "a kernel log"),
                    new Line(
                            Pattern.compile("DMAR:|arm-smmu-v3|AMD-Vi:|^\\d+,\\d+,\\d+,[-c],?"),
                            "a kernel log"),
                    new Line(Pattern.compile("^<(?:\\?xml|!DOCTYPE|html)"), "XML or HTML"),
                    new Line(Pattern.compile("^[{\\[]\\s*(?:\"|$)"), "JSON"));

    private Recognition() {}

    /**
     * Finds the format of an input.
     *
     * @param file its name, for messages
     * @param head how it begins
     * @param formats in the order in which they are asked
     * @param said what the user says that it is, or null
     * @return the first that knows it
     * @throws TraceFormatException if none does; the message says what it looks like
     * @throws IOException if nothing is called as the user says
     */
    static TraceFormat of(
            final String file, final Head head, final List<TraceFormat> formats, final String said)
            throws IOException {
        for (final TraceFormat format : formats) {
            if (said == null ? format.isOf(head) : format.names().contains(said)) {
                return format;
            }
        }
        if (said != null) {
            throw new IOException(
                    file
                            + ": is said to be '"
                            + OneLine.of(said)
                            + "', expected one of "
                            + String.join(
                                    ", ",
                                    formats.stream().flatMap(f -> f.names().stream()).toList()));
        }
        throw new TraceFormatException(file, 0, readable(formats), resemblance(head));
    }

    /** What can be read, in words. */
    static String readable(final List<TraceFormat> formats) {
        return String.join(", ", formats.stream().map(TraceFormat::what).toList())
                + " (each may be packed with gzip, xz or zstd)";
    }

    private static String resemblance(final Head head) {
        final String text = head.text();
        final List<String> lines = head.lines();
        if (text.isEmpty()) {
            return "an empty file";
        }
        for (final Signature signature : SIGNATURES) {
            if (text.startsWith(signature.start())) {
                return signature.what();
            }
        }
        if (DatFormat.MAGIC.startsWith(text)) {
            return "only the first " + text.length() + " bytes of a trace.dat";
        }
        if (text.startsWith("ustar", 257)) {
            return "a tar archive";
        }
        if (!isText(text)) {
            return "binary data that begins with " + hex(text);
        }
        for (final Line line : TEXTS) {
            if (lines.stream().anyMatch(l -> line.pattern().matcher(shortened(l)).find())) {
                return line.what();
            }
        }
        return "text that begins \""
                + shortened(lines.isEmpty() ? "" : lines.get(0).strip(), 40)
                + "\"";
    }

    private static boolean isText(final String text) {
        final long odd =
                text.chars().filter(c -> c < ' ' && "\t\n\r\f\u001b".indexOf(c) < 0).count();
        return 100 * odd <= text.length();
    }

    private static String shortened(final String line) {
        return shortened(line, 200);
    }

    private static String shortened(final String line, final int length) {
        return line.length() <= length ? line : line.substring(0, length);
    }

    private static String hex(final String text) {
        final StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(8, text.length()); i++) {
            hex.append(
                    String.format(Locale.ROOT, "%s%02x", i == 0 ? "" : " ", (int) text.charAt(i)));
        }
        return hex.toString();
    }
}
