// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.yaml.YamlFile;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads which events are steps of faults, as a user says it: {@code system:event}, and for each
 * what it is and where the parts of a fault stand in it. See {@code docs/mapping.md}.
 */
public final class MapFile {
    private static final String SHAPE =
            "a mapping such as 'probes:my_fault: {is: request, device: name, addr: addr}'";
    private static final String DEVICE = "device";
    private static final String RID = "rid";
    private static final String IS = "is";
    private static final String WHEN = "when";
    private static final int CONDITIONS_MAX = 16;
    private static final int RULES_MAX = 64;

    private static final Map<String, Kind> KINDS =
            Arrays.stream(Kind.values())
                    .filter(kind -> kind != Kind.OTHER)
                    .collect(Collectors.toMap(MapFile::word, Function.identity()));

    /** What a step cannot do without. */
    private static final Map<Kind, List<String>> NEEDED =
            Map.of(
                    Kind.REQUEST,
                    List.of("addr"),
                    Kind.ANSWER,
                    List.of("code"),
                    Kind.FAULT,
                    List.of());

    private MapFile() {}

    private static String word(final Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads a YAML file.
     *
     * @param file the file
     * @return rules in the file's order
     * @throws IOException if it cannot be read, or is not of this shape: one line that says where
     *     and what was expected
     */
    public static List<FaultRule> read(final Path file) throws IOException {
        final List<FaultRule> rules = new ArrayList<>();
        final YamlMap events = YamlFile.read(file).map(SHAPE);
        for (final Map.Entry<String, YamlNode> event : events.entries().entrySet()) {
            final YamlNode said = event.getValue();
            if (said.isList()) {
                for (final YamlNode each : said.list(SHAPE, RULES_MAX)) {
                    rules.add(rule(events.key(event.getKey()), event.getKey(), each));
                }
            } else {
                rules.add(rule(events.key(event.getKey()), event.getKey(), said));
            }
        }
        return rules;
    }

    private static FaultRule rule(final YamlNode key, final String event, final YamlNode said)
            throws IOException {
        final YamlMap parts = said.map(SHAPE);
        final Kind kind =
                KINDS.get(
                        parts.require(IS, "is: request")
                                .word(KINDS.keySet().stream().sorted().toList()));
        final List<String> words = new ArrayList<>();
        for (final Map.Entry<String, YamlNode> part : parts.entries().entrySet()) {
            if (part.getKey().equals(WHEN)) {
                for (final YamlNode condition : conditions(part.getValue())) {
                    final String text = WHEN + " " + condition.text("a condition such as type=1");
                    checked(condition, event, kind, text);
                    words.add(text);
                }
            } else if (!part.getKey().equals(IS)) {
                final String text =
                        part.getKey()
                                + "="
                                + part.getValue().text("a field, bits of one, or a number");
                checked(part.getValue(), event, kind, text);
                words.add(text);
            }
        }
        require(parts, kind);
        return checked(key, event, kind, words.toArray(String[]::new)).from(key.place());
    }

    private static List<YamlNode> conditions(final YamlNode said) throws IOException {
        return said.isList()
                ? said.list("conditions such as [type=1]", CONDITIONS_MAX)
                : List.of(said);
    }

    private static void require(final YamlMap parts, final Kind kind) throws IOException {
        if (!NEEDED.containsKey(kind)) {
            return;
        }
        if (parts.get(DEVICE) == null && parts.get(RID) == null) {
            parts.require(DEVICE, "device: name");
        }
        for (final String needed : NEEDED.get(kind)) {
            parts.require(needed, needed + ": " + needed);
        }
    }

    private static FaultRule checked(
            final YamlNode at, final String event, final Kind kind, final String... words)
            throws IOException {
        try {
            return FaultRule.of(event, kind, words);
        } catch (final IllegalArgumentException e) {
            throw at.wrong(e.getMessage());
        }
    }
}
