// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads how a guest behaves: a word, or a mapping with the word as its kind. */
final class GuestReader {
    private static final List<String> KINDS =
            List.of("prompt", "slow", "silent", "dying", "lying", "hostile", "manual");
    private static final Map<String, Lie> LIES =
            Arrays.stream(Lie.values())
                    .collect(Collectors.toMap(Lie::toString, Function.identity()));
    private static final List<String> LIE_WORDS =
            Arrays.stream(Lie.values()).map(Lie::toString).toList();
    private static final int MOST_EVERY = 1_000_000;

    private final long durationNs;

    GuestReader(final long durationNs) {
        this.durationNs = durationNs;
    }

    /** A guest; a prompt one if the file has none. */
    Guest read(final YamlNode node) throws YamlException {
        if (node == null) {
            return new Guest.Prompt(Guest.PROMPT_DELAY);
        }
        if (node.isText()) {
            return word(node);
        }
        final YamlMap map = node.map("one of " + String.join(", ", KINDS) + ", or a mapping");
        final YamlNode kind = map.require("kind", "kind: slow");
        return switch (kind.word(KINDS)) {
            case "prompt" -> {
                map.allow(List.of("kind", "delay"));
                yield new Guest.Prompt(DelayReader.read(map, Guest.PROMPT_DELAY));
            }
            case "slow" -> {
                map.allow(List.of("kind", "delay"));
                yield new Guest.Slow(DelayReader.read(map, Guest.SLOW_DELAY));
            }
            case "silent" -> {
                map.allow(List.of("kind"));
                yield new Guest.Silent();
            }
            case "manual" -> {
                map.allow(List.of("kind"));
                yield new Guest.Manual();
            }
            case "dying" -> {
                map.allow(List.of("kind", "delay", "at", "silently"));
                yield new Guest.Dying(
                        DelayReader.read(map, Guest.PROMPT_DELAY),
                        Values.timeBefore(map.require("at", "at: 2s"), durationNs),
                        Values.yes(map, "silently"));
            }
            case "hostile" -> {
                map.allow(List.of("kind", "delay", "every"));
                yield new Guest.Hostile(
                        DelayReader.read(map, Guest.PROMPT_DELAY),
                        Values.number(map, "every", 1, MOST_EVERY, 1));
            }
            default -> {
                map.allow(List.of("kind", "delay", "mode", "every"));
                yield new Guest.Lying(
                        DelayReader.read(map, Guest.PROMPT_DELAY),
                        LIES.get(map.require("mode", "mode: wrong-code").word(LIE_WORDS)),
                        Values.number(map, "every", 1, MOST_EVERY, 1));
            }
        };
    }

    private static Guest word(final YamlNode node) throws YamlException {
        return switch (node.word(KINDS)) {
            case "prompt" -> new Guest.Prompt(Guest.PROMPT_DELAY);
            case "slow" -> new Guest.Slow(Guest.SLOW_DELAY);
            case "silent" -> new Guest.Silent();
            case "manual" -> new Guest.Manual();
            case "hostile" -> new Guest.Hostile(Guest.PROMPT_DELAY, 1);
            case "dying" -> throw node.expected("a mapping such as {kind: dying, at: 2s}");
            default -> throw node.expected("a mapping such as {kind: lying, mode: wrong-code}");
        };
    }
}
