// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.replay.scenario.Hazard.Kind;
import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what goes wrong with the hardware. */
final class HazardReader {
    private static final int MOST_HAZARDS = 100;
    private static final int MOST_COUNT = 1_000_000_000;
    private static final long MOST_ADDRESS = (1L << 52) - 1;
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,4})?)%");
    private static final int MILLIONTHS_OF_PERCENT = 10_000;
    private static final List<String> SUBJECTS =
            Arrays.stream(Kind.values()).map(Kind::key).distinct().toList();
    private static final String EXAMPLE = "a hazard such as {interrupts: late, by: 30us}";

    private final long durationNs;

    HazardReader(final long durationNs) {
        this.durationNs = durationNs;
    }

    /** All of a file; none if it has no list. */
    List<Hazard> read(final YamlNode list) throws YamlException {
        final List<Hazard> hazards = new ArrayList<>();
        if (list != null) {
            for (final YamlNode node :
                    list.list(
                            "a list of hazards such as - {memory: fails, nth: 9}", MOST_HAZARDS)) {
                hazards.add(readOne(node.map(EXAMPLE)));
            }
        }
        return hazards;
    }

    private Hazard readOne(final YamlMap map) throws YamlException {
        final Kind kind = kind(map);
        map.allow(keys(kind));
        final long fromNs = map.get("from") == null ? 0 : time(map.get("from"));
        final YamlNode until = map.get("until");
        final long untilNs = until == null ? Hazard.TO_THE_END : Values.time(until);
        if (untilNs <= fromNs) {
            throw until.expected("a time after it begins");
        }
        return new Hazard(
                kind,
                odds(map),
                fromNs,
                untilNs,
                kind.lengthKey() == null ? 0 : length(map, kind.lengthKey()),
                address(map),
                map.get("bytes") == null
                        ? Hazard.ALL_MEMORY
                        : Values.number(map.get("bytes"), 1, MOST_ADDRESS));
    }

    private long time(final YamlNode node) throws YamlException {
        return Values.timeBefore(node, durationNs);
    }

    private static List<String> keys(final Kind kind) {
        final List<String> keys = new ArrayList<>(List.of(kind.key(), "from", "until"));
        Arrays.stream(Odds.How.values()).map(Odds.How::key).forEach(keys::add);
        if (kind.lengthKey() != null) {
            keys.add(kind.lengthKey());
        }
        if (kind.isOfMemory()) {
            keys.addAll(List.of("address", "bytes"));
        }
        return keys;
    }

    private static Kind kind(final YamlMap map) throws YamlException {
        String subject = null;
        for (final String key : map.entries().keySet()) {
            if (SUBJECTS.contains(key)) {
                if (subject != null) {
                    throw map.key(key)
                            .wrong("a hazard is one thing, and this one is of '" + subject + "'");
                }
                subject = key;
            }
        }
        if (subject == null) {
            map.allow(SUBJECTS);
            map.require(SUBJECTS.get(0), "interrupts: late");
        }
        final String its = subject;
        final List<Kind> kinds =
                Arrays.stream(Kind.values()).filter(kind -> kind.key().equals(its)).toList();
        final String word = map.get(its).word(kinds.stream().map(Kind::word).toList());
        return kinds.stream().filter(kind -> kind.word().equals(word)).findFirst().orElseThrow();
    }

    private static Odds odds(final YamlMap map) throws YamlException {
        Odds odds = null;
        for (final Odds.How how : Odds.How.values()) {
            final YamlNode node = map.get(how.key());
            if (node != null && odds != null) {
                throw map.key(how.key())
                        .wrong("how often is said by '" + odds.how().key() + "' already");
            }
            if (node != null) {
                odds =
                        new Odds(
                                how,
                                how == Odds.How.CHANCE
                                        ? millionths(node)
                                        : (int) Values.number(node, 1, MOST_COUNT));
            }
        }
        return odds == null ? Odds.ALWAYS : odds;
    }

    private static int millionths(final YamlNode node) throws YamlException {
        final String expected = "a chance such as 5% or 0.1%, at most 100%";
        final Matcher matcher = PERCENT.matcher(node.text(expected));
        if (!matcher.matches()) {
            throw node.expected(expected);
        }
        final int millionths =
                new BigDecimal(matcher.group(1))
                        .multiply(BigDecimal.valueOf(MILLIONTHS_OF_PERCENT))
                        .intValueExact();
        if (millionths < 1 || millionths > Odds.CERTAIN) {
            throw node.expected(expected);
        }
        return millionths;
    }

    private static long length(final YamlMap map, final String key) throws YamlException {
        final YamlNode node = map.require(key, key + ": 30us");
        final long ns = Values.time(node);
        if (ns == 0) {
            throw node.expected("a time that is longer");
        }
        return ns;
    }

    private static long address(final YamlMap map) throws YamlException {
        if (map.get("bytes") != null) {
            map.require("address", "address: 0x40000000");
        }
        return map.get("address") == null ? 0 : Values.number(map.get("address"), 0, MOST_ADDRESS);
    }
}
