// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads a small YAML file that a person wrote, and trusts it with nothing. */
public final class YamlFile {
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_DEPTH = 32;

    private YamlFile() {}

    /**
     * Reads a file.
     *
     * @param file the file
     * @return its only document; without a value if it is empty
     * @throws YamlException if it cannot be read, is larger than 1 MiB, not UTF-8, not YAML or
     *     nested without end: one line
     */
    public static YamlNode read(final Path file) throws YamlException {
        final String name = file.toString();
        if (Files.isDirectory(file)) {
            throw new YamlException(name, "is a directory, expected a YAML file");
        }
        final byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (final NoSuchFileException e) {
            throw new YamlException(name, "no such file", e);
        } catch (final AccessDeniedException e) {
            throw new YamlException(name, "permission denied", e);
        } catch (final IOException e) {
            throw new YamlException(name, "cannot be read: " + e.getMessage(), e);
        }
        return parse(name, bytes);
    }

    /**
     * Reads a document that is in memory already.
     *
     * @param name what to call it in messages
     * @param bytes UTF-8
     * @return the document; without a value if it is empty
     * @throws YamlException as for {@link #read}
     */
    public static YamlNode parse(final String name, final byte[] bytes) throws YamlException {
        if (bytes.length > MOST_BYTES) {
            throw new YamlException(name, "larger than the 1 MiB that such a file may have");
        }
        final String text = decode(name, bytes);
        final LoadSettings settings =
                LoadSettings.builder().setLabel(name).setAllowNonScalarKeys(true).build();
        try {
            checkDepth(name, parser(settings, text));
            return new Composer(settings, parser(settings, text))
                    .getSingleNode()
                    .map(node -> new YamlNode(name, null, node))
                    .orElseGet(() -> YamlNode.empty(name));
        } catch (final MarkedYamlEngineException e) {
            final String where = e.getProblemMark().map(mark -> at(name, mark)).orElse(name);
            throw notYaml(where, e.getProblem(), e);
        } catch (final YamlVersionException e) {
            throw new YamlException(
                    name, "YAML " + version(e.getSpecVersion()) + ", expected YAML 1.2", e);
        } catch (final YamlEngineException e) {
            throw notYaml(name, e.getMessage(), e);
        } catch (final IllegalArgumentException | IndexOutOfBoundsException e) {
            // A directive with a number that is none.
            throw notYaml(name, e.getMessage(), e);
        }
    }

    private static Parser parser(final LoadSettings settings, final String text) {
        return new ParserImpl(settings, new StreamReader(settings, text));
    }

    static String at(final String name, final Mark mark) {
        return name + ":" + (mark.getLine() + 1);
    }

    private static String version(final SpecVersion version) {
        return version.getMajor() + "." + version.getMinor();
    }

    private static YamlException notYaml(
            final String where, final String why, final RuntimeException cause) {
        return new YamlException(where, "not YAML: " + why, cause);
    }

    private static String decode(final String name, final byte[] bytes) throws YamlException {
        final CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        final CharBuffer text = CharBuffer.allocate(bytes.length);
        if (decoder.decode(ByteBuffer.wrap(bytes), text, true).isError()) {
            throw new YamlException(
                    name + ":" + lastLine(text.flip()), "not YAML: not text in UTF-8");
        }
        text.flip();
        final String all = text.toString();
        for (int i = 0; i < all.length(); i = all.offsetByCodePoints(i, 1)) {
            if (!StreamReader.isPrintable(all.codePointAt(i))) {
                throw new YamlException(
                        name + ":" + lastLine(all.substring(0, i)),
                        String.format(
                                "not YAML: character U+%04X is not allowed", all.codePointAt(i)));
            }
        }
        return all;
    }

    private static long lastLine(final CharSequence text) {
        return 1 + text.chars().filter(character -> character == '\n').count();
    }

    /** The composer calls itself for what is nested; the parser does not. */
    private static void checkDepth(final String name, final Parser events) throws YamlException {
        int depth = 0;
        while (events.hasNext()) {
            final Event event = events.next();
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
            if (depth > MOST_DEPTH) {
                throw new YamlException(
                        event.getStartMark().map(mark -> at(name, mark)).orElse(name),
                        "nested deeper than the " + MOST_DEPTH + " levels that are read");
            }
        }
    }
}
