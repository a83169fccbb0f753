// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.replay.whatif.Rules;
import java.util.ArrayList;
import java.util.List;

/** Finds the ranges in a list of policies, as {@code device-quota=half,timeout=1ms..10s}. */
public final class PolicyRanges {
    private PolicyRanges() {}

    /**
     * Reads a list of policies, some of whose parameters are ranges. Each value that they name is
     * checked; no code is loaded.
     *
     * @param list policies joined by commas; those in the braces of a range join nothing
     * @return one axis for each range, in the order of the list; none if there is no range
     * @throws IllegalArgumentException in one line that names the bad word and what is allowed
     */
    public static List<Axis> parse(final String list) {
        final List<String> words = split(list);
        final List<Axis> axes = new ArrayList<>();
        final List<String> firsts = new ArrayList<>(words);
        for (int i = 0; i < words.size(); i++) {
            final String word = words.get(i);
            final int equals = word.indexOf('=');
            if (!isCode(word) && Range.isMeantBy(word)) {
                if (equals < 0) {
                    throw new IllegalArgumentException(
                            "'" + word + "': a range is a policy's parameter, as vm-quota=1..64");
                }
                final String name = word.substring(0, equals);
                requireKnown(name);
                final Range range = Range.parse(word.substring(equals + 1));
                final int at = i;
                axes.add(
                        new Axis(
                                name,
                                range,
                                true,
                                (rules, value) -> set(rules, at, name + "=" + value.word())));
                firsts.set(i, name + "=" + range.values().get(0).word());
            }
        }
        Policies.check(String.join(",", firsts));
        for (final Axis axis : axes) {
            axis.range()
                    .values()
                    .forEach(value -> Policies.check(axis.name() + "=" + value.word()));
        }
        return axes;
    }

    /** Of a word that is no policy it is to be said so, and not what is wrong with its range. */
    private static void requireKnown(final String name) {
        if (Policies.all().stream().noneMatch(known -> known.name().equals(name))) {
            Policies.check(name);
        }
    }

    /** A path may have two dots in it. */
    private static boolean isCode(final String word) {
        final int colon = word.indexOf(':');
        return colon > 0 && word.substring(0, colon).chars().allMatch(Character::isLetterOrDigit);
    }

    private static Rules set(final Rules rules, final int at, final String word) {
        final List<String> words = split(rules.policy().orElseThrow());
        words.set(at, word);
        return rules.withPolicy(String.join(",", words));
    }

    private static List<String> split(final String list) {
        final List<String> words = new ArrayList<>();
        int from = 0;
        boolean isInBraces = false;
        for (int i = 0; i < list.length(); i++) {
            final char c = list.charAt(i);
            isInBraces = c == '{' || (isInBraces && c != '}');
            if (c == ',' && !isInBraces) {
                words.add(list.substring(from, i));
                from = i + 1;
            }
        }
        words.add(list.substring(from));
        return words;
    }
}
